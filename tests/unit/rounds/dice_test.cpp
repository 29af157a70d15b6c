#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "play.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;

TEST_CASE(
    "dice: every bet returns what it says over all numbers, at least what players are told (GLI-19 4.7.1)", "[games]")
{
    auto json = nlohmann::json::parse(builtin("dice.json"));
    json["outcomes"] = 500;  // Small enough to look at every number of every bet.
    json["chance"] = {{"min", 5}, {"max", 490}};
    const auto game = load(json.dump());
    std::int64_t poorest = 1'000'000;
    for (std::uint32_t chance = 5; chance <= 490; ++chance) {
        for (const auto& bet : {Bet{"under", {chance}, 100}, Bet{"over", {500 - chance}, 100}}) {
            const std::vector<Bet> bets{bet};
            std::int64_t returned = 0;
            std::uint32_t won = 0;
            for (Value number = 0; number < 500; ++number) {
                const Outcome outcome = game->evaluate(100, bets, std::vector{number});
                REQUIRE(outcome.win == win_told(outcome));
                REQUIRE(outcome.win == game->win(100, bets, std::vector{number}));
                const bool wins = bet.kind == "under" ? number < bet.numbers[0] : number >= bet.numbers[0];
                REQUIRE((outcome.win > 100) == wins);
                won += wins ? 1 : 0;
                returned += outcome.win;
            }
            REQUIRE(won == chance);
            // 99 % of the stake, less what is rounded down: below a hundredth of the stake for each number that wins.
            REQUIRE(returned <= 99 * 500);
            REQUIRE(returned > 99 * 500 - won);
            poorest = std::min(poorest, returned * 1'000'000 / (100 * 500));
        }
    }
    CHECK(game->info().rtp_ppm == poorest);
}

TEST_CASE("dice: the shipped game", "[games]")
{
    const auto game = load(builtin("dice.json"));
    CHECK(game->fair() == fair::Scheme::v2);
    CHECK(game->info().kind == "dice");
    CHECK(game->info().rtp_ppm >= 980'000);
    CHECK(next(*game, {}) == std::vector<Bound>{10000});
    CHECK(game->next_bounds(std::vector<Value>{0}).empty());
    const std::vector<Bet> bets{{"over", {9900}, 100000}};
    CHECK(game->win_max(100000, bets) == 9'900'000);
    const Outcome outcome = game->evaluate(100000, bets, std::vector<Value>{9900});
    CHECK((outcome.events == std::vector<GameEvent>{DiceRolled{9900}, BetResult{0, 100000, 9'900'000}}));
}

TEST_CASE("dice: bets are refused for the first reason that applies", "[games]")
{
    const auto game = load(builtin("dice.json"));
    struct Row {
        const char* why;
        std::int64_t stake;
        std::vector<Bet> bets;
        std::optional<ErrorCode> refusal;
    };
    const std::vector<Row> rows{
        {"the least probable", 0, {{"under", {100}, 100}}, std::nullopt},
        {"the most probable", 100, {{"over", {200}, 100}}, std::nullopt},
        {"no bet", 100, {}, ErrorCode::bets_invalid},
        {"two", 0, {{"under", {100}, 100}, {"over", {200}, 100}}, ErrorCode::bets_invalid},
        {"another kind", 0, {{"red", {}, 100}}, ErrorCode::bets_invalid},
        {"no number", 0, {{"under", {}, 100}}, ErrorCode::bets_invalid},
        {"too improbable", 0, {{"under", {99}, 100}}, ErrorCode::bets_invalid},
        {"too probable", 0, {{"over", {199}, 100}}, ErrorCode::bets_invalid},
        {"off the table", 0, {{"over", {10001}, 100}}, ErrorCode::bets_invalid},
        {"a win that would be rounded", 0, {{"under", {5000}, 150}}, ErrorCode::stake_invalid},
        {"another sum", 200, {{"under", {5000}, 100}}, ErrorCode::stake_invalid},
        {"too much", 0, {{"under", {5000}, 100100}}, ErrorCode::stake_too_high},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto stake = game->total_stake(row.stake, row.bets);
        REQUIRE(stake.has_value() == !row.refusal.has_value());
        if (!stake) { CHECK(stake.error().code == *row.refusal); }
    }
}

TEST_CASE("dice: a definition that is wrong is refused with the place", "[games]")
{
    struct Row {
        const char* at;
        const char* value;
    };
    for (const Row& row :
        {Row{"/scheme", R"("v3")"}, Row{"/chance/max", "9901"}, Row{"/chance/max", "10000"}, Row{"/chance/min", "0"},
            Row{"/stake", R"({"min":50,"max":100,"step":50})"}, Row{"/edge_ppm", "250001"}, Row{"/outcomes", "1"}}) {
        CAPTURE(row.at, row.value);
        auto json = nlohmann::json::parse(builtin("dice.json"));
        json[nlohmann::json::json_pointer{row.at}] = nlohmann::json::parse(row.value);
        const auto game = load_game(json.dump());
        REQUIRE(!game.has_value());
        CHECK(game.error().path.starts_with(row.at));
    }
}
