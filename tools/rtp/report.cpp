#include "report.hpp"

#include <array>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "croupier/assert.hpp"
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
using rounds::slot::decimal;

constexpr unsigned kDigits = 12;
constexpr double kVolatility = 1.644854;  // 90 % on both sides, as PAR sheets have it.

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

using Outcomes = std::vector<rounds::slot::SpinOutcome>;

/// Mean and mean square of what is still to come, in stakes per line. Floating point, to fifteen digits and more: the exact
/// fractions would have thousands.
struct Moments {
    long double mean = 0;
    long double square = 0;
};

/// A round's: the spin that is paid for, then its free spins one by one, each of which may award more.
class RoundMoments {
public:
    RoundMoments(const rounds::slot::Definition& definition, const Outcomes& outcomes) : definition_{definition}
    {
        for (const auto& [win, spins, ways] : outcomes) {
            Award& award = awards_[spins];
            const auto amount = static_cast<long double>(win);
            const auto times = static_cast<long double>(ways);
            award.probability += times;
            award.win += times * amount;
            award.square += times * amount * amount;
            all_ += times;
        }
        for (auto& [spins, award] : awards_) {
            award.probability /= all_;
            award.win /= all_;
            award.square /= all_;
        }
    }
    Moments paid_spin() const
    {
        Moments one;
        for (const auto& [spins, award] : awards_) {
            one.mean += award.win;
            one.square += award.square;
        }
        return one;
    }
    Moments round() { return spin(0, definition_.free_spins_limit, 1); }

private:
    struct Award {
        long double probability = 0;
        long double win = 0;     // The mean of the win where this many are awarded, times that probability.
        long double square = 0;  // And of its square.
    };
    /// A spin whose wins count `times`, after which `left` free spins wait, and the limit allows so many more.
    Moments spin(std::uint32_t left, std::uint32_t allowed, std::int64_t times)
    {
        const auto factor = static_cast<long double>(times);
        Moments sum;
        for (const auto& [spins, award] : awards_) {
            const auto taken = std::min(spins, allowed);
            const Moments rest = free_spins(left + taken, allowed - taken);
            sum.mean += factor * award.win + award.probability * rest.mean;
            sum.square += factor * factor * award.square + 2 * factor * award.win * rest.mean
                + award.probability * rest.square;
        }
        return sum;
    }
    Moments free_spins(std::uint32_t waiting, std::uint32_t allowed)
    {
        if (waiting == 0) { return {}; }
        const auto found = known_.find({waiting, allowed});
        if (found != known_.end()) { return found->second; }
        const Moments moments = spin(waiting - 1, allowed, definition_.free_spin_multiplier);
        known_.emplace(std::pair{waiting, allowed}, moments);
        return moments;
    }

    const rounds::slot::Definition& definition_;
    std::map<std::uint32_t, Award> awards_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Moments> known_;
    long double all_ = 0;
};

double deviation(const Moments& moments, std::int64_t lines)
{
    return static_cast<double>(
        std::sqrt(moments.square - moments.mean * moments.mean) / static_cast<long double>(lines));
}

/// How often the spin that is paid for wins how much, in stakes.
Sheet wins(const Outcomes& outcomes, std::int64_t lines, std::uint64_t all)
{
    static constexpr std::array<std::int64_t, 9> kFrom{0, 1, 2, 5, 10, 20, 50, 100, 1000};
    Sheet sheet;
    const auto put = [&](const std::string& name, auto belongs) {
        std::uint64_t ways = 0;
        for (const auto& outcome : outcomes) { ways += belongs(outcome.win) ? outcome.ways : 0; }
        sheet[name] = decimal(std::to_string(ways) + "/" + std::to_string(all), kDigits);
    };
    put("nothing", [](std::int64_t win) { return win == 0; });
    for (std::size_t i = 0; i < kFrom.size(); ++i) {
        const bool last = i + 1 == kFrom.size();
        const std::string name = last ? std::to_string(kFrom[i]) + " and more"
                                      : std::to_string(kFrom[i]) + " to below " + std::to_string(kFrom[i + 1]);
        put(name, [&](std::int64_t win) {
            return win > 0 && win >= kFrom[i] * lines && (last || win < kFrom[i + 1] * lines);
        });
    }
    return sheet;
}

