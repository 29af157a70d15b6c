// Definitions of games: one that is accepted can be played to its end with the smallest and with the largest draws, and
// pays no more than it said.

#include "fuzz.hpp"
#include "game.hpp"

namespace {

using namespace croupier;
using namespace croupier::rounds;

constexpr std::size_t kDrawsMax = 1'000'000;

void play(const Game& game, std::int64_t total_stake, std::span<const Bet> bets, bool largest)
{
    std::vector<Value> drawn;
    for (bool asked = true; asked;) {
        for (auto bounds = game.next_bounds(drawn); !bounds.empty(); bounds = game.next_bounds(drawn)) {
            for (const Bound bound : bounds) {
                CROUPIER_ASSERT(bound >= 1);
                drawn.push_back(largest ? bound - 1 : 0);
            }
            CROUPIER_ASSERT(drawn.size() <= kDrawsMax);
        }
        const auto question = game.question(drawn);
        asked = question.has_value();
        if (question) {
            CROUPIER_ASSERT(question->by_rule < question->choices);
            CROUPIER_ASSERT(game.evaluate(total_stake, bets, drawn).win == 0);
            drawn.push_back(largest ? question->by_rule : 0);
        }
    }
    const Outcome outcome = game.evaluate(total_stake, bets, drawn);
    CROUPIER_ASSERT(outcome.win == game.win(total_stake, bets, drawn));
    CROUPIER_ASSERT(outcome.win >= 0 && outcome.win <= game.win_max(total_stake, bets));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto game = load_game(fuzz::text_of(data, size));
    if (!game) {
        CROUPIER_ASSERT(!game.error().expected.empty());
        return 0;
    }
    const GameInfo& info = (*game)->info();
    const bool slot = info.kind == "slot";
    const std::vector<Bet> bets = slot ? std::vector<Bet>{}
        : info.kind == "dice"          ? std::vector<Bet>{{"under", {(*game)->next_bounds({})[0] / 2}, info.stake_min}}
        : info.kind == "video-poker"   ? std::vector<Bet>{{"coins", {1}, info.stake_min}}
                                       : std::vector<Bet>{{"red", {}, info.stake_min}};
    const auto total = (*game)->total_stake(slot ? info.stake_min : 0, bets);
    if (!total) { return 0; }
    play(**game, *total, bets, false);
    play(**game, *total, bets, true);
    return 0;
}
