#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace croupier::rounds {

/// What the house, or its regulator, says about play beyond the games' own definitions.
struct Options {
    std::vector<std::string> closed;           ///< Games that are shown but take no stakes.
    std::chrono::milliseconds slot_cycle{0};   ///< From the start of a slot's round to the player's next start.
    std::chrono::milliseconds other_cycle{0};  ///< The same for all other games.
    std::int64_t slot_stake_max = 0;           ///< Minor units, a round; 0: as the games say.
    std::chrono::milliseconds choice_time{86'400'000};  ///< How long a round waits for its player's choice.
};

}  // namespace croupier::rounds
