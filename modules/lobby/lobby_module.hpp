#pragma once

#include <memory>

#include "croupier/module.hpp"

namespace croupier::lobby {

std::unique_ptr<Module> make_module();

}  // namespace croupier::lobby
