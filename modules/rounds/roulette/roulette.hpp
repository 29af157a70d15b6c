#pragma once

#include <memory>

#include "../definition.hpp"

namespace croupier::rounds::roulette {

/// Single-player European roulette, 0 to 36: a definition gives names and limits, the bets and what they pay are the
/// game's own (bets.hpp). Null if `root` holds an error.
///
/// stake.min and stake.step are each bet's, stake.max is the table's: the sum of a round's bets. The same bet may stand
/// more than once in a round; each is settled by itself. Draws: one number.
std::unique_ptr<Game> load(const Node& root, const Hash& hash);

}  // namespace croupier::rounds::roulette
