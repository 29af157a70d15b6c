#pragma once

#include <memory>
#include <string>

#include "../definition.hpp"

namespace croupier::rounds::slot {

/// A slot: README.md says how it is defined and counted. Null if `root` holds an error.
///
/// Draws: first the stops of the spin that is paid for; then those of each respin's reels, left to right. When free spins are awarded, the
/// next step asks for the stops of all of them at once, and so for each retrigger, up to the definition's limit. A pick comes before
/// them: the player's choice, and then in one step what is in the boxes.
/// `text`: the definition in canonical form.
std::unique_ptr<Game> load(const Node& root, const Hash& hash, std::string text);

}  // namespace croupier::rounds::slot
