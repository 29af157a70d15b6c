#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "game.hpp"

namespace croupier::rtp {

using Sheet = nlohmann::ordered_json;

/// What the definition says a game does: computed, not played. Probabilities and returns are exact fractions, and decimals of
/// them with twelve digits, rounded down.
Sheet figures(const rounds::Game& game, std::string_view json);

/// Where a game that is loaded without computing its return (video poker: it takes too long for a start) declares another one
/// than its figures say; empty: nowhere.
std::string undeclared(const rounds::Game& game, const Sheet& sheet);

struct Played {
    Sheet sheet;
    /// How far the return was off the computed one, in standard errors.
    double off = 0;
};
/// What came of playing it: a slot at its smallest stake; roulette with one bet of each kind; video poker with all its coins,
/// holding what is best.
/// The generator is a seeded stand-in, so that a run can be repeated, by as many threads: it shows the game's mathematics,
/// never the rng's. nullopt: the table does not take one bet of each kind.
struct Simulation {
    std::uint64_t rounds = 0;
    std::uint64_t seed = 1;
    unsigned threads = 1;
    std::function<void(std::uint64_t rounds)>
        progress;  ///< Told now and then how many have been played, if it runs for long.
};
std::optional<Played> simulation(const rounds::Game& game, std::string_view json, const Simulation& how);

/// The sheet for people, and as lines "name,value".
std::string text_of(const Sheet& sheet);
std::string csv_of(const Sheet& sheet);

}  // namespace croupier::rtp
