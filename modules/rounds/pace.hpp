#pragma once

#include <chrono>
#include <map>
#include <set>
#include <utility>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/result.hpp"
#include "croupier/time.hpp"

namespace croupier::rounds {

/// When a player may begin the next game: each has a shortest cycle, from its start to the start of the next, whatever the
/// device and whatever the game (RTS 14C, 14D, 14G). It keeps only those who have to wait.
class Pace {
public:
    /// Refuses: too_soon, and says how long to wait.
    Result<void> check(PlayerId player, WallTime now) const;
    /// A game of this cycle began.
    void began(PlayerId player, WallTime at, std::chrono::milliseconds cycle);

    void save(ByteWriter& out) const;
    /// Leaves a failed reader when the bytes are no such thing.
    static Pace restore(ByteReader& in);

private:
    std::map<PlayerId, WallTime> ready_;
    std::set<std::pair<WallTime, PlayerId>> by_time_;
};

}  // namespace croupier::rounds
