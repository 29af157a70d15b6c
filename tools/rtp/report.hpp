#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "game.hpp"

namespace croupier::rtp {

/// What the definition says a game does: computed, not played.
std::string figures(const rounds::Game& game, std::string_view json);

/// What came of playing it. Without bets a slot is played at its smallest stake; roulette with one bet of each kind.
/// The generator is a seeded stand-in, so that a run can be repeated: it shows the game's mathematics, never the rng's.
std::string simulation(const rounds::Game& game, std::uint64_t rounds, std::uint64_t seed);

}  // namespace croupier::rtp
