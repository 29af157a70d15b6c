#pragma once

#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "game.hpp"

/// Playing games in tests.
namespace croupier::rounds::test {

/// A shipped game's text, as it is embedded.
std::string_view builtin(std::string_view file);

/// The game that the text defines; throws what is wrong with it, which fails the test.
std::unique_ptr<Game> load(std::string_view json);

/// What next_bounds() asks for.
inline std::vector<Bound> next(const Game& game, const std::vector<Value>& drawn)
{
    const auto bounds = game.next_bounds(drawn);
    return {bounds.begin(), bounds.end()};
}

/// All draws of a round from a seeded generator, step by step.
std::vector<Value> draw_round(const Game& game, std::mt19937_64& random);

/// What the events of an outcome add up to: the wins, or the cap that cut them.
std::int64_t win_told(const Outcome& outcome);

}  // namespace croupier::rounds::test
