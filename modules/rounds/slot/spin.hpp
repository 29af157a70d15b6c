#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "croupier/ports.hpp"
#include "definition.hpp"

/// What one spin of the reels shows and pays: the part of a slot's mathematics that knows no stake and no free spins.
namespace croupier::rounds::slot {

/// grid[reel][row], top to bottom.
using Grid = std::array<std::array<std::uint32_t, kRows>, kReels>;
using Stops = std::span<const Value, kReels>;

Grid grid_at(const Definition& definition, Stops stops);

/// What a line pays; times 0: nothing.
struct LinePay {
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;
    std::int64_t times = 0;  ///< Of the stake per line.

    friend bool operator==(const LinePay&, const LinePay&) = default;
};

/// The best of all runs from the left: for each symbol, the cells that show it or the wild until the first that does
/// not. Of equal ones the longer.
LinePay line_pay(const Definition& definition, const Grid& grid, const Line& line);

/// How many scatters are in sight.
std::uint32_t scatters(const Definition& definition, const Grid& grid);

}  // namespace croupier::rounds::slot
