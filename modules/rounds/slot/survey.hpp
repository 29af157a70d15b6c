#pragma once

#include <cstdint>
#include <vector>

#include "definition.hpp"

/// What the reels can do at most, and how often they do anything: by walking over all stop combinations, reel by reel,
/// leaving out those whose start decides already.
namespace croupier::rounds::slot {

/// The largest win of one spin, in stakes per line. Exact.
std::int64_t best_spin(const Definition& definition);

/// How many of all stop combinations pay anything at all. Exact.
std::uint64_t paying_combinations(const Definition& definition);

/// Of how many there are.
std::uint64_t all_combinations(const Definition& definition);

/// What a spin can bring, and in how many of all stop combinations: exact, in rising order of win and free spins.
struct SpinOutcome {
    std::int64_t win = 0;  ///< In stakes per line, before any multiplier.
    std::uint32_t free_spins = 0;
    std::uint64_t ways = 0;

    friend bool operator==(const SpinOutcome&, const SpinOutcome&) = default;
};
std::vector<SpinOutcome> distribution(const Definition& definition);

/// Whether any stop combination awards free spins.
bool awards_free_spins(const Definition& definition);

/// The largest win of a round before the cap, in stakes per line: every spin the best one. Not exact, but never exceeded.
std::int64_t round_bound(const Definition& definition);

}  // namespace croupier::rounds::slot
