#pragma once

#include <optional>
#include <string>

#include "plan.hpp"

namespace croupier::load {

/// Reads a script, a line of JSON each: {"session":0,"at_ms":1234,"game":"lucky-lines","stake":20}, or with bets. Sets the plan's
/// script, its sessions, and that final refusals are part of it. nullopt: done; otherwise what is wrong, and where.
std::optional<std::string> read_script(const std::string& file, Plan& plan);

}  // namespace croupier::load
