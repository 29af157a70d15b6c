#pragma once

#include <cstdint>
#include <memory>

#include "croupier/module.hpp"

namespace croupier::risk {

struct Options {
    std::int64_t stake_max = 0;  ///< Minor units a round, over all games; 0: only the games' own limits.
};

std::unique_ptr<Module> make_module(Options options);

}  // namespace croupier::risk
