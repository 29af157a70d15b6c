#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "croupier/ports.hpp"
#include "definition.hpp"

/// What one spin of the reels shows and pays: the part of a slot's mathematics that knows no stake and no free spins.
namespace croupier::rounds::slot {

/// One value a reel: the strip's position in the top row.
using Stops = std::span<const Value>;

/// What a line pays; times 0: nothing.
struct LinePay {
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;
    std::int64_t times = 0;  ///< In units.

    friend bool operator==(const LinePay&, const LinePay&) = default;
};

/// The best of all runs from the left along the cells of a line: for each symbol, the cells that count as it until the first
/// that does not, and its pay for so many, times the multipliers of the wilds among them. Of equal ones the longer; then a
/// wild's own; then the symbol that the definition names first. The cells may be the line's first ones alone.
LinePay line_pay(const Definition& definition, std::span<const std::uint32_t> cells);

/// What the ways of a symbol pay.
struct WaysPay {
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;  ///< Of reels from the left.
    std::int64_t ways = 0;    ///< Choices of one cell on each of them; one with wilds counts as often as they multiply.
    std::int64_t times = 0;   ///< All of them together, in units.
};

/// A set of strips with, for each stop, what can be known beforehand: which lines a symbol may run on, or in how many cells it
/// is. A line's pay is looked at only where some symbol's run is long enough, which on most lines none is.
/// Refers to the definition, which must outlive it.
class Reels {
public:
    Reels(const Definition& definition, const Strips& strips);

    const Strips& strips() const { return strips_; }
    /// The bounds of a spin's draws: each strip's length.
    std::span<const Bound> bounds() const { return bounds_; }

    /// What the cells of the line pay that these stops show; they may be those of the first reels alone.
    LinePay line_at(Stops stops, std::size_t line) const;
    /// Calls pays(WaysPay) for each symbol that pays, in the order of the cells of the first reel.
    template <class Pays>
    void ways(Stops stops, const Pays& pays) const;

    std::uint32_t scatters(Stops stops) const
    {
        std::uint32_t seen = 0;
        for (std::size_t reel = 0; reel < stops.size(); ++reel) { seen += scatters_at(reel, stops[reel]); }
        return seen;
    }
    std::uint32_t scatters_at(std::size_t reel, std::size_t stop) const { return scatters_[place(reel, stop)]; }
    /// On which lines the cell of that reel counts as the symbol.
    std::uint64_t lines_with(std::size_t reel, std::size_t stop, std::uint32_t symbol) const
    {
        return lines_[place(reel, stop)][symbol];
    }
    /// In how many cells of that reel the symbol is, wilds by what they multiply.
    std::int64_t cells_with(std::size_t reel, std::size_t stop, std::uint32_t symbol) const
    {
        return cells_[place(reel, stop)][symbol];
    }

    /// Calls on_line(line, LinePay) for each line that pays, in their order, or on_ways(WaysPay) as ways() does.
    template <class OnLine, class OnWays>
    void pays(Stops stops, const OnLine& on_line, const OnWays& on_ways) const
    {
        if (definition_.ways) { return ways(stops, on_ways); }
        Best best;
        for (std::uint64_t lines = best_of_lines(stops, best); lines != 0; lines &= lines - 1) {
            const auto line = static_cast<std::uint32_t>(std::countr_zero(lines));
            on_line(line, best.of(line));
        }
    }

private:
    using Masks = std::array<std::uint64_t, kSymbolsMax>;

    /// What lines pay. Not set where a line pays nothing: to set it all would take longer than most spins.
    struct Best {
        std::array<std::int64_t, kLinesMax> times;
        std::array<std::uint8_t, kLinesMax> symbol;
        std::array<std::uint8_t, kLinesMax> count;

        LinePay of(std::size_t line) const { return {symbol[line], count[line], times[line]}; }
    };

    /// runs[i]: the lines on which the run of the symbol paying_[i] is long enough to pay. All of them together: what is not among
    /// them pays nothing.
    std::uint64_t reaching(Stops stops, Masks& runs) const;
    /// As line_pay() for every line: which lines pay, and in `best` what.
    std::uint64_t best_of_lines(Stops stops, Best& best) const;

    /// Of the wilds in the line's first cells.
    std::int64_t multiplier(Stops stops, std::size_t line, std::uint32_t symbol) const;
    bool is_wild(std::uint32_t symbol) const { return definition_.symbols[symbol].kind == SymbolKind::wild; }

    std::size_t place(std::size_t reel, std::size_t stop) const { return first_[reel] + stop; }

    const Definition& definition_;
    const Strips& strips_;
    std::vector<Bound> bounds_;
    std::array<std::size_t, kReelsMax> first_{};  // Of each reel in the tables.
    std::vector<std::uint8_t> scatters_;
    std::vector<Masks> lines_;
    std::vector<std::array<std::int64_t, kSymbolsMax>> cells_;
    // As lines_, but of symbols that pay alone, packed, and all lines behind the reel where a symbol's first pay is: what all
    // reels up to the last such have in common is where some run is long enough.
    std::vector<std::uint64_t> reach_;
    std::size_t reach_reels_ = 0;
    std::size_t reach_stride_ = 0;  // Symbols that pay, and as many that never do as it takes to whole steps.
    struct Paying {
        std::uint32_t symbol = 0;
        std::uint32_t first = 0;  // The smallest number of it that pays.
        bool wild = false;
    };
    std::vector<Paying> paying_;
    bool multiplied_ = false;  // Some wild multiplies.
};

/// Whether `one` is told rather than `other`: it pays more; of equal ones the longer; then a wild's own.
inline bool is_better(const LinePay& one, bool one_is_wild, const LinePay& other, bool other_is_wild)
{
    return one.times > other.times
        || (one.times == other.times && one.times > 0
            && (one.count > other.count || (one.count == other.count && one_is_wild && !other_is_wild)));
}

template <class Pays>
void Reels::ways(Stops stops, const Pays& pays) const
{
    std::uint32_t told = 0;  // Symbols, as bits.
    for (std::size_t row = 0; row < definition_.rows; ++row) {
        const std::uint32_t symbol = definition_.at(strips_, 0, stops[0], row);
        if ((told >> symbol & 1U) != 0) { continue; }
        told |= 1U << symbol;
        WaysPay pay{.symbol = symbol, .count = 0, .ways = 1};
        while (pay.count < definition_.reels) {
            const auto cells = cells_with(pay.count, stops[pay.count], symbol);
            if (cells == 0) { break; }
            pay.ways *= cells;
            ++pay.count;
        }
        pay.times = pay.ways * definition_.pays[symbol][pay.count];
        if (pay.times > 0) { pays(pay); }
    }
}

}  // namespace croupier::rounds::slot
