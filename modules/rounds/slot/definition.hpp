#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../definition.hpp"

namespace croupier::rounds::slot {

inline constexpr std::size_t kReelsMin = 3;
inline constexpr std::size_t kReelsMax = 6;
inline constexpr std::size_t kRowsMax = 5;
inline constexpr std::size_t kCellsMax = kReelsMax * kRowsMax;
inline constexpr std::size_t kLinesMax = 64;  ///< So that the lines are one word's bits.
inline constexpr std::size_t kSymbolsMax = 32;
inline constexpr std::size_t kWildsMax = 3;

enum class SymbolKind : std::uint8_t { regular, wild, scatter };

struct Symbol {
    std::string name;
    SymbolKind kind = SymbolKind::regular;
    std::int64_t multiplier = 1;             ///< Of a wild: of the win of which it stands for another symbol.
    std::vector<std::uint32_t> except = {};  ///< Of a wild: symbols that it does not stand for.
};

/// The row, from 0 at the top, that a line takes on each reel.
using Line = std::array<std::uint32_t, kReelsMax>;

/// The symbols of each reel. A stop is the position in the top row; the rows below show the positions that follow, round the end.
using Strips = std::vector<std::vector<std::uint32_t>>;

/// By the number of scatters in sight, up to all cells.
template <class Amount>
using ByScatters = std::array<Amount, kCellsMax + 1>;

/// After the spin that is paid for, reels that show `symbol` are held and the others spin again, up to `limit` times, as long as
/// each spin holds another reel. Every spin pays.
struct Respins {
    std::uint32_t symbol = 0;
    std::uint32_t limit = 0;
};

/// `scatters` in sight in the spin that is paid for, or more, let the player pick one of as many boxes as there are prizes. What is in
/// which is drawn when the box is picked, each order alike: so the choice changes nothing of what is to be expected.
struct Pick {
    std::uint32_t scatters = 0;
    std::vector<std::int64_t> prizes;  ///< Times the total stake.
};

inline constexpr std::size_t kBoxesMax = 12;
/// In how many ways reels may be held in all: each is taken into account when a return is computed.
inline constexpr std::size_t kHeldMax = 256;

/// A slot's rules. Symbols are named by their index.
///
/// Wins are counted in units: the total stake is spread evenly over `units`. A line game has as many as lines, each line one; a
/// game of ways says how many.
struct Definition {
    std::string game;
    std::string name;
    Stakes stakes;
    std::size_t reels = 0;
    std::size_t rows = 0;
    std::vector<Symbol> symbols;
    std::optional<std::uint32_t> scatter;  ///< Counts anywhere, never on a line; no wild stands for it.
    /// counts_as[shown][symbol]: 0 if a cell that shows the one does not count as the other; else what it multiplies the win by.
    std::array<std::array<std::int64_t, kSymbolsMax>, kSymbolsMax> counts_as{};
    bool ways = false;        ///< Every choice of one cell a reel is a line.
    std::vector<Line> lines;  ///< Of a line game.
    std::int64_t units = 0;
    Strips strips;
    Strips free_strips;  ///< Of the free spins; often the same.
    /// pays[symbol][n]: what n of it from the left pay, in units. Never less for more.
    std::vector<std::array<std::int64_t, kReelsMax + 1>> pays;
    /// A number that the file does not name pays as the next lower.
    ByScatters<std::int64_t> scatter_pays{};  ///< Times the total stake.
    ByScatters<std::uint32_t> free_spins{};   ///< How many they award.
    std::int64_t free_spin_multiplier = 1;    ///< Of every win of a free spin.
    std::uint32_t free_spins_limit = 0;       ///< Of one round; a retrigger beyond it is cut.
    std::optional<Respins> respins;           ///< Only where there is no scatter.
    std::optional<Pick> pick;
    std::int64_t win_cap = 0;            ///< Of one round, times the total stake.
    std::int64_t rtp_ppm = 0;            ///< What the file says that it returns, in millionths …
    std::int64_t rtp_tolerance_ppm = 0;  ///< … give or take this.

    std::size_t cells() const { return reels * rows; }
    std::uint32_t at(const Strips& of, std::size_t reel, std::size_t stop, std::size_t row) const
    {
        const auto& strip = of[reel];
        const std::size_t place = stop + row;  // Round the end at most once: no strip is shorter than the window.
        return strip[place < strip.size() ? place : place - strip.size()];
    }
    /// Whether the window at that stop shows the symbol.
    bool shows(const Strips& of, std::size_t reel, std::size_t stop, std::uint32_t symbol) const;
    bool picks(std::uint32_t scatters) const { return pick && scatters >= pick->scatters; }
    /// The smallest number of `symbol` that pays; nothing: none does.
    std::optional<std::size_t> first_pay(std::uint32_t symbol) const;
};

/// The definition that `root` holds; errors are kept there. What it returns and can win is checked by load().
Definition read(const Node& root);

/// What docs/protocol shows a client of it, as JSON.
std::string public_json(const Definition& definition);

}  // namespace croupier::rounds::slot
