#pragma once

#include <cstdint>
#include <memory>

#include "croupier/module.hpp"

namespace croupier::bonus {

struct Options {
    std::int64_t welcome = 0;  ///< Minor units that a new player is given; 0: nothing.
};

std::unique_ptr<Module> make_module(Options options);

}  // namespace croupier::bonus
