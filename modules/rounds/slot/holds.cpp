#include "holds.hpp"

#include <algorithm>
#include <numeric>

namespace croupier::rounds::slot {

StopLists all_stops(const Strips& strips)
{
    StopLists all;
    for (const auto& strip : strips) { std::iota(all.emplace_back(strip.size()).begin(), all.back().end(), Value{0}); }
    return all;
}

Holds::Holds(const Definition& definition)
{
    std::size_t step = 1;
    for (std::size_t reel = 0; reel < definition.reels; ++reel) {
        auto& with = with_.emplace_back();
        auto& without = without_.emplace_back();
        for (Value stop = 0; stop < definition.strips[reel].size(); ++stop) {
            const bool shows = definition.shows(definition.strips, reel, stop, definition.respins->symbol);
            (shows ? with : without).push_back(stop);
        }
        step_.push_back(step);
        step *= with.size() + 1;
    }
}

bool Holds::holds_all(std::size_t hold) const
{
    for (std::size_t reel = 0; reel < step_.size(); ++reel) {
        if (at(hold, reel) == 0) { return false; }
    }
    return true;
}

std::vector<std::size_t> Holds::after(std::size_t hold) const
{
    std::vector<std::size_t> next{hold};
    for (std::size_t reel = 0; reel < step_.size(); ++reel) {
        if (at(hold, reel) != 0) { continue; }
        const std::size_t before = next.size();
        for (std::size_t which = 1; which <= with_[reel].size(); ++which) {
            for (std::size_t i = 0; i < before; ++i) { next.push_back(next[i] + which * step_[reel]); }
        }
    }
    return next;
}

StopLists Holds::stops(std::size_t hold) const
{
    StopLists stops = without_;
    for (std::size_t reel = 0; reel < step_.size(); ++reel) {
        if (const auto which = at(hold, reel); which != 0) { stops[reel] = {with_[reel][which - 1]}; }
    }
    return stops;
}

std::uint64_t Holds::windows(std::size_t hold) const
{
    std::uint64_t ways = 1;
    for (std::size_t reel = 0; reel < step_.size(); ++reel) { ways *= at(hold, reel) == 0 ? without_[reel].size() : 1; }
    return ways;
}

std::uint64_t Holds::spins(std::size_t hold) const
{
    std::uint64_t ways = 1;
    for (std::size_t reel = 0; reel < step_.size(); ++reel) {
        ways *= at(hold, reel) == 0 ? without_[reel].size() + with_[reel].size() : 1;
    }
    return ways;
}

}  // namespace croupier::rounds::slot
