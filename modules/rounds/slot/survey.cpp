#include "survey.hpp"

#include <map>

namespace croupier::rounds::slot {

namespace {

using Column = std::array<std::uint32_t, kRows>;

/// A line as far as it is known: its leading wilds, the first other symbol and the length of that one's run.
struct Run {
    std::uint32_t wilds = 0;
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;  ///< 0: wilds only so far.
    bool ended = false;
};

/// The first reels' columns, and what follows from them.
struct Start {
    std::vector<Run> runs;
    std::uint32_t scatters = 0;
    std::int64_t certain = 0;   ///< What is won if the remaining reels add nothing, in stakes per line.
    std::int64_t possible = 0;  ///< What cannot be exceeded.
};

class Survey {
public:
    explicit Survey(const Definition& definition) : definition_{definition}
    {
        for (std::size_t reel = 0; reel < kReels; ++reel) {
            const auto& strip = definition.strips[reel];
            for (std::size_t stop = 0; stop < strip.size(); ++stop) {
                Column column{};
                for (std::size_t row = 0; row < kRows; ++row) { column[row] = strip[(stop + row) % strip.size()]; }
                ++columns_[reel][column];
                scatters_max_[reel] = std::max(scatters_max_[reel], scatters_in(column));
            }
        }
    }

    std::int64_t best()
    {
        search_best(empty(), 0);
        return best_;
    }
    std::uint64_t paying() const { return count_paying(empty(), 0); }
    std::uint32_t scatters_max() const
    {
        std::uint32_t all = 0;
        for (const auto one : scatters_max_) { all += one; }
        return all;
    }

private:
    Start empty() const { return Start{.runs = std::vector<Run>(definition_.lines.size())}; }

    std::uint32_t scatters_in(const Column& column) const
    {
        return definition_.scatter ? static_cast<std::uint32_t>(std::ranges::count(column, *definition_.scatter)) : 0;
    }

    void extend(Run& run, std::uint32_t symbol) const
    {
        if (run.ended) { return; }
        if (symbol == definition_.scatter) {
            run.ended = true;
        } else if (run.count == 0 && symbol == definition_.wild) {
            ++run.wilds;
        } else if (run.count == 0) {
            run.symbol = symbol;
            run.count = run.wilds + 1;
        } else if (symbol == run.symbol || symbol == definition_.wild) {
            ++run.count;
        } else {
            run.ended = true;
        }
    }

    Start extended(const Start& start, std::size_t reel, const Column& column) const
    {
        Start next = start;
        next.certain = 0;
        next.possible = 0;
        for (std::size_t line = 0; line < next.runs.size(); ++line) {
            Run& run = next.runs[line];
            extend(run, column[definition_.lines[line][reel]]);
            const std::int64_t by_wilds = definition_.wild_runs[run.wilds].times;
            std::int64_t certain = by_wilds;
            std::int64_t possible = definition_.wild_runs[kReels].times;  // Wilds only: any symbol's best may follow.
            if (run.count > 0) {
                certain = std::max(by_wilds, definition_.pays[run.symbol][run.count]);
                possible = std::max(by_wilds, definition_.pays[run.symbol][kReels]);
            }
            next.certain += certain;
            next.possible += run.ended ? certain : possible;
        }
        next.scatters += scatters_in(column);
        std::uint32_t scatters = next.scatters;
        for (std::size_t later = reel + 1; later < kReels; ++later) { scatters += scatters_max_[later]; }
        next.certain += definition_.scatter_pays[next.scatters] * definition_.lines_count();
        next.possible += definition_.scatter_pays[scatters] * definition_.lines_count();
        return next;
    }

    void search_best(const Start& start, std::size_t reel)
    {
        best_ = std::max(best_, start.certain);
        if (reel == kReels) { return; }
        std::vector<Start> starts;
        for (const auto& [column, stops] : columns_[reel]) { starts.push_back(extended(start, reel, column)); }
        // The most promising first, so that its win leaves out the others.
        std::ranges::sort(starts, std::ranges::greater{}, &Start::possible);
        for (const Start& next : starts) {
            if (next.possible > best_) { search_best(next, reel + 1); }
        }
    }

    std::uint64_t count_paying(const Start& start, std::size_t reel) const
    {
        // Pays never fall when a run grows: what is won stays won.
        if (start.certain > 0) {
            std::uint64_t rest = 1;
            for (; reel < kReels; ++reel) { rest *= definition_.strips[reel].size(); }
            return rest;
        }
        std::uint64_t paying = 0;
        if (reel == kReels) { return paying; }
        for (const auto& [column, stops] : columns_[reel]) {
            const Start next = extended(start, reel, column);
            if (next.possible > 0) { paying += stops * count_paying(next, reel + 1); }
        }
        return paying;
    }

    const Definition& definition_;
    std::array<std::map<Column, std::uint64_t>, kReels> columns_;  ///< The different columns, and at how many stops.
    std::array<std::uint32_t, kReels> scatters_max_{};
    std::int64_t best_ = 0;
};

}  // namespace

std::int64_t best_spin(const Definition& definition) { return Survey{definition}.best(); }

std::uint64_t paying_combinations(const Definition& definition) { return Survey{definition}.paying(); }

std::uint64_t all_combinations(const Definition& definition)
{
    std::uint64_t combinations = 1;
    for (const auto& strip : definition.strips) { combinations *= strip.size(); }
    return combinations;
}

bool awards_free_spins(const Definition& definition)
{
    return definition.free_spins_limit > 0 && definition.free_spins[Survey{definition}.scatters_max()] > 0;
}

std::int64_t round_bound(const Definition& definition)
{
    // At most 10^6 on each of 100 lines and as much for scatters, at most 20,001 times: far inside 64 bits.
    const std::int64_t spins = awards_free_spins(definition)
        ? 1 + definition.free_spins_limit * definition.free_spin_multiplier
        : 1;
    return best_spin(definition) * spins;
}

}  // namespace croupier::rounds::slot
