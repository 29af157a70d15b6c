#pragma once

#include <memory>

#include "croupier/module.hpp"
#include "ledger.hpp"

namespace croupier::ledger {

/// `key` signs the seals of closed days; null: they wait.
std::unique_ptr<Module> make_module(Options options, SealKey* key = nullptr);

}  // namespace croupier::ledger
