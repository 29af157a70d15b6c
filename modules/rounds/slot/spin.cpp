#include "spin.hpp"

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::rounds::slot {

LinePay line_pay(const Definition& definition, std::span<const std::uint32_t> cells)
{
    LinePay best;
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        std::uint32_t count = 0;
        std::int64_t multiplier = 1;
        for (const std::uint32_t shown : cells) {
            const auto times = definition.counts_as[shown][symbol];
            if (times == 0) { break; }
            multiplier *= times;
            ++count;
        }
        const auto times = definition.pays[symbol][count] * multiplier;
        const bool wild = definition.symbols[symbol].kind == SymbolKind::wild;
        const bool best_is_wild = definition.symbols[best.symbol].kind == SymbolKind::wild;
        if (times > best.times
            || (times == best.times && times > 0
                && (count > best.count || (count == best.count && wild && !best_is_wild)))) {
            best = {.symbol = symbol, .count = count, .times = times};
        }
    }
    return best;
}

Reels::Reels(const Definition& definition, const Strips& strips) : definition_{definition}, strips_{strips}
{
    std::size_t stops = 0;
    for (std::size_t reel = 0; reel < strips.size(); ++reel) {
        bounds_.push_back(static_cast<Bound>(strips[reel].size()));
        first_[reel] = stops;
        stops += strips[reel].size();
    }
    scatters_.resize(stops);
    lines_.resize(definition.ways ? 0 : stops);
    cells_.resize(definition.ways ? stops : 0);
    std::vector<std::uint32_t> paying;
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        if (const auto first = definition.first_pay(symbol)) {
            paying.push_back(symbol);
            reach_reels_ = std::max(reach_reels_, *first);
        }
    }
    reach_symbols_ = paying.size();
    reach_.resize(lines_.size() * reach_symbols_);
    for (std::size_t reel = 0; reel < strips.size(); ++reel) {
        for (std::size_t stop = 0; stop < strips[reel].size(); ++stop) {
            const std::size_t here = place(reel, stop);
            for (std::size_t row = 0; row < definition.rows; ++row) {
                const std::uint32_t shown = definition.at(strips, reel, stop, row);
                scatters_[here] = static_cast<std::uint8_t>(scatters_[here] + (shown == definition.scatter ? 1 : 0));
                for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
                    const auto times = definition.counts_as[shown][symbol];
                    if (definition.ways) { cells_[here][symbol] += times; }
                    if (times == 0) { continue; }
                    for (std::size_t line = 0; line < definition.lines.size(); ++line) {
                        if (definition.lines[line][reel] == row) { lines_[here][symbol] |= std::uint64_t{1} << line; }
                    }
                }
            }
            for (std::size_t i = 0; i < paying.size() && !definition.ways; ++i) {
                const bool decided = reel >= *definition.first_pay(paying[i]);
                reach_[here * reach_symbols_ + i] = decided ? ~std::uint64_t{0} : lines_[here][paying[i]];
            }
        }
    }
}

std::uint64_t Reels::lines_to_look_at(Stops stops) const
{
    std::array<const std::uint64_t*, kReelsMax> rows{};
    for (std::size_t reel = 0; reel < reach_reels_; ++reel) {
        CROUPIER_ASSERT(stops[reel] < bounds_[reel]);
        rows[reel] = &reach_[place(reel, stops[reel]) * reach_symbols_];
    }
    std::uint64_t lines = 0;
    for (std::size_t i = 0; i < reach_symbols_; ++i) {
        std::uint64_t common = ~std::uint64_t{0};
        for (std::size_t reel = 0; reel < reach_reels_; ++reel) { common &= rows[reel][i]; }
        lines |= common;
    }
    return lines;
}

LinePay Reels::line_at(Stops stops, std::size_t line) const
{
    std::array<std::uint32_t, kReelsMax> cells{};
    for (std::size_t reel = 0; reel < stops.size(); ++reel) {
        cells[reel] = definition_.at(strips_, reel, stops[reel], definition_.lines[line][reel]);
    }
    return line_pay(definition_, std::span{cells}.first(stops.size()));
}

}  // namespace croupier::rounds::slot
