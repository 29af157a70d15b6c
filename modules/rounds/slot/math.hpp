#pragma once

#include <cstdint>
#include <string>

#include "definition.hpp"

/// A slot's theoretical figures, computed from its definition alone, exactly, in integers of any size.
namespace croupier::rounds::slot {

/// The return to player before the cap, of all stakes alike: every win is a multiple of the stake. With a cap that can
/// cut a round (see survey.hpp) the true return is lower by what it cuts.
struct Rtp {
    std::uint64_t ppm = 0;  ///< Rounded down.
    std::string total;      ///< As a reduced fraction; long, if there are free spins.
    std::string base_spin;  ///< Of the spin that was paid for alone, as a reduced fraction: "97/160".
    std::string free_spin;  ///< Of one free spin, its multiplier not counted, as a reduced fraction.
    /// The expected number of free spins a round, as a reduced fraction; long, if there is a limit.
    std::string free_spins;
    std::string respins;  ///< What they add to the spin that is paid for, as a reduced fraction.
    std::string pick;     ///< What picks add.
};

Rtp rtp(const Definition& definition);

/// How probable it is that the spin that is paid for awards free spins, as a reduced fraction.
std::string trigger_probability(const Definition& definition);

/// How probable it is that the spin that is paid for wins a pick, as a reduced fraction.
std::string pick_probability(const Definition& definition);

/// "28540731/33554432" with so many decimals, rounded down: "0.850580543".
std::string decimal(const std::string& fraction, unsigned digits);

}  // namespace croupier::rounds::slot
