#include "spin.hpp"

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::rounds::slot {

namespace {

// Masks that are combined at once, by as few vector instructions as the machine has: a loop of a known length.
constexpr std::size_t kStep = 8;
static_assert(kSymbolsMax % kStep == 0);

}  // namespace

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
        const LinePay pay{.symbol = symbol, .count = count, .times = definition.pays[symbol][count] * multiplier};
        const bool wild = definition.symbols[symbol].kind == SymbolKind::wild;
        if (is_better(pay, wild, best, definition.symbols[best.symbol].kind == SymbolKind::wild)) { best = pay; }
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
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        multiplied_ = multiplied_ || definition.symbols[symbol].multiplier != 1;
        if (const auto first = definition.first_pay(symbol)) {
            paying_.push_back({.symbol = symbol,
                .first = static_cast<std::uint32_t>(*first),
                .wild = definition.symbols[symbol].kind == SymbolKind::wild});
            reach_reels_ = std::max(reach_reels_, *first);
        }
    }
    reach_stride_ = (paying_.size() + kStep - 1) / kStep * kStep;
    reach_.resize(lines_.size() * reach_stride_);
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
            for (std::size_t i = 0; i < paying_.size() && !definition.ways; ++i) {
                const bool decided = reel >= paying_[i].first;
                reach_[here * reach_stride_ + i] = decided ? ~std::uint64_t{0} : lines_[here][paying_[i].symbol];
            }
        }
    }
}

std::uint64_t Reels::reaching(Stops stops, Masks& runs) const
{
    std::array<const std::uint64_t*, kReelsMax> rows;
    for (std::size_t reel = 0; reel < reach_reels_; ++reel) {
        CROUPIER_ASSERT(stops[reel] < bounds_[reel]);
        rows[reel] = &reach_[place(reel, stops[reel]) * reach_stride_];
    }
    std::uint64_t lines = 0;
    for (std::size_t first = 0; first < reach_stride_; first += kStep) {
        std::array<std::uint64_t, kStep> common;
        std::copy_n(rows[0] + first, kStep, common.begin());
        for (std::size_t reel = 1; reel < reach_reels_; ++reel) {
            for (std::size_t i = 0; i < kStep; ++i) { common[i] &= rows[reel][first + i]; }
        }
        for (const std::uint64_t of_symbol : common) { lines |= of_symbol; }
        std::ranges::copy(common, runs.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return lines;
}

std::uint64_t Reels::best_of_lines(Stops stops, Best& best) const
{
    Masks runs;  // Not set where no symbol is.
    if (reaching(stops, runs) == 0) { return 0; }
    std::uint64_t paid = 0;
    for (std::size_t i = 0; i < paying_.size(); ++i) {
        const Paying& paying = paying_[i];
        // The lines on which the run goes on as far as count - 1 reels; they get fewer with each.
        std::uint64_t goes_on = runs[i];
        for (std::uint32_t count = paying.first; goes_on != 0; ++count) {
            const std::uint64_t longer = count < definition_.reels
                ? goes_on & lines_with(count, stops[count], paying.symbol)
                : 0;
            for (std::uint64_t ends = goes_on & ~longer; ends != 0; ends &= ends - 1) {
                const auto line = static_cast<std::size_t>(std::countr_zero(ends));
                LinePay pay{.symbol = paying.symbol, .count = count, .times = definition_.pays[paying.symbol][count]};
                if (multiplied_) { pay.times *= multiplier(stops.first(count), line, paying.symbol); }
                const bool first = (paid >> line & 1U) == 0;
                if (!first && !is_better(pay, paying.wild, best.of(line), is_wild(best.symbol[line]))) { continue; }
                best.times[line] = pay.times;
                best.symbol[line] = static_cast<std::uint8_t>(pay.symbol);
                best.count[line] = static_cast<std::uint8_t>(pay.count);
                paid |= std::uint64_t{1} << line;
            }
            goes_on = longer;
        }
    }
    return paid;
}

std::int64_t Reels::multiplier(Stops stops, std::size_t line, std::uint32_t symbol) const
{
    std::int64_t multiplier = 1;
    for (std::size_t reel = 0; reel < stops.size(); ++reel) {
        multiplier *=
            definition_.counts_as[definition_.at(strips_, reel, stops[reel], definition_.lines[line][reel])][symbol];
    }
    return multiplier;
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
