#include "slot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "croupier/assert.hpp"
#include "definition.hpp"
#include "slot/definition.hpp"
#include "slot/math.hpp"
#include "slot/survey.hpp"

namespace croupier::rtp {

namespace {

using rounds::slot::decimal;
using Outcomes = std::vector<rounds::slot::SpinOutcome>;

/// Mean and mean square of what is still to come, in units. Floating point, to fifteen digits and more: the exact
/// fractions would have thousands.
struct Moments {
    long double mean = 0;
    long double square = 0;
};

/// What a spin of some strips brings, by the free spins that it awards.
class SpinMoments {
public:
    explicit SpinMoments(const Outcomes& outcomes)
    {
        long double all = 0;
        for (const auto& [win, spins, ways, picks] : outcomes) {
            Award& award = awards_[{spins, picks}];
            const auto amount = static_cast<long double>(win);
            const auto times = static_cast<long double>(ways);
            award.probability += times;
            award.win += times * amount;
            award.square += times * amount * amount;
            all += times;
        }
        for (auto& [following, award] : awards_) {
            award.probability /= all;
            award.win /= all;
            award.square /= all;
        }
    }

    Moments alone() const
    {
        Moments one;
        for (const auto& [following, award] : awards_) {
            one.mean += award.win;
            one.square += award.square;
        }
        return one;
    }
    /// With what follows an award: rest(free spins, whether there is a pick) → Moments.
    template <class Rest>
    Moments with(std::int64_t multiplier, const Rest& rest_of) const
    {
        const auto factor = static_cast<long double>(multiplier);
        Moments sum;
        for (const auto& [following, award] : awards_) {
            const Moments rest = rest_of(following.first, following.second);
            sum.mean += factor * award.win + award.probability * rest.mean;
            sum.square += factor * factor * award.square + 2 * factor * award.win * rest.mean
                + award.probability * rest.square;
        }
        return sum;
    }

private:
    struct Award {
        long double probability = 0;
        long double win = 0;     // The mean of the win where this many are awarded, times that probability.
        long double square = 0;  // And of its square.
    };
    std::map<std::pair<std::uint32_t, bool>, Award> awards_;
};

/// A round's: the spin that is paid for, then its free spins one by one, each of which may award more.
class RoundMoments {
public:
    RoundMoments(const rounds::slot::Definition& definition, const Outcomes& paid, const Outcomes& free)
        : definition_{definition}, paid_{paid}, free_{free}
    {
    }
    Moments paid_spin() const { return paid_.alone(); }
    Moments round()
    {
        const auto limit = definition_.free_spins_limit;
        const Moments prize = pick();
        return paid_.with(1, [&](std::uint32_t award, bool picks) {
            const auto taken = std::min(award, limit);
            const Moments free = free_spins(taken, limit - taken);
            return picks ? together(free, prize) : free;
        });
    }

private:
    /// Of two that do not depend on each other.
    static Moments together(const Moments& a, const Moments& b)
    {
        return {.mean = a.mean + b.mean, .square = a.square + 2 * a.mean * b.mean + b.square};
    }
    Moments pick() const
    {
        Moments prize;
        if (!definition_.pick) { return prize; }
        for (const std::int64_t one : definition_.pick->prizes) {
            const auto amount = static_cast<long double>(one * definition_.units);
            prize.mean += amount;
            prize.square += amount * amount;
        }
        const auto boxes = static_cast<long double>(definition_.pick->prizes.size());
        return {.mean = prize.mean / boxes, .square = prize.square / boxes};
    }
    /// Of `waiting` free spins, when so many more may be awarded.
    Moments free_spins(std::uint32_t waiting, std::uint32_t allowed)
    {
        if (waiting == 0) { return {}; }
        const auto found = known_.find({waiting, allowed});
        if (found != known_.end()) { return found->second; }
        const Moments moments = free_.with(definition_.free_spin_multiplier, [&](std::uint32_t award, bool) {
            const auto taken = std::min(award, allowed);
            return free_spins(waiting - 1 + taken, allowed - taken);
        });
        known_.emplace(std::pair{waiting, allowed}, moments);
        return moments;
    }

    const rounds::slot::Definition& definition_;
    SpinMoments paid_;
    SpinMoments free_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Moments> known_;
};

/// Of a round with respins: what comes from a hold on, as slot/math.hpp has it in whole numbers for the mean alone.
class RespinMoments {
public:
    struct Rest {
        Moments moments;
        long double nothing = 1;  ///< How probable it is that nothing is won.
    };

    explicit RespinMoments(const rounds::slot::Definition& definition) : definition_{definition}, holds_{definition} {}
    Rest round() { return from(0, definition_.respins->limit + 1); }

private:
    Rest from(std::size_t hold, std::uint32_t spins)
    {
        const auto found = known_.find({hold, spins});
        if (found != known_.end()) { return found->second; }
        Rest sum{.moments = {}, .nothing = 0};
        for (const std::size_t next : holds_.after(hold)) {
            const Rest& window = window_of(next);
            const bool again = holds_.spins_again(hold, next) && spins > 1;
            const Rest rest = again ? from(next, spins - 1) : Rest{};
            const long double probability = static_cast<long double>(holds_.windows(next))
                / static_cast<long double>(holds_.spins(hold));
            sum.moments.mean += probability * (window.moments.mean + rest.moments.mean);
            sum.moments.square += probability
                * (window.moments.square + 2 * window.moments.mean * rest.moments.mean + rest.moments.square);
            sum.nothing += probability * window.nothing * rest.nothing;
        }
        return known_[{hold, spins}] = sum;
    }
    /// One window with this hold.
    const Rest& window_of(std::size_t hold)
    {
        const auto found = windows_.find(hold);
        if (found != windows_.end()) { return found->second; }
        const Outcomes outcomes = rounds::slot::distribution(definition_, definition_.strips, holds_.stops(hold));
        std::uint64_t nothing = 0;
        for (const auto& outcome : outcomes) { nothing += outcome.win == 0 ? outcome.ways : 0; }
        const auto all = static_cast<long double>(holds_.windows(hold));
        return windows_[hold] = {
                   .moments = SpinMoments{outcomes}.alone(), .nothing = static_cast<long double>(nothing) / all};
    }

