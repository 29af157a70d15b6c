#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../definition.hpp"

namespace croupier::rounds::slot {

inline constexpr std::size_t kReels = 5;
inline constexpr std::size_t kRows = 3;
inline constexpr std::size_t kCells = kReels * kRows;

enum class SymbolKind : std::uint8_t { regular, wild, scatter };

struct Symbol {
    std::string name;
    SymbolKind kind = SymbolKind::regular;
};

/// The row, 0 to 2 from the top, that a line takes on each reel.
using Line = std::array<std::uint32_t, kReels>;

/// A slot's rules and mathematics. Symbols are named by their index.
///
/// A stop is the strip's position in the top row; the rows below show the positions that follow, round the end. Wins
/// are counted in stakes per line: the total stake is spread evenly over all lines.
struct Definition {
    std::string game;
    std::string name;
    Stakes stakes;
    std::vector<Symbol> symbols;
    std::optional<std::uint32_t> wild;     ///< Stands for every symbol but the scatter.
    std::optional<std::uint32_t> scatter;  ///< Counts anywhere, never on a line.
    std::vector<Line> lines;
    std::array<std::vector<std::uint32_t>, kReels> strips;
    /// pays[symbol][n]: what n of it from the left on a line pay, times the stake per line. Never less for more.
    std::vector<std::array<std::int64_t, kReels + 1>> pays;
    /// wild_runs[n]: the best that n leading wilds pay, standing for whichever symbol pays most; derived from `pays`.
    struct Run {
        std::uint32_t symbol = 0;
        std::int64_t times = 0;
    };
    std::array<Run, kReels + 1> wild_runs{};
    /// By the number of scatters in sight, up to all cells. A number that the file does not name pays as the next lower.
    std::array<std::int64_t, kCells + 1> scatter_pays{};  ///< Times the total stake.
    std::array<std::uint32_t, kCells + 1> free_spins{};   ///< How many they award.
    std::int64_t free_spin_multiplier = 1;                ///< Of every win of a free spin.
    std::uint32_t free_spins_limit = 0;                   ///< Of one round; a retrigger beyond it is cut.
    std::int64_t win_cap = 0;                             ///< Of one round, times the total stake.

    std::int64_t lines_count() const { return static_cast<std::int64_t>(lines.size()); }
};

/// The definition that `root` holds; errors are kept there. The stake's upper bounds are checked by load().
Definition read(const Node& root);

/// What docs/protocol shows a client of it, as JSON.
std::string public_json(const Definition& definition);

}  // namespace croupier::rounds::slot
