#pragma once

#include <memory>
#include <string>
#include <vector>

#include "croupier/module.hpp"
#include "game.hpp"

namespace croupier::rounds {

/// `games` have different names; `closed` names those that take no stakes.
std::unique_ptr<Module> make_module(std::vector<std::shared_ptr<const Game>> games, std::vector<std::string> closed);

}  // namespace croupier::rounds
