#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "croupier/fair.hpp"
#include "croupier/module.hpp"
#include "croupier/ports.hpp"

namespace croupier::fair {

/// A provably fair game, as it is now.
struct Terms {
    Hash definition{};
    Scheme scheme = Scheme::v2;
};

struct Options {
    std::map<std::string, Terms, std::less<>> games;
    std::uint64_t rounds_max = 10'000;  ///< With one pair of seeds.
    std::uint64_t past_kept = 20;       ///< Pairs of a player and game that can still be asked for.
};

/// `seeds` may be null for a shadow that only folds facts; it outlives the module.
std::unique_ptr<Module> make_module(Options options, FairSeeds* seeds);

}  // namespace croupier::fair
