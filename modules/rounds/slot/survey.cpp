#include "survey.hpp"

#include <algorithm>
#include <map>

#include "croupier/money.hpp"
#include "spin.hpp"

namespace croupier::rounds::slot {

namespace {

/// A file that nobody would write may not keep a server from starting: after so many steps the bound has to do.
constexpr std::size_t kStepsMax = 1'000'000;

std::int64_t times(std::int64_t a, std::int64_t b)
{
    const auto product = checked_mul(a, b);
    return product && *product < kUnitsMax ? *product : kUnitsMax;
}
std::int64_t plus(std::int64_t a, std::int64_t b) { return std::min(a + b, kUnitsMax); }

/// The first reels' stops, and what follows from them.
struct Start {
    Value stop = 0;             ///< Of the last of them.
    std::int64_t certain = 0;   ///< What is won if the remaining reels add nothing.
    std::int64_t possible = 0;  ///< What cannot be exceeded.
};

/// Looks for the best spin by branch and bound.
class Search {
public:
    Search(const Definition& definition, const Strips& strips)
        : definition_{definition}, reels_{definition, strips}, stops_(strips.size())
    {
        for (std::size_t reel = 0; reel < strips.size(); ++reel) {
            std::map<std::vector<std::uint32_t>, Value> columns;
            for (Value stop = 0; stop < strips[reel].size(); ++stop) {
                std::vector<std::uint32_t> column;
                column.reserve(definition.rows);
                for (std::size_t row = 0; row < definition.rows; ++row) {
                    column.push_back(definition.at(strips, reel, stop, row));
                }
                columns.emplace(std::move(column), stop);
                scatters_max_[reel] = std::max(scatters_max_[reel], reels_.scatters_at(reel, stop));
                for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
                    most_[reel][symbol] = std::max(most_[reel][symbol], most(reel, stop, symbol));
                }
            }
            auto& different = stops_[reel];
            for (const auto& [column, stop] : columns) { different.push_back(stop); }
        }
    }

    std::int64_t best()
    {
        search(0);
        return steps_ > kStepsMax ? prospects(0).possible : best_;
    }

private:
    /// What a cell, or with ways all cells, of that reel may multiply a win of the symbol by.
    std::int64_t most(std::size_t reel, Value stop, std::uint32_t symbol) const
    {
        if (definition_.ways) { return reels_.cells_with(reel, stop, symbol); }
        std::int64_t found = 0;
        for (std::size_t row = 0; row < definition_.rows; ++row) {
            found = std::max(found, definition_.counts_as[definition_.at(reels_.strips(), reel, stop, row)][symbol]);
        }
        return found;
    }

    /// The largest pay of a symbol that has run over `count` reels and multiplies by `so_far`.
    std::int64_t prospect(std::uint32_t symbol, std::size_t count, std::int64_t so_far) const
    {
        std::int64_t best = times(definition_.pays[symbol][count], so_far);
        for (; count < definition_.reels && most_[count][symbol] > 0; ++count) {
            so_far = times(so_far, most_[count][symbol]);
            best = std::max(best, times(definition_.pays[symbol][count + 1], so_far));
        }
        return best;
    }

    Start prospects(std::size_t reels) const
    {
        Start start;
        const auto stops = std::span{chosen_}.first(reels);
        definition_.ways ? by_ways(stops, start) : by_lines(stops, start);
        std::uint32_t scatters = reels_.scatters(stops);
        start.certain = plus(start.certain, times(definition_.scatter_pays[scatters], definition_.units));
        for (std::size_t later = reels; later < definition_.reels; ++later) { scatters += scatters_max_[later]; }
        start.possible = plus(start.possible, times(definition_.scatter_pays[scatters], definition_.units));
        return start;
    }

