#pragma once

#include <memory>
#include <string>

#include "definition.hpp"
#include "game.hpp"

namespace croupier::rounds::video_poker {

/// Five-card draw against a pay table: the game that a definition of kind "video-poker" defines; nullptr when the node failed.
/// `text` is the definition in canonical form.
std::unique_ptr<Game> load(const Node& root, const Hash& hash, std::string text);

}  // namespace croupier::rounds::video_poker
