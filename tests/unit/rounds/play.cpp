#include "play.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "builtin_games.hpp"

namespace croupier::rounds::test {

std::string_view builtin(std::string_view file)
{
    const auto found = std::ranges::find(builtin_games(), file, &BuiltinGame::file);
    if (found == builtin_games().end()) { throw std::runtime_error{"no such game is built in"}; }
    return found->text;
}

std::unique_ptr<Game> load(std::string_view json)
{
    auto game = load_game(json);
    if (!game) { throw std::runtime_error{game.error().path + ": expected " + game.error().expected}; }
    return std::move(*game);
}

std::vector<Value> draw_round(const Game& game, std::mt19937_64& random)
{
    std::vector<Value> drawn;
    for (auto bounds = game.next_bounds(drawn); !bounds.empty(); bounds = game.next_bounds(drawn)) {
        for (const Bound bound : bounds) {
            drawn.push_back(std::uniform_int_distribution<Value>{0, bound - 1}(random));
        }
    }
    return drawn;
}

std::int64_t win_told(const Outcome& outcome)
{
    std::int64_t sum = 0;
    for (const GameEvent& event : outcome.events) {
        if (const auto* line = std::get_if<LineWin>(&event)) { sum += line->win; }
        if (const auto* ways = std::get_if<WaysWin>(&event)) { sum += ways->win; }
        if (const auto* scatter = std::get_if<ScatterWin>(&event)) { sum += scatter->win; }
        if (const auto* bet = std::get_if<BetResult>(&event)) { sum += bet->win; }
        if (const auto* picked = std::get_if<Picked>(&event)) { sum += picked->win; }
        if (const auto* capped = std::get_if<Capped>(&event)) { sum = capped->win; }
    }
    return sum;
}

}  // namespace croupier::rounds::test