    void by_ways(Stops stops, Start& start) const
    {
        for (std::uint32_t symbol = 0; symbol < definition_.symbols.size(); ++symbol) {
            std::int64_t ways = 1;
            std::size_t count = 0;
            while (count < stops.size()) {
                const auto cells = reels_.cells_with(count, stops[count], symbol);
                if (cells == 0) { break; }
                ways = times(ways, cells);
                ++count;
            }
            const auto certain = times(definition_.pays[symbol][count], ways);
            start.certain = plus(start.certain, certain);
            start.possible = plus(start.possible, count == stops.size() ? prospect(symbol, count, ways) : certain);
        }
    }

    void by_lines(Stops stops, Start& start) const
    {
        std::array<std::uint32_t, kReelsMax> cells{};
        for (const Line& line : definition_.lines) {
            for (std::size_t reel = 0; reel < stops.size(); ++reel) {
                cells[reel] = definition_.at(reels_.strips(), reel, stops[reel], line[reel]);
            }
            const auto shown = std::span{cells}.first(stops.size());
            const auto certain = line_pay(definition_, shown).times;
            std::int64_t possible = certain;
            for (std::uint32_t symbol = 0; symbol < definition_.symbols.size(); ++symbol) {
                std::int64_t multiplier = 1;
                for (const auto cell : shown) { multiplier = times(multiplier, definition_.counts_as[cell][symbol]); }
                if (multiplier > 0) { possible = std::max(possible, prospect(symbol, stops.size(), multiplier)); }
            }
            start.certain = plus(start.certain, certain);
            start.possible = plus(start.possible, possible);
        }
    }

    void search(std::size_t reel)
    {
        if (reel == definition_.reels || steps_ > kStepsMax) { return; }
        std::vector<Start> starts;
        for (const Value stop : stops_[reel]) {
            ++steps_;
            chosen_[reel] = stop;
            starts.push_back(prospects(reel + 1));
            starts.back().stop = stop;
            best_ = std::max(best_, starts.back().certain);
        }
        // The most promising first, so that its win leaves out the others.
        std::ranges::sort(starts, std::ranges::greater{}, &Start::possible);
        for (const Start& next : starts) {
            if (next.possible <= best_) { break; }
            chosen_[reel] = next.stop;
            search(reel + 1);
        }
    }

    const Definition& definition_;
    Reels reels_;
    std::vector<std::vector<Value>> stops_;  ///< Of each reel one for each different column.
    std::array<std::array<std::int64_t, kSymbolsMax>, kReelsMax> most_{};
    std::array<std::uint32_t, kReelsMax> scatters_max_{};
    std::array<Value, kReelsMax> chosen_{};
    std::int64_t best_ = 0;
    std::size_t steps_ = 0;
};

/// Whether some stop combination of these strips awards free spins.
bool awards_free_spins(const Definition& definition, const Strips& strips)
{
    const Reels reels{definition, strips};
    std::uint32_t most = 0;
    for (std::size_t reel = 0; reel < strips.size(); ++reel) {
        std::uint32_t on_reel = 0;
        for (std::size_t stop = 0; stop < strips[reel].size(); ++stop) {
            on_reel = std::max(on_reel, reels.scatters_at(reel, stop));
        }
        most += on_reel;
    }
    return definition.free_spins_limit > 0 && definition.free_spins[most] > 0;
}

}  // namespace

std::int64_t best_spin(const Definition& definition, const Strips& strips) { return Search{definition, strips}.best(); }

std::uint64_t all_combinations(const Strips& strips)
{
    std::uint64_t combinations = 1;
    for (const auto& strip : strips) { combinations *= strip.size(); }
    return combinations;
}

std::int64_t round_bound(const Definition& definition)
{
    const std::int64_t spin = best_spin(definition, definition.strips);
    if (definition.respins) { return times(spin, definition.respins->limit + 1); }
    const std::int64_t prize = definition.pick ? std::ranges::max(definition.pick->prizes) : 0;
    const std::int64_t paid = plus(spin, times(prize, definition.units));
    if (!awards_free_spins(definition, definition.strips)) { return paid; }
    const std::int64_t free = definition.free_strips == definition.strips
        ? spin
        : best_spin(definition, definition.free_strips);
    return plus(paid, times(free, definition.free_spins_limit * definition.free_spin_multiplier));
}

}  // namespace croupier::rounds::slot
