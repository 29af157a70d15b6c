#pragma once

#include <memory>

#include "cashier.hpp"
#include "croupier/module.hpp"

namespace croupier::cashier {

std::unique_ptr<Module> make_module(Options options);

}  // namespace croupier::cashier
