#pragma once

#include <memory>

#include "../definition.hpp"

namespace croupier::rounds::slot {

/// A slot: README.md says how it is defined and counted. Null if `root` holds an error.
///
/// Draws: first the stops of the spin that is paid for. When free spins are awarded, the next step asks for the stops
/// of all of them at once, and so for each retrigger, up to the definition's limit.
std::unique_ptr<Game> load(const Node& root, const Hash& hash);

}  // namespace croupier::rounds::slot
