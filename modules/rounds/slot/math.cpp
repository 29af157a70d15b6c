#include "math.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <map>

namespace croupier::rounds::slot {

namespace {

// Without expression templates: a sum is a value, not a promise that refers to its parts.
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;

Integer cycle(const Definition& definition)
{
    Integer combinations = 1;
    for (const auto& strip : definition.strips) { combinations *= strip.size(); }
    return combinations;
}

/// The sum of what one line pays over all stops, in stakes per line. A cell of a line shows every position of its strip
/// once, whichever row it is in: so all lines have the same sum, and only the symbols' numbers count.
Integer line_sum(const Definition& definition)
{
    const auto size = [&](std::size_t reel) { return Integer{definition.strips[reel].size()}; };
    const auto number = [&](std::size_t reel, std::optional<std::uint32_t> symbol) {
        return symbol ? Integer{std::ranges::count(definition.strips[reel], *symbol)} : Integer{0};
    };
    const auto after = [&](std::size_t reel) {  // Ways of the reels from `reel` on, whatever they show.
        Integer ways = 1;
        for (; reel < kReels; ++reel) { ways *= size(reel); }
        return ways;
    };

    Integer sum = 0;
    Integer wild_ways = 1;  // Ways in which the first `wilds` reels all show the wild.
    for (std::size_t wilds = 0; wilds < kReels; ++wilds) {
        const auto by_wilds = definition.wild_runs[wilds].times;
        for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
            if (symbol == definition.wild) { continue; }
            if (symbol == definition.scatter) {
                sum += by_wilds * wild_ways * number(wilds, symbol) * after(wilds + 1);
                continue;
            }
            // `symbol` is the first that is not wild; its run is `count` long, then breaks or reaches the end.
            Integer run_ways = wild_ways * number(wilds, symbol);
            for (std::size_t count = wilds + 1; count <= kReels; ++count) {
                const auto times = std::max(by_wilds, definition.pays[symbol][count]);
                if (count == kReels) {
                    sum += times * run_ways;
                    break;
                }
                const Integer goes_on = number(count, symbol) + number(count, definition.wild);
                sum += times * run_ways * (size(count) - goes_on) * after(count + 1);
                run_ways *= goes_on;
            }
        }
        wild_ways *= number(wilds, definition.wild);
    }
    return sum + definition.wild_runs[kReels].times * wild_ways;
}

/// How many stop combinations show each number of scatters.
std::array<Integer, kCells + 1> scatter_ways(const Definition& definition)
{
    std::array<Integer, kCells + 1> ways{};
    ways[0] = 1;
    for (const auto& strip : definition.strips) {
        std::array<Integer, kCells + 1> next{};
        for (std::size_t stop = 0; stop < strip.size(); ++stop) {
            std::size_t seen = 0;
            for (std::size_t row = 0; row < kRows; ++row) {
                if (strip[(stop + row) % strip.size()] == definition.scatter) { ++seen; }
            }
            for (std::size_t before = 0; before + seen <= kCells; ++before) { next[before + seen] += ways[before]; }
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

/// The expected number of free spins in a round. Free spin i takes place if those before it, and the paid one, have
/// awarded at least i; an award beyond the limit is cut. So: walk spin by spin with the ways to have awarded each total.
Fraction expected_free_spins(const Definition& definition, const std::array<Integer, kCells + 1>& by_scatters)
{
    std::map<std::uint32_t, Integer> awards;
    for (std::size_t count = 0; count <= kCells; ++count) {
        awards[definition.free_spins[count]] += by_scatters[count];
    }
    const Integer combinations = cycle(definition);

    std::map<std::uint32_t, Integer> ways{{0, 1}};
    Fraction expected{.over = 0, .under = 1};
    for (std::uint32_t spins = 1; spins <= definition.free_spins_limit; ++spins) {
        // After `spins` spins: those that awarded at least as many go on.
        std::map<std::uint32_t, Integer> next;
        for (const auto& [awarded, before] : ways) {
            for (const auto& [award, each] : awards) {
                const auto total = std::min(awarded + award, definition.free_spins_limit);
                if (total >= spins) { next[total] += before * each; }
            }
        }
        ways = std::move(next);
        expected.over *= combinations;
        expected.under *= combinations;
        for (const auto& [awarded, number] : ways) { expected.over += number; }
    }
    return expected;
}

}  // namespace

Rtp rtp(const Definition& definition)
{
    const auto by_scatters = scatter_ways(definition);
    // A line's stake is the total over the number of lines, and there are as many lines: the two cancel out.
    Integer sum = line_sum(definition);
    for (std::size_t count = 0; count <= kCells; ++count) {
        sum += definition.scatter_pays[count] * by_scatters[count];
    }

    const Fraction base{.over = sum, .under = cycle(definition)};
    const Fraction free_spins = expected_free_spins(definition, by_scatters);
    // A free spin is decided by draws of its own, so its win does not depend on whether it takes place.
    const Integer over = base.over * (free_spins.under + definition.free_spin_multiplier * free_spins.over);
    const Integer under = base.under * free_spins.under;
    return {.ppm = static_cast<std::uint64_t>(Integer{over * 1'000'000 / under}),
        .total = to_text({over, under}),
        .base_spin = to_text(base),
        .free_spins = to_text(free_spins)};
}

std::string trigger_probability(const Definition& definition)
{
    const auto by_scatters = scatter_ways(definition);
    Integer ways = 0;
    for (std::size_t count = 0; count <= kCells; ++count) {
        if (definition.free_spins[count] > 0) { ways += by_scatters[count]; }
    }
    return to_text({ways, cycle(definition)});
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
