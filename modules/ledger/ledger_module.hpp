#pragma once

#include <memory>

#include "croupier/module.hpp"
#include "ledger.hpp"

namespace croupier::ledger {

std::unique_ptr<Module> make_module(Options options);

}  // namespace croupier::ledger
