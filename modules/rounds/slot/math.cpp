#include "math.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <array>
#include <map>

#include "holds.hpp"
#include "spin.hpp"

namespace croupier::rounds::slot {

namespace {

// Without expression templates: a sum is a value, not a promise that refers to its parts.
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;

Integer cycle(const Strips& strips)
{
    Integer combinations = 1;
    for (const auto& strip : strips) { combinations *= strip.size(); }
    return combinations;
}

/// How often each symbol is, on each reel of a line.
using Numbers = std::vector<std::map<std::uint32_t, std::uint64_t>>;

/// The sum of what a line pays over all stops, in units: only the symbols' numbers on each of its reels count. Walks over the symbols
/// that a line may begin with, as long as any run goes on.
class LineSum {
public:
    LineSum(const Definition& definition, const Numbers& numbers) : definition_{definition}, numbers_{numbers}
    {
        after_.resize(numbers.size() + 1, 1);
        for (std::size_t reel = numbers.size(); reel-- > 0;) {
            std::uint64_t all = 0;
            for (const auto& [symbol, number] : numbers[reel]) { all += number; }
            after_[reel] = after_[reel + 1] * all;
        }
        std::uint32_t runs = 0;
        for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
            if (definition.first_pay(symbol)) { runs |= 1U << symbol; }
        }
        walk(0, runs, 1);
    }

    const Integer& sum() const { return sum_; }

private:
    /// `runs`: as bits, the symbols that all cells so far count as. `ways`: in so many ways the cells are as they are.
    void walk(std::size_t reel, std::uint32_t runs, const Integer& ways)
    {
        if (runs == 0 || reel == definition_.reels) {
            const auto times = line_pay(definition_, std::span{cells_}.first(reel)).times;
            if (times > 0) { sum_ += times * ways * after_[reel]; }
            return;
        }
        for (const auto& [symbol, number] : numbers_[reel]) {
            std::uint32_t next = 0;
            for (std::uint32_t as = 0; as < definition_.symbols.size(); ++as) {
                if ((runs >> as & 1U) != 0 && definition_.counts_as[symbol][as] > 0) { next |= 1U << as; }
            }
            cells_[reel] = symbol;
            walk(reel + 1, next, ways * number);
        }
    }

    const Definition& definition_;
    const Numbers& numbers_;
    std::vector<Integer> after_;  // In how many ways the reels from there on stop.
    std::array<std::uint32_t, kReelsMax> cells_{};
    Integer sum_ = 0;
};

/// Of all lines, what they pay over these stops, in units.
Integer lines_sum(const Definition& definition, const Strips& strips, const StopLists& stops)
{
    Integer sum = 0;
    std::map<Numbers, Integer> known;  // Lines that meet the same symbols as often pay the same.
    for (const Line& line : definition.lines) {
        Numbers numbers(strips.size());
        for (std::size_t reel = 0; reel < strips.size(); ++reel) {
            for (const Value stop : stops[reel]) { ++numbers[reel][definition.at(strips, reel, stop, line[reel])]; }
        }
        const auto found = known.find(numbers);
        sum += found != known.end() ? found->second : (known[numbers] = LineSum{definition, numbers}.sum());
    }
    return sum;
}

/// The sum of what all ways pay over these stops, in units: for each symbol, what each reel multiplies by is independent of the
/// others, and so is whether the next one ends the run.
Integer ways_sum(const Definition& definition, const Strips& strips, const StopLists& stops)
{
    const Reels reels{definition, strips};
    Integer sum = 0;
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        Integer run = 1;  // The sum of the ways of the first reels.
        for (std::size_t reel = 0; reel <= definition.reels; ++reel) {
            Integer ends = 1;
            Integer cells = 0;
            Integer after = 1;
            if (reel < definition.reels) {
                ends = 0;
                for (const Value stop : stops[reel]) {
                    const auto here = reels.cells_with(reel, stop, symbol);
                    cells += here;
                    ends += here == 0 ? 1 : 0;
                }
                for (std::size_t later = reel + 1; later < definition.reels; ++later) { after *= stops[later].size(); }
            }
            sum += definition.pays[symbol][reel] * run * ends * after;
            run *= cells;
        }
    }
    return sum;
}

