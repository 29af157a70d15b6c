#pragma once

#include <boost/describe.hpp>

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "croupier/module.hpp"
#include "croupier/ports.hpp"
#include "game.hpp"

namespace croupier::host {

/// What modules get from outside. All may be null for a shadow that only folds facts.
struct ModulePorts {
    Rng* rng = nullptr;
    Keys* keys = nullptr;
    SealKey* seal_key = nullptr;
    FairSeeds* fair_seeds = nullptr;
};

using GameList = std::vector<std::shared_ptr<const rounds::Game>>;

/// A definition of a game, as it was read.
struct GameText {
    std::string file;
    std::string text;

    friend bool operator==(const GameText&, const GameText&) = default;
};
BOOST_DESCRIBE_STRUCT(GameText, (), (file, text))

/// The definitions of the configured directory, by file name, or those built into the binary, as the configured jurisdiction
/// plays them.
std::expected<std::vector<GameText>, std::string> read_games(const config::Games& config);
/// The games. Errors name file, path and what was expected.
std::expected<GameList, std::string> load_games(const std::vector<GameText>& texts);
std::expected<GameList, std::string> load_games(const config::Games& config);

/// The enabled built-in modules, in the order in which they are wired. `instance` names this life of the server.
std::vector<std::unique_ptr<Module>> make_modules(
    const config::Config& config, const GameList& games, const ModulePorts& ports, const std::string& instance);

}  // namespace croupier::host
