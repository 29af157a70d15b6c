#pragma once

#include <memory>

#include "../definition.hpp"

namespace croupier::rounds::dice {

/// Dice: one number below `outcomes`, provably fair. The player names one bet, {"kind":"under"|"over","numbers":[target]}: under
/// wins below the target, over from it on. Null if `root` holds an error.
///
/// A bet that wins on n of N numbers pays 1 - edge times N / n, rounded down to hundredths of the stake; stakes are whole
/// hundreds, so that no win is rounded.
std::unique_ptr<Game> load(const Node& root, const Hash& hash);

}  // namespace croupier::rounds::dice
