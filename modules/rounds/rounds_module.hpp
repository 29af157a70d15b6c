#pragma once

#include <memory>
#include <vector>

#include "croupier/module.hpp"
#include "game.hpp"
#include "options.hpp"

namespace croupier::rounds {

/// `games` have different names.
std::unique_ptr<Module> make_module(std::vector<std::shared_ptr<const Game>> games, Options options);

}  // namespace croupier::rounds
