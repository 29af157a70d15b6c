#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "croupier/module.hpp"
#include "croupier/ports.hpp"

namespace croupier::rng {

/// When a stream gets fresh entropy, at the latest: before the draw that comes after so many, or so much later.
struct Schedule {
    std::uint64_t draws = 1'000'000;
    std::chrono::milliseconds time{3'600'000};  ///< Of the ledger.
};

/// `generators` may be null for a shadow that only folds facts; they outlive the module.
std::unique_ptr<Module> make_module(Rng* generators, const Schedule& schedule);

}  // namespace croupier::rng
