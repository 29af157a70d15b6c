#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "spin.hpp"
#include "survey.hpp"

namespace croupier::rounds::slot {

namespace {

using ScatterWays = ByScatters<std::uint64_t>;

/// In how many ways what is won. Most wins are small and many, so that they have a place each.
class Tally {
public:
    void add(std::int64_t win, std::uint32_t free_spins, bool picks, std::uint64_t ways)
    {
        const std::uint32_t award = 2 * free_spins + (picks ? 1 : 0);
        if (win >= kSmall) {
            large_[{win, award}] += ways;
            return;
        }
        if (award >= small_.size()) { small_.resize(award + 1); }
        auto& of_award = small_[award];
        if (of_award.empty()) { of_award.resize(kSmall); }
        of_award[static_cast<std::size_t>(win)] += ways;
    }

    std::vector<SpinOutcome> outcomes() const
    {
        std::vector<SpinOutcome> all;
        const auto put = [&](std::int64_t win, std::uint32_t award, std::uint64_t ways) {
            all.push_back({.win = win, .free_spins = award / 2, .ways = ways, .picks = award % 2 != 0});
        };
        for (std::int64_t win = 0; win < kSmall; ++win) {
            for (std::uint32_t award = 0; award < small_.size(); ++award) {
                if (small_[award].empty()) { continue; }
                const auto ways = small_[award][static_cast<std::size_t>(win)];
                if (ways > 0) { put(win, award, ways); }
            }
        }
        for (const auto& [key, ways] : large_) { put(key.first, key.second, ways); }
        return all;
    }

private:
    static constexpr std::int64_t kSmall = 1 << 14;
    std::vector<std::vector<std::uint64_t>>
        small_;  // By award (twice the free spins, plus one for a pick), then by win.
    std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> large_;
};

/// Walks over the stops reel by reel with what still runs; once nothing does, only scatters count, and those of the reels that are
/// left are known beforehand. Most runs end on the second or third reel, so that this is a small part of all combinations.
class Walk {
public:
    Walk(const Definition& definition, const Strips& strips, const StopLists& stops)
        : definition_{definition}, reels_{definition, strips}, stops_{stops}
    {
        count_tails();
        for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
            if (definition.first_pay(symbol)) { paying_.push_back(symbol); }
        }
        if (definition.ways) {
            std::vector<Run> runs;
            runs.reserve(paying_.size());
            for (const std::uint32_t symbol : paying_) { runs.push_back({symbol, 1}); }
            by_ways(0, runs, 0, 0);
        } else {
            const std::uint64_t all = ~std::uint64_t{0} >> (kLinesMax - definition.lines.size());
            Masks masks{};
            std::ranges::fill(std::span{masks}.first(paying_.size()), all);
            by_lines(0, masks, all, 0, 0);
        }
    }

    std::vector<SpinOutcome> outcomes() const { return tally_.outcomes(); }

private:
    using Masks =
        std::array<std::uint64_t, kSymbolsMax>;  // Of each symbol that pays: the lines on which it still runs.
    struct Run {
        std::uint32_t symbol = 0;
        std::int64_t ways = 0;
    };

    /// tails_[reel]: scatters on that reel and those after it.
    void count_tails()
    {
        tails_[definition_.reels][0] = 1;
        for (std::size_t reel = definition_.reels; reel-- > 0;) {
            for (const Value stop : stops_[reel]) {
                const auto seen = reels_.scatters_at(reel, stop);
                tail_max_[reel] = std::max(tail_max_[reel], tail_max_[reel + 1] + seen);
                for (std::size_t count = 0; count + seen <= kCellsMax; ++count) {
                    tails_[reel][count + seen] += tails_[reel + 1][count];
                }
            }
        }
    }

    void finish(std::size_t reel, std::int64_t win, std::uint32_t seen)
    {
        for (std::size_t count = seen; count <= seen + tail_max_[reel]; ++count) {
            const std::uint64_t ways = tails_[reel][count - seen];
            if (ways == 0) { continue; }
            const auto pays = definition_.scatter_pays[count] * definition_.units;
            tally_.add(
                win + pays, definition_.free_spins[count], definition_.picks(static_cast<std::uint32_t>(count)), ways);
        }
    }

    void by_ways(std::size_t reel, const std::vector<Run>& runs, std::int64_t win, std::uint32_t seen)
    {
        if (reel == definition_.reels) {
            for (const Run& run : runs) { win += definition_.pays[run.symbol][reel] * run.ways; }
            return finish(reel, win, seen);
        }
        if (runs.empty()) { return finish(reel, win, seen); }
        std::vector<Run> next;
        for (const Value stop : stops_[reel]) {
            next.clear();
            std::int64_t won = win;
            for (const Run& run : runs) {
                if (const auto cells = reels_.cells_with(reel, stop, run.symbol); cells > 0) {
                    next.push_back({run.symbol, run.ways * cells});
                } else {
                    won += definition_.pays[run.symbol][reel] * run.ways;
                }
            }
            by_ways(reel + 1, next, won, seen + reels_.scatters_at(reel, stop));
        }
    }

    /// What the lines pay whose first `reel` cells are those of the chosen stops.
    std::int64_t pay(std::size_t reel, std::uint64_t lines) const
    {
        std::int64_t units = 0;
        const auto stops = std::span{chosen_}.first(reel);
        for (; lines != 0; lines &= lines - 1) {
            units += reels_.line_at(stops, static_cast<std::size_t>(std::countr_zero(lines))).times;
        }
        return units;
    }

    void by_lines(std::size_t reel, const Masks& masks, std::uint64_t running, std::int64_t win, std::uint32_t seen)
    {
        if (running == 0) { return finish(reel, win, seen); }
        if (reel == definition_.reels) { return finish(reel, win + pay(reel, running), seen); }
        // What a line pays that ends here depends on what it has shown so far, not on what ends it.
        std::array<std::int64_t, kLinesMax> ended{};
        for (std::uint64_t lines = running; lines != 0; lines &= lines - 1) {
            ended[static_cast<std::size_t>(std::countr_zero(lines))] = pay(reel, lines & (~lines + 1));
        }
        for (const Value stop : stops_[reel]) {
            Masks next;
            std::uint64_t left = 0;
            for (std::size_t i = 0; i < paying_.size(); ++i) {
                next[i] = masks[i] & reels_.lines_with(reel, stop, paying_[i]);
                left |= next[i];
            }
            std::int64_t won = win;
            for (std::uint64_t lines = running & ~left; lines != 0; lines &= lines - 1) {
                won += ended[static_cast<std::size_t>(std::countr_zero(lines))];
            }
            chosen_[reel] = stop;
            by_lines(reel + 1, next, left, won, seen + reels_.scatters_at(reel, stop));
        }
    }

    const Definition& definition_;
    Reels reels_;
    const StopLists& stops_;
    std::vector<std::uint32_t> paying_;
    std::array<ScatterWays, kReelsMax + 1> tails_{};
    std::array<std::size_t, kReelsMax + 1> tail_max_{};  // The most scatters of each.
    std::array<Value, kReelsMax> chosen_{};
    Tally tally_;
};

}  // namespace

std::vector<SpinOutcome> distribution(const Definition& definition, const Strips& strips)
{
    return distribution(definition, strips, all_stops(strips));
}

std::vector<SpinOutcome> distribution(const Definition& definition, const Strips& strips, const StopLists& stops)
{
    return Walk{definition, strips, stops}.outcomes();
}

}  // namespace croupier::rounds::slot
