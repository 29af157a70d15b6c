#include "report.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iomanip>
#include <random>
#include <set>
#include <sstream>

#include "definition.hpp"
#include "roulette/bets.hpp"
#include "scaling.hpp"
#include "slot/definition.hpp"
#include "slot/math.hpp"
#include "slot/survey.hpp"

namespace croupier::rtp {

namespace {

using rounds::Bet;
using rounds::Game;

/// Repeatable and fast, and no casino's generator: anybody who knows the seed knows every draw.
class SeededWords final : public rng::Words {
public:
    explicit SeededWords(std::uint64_t seed) : random_{seed} {}
    Result<void> fill(std::span<std::uint32_t> out) override
    {
        for (auto& word : out) { word = static_cast<std::uint32_t>(random_() >> 32U); }
        return {};
    }

private:
    std::mt19937_64 random_;
};

std::string percent(std::uint64_t ppm)
{
    std::ostringstream text;
    text << ppm / 10'000 << "." << std::setw(4) << std::setfill('0') << ppm % 10'000 << " %";
    return text.str();
}

std::string slot_figures(const Game& game, std::string_view json)
{
    const auto parsed = nlohmann::json::parse(json);
    std::optional<rounds::DefinitionError> error;
    const auto definition = rounds::slot::read(rounds::Node{parsed, "", error});
    const auto rtp = rounds::slot::rtp(definition);
    const auto all = rounds::slot::all_combinations(definition);
    const auto paying = rounds::slot::paying_combinations(definition);
    const auto best = rounds::slot::best_spin(definition);
    const auto bound = rounds::slot::round_bound(definition);
    const auto lines = definition.lines_count();
    const bool capped = bound > definition.win_cap * lines;

    std::ostringstream text;
    text << "  RTP, " << (capped ? "before the cap, which can cut rounds" : "exact") << ": "
         << percent(game.info().rtp_ppm) << "\n"
         << "    the paid spin alone: " << rtp.base_spin << " of the stake\n";
    if (rtp.free_spins.size() <= 60) { text << "    free spins a round: " << rtp.free_spins << "\n"; }
    text << "  hit frequency: " << percent(static_cast<std::uint64_t>(paying) * 1'000'000 / all) << " (" << paying
         << " of " << all << " stop combinations pay)\n"
         << "  largest win of one spin: " << best << " times the stake per line (" << best / lines << "."
         << best % lines * 100 / lines / 10 << best % lines * 100 / lines % 10 << " times the stake)\n"
         << "  a round never pays more than "
         << std::min(bound / lines + (bound % lines != 0 ? 1 : 0), definition.win_cap)
         << " times the stake; its cap is " << definition.win_cap << "\n";
    return text.str();
}

std::string roulette_figures(const Game& game)
{
    std::ostringstream text;
    text << "  RTP, exact, of every bet: " << percent(game.info().rtp_ppm) << " (36/37)\n";
    std::set<std::string_view> told;
    for (const auto& bet : rounds::roulette::table_bets()) {
        if (!told.insert(bet.kind->name).second) { continue; }
        text << "    " << std::left << std::setw(11) << bet.kind->name << " pays " << std::right << std::setw(2)
             << bet.kind->pays << " to 1, wins on " << std::setw(2) << bet.covers.count() << " of 37\n";
    }
    return text.str();
}

std::vector<Bet> example_bets(const Game& game)
{
    std::vector<Bet> bets;
    if (game.info().kind != "roulette") { return bets; }
    for (const auto& bet : rounds::roulette::table_bets()) {
        if (bets.empty() || bets.back().kind != bet.kind->name) {
            const bool told = std::ranges::find(bets, bet.kind->name, &Bet::kind) != bets.end();
            if (!told) { bets.push_back({std::string{bet.kind->name}, bet.named, game.info().stake_min}); }
        }
    }
    return bets;
}

}  // namespace

std::string figures(const Game& game, std::string_view json)
{
    return game.info().kind == "slot" ? slot_figures(game, json) : roulette_figures(game);
}

std::string simulation(const Game& game, std::uint64_t rounds, std::uint64_t seed)
{
    const std::vector<Bet> bets = example_bets(game);
    const auto stake = game.total_stake(bets.empty() ? game.info().stake_min : 0, bets);
    if (!stake) { return "  not simulated: the table does not take one bet of each kind\n"; }

    SeededWords words{seed};
    std::vector<std::uint32_t> scratch(256);
    std::vector<Value> drawn;
    std::int64_t won = 0;
    std::int64_t largest = 0;
    std::uint64_t winning = 0;
    double squares = 0;  // Statistics only: no money is computed from it.
    for (std::uint64_t round = 0; round < rounds; ++round) {
        drawn.clear();
        for (auto bounds = game.next_bounds(drawn); !bounds.empty(); bounds = game.next_bounds(drawn)) {
            const std::size_t before = drawn.size();
            drawn.resize(before + bounds.size());
            (void)rng::scale(bounds, std::span{drawn}.subspan(before), words, scratch);
        }
        const auto win = game.evaluate(*stake, bets, drawn).win;
        won += win;
        largest = std::max(largest, win);
        winning += win > 0 ? 1 : 0;
        const double times = static_cast<double>(win) / static_cast<double>(*stake);
        squares += times * times;
    }
    const auto count = static_cast<double>(rounds);
    const double mean = static_cast<double>(won) / static_cast<double>(*stake) / count;
    const double deviation = std::sqrt(squares / count - mean * mean);
    const double off = mean - static_cast<double>(game.info().rtp_ppm) / 1e6;
    const double error = deviation / std::sqrt(count);

    std::ostringstream text;
    text << std::fixed << std::setprecision(4) << "  simulated, " << rounds
         << " rounds of a seeded stand-in for the generator, seed " << seed << ":\n"
         << "    RTP " << mean * 100 << " %, standard error " << error * 100 << " %, off by " << std::setprecision(2)
         << (error > 0 ? off / error : 0.0) << " of it\n"
         << std::setprecision(4) << "    rounds that won " << 100 * static_cast<double>(winning) / count
         << " %, largest win " << std::setprecision(2) << static_cast<double>(largest) / static_cast<double>(*stake)
         << " times the stake, standard deviation of a round " << deviation << " stakes\n";
    return text.str();
}

}  // namespace croupier::rtp
