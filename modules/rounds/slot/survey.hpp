#pragma once

#include <cstdint>
#include <vector>

#include "definition.hpp"
#include "holds.hpp"

/// What the reels can do at most, and how often they do what: by walking over the stops, reel by reel, leaving out what is
/// decided already.
namespace croupier::rounds::slot {

/// The largest win of one spin of these strips, in units. Exact; but kUnitsMax for all that is larger.
std::int64_t best_spin(const Definition& definition, const Strips& strips);

inline constexpr std::int64_t kUnitsMax = std::int64_t{1} << 53U;

/// The largest win of a round before the cap, in units: every spin the best one. Not exact, but never exceeded; kUnitsMax for all
/// that is larger.
std::int64_t round_bound(const Definition& definition);

/// Of how many stop combinations there are.
std::uint64_t all_combinations(const Strips& strips);

/// What a spin can bring, and in how many of all stop combinations: exact, in rising order of win and free spins.
struct SpinOutcome {
    std::int64_t win = 0;  ///< In units, before any multiplier.
    std::uint32_t free_spins = 0;
    std::uint64_t ways = 0;
    bool picks = false;  ///< If it is the spin that is paid for.

    friend bool operator==(const SpinOutcome&, const SpinOutcome&) = default;
};
std::vector<SpinOutcome> distribution(const Definition& definition, const Strips& strips);
/// The same over these stops of each reel alone.
std::vector<SpinOutcome> distribution(const Definition& definition, const Strips& strips, const StopLists& stops);

}  // namespace croupier::rounds::slot