/// What lines or ways pay over these stops, in units.
Integer pays_sum(const Definition& definition, const Strips& strips, const StopLists& stops)
{
    return definition.ways ? ways_sum(definition, strips, stops) : lines_sum(definition, strips, stops);
}

/// How many stop combinations show each number of scatters.
ByScatters<Integer> scatter_ways(const Definition& definition, const Strips& strips)
{
    ByScatters<Integer> ways{};
    ways[0] = 1;
    for (std::size_t reel = 0; reel < strips.size(); ++reel) {
        ByScatters<Integer> next{};
        for (std::size_t stop = 0; stop < strips[reel].size(); ++stop) {
            std::size_t seen = 0;
            for (std::size_t row = 0; row < definition.rows; ++row) {
                if (definition.at(strips, reel, stop, row) == definition.scatter) { ++seen; }
            }
            for (std::size_t before = 0; before + seen <= kCellsMax; ++before) { next[before + seen] += ways[before]; }
        }
        ways = next;
    }
    return ways;
}

struct Fraction {
    Integer over;
    Integer under;
};

std::string to_text(const Fraction& fraction)
{
    const Integer common = gcd(fraction.over, fraction.under);
    return Integer{fraction.over / common}.str() + "/" + Integer{fraction.under / common}.str();
}

/// Free spins → in how many stop combinations a spin awards so many.
std::map<std::uint32_t, Integer> awards(const Definition& definition, const ByScatters<Integer>& by_scatters)
{
    std::map<std::uint32_t, Integer> ways;
    for (std::size_t count = 0; count <= definition.cells(); ++count) {
        ways[definition.free_spins[count]] += by_scatters[count];
    }
    return ways;
}

/// The expected number of free spins in a round. Free spin i takes place if those before it, and the paid one, have
/// awarded at least i; an award beyond the limit is cut. So: walk spin by spin with the ways to have awarded each total.
Fraction expected_free_spins(
    const Definition& definition, const ByScatters<Integer>& paid, const ByScatters<Integer>& free)
{
    const auto free_awards = awards(definition, free);
    const Integer free_combinations = cycle(definition.free_strips);
    std::map<std::uint32_t, Integer> ways;
    for (const auto& [award, each] : awards(definition, paid)) {
        ways[std::min(award, definition.free_spins_limit)] += each;
    }
    Fraction expected{.over = 0, .under = cycle(definition.strips)};
    for (std::uint32_t spins = 1; spins <= definition.free_spins_limit; ++spins) {
        // Those that have been awarded at least as many play one more.
        std::map<std::uint32_t, Integer> next;
        for (const auto& [awarded, before] : ways) {
            if (awarded < spins) { continue; }
            expected.over += before;
            for (const auto& [award, each] : free_awards) {
                next[std::min(awarded + award, definition.free_spins_limit)] += before * each;
            }
        }
        ways = std::move(next);
        if (ways.empty()) { break; }
        expected.over *= free_combinations;
        expected.under *= free_combinations;
    }
    return expected;
}

/// What a spin returns, in stakes.
Fraction spin_return(const Definition& definition, const Strips& strips, const ByScatters<Integer>& by_scatters)
{
    Fraction back{.over = pays_sum(definition, strips, all_stops(strips)), .under = cycle(strips) * definition.units};
    for (std::size_t count = 0; count <= definition.cells(); ++count) {
        back.over += definition.scatter_pays[count] * by_scatters[count] * definition.units;
    }
    return back;
}

Fraction sum(const Fraction& a, const Fraction& b)
{
    const Integer over = a.over * b.under + b.over * a.under;
    const Integer under = a.under * b.under;
    const Integer common = gcd(over, under);
    return {over / common, under / common};
}

/// What the spin that is paid for and its respins return together, in units: from the spins that hold as many reels as they can back
/// to the first one. A spin's window is, given the reels that show the symbol when it has stopped, any of those that have them so
/// and the others without it, whichever reels were held before.
class RespinReturn {
public:
    explicit RespinReturn(const Definition& definition) : definition_{definition}, holds_{definition} {}

