#pragma once

#include <cstdint>
#include <vector>

#include "definition.hpp"

namespace croupier::rounds::slot {

/// Of each reel, stops.
using StopLists = std::vector<std::vector<Value>>;
StopLists all_stops(const Strips& strips);

/// All ways in which the reels of a game with respins can be held: each reel at one of the stops at which it shows the symbol, or not
/// at all. They are numbered; 0 holds none. There are at most kHeldMax.
class Holds {
public:
    explicit Holds(const Definition& definition);

    /// Those that a spin from `hold` may come to: what it holds and perhaps more.
    std::vector<std::size_t> after(std::size_t hold) const;
    /// Whether another spin follows: `next` holds more than the hold before it, and not every reel.
    bool spins_again(std::size_t hold, std::size_t next) const { return next != hold && !holds_all(next); }
    /// The stops that windows with this hold have: of held reels the one, of others those that do not show the symbol.
    StopLists stops(std::size_t hold) const;
    /// In how many ways the reels that are not held may stop without the symbol.
    std::uint64_t windows(std::size_t hold) const;
    /// In how many ways they may stop.
    std::uint64_t spins(std::size_t hold) const;

private:
    /// Of a reel: 0, or 1 + which of its stops with the symbol.
    std::size_t at(std::size_t hold, std::size_t reel) const { return hold / step_[reel] % (with_[reel].size() + 1); }
    bool holds_all(std::size_t hold) const;

    StopLists with_;     // The stops at which a reel shows the symbol …
    StopLists without_;  // … and the others.
    std::vector<std::size_t> step_;
};

}  // namespace croupier::rounds::slot