Sheet slot_figures(std::string_view json)
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
    const auto hits = std::to_string(paying) + "/" + std::to_string(all);
    const auto trigger = rounds::slot::trigger_probability(definition);

    Sheet sheet;
    sheet["rtp"] = decimal(rtp.total, kDigits);
    // With a cap that can cut a round the true return is lower by what it cuts.
    sheet["rtp_is"] = bound > definition.win_cap * lines ? "before the cap, which can cut rounds" : "exact";
    sheet["rtp_paid_spin"] = decimal(rtp.base_spin, kDigits);
    sheet["rtp_paid_spin_fraction"] = rtp.base_spin;
    sheet["free_spins_mean"] = decimal(rtp.free_spins, kDigits);
    sheet["free_spins_trigger"] = decimal(trigger, kDigits);
    sheet["free_spins_trigger_fraction"] = trigger;
    sheet["free_spins_multiplier"] = definition.free_spin_multiplier;
    sheet["hit_frequency"] = decimal(hits, kDigits);
    sheet["hit_frequency_fraction"] = hits;
    sheet["stop_combinations"] = all;
    const Outcomes outcomes = rounds::slot::distribution(definition);
    RoundMoments moments{definition, outcomes};
    const Moments round = moments.round();
    // Two ways to the same figure: line by line in whole numbers (slot/math.hpp), and outcome by outcome here.
    const auto mean = static_cast<double>(round.mean / static_cast<long double>(lines));
    CROUPIER_ASSERT(std::abs(mean - std::stod(decimal(rtp.total, kDigits))) < 1e-9);
    const double round_deviation = deviation(round, lines);
    sheet["paid_spin_standard_deviation_in_stakes"] = deviation(moments.paid_spin(), lines);
    sheet["standard_deviation_in_stakes"] = round_deviation;
    sheet["variance_in_stakes_squared"] = round_deviation * round_deviation;
    sheet["volatility_index"] = kVolatility * round_deviation;
    sheet["paid_spin_wins_in_stakes"] = wins(outcomes, lines, all);
    std::uint64_t best_ways = 0;
    for (const auto& outcome : outcomes) { best_ways += outcome.win == best ? outcome.ways : 0; }
    sheet["largest_spin_odds"] = "1 in " + std::to_string(all / best_ways);
    sheet["largest_spin_in_stakes"] = decimal(std::to_string(best) + "/" + std::to_string(lines), 2);
    sheet["largest_round_bound_in_stakes"] = std::min(bound / lines + (bound % lines != 0 ? 1 : 0), definition.win_cap);
    sheet["win_cap_in_stakes"] = definition.win_cap;
    return sheet;
}

Sheet roulette_figures()
{
    Sheet sheet;
    sheet["rtp"] = decimal("36/37", kDigits);
    sheet["rtp_is"] = "exact";
    sheet["rtp_fraction"] = "36/37";
    std::set<std::string_view> told;
    for (const auto& bet : rounds::roulette::table_bets()) {
        if (!told.insert(bet.kind->name).second) { continue; }
        sheet["bets"][std::string{bet.kind->name}] = "pays " + std::to_string(bet.kind->pays) + " to 1, wins on "
            + std::to_string(bet.covers.count()) + " of 37";
    }
    return sheet;
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

/// Sums over rounds. Statistics only: no money is computed from the floating-point ones.
struct Sums {
    std::int64_t won = 0;
    std::int64_t largest = 0;
    std::uint64_t winning = 0;
    double squares = 0;
};

Sums play(const Game& game, std::int64_t stake, std::span<const Bet> bets, std::uint64_t rounds, std::uint64_t seed)
{
    SeededWords words{seed};
    std::vector<std::uint32_t> scratch(256);
    std::vector<Value> drawn;
    Sums sums;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        drawn.clear();
        for (auto bounds = game.next_bounds(drawn); !bounds.empty(); bounds = game.next_bounds(drawn)) {
            const std::size_t before = drawn.size();
            drawn.resize(before + bounds.size());
            (void)rng::scale(bounds, std::span{drawn}.subspan(before), words, scratch);
        }
        const auto win = game.evaluate(stake, bets, drawn).win;
        sums.won += win;
        sums.largest = std::max(sums.largest, win);
        sums.winning += win > 0 ? 1 : 0;
        const double times = static_cast<double>(win) / static_cast<double>(stake);
        sums.squares += times * times;
    }
    return sums;
}

}  // namespace

