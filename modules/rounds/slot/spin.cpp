#include "spin.hpp"

#include "croupier/assert.hpp"

namespace croupier::rounds::slot {

Grid grid_at(const Definition& definition, Stops stops)
{
    Grid grid{};
    for (std::size_t reel = 0; reel < kReels; ++reel) {
        const auto& strip = definition.strips[reel];
        CROUPIER_ASSERT(stops[reel] < strip.size());
        for (std::size_t row = 0; row < kRows; ++row) { grid[reel][row] = strip[(stops[reel] + row) % strip.size()]; }
    }
    return grid;
}

LinePay line_pay(const Definition& definition, const Grid& grid, const Line& line)
{
    std::uint32_t wilds = 0;
    while (wilds < kReels && grid[wilds][line[wilds]] == definition.wild) { ++wilds; }
    const Definition::Run& run = definition.wild_runs[wilds];
    const LinePay by_wilds{.symbol = run.symbol, .count = wilds, .times = run.times};
    if (wilds == kReels) { return by_wilds; }

    // The first symbol that is not wild is the only one whose run is longer than the wilds'.
    const std::uint32_t symbol = grid[wilds][line[wilds]];
    std::uint32_t count = wilds + 1;
    while (count < kReels && (grid[count][line[count]] == symbol || grid[count][line[count]] == definition.wild)) {
        ++count;
    }
    // The scatter has no line pays, so a run that it begins or breaks needs no special case: wilds do not stand for it.
    const auto times = symbol == definition.scatter ? 0 : definition.pays[symbol][count];
    if (by_wilds.times > times) { return by_wilds; }
    return times == 0 ? LinePay{} : LinePay{.symbol = symbol, .count = count, .times = times};
}

std::uint32_t scatters(const Definition& definition, const Grid& grid)
{
    if (!definition.scatter) { return 0; }
    std::uint32_t count = 0;
    for (const auto& column : grid) {
        count += static_cast<std::uint32_t>(std::ranges::count(column, *definition.scatter));
    }
    return count;
}

}  // namespace croupier::rounds::slot
