#include "builtin_modules.hpp"

#include <algorithm>
#include <set>

#include "bonus_module.hpp"
#include "cashier_module.hpp"
#include "builtin_games.hpp"
#include "definitions/definitions.hpp"
#include "fair_module.hpp"
#include "ledger_module.hpp"
#include "lobby_module.hpp"
#include "risk_module.hpp"
#include "rng_module.hpp"
#include "rounds_module.hpp"
#include "session_module.hpp"

namespace croupier::host {

std::expected<std::vector<GameText>, std::string> read_games(const config::Games& config)
{
    std::vector<GameText> texts;
    if (config.directory.empty()) {
        for (const auto& builtin : rounds::builtin_games()) {
            std::string file{builtin.file};
            auto text = definitions::read_text(file, builtin.text, config.jurisdiction);
            if (!text) { return std::unexpected{std::move(text.error())}; }
            texts.push_back({std::move(file), std::move(*text)});
        }
        return texts;
    }
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{config.directory, error}) {
        if (entry.path().extension() != ".json") { continue; }
        auto text = definitions::read(entry.path(), config.jurisdiction);
        if (!text) { return std::unexpected{std::move(text.error())}; }
        texts.push_back({entry.path().string(), std::move(*text)});
    }
    if (error) { return std::unexpected{config.directory.string() + ": " + error.message()}; }
    std::ranges::sort(texts, {}, &GameText::file);
    if (texts.empty()) { return std::unexpected{config.directory.string() + ": expected at least one *.json file"}; }
    return texts;
}

std::expected<GameList, std::string> load_games(const std::vector<GameText>& texts)
{
    GameList games;
    std::set<std::string> names;
    for (const GameText& definition : texts) {
        auto game = rounds::load_game(definition.text);
        if (!game) {
            return std::unexpected{definition.file + ": " + game.error().path + ": expected " + game.error().expected};
        }
        if (!names.insert((*game)->info().game).second) {
            return std::unexpected{definition.file + ": game: expected a name that no other file has, found \""
                + (*game)->info().game + "\" again"};
        }
        games.push_back(std::move(*game));
    }
    return games;
}

std::expected<GameList, std::string> load_games(const config::Games& config)
{
    const auto texts = read_games(config);
    if (!texts) { return std::unexpected{texts.error()}; }
    return load_games(*texts);
}

namespace {

std::vector<ledger::JackpotTerms> jackpots(const config::Jackpot& from)
{
    if (from.games.empty()) { return {}; }
    return {{.name = from.name,
        .games = from.games,
        .fund_ppm = from.fund_ppm,
        .reserve_ppm = from.reserve_ppm,
        .seed = from.seed_minor,
        .cap = from.cap_minor,
        .odds = from.odds_minor}};
}

}  // namespace

std::vector<std::unique_ptr<Module>> make_modules(
    const config::Config& config, const GameList& games, const ModulePorts& ports, const std::string& instance)
{
    using Make = std::unique_ptr<Module> (*)(
        const config::Config&, const GameList&, const ModulePorts&, const std::string&);
    struct Builtin {
        std::string_view name;
        Make make;
    };
    // The list of built-in modules. Their order is the order of registration on the bus, and so of events.
    static constexpr Builtin kBuiltin[] = {
        {"rng",
            [](const auto& from, const auto&, const auto& with, const auto&) {
                return rng::make_module(with.rng, {from.rng.reseed_draws, from.rng.reseed_after});
            }},
        {"fair",
            [](const auto& from, const auto& all, const auto& with, const auto&) {
                fair::Options options{
                    .games = {}, .rounds_max = from.fair.rounds_max, .past_kept = from.fair.past_kept};
                for (const auto& game : all) {
                    if (const auto scheme = game->fair()) {
                        options.games[game->info().game] = {game->definition(), *scheme};
                    }
                }
                return fair::make_module(std::move(options), with.fair_seeds);
            }},
        {"ledger",
            [](const auto& from, const auto&, const auto& with, const auto&) {
                return ledger::make_module(
                    {from.server.currency, from.demo.bank_capital_minor, from.cashier.holds_max,
                        from.ledger.rounds_in_play_max, from.ledger.round_bets_max,
                        std::chrono::minutes{from.ledger.day_starts_minute}, jackpots(from.jackpot)},
                    with.seal_key);
            }},
        {"bonus",
            [](const auto& from, const auto&, const auto&, const auto&) {
                return bonus::make_module({from.server.demo ? from.demo.grant_minor : 0});
            }},
        {"risk",
            [](const auto& from, const auto&, const auto&, const auto&) {
                return risk::make_module({from.risk.stake_max_minor});
            }},
        {"rounds",
            [](const auto& from, const auto& all, const auto&, const auto&) {
                return rounds::make_module(all,
                    {.closed = from.games.closed,
                        .slot_cycle = from.play.slot_cycle,
                        .other_cycle = from.play.other_cycle,
                        .slot_stake_max = from.play.slot_stake_max_minor,
                        .choice_time = from.play.choice_time});
            }},
        {"session",
            [](const auto& from, const auto&, const auto& with, const auto& life) {
                session::Options options;
                options.demo = from.server.demo;
                options.instance = life;
                options.lifetime = from.sessions.lifetime;
                options.answers_kept = from.sessions.answers_kept;
                options.pushes_kept = from.sessions.pushes_kept;
                // What a hello brings must fit the outbox whatever else is configured, or the player could never come back.
                options.welcome_answers_bytes_max = from.edge.outbox_max_bytes / 2;
                options.resume_bytes_max = from.edge.outbox_max_bytes / 4;
                options.refusals_max = from.sessions.refusals_max;
                options.sessions_max = from.sessions.sessions_max;
                options.players_max = from.players.players_max;
                return session::make_module(std::move(options), with.keys);
            }},
        {"lobby", [](const auto&, const auto&, const auto&, const auto&) { return lobby::make_module(); }},
        {"cashier",
            [](const auto& from, const auto&, const auto&, const auto&) {
                cashier::Options options;
                options.adjust_alone_max = from.cashier.adjust_alone_max_minor;
                options.withdrawal_lifetime = from.cashier.withdrawal_expires;
                options.keys_max = from.cashier.keys_max;
                options.proposals_max = from.cashier.proposals_max;
                options.operators_max = from.cashier.operators_max;
                return cashier::make_module(options);
            }},
    };
    std::vector<std::unique_ptr<Module>> modules;
    for (const Builtin& builtin : kBuiltin) {
        if (std::ranges::find(config.modules.enabled, builtin.name) != config.modules.enabled.end()) {
            modules.push_back(builtin.make(config, games, ports, instance));
        }
    }
    return modules;
}

}  // namespace croupier::host