    Fraction round() { return from(0, definition_.respins->limit + 1); }

private:
    /// With so many spins left, from a hold.
    Fraction from(std::size_t hold, std::uint32_t spins)
    {
        const auto found = known_.find({hold, spins});
        if (found != known_.end()) { return found->second; }
        Integer won = 0;
        Fraction later{.over = 0, .under = 1};
        for (const std::size_t next : holds_.after(hold)) {
            won += windows_sum(next);
            if (!holds_.spins_again(hold, next) || spins == 1) { continue; }
            const Fraction rest = from(next, spins - 1);
            later = sum(later, {rest.over * holds_.windows(next), rest.under});
        }
        const Fraction all = sum({won, 1}, later);
        return known_[{hold, spins}] = sum({0, 1}, {all.over, all.under * holds_.spins(hold)});
    }
    const Integer& windows_sum(std::size_t hold)
    {
        const auto found = sums_.find(hold);
        if (found != sums_.end()) { return found->second; }
        return sums_[hold] = pays_sum(definition_, definition_.strips, holds_.stops(hold));
    }

    const Definition& definition_;
    Holds holds_;
    std::map<std::size_t, Integer> sums_;
    std::map<std::pair<std::size_t, std::uint32_t>, Fraction> known_;
};

/// In how many stop combinations the spin that is paid for wins a pick.
Integer picking(const Definition& definition, const ByScatters<Integer>& by_scatters)
{
    Integer ways = 0;
    for (std::uint32_t count = 0; count <= definition.cells(); ++count) {
        if (definition.picks(count)) { ways += by_scatters[count]; }
    }
    return ways;
}

/// What picks return, in stakes: whatever is picked, each prize is as likely.
Fraction pick_return(const Definition& definition, const ByScatters<Integer>& by_scatters)
{
    if (!definition.pick) { return {.over = 0, .under = 1}; }
    const auto& prizes = definition.pick->prizes;
    Integer prize = 0;
    for (const std::int64_t one : prizes) { prize += one; }
    return {.over = picking(definition, by_scatters) * prize, .under = cycle(definition.strips) * prizes.size()};
}

}  // namespace

Rtp rtp(const Definition& definition)
{
    const auto paid_scatters = scatter_ways(definition, definition.strips);
    const auto free_scatters = scatter_ways(definition, definition.free_strips);
    const Fraction paid = spin_return(definition, definition.strips, paid_scatters);
    const Fraction free = spin_return(definition, definition.free_strips, free_scatters);
    const Fraction free_spins = expected_free_spins(definition, paid_scatters, free_scatters);
    Fraction with_respins = paid;
    if (definition.respins) {
        with_respins = RespinReturn{definition}.round();
        with_respins.under *= definition.units;
    }
    const Fraction pick = pick_return(definition, paid_scatters);
    // A free spin is decided by draws of its own, so its win does not depend on whether it takes place.
    const Fraction free_part{
        .over = definition.free_spin_multiplier * free_spins.over * free.over, .under = free_spins.under * free.under};
    const Fraction total = sum(sum(with_respins, pick), free_part);
    return {.ppm = static_cast<std::uint64_t>(Integer{total.over * 1'000'000 / total.under}),
        .total = to_text(total),
        .base_spin = to_text(paid),
        .free_spin = to_text(free),
        .free_spins = to_text(free_spins),
        .respins = to_text(sum(with_respins, {-paid.over, paid.under})),
        .pick = to_text(pick)};
}

std::string pick_probability(const Definition& definition)
{
    return to_text({picking(definition, scatter_ways(definition, definition.strips)), cycle(definition.strips)});
}

std::string trigger_probability(const Definition& definition)
{
    const auto by_scatters = scatter_ways(definition, definition.strips);
    Integer ways = 0;
    for (std::size_t count = 0; count <= definition.cells(); ++count) {
        if (definition.free_spins[count] > 0) { ways += by_scatters[count]; }
    }
    return to_text({ways, cycle(definition.strips)});
}

std::string decimal(const std::string& fraction, unsigned digits)
{
    const auto slash = fraction.find('/');
    const Integer over{fraction.substr(0, slash)};
    const Integer under{fraction.substr(slash + 1)};
    Integer rest = over % under;
    std::string text = Integer{over / under}.str() + ".";
    for (unsigned i = 0; i < digits; ++i) {
        rest *= 10;
        text += Integer{rest / under}.str();
        rest %= under;
    }
    return text;
}

}  // namespace croupier::rounds::slot