    const rounds::slot::Definition& definition_;
    rounds::slot::Holds holds_;
    std::map<std::size_t, Rest> windows_;
    std::map<std::pair<std::size_t, std::uint32_t>, Rest> known_;
};

double deviation(const Moments& moments, std::int64_t units)
{
    return static_cast<double>(
        std::sqrt(moments.square - moments.mean * moments.mean) / static_cast<long double>(units));
}

/// How often the spin that is paid for wins how much, in stakes.
Sheet wins(const Outcomes& outcomes, std::int64_t units, std::uint64_t all)
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
            return win > 0 && win >= kFrom[i] * units && (last || win < kFrom[i + 1] * units);
        });
    }
    return sheet;
}

}  // namespace

Sheet slot_figures(std::string_view json)
{
    const auto parsed = nlohmann::json::parse(json);
    std::optional<rounds::DefinitionError> error;
    const auto definition = rounds::slot::read(rounds::Node{parsed, "", error});
    const auto rtp = rounds::slot::rtp(definition);
    const auto all = rounds::slot::all_combinations(definition.strips);
    const Outcomes outcomes = rounds::slot::distribution(definition, definition.strips);
    const bool own_strips = definition.free_strips != definition.strips;
    const Outcomes free_outcomes = own_strips ? rounds::slot::distribution(definition, definition.free_strips)
                                              : outcomes;
    std::uint64_t paying = 0;
    std::uint64_t best_ways = 0;
    const auto best = outcomes.back().win;
    for (const auto& outcome : outcomes) {
        paying += outcome.win > 0 ? outcome.ways : 0;
        best_ways += outcome.win == best ? outcome.ways : 0;
    }
    const auto bound = rounds::slot::round_bound(definition);
    const auto units = definition.units;
    const auto hits = std::to_string(paying) + "/" + std::to_string(all);
    const auto trigger = rounds::slot::trigger_probability(definition);

    Sheet sheet;
    sheet["rtp"] = decimal(rtp.total, kDigits);
    // With a cap that can cut a round the true return is lower by what it cuts.
    sheet["rtp_is"] = bound > definition.win_cap * units ? "before the cap, which can cut rounds" : "exact";
    sheet["rtp_paid_spin"] = decimal(rtp.base_spin, kDigits);
    sheet["rtp_paid_spin_fraction"] = rtp.base_spin;
    sheet["rtp_declared_ppm"] = definition.rtp_ppm;
    sheet["rtp_tolerance_ppm"] = definition.rtp_tolerance_ppm;
    if (own_strips) { sheet["rtp_free_spin_fraction"] = rtp.free_spin; }
    sheet["free_spins_mean"] = decimal(rtp.free_spins, kDigits);
    sheet["free_spins_trigger"] = decimal(trigger, kDigits);
    sheet["free_spins_trigger_fraction"] = trigger;
    sheet["free_spins_multiplier"] = definition.free_spin_multiplier;
    sheet["hit_frequency"] = decimal(hits, kDigits);
    sheet["hit_frequency_fraction"] = hits;
    sheet["stop_combinations"] = all;
    if (definition.pick) {
        const auto picking = rounds::slot::pick_probability(definition);
        sheet["rtp_pick"] = decimal(rtp.pick, kDigits);
        sheet["rtp_pick_fraction"] = rtp.pick;
        sheet["pick_trigger"] = decimal(picking, kDigits);
        sheet["pick_trigger_fraction"] = picking;
    }
    RoundMoments moments{definition, outcomes, free_outcomes};
    Moments round = moments.round();
    if (definition.respins) {
        const auto with_respins = RespinMoments{definition}.round();
        round = with_respins.moments;
        sheet["rtp_respins"] = decimal(rtp.respins, kDigits);
        sheet["rtp_respins_fraction"] = rtp.respins;
        sheet["round_hit_frequency"] = static_cast<double>(1 - with_respins.nothing);
    }
    // Two ways to the same figure: symbol by symbol in whole numbers (slot/math.hpp), and outcome by outcome here.
    const auto mean = static_cast<double>(round.mean / static_cast<long double>(units));
    CROUPIER_ASSERT(std::abs(mean - std::stod(decimal(rtp.total, kDigits))) < 1e-9);
    const double round_deviation = deviation(round, units);
    sheet["paid_spin_standard_deviation_in_stakes"] = deviation(moments.paid_spin(), units);
    sheet["standard_deviation_in_stakes"] = round_deviation;
    sheet["variance_in_stakes_squared"] = round_deviation * round_deviation;
    sheet["volatility_index"] = kVolatility * round_deviation;
    sheet["paid_spin_wins_in_stakes"] = wins(outcomes, units, all);
    sheet["largest_spin_odds"] = "1 in " + std::to_string(all / best_ways);
    sheet["largest_spin_in_stakes"] = decimal(std::to_string(best) + "/" + std::to_string(units), 2);
    sheet["largest_round_bound_in_stakes"] = std::min(bound / units + (bound % units != 0 ? 1 : 0), definition.win_cap);
    sheet["win_cap_in_stakes"] = definition.win_cap;
    return sheet;
}

}  // namespace croupier::rtp
