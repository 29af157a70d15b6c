#include <algorithm>
#include <array>
#include <map>

#include "survey.hpp"

namespace croupier::rounds::slot {

namespace {

/// Walks over the stops reel by reel with the lines that still run; once none does, only scatters count, and those of the reels
/// that are left are known beforehand. Most lines end on the second or third reel, so that this is a small part of all
/// combinations.
class Walk {
public:
    explicit Walk(const Definition& definition) : definition_{definition}, tails_{tails(definition)}
    {
        for (auto& running : running_) { running.reserve(definition.lines.size()); }
        for (std::uint32_t line = 0; line < definition.lines.size(); ++line) { running_[0].push_back({.line = line}); }
        step(0, 0, 0);
    }

    std::vector<SpinOutcome> outcomes() const
    {
        std::vector<SpinOutcome> all;
        all.reserve(ways_.size());
        for (const auto& [key, ways] : ways_) { all.push_back({key.first, key.second, ways}); }
        return all;
    }

private:
    using Scatters = std::array<std::uint64_t, kCells + 1>;  // By number in sight: in how many ways.

    /// A line from the left so far: wilds, then maybe a symbol that they stand for.
    struct Run {
        std::uint32_t line = 0;
        std::uint32_t wilds = 0;
        std::optional<std::uint32_t> symbol{};
    };

    std::uint32_t at(std::size_t reel, std::size_t stop, std::uint32_t row) const
    {
        const auto& strip = definition_.strips[reel];
        return strip[(stop + row) % strip.size()];
    }
    static std::uint32_t scatters(const Definition& definition, std::size_t reel, std::size_t stop)
    {
        const auto& strip = definition.strips[reel];
        std::uint32_t seen = 0;
        for (std::size_t row = 0; row < kRows; ++row) {
            seen += strip[(stop + row) % strip.size()] == definition.scatter;
        }
        return seen;
    }
    /// tails[reel]: scatters on that reel and those after it.
    static std::array<Scatters, kReels + 1> tails(const Definition& definition)
    {
        std::array<Scatters, kReels + 1> all{};
        all[kReels][0] = 1;
        for (std::size_t reel = kReels; reel-- > 0;) {
            for (std::size_t stop = 0; stop < definition.strips[reel].size(); ++stop) {
                const auto seen = scatters(definition, reel, stop);
                for (std::size_t count = 0; count + seen <= kCells; ++count) {
                    all[reel][count + seen] += all[reel + 1][count];
                }
            }
        }
        return all;
    }

    std::int64_t pay(const Run& run, std::size_t count) const
    {
        const std::int64_t by_wilds = definition_.wild_runs[run.wilds].times;
        return run.symbol ? std::max(by_wilds, definition_.pays[*run.symbol][count]) : by_wilds;
    }

    void step(std::size_t reel, std::int64_t win, std::uint32_t seen)
    {
        const auto& running = running_[reel];
        if (reel == kReels || running.empty()) { return finish(reel, win, seen); }
        for (std::size_t stop = 0; stop < definition_.strips[reel].size(); ++stop) {
            auto& next = running_[reel + 1];
            next.clear();
            std::int64_t won = win;
            for (Run run : running) {
                const std::uint32_t symbol = at(reel, stop, definition_.lines[run.line][reel]);
                const bool goes_on = symbol == definition_.wild
                    || (run.symbol ? symbol == *run.symbol : symbol != definition_.scatter);
                if (!goes_on) {
                    won += pay(run, reel);
                    continue;
                }
                if (symbol != definition_.wild) { run.symbol = symbol; }
                if (!run.symbol) { ++run.wilds; }
                next.push_back(run);
            }
            step(reel + 1, won, seen + scatters(definition_, reel, stop));
        }
    }

    void finish(std::size_t reel, std::int64_t win, std::uint32_t seen)
    {
        for (const Run& run : running_[reel]) { win += pay(run, kReels); }
        for (std::size_t more = 0; more + seen <= kCells; ++more) {
            const std::uint64_t ways = tails_[reel][more];
            if (ways == 0) { continue; }
            const std::size_t count = seen + more;
            const auto pays = definition_.scatter_pays[count] * definition_.lines_count();
            ways_[{win + pays, definition_.free_spins[count]}] += ways;
        }
    }

    const Definition& definition_;
    std::array<Scatters, kReels + 1> tails_;
    std::array<std::vector<Run>, kReels + 1> running_;
    std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> ways_;
};

}  // namespace

std::vector<SpinOutcome> distribution(const Definition& definition) { return Walk{definition}.outcomes(); }

}  // namespace croupier::rounds::slot
