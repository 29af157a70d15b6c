#pragma once

#include <memory>

#include "croupier/module.hpp"
#include "croupier/ports.hpp"
#include "sessions.hpp"

namespace croupier::session {

/// `keys` may be null for a shadow that only folds facts.
std::unique_ptr<Module> make_module(Options options, Keys* keys);

}  // namespace croupier::session
