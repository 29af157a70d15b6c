#pragma once

#include <memory>

#include "croupier/module.hpp"
#include "croupier/ports.hpp"

namespace croupier::rng {

/// `generator` may be null for a shadow that only folds facts; it outlives the module.
std::unique_ptr<Module> make_module(Rng* generator);

}  // namespace croupier::rng