Sheet figures(const Game& game, std::string_view json)
{
    const auto& info = game.info();
    Sheet sheet{
        {"game", info.game}, {"name", info.name}, {"kind", info.kind}, {"definition", to_hex(game.definition())}};
    sheet.update(info.kind == "slot" ? slot_figures(json) : roulette_figures());
    return sheet;
}

std::optional<Played> simulation(const Game& game, std::uint64_t rounds, std::uint64_t seed, unsigned threads)
{
    const std::vector<Bet> bets = example_bets(game);
    const auto stake = game.total_stake(bets.empty() ? game.info().stake_min : 0, bets);
    if (!stake) { return std::nullopt; }

    // Each thread has a share and a seed of its own: the same with the same number of threads.
    std::vector<Sums> shares(std::max(threads, 1U));
    {
        std::vector<std::jthread> players;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const std::uint64_t share = rounds / shares.size() + (i < rounds % shares.size() ? 1 : 0);
            players.emplace_back(
                [&, i, share] { shares[i] = play(game, *stake, bets, share, seed + i * 0x9E3779B97F4A7C15U); });
        }
    }
    Sums sums;
    for (const Sums& share : shares) {
        sums.won += share.won;
        sums.largest = std::max(sums.largest, share.largest);
        sums.winning += share.winning;
        sums.squares += share.squares;
    }
    const auto count = static_cast<double>(rounds);
    const double mean = static_cast<double>(sums.won) / static_cast<double>(*stake) / count;
    const double deviation = std::sqrt(sums.squares / count - mean * mean);
    const double error = deviation / std::sqrt(count);
    static constexpr double kConfidence = 2.575829;  // 99 %, both sides.

    Played played;
    played.off = error > 0 ? (mean - static_cast<double>(game.info().rtp_ppm) / 1e6) / error : 0;
    played.sheet = {{"rounds", rounds}, {"seed", seed}, {"threads", shares.size()}, {"rtp", mean},
        {"rtp_from", mean - kConfidence * error}, {"rtp_to", mean + kConfidence * error}, {"confidence", 0.99},
        {"off_in_standard_errors", played.off}, {"hit_frequency", static_cast<double>(sums.winning) / count},
        {"standard_deviation_in_stakes", deviation}, {"volatility_index", kVolatility * deviation},
        {"largest_win_in_stakes", static_cast<double>(sums.largest) / static_cast<double>(*stake)}};
    return played;
}

std::string text_of(const Sheet& sheet)
{
    static constexpr std::size_t kColumn = 32;
    static constexpr std::size_t kWidthMax = 80;  // A fraction of a hundred digits says nothing to people.
    std::string text = sheet["name"].get<std::string>() + "\n";
    for (const auto& [name, value] : sheet.flatten().items()) {
        std::string label = "  " + name.substr(1);
        std::ranges::replace(label, '_', ' ');
        std::ranges::replace(label, '/', ' ');
        label.resize(std::max(kColumn, label.size() + 1), ' ');
        const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
        if (shown.size() <= kWidthMax) { text += label + shown + "\n"; }
    }
    return text;
}

std::string csv_of(const Sheet& sheet)
{
    std::string text = "name,value\n";
    for (const auto& [name, value] : sheet.flatten().items()) {
        const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
        text += name.substr(1) + ",\"" + shown + "\"\n";
    }
    return text;
}

}  // namespace croupier::rtp
