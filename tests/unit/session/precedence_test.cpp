#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "test_casino.hpp"

// Of several reasons to refuse a command the first of docs/protocol ("Precedence") is told: everything is wrong at once here,
// and one reason after the other is taken away.

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;
using Json = nlohmann::json;

TEST_CASE("precedence: of several reasons the first of the documented order is told", "[session]")
{
    auto config = TestCasino::demo();
    config.play.slot_cycle = 1h;
    config.risk.stake_max_minor = 5'000;
    config.games.closed = {"classic-sevens"};
    config.demo.bank_capital_minor = 1'000'000;  // Enough for the smallest stake's largest win, and not for 4000's.
    TestCasino casino{config};
    const auto ada = casino.player("Ada");
    std::uint64_t n = 0;
    const auto code = [&](std::uint64_t number, const std::string& game, std::int64_t stake,
                          std::vector<rounds::Bet> bets = {}) -> std::string {
        casino.out = {};
        const auto done = casino.send(session::Play{ConnectionId{1}, number, game, stake, std::move(bets)});
        if (!done) { return std::string{name(done.error().code)}; }
        const Json frame = Json::parse(casino.only_frame());
        if (!frame.contains("error")) { return "ok"; }
        const std::string told = frame.at("error").at("code");
        if (number == n + 1 && told != "too_soon") { ++n; }  // What is final has used up its number.
        return told;
    };
    const auto next = [&](const std::string& game, std::int64_t stake, std::vector<rounds::Bet> bets = {}) {
        return code(n + 1, game, stake, std::move(bets));
    };
    const std::vector<rounds::Bet> bet{{"red", {}, 10}};

    CHECK(next("no-game", 7) == "not_logged_in");
    REQUIRE(casino.hello(1, "Ada"));
    CHECK(code(3, "no-game", 7) == "out_of_order");
    CHECK(next("no-game", 7) == "game_unknown");
    CHECK(code(1, "no-game", 8) == "key_conflict");
    CHECK(next("lucky-lines", 20) == "ok");  // From here on the cycle runs.
    n = 2;
    REQUIRE(casino.send(risk::SetLimit{ada.player, risk::Measure::stake, risk::Period::day, 100}));
    {
        // A hand waits; nothing else is looked at but which game it is.
        casino.clock.advance(1h);
        CHECK(next("jacks-or-better", 0, {{"coins", {1}, 5}}) == "ok");
        n = 3;
        CHECK(next("classic-sevens", 7, bet) == "game_closed");
        CHECK(next("lucky-lines", 7, bet) == "round_open");
        REQUIRE(casino.send(session::Choose{ConnectionId{1}, ++n, RoundId{2}, 31}));
        CHECK(next("lucky-lines", 20) == "ok");
        ++n;
    }
    REQUIRE(casino.send(ledger::SetFrozen{ada.player, true}));
    const auto held = casino.send(
        ledger::Hold{ada.player, casino.balance(ada.player) - 100, casino.clock.wall() + std::chrono::hours{24 * 30}});
    CHECK(next("lucky-lines", 7, bet) == "bets_invalid");
    CHECK(next("lucky-lines", 7) == "stake_invalid");
    CHECK(next("lucky-lines", 20'000) == "stake_too_high");
    CHECK(next("lucky-lines", 10'000) == "too_soon");
    casino.clock.advance(1h);
    CHECK(next("lucky-lines", 10'000) == "risk_refused");
    CHECK(next("lucky-lines", 4'000) == "limit_reached");
    REQUIRE(casino.send(risk::SetLimit{ada.player, risk::Measure::stake, risk::Period::day, 1'000'000}));
    casino.clock.advance(25h);  // Loosening waits a day.
    CHECK(next("lucky-lines", 4'000) == "account_frozen");
    REQUIRE(casino.send(ledger::SetFrozen{ada.player, false}));
    if (held) { CHECK(next("lucky-lines", 4'000) == "insufficient_funds"); }
    if (held) { REQUIRE(casino.send(ledger::VoidHold{held->hold})); }
    CHECK(next("lucky-lines", 4'000) == "bank_exposed");
    casino.rng.set_broken(true);
    CHECK(next("lucky-lines", 20) == "round_voided");
    casino.rng.set_broken(false);
    casino.clock.advance(1h);
    CHECK(next("lucky-lines", 20) == "ok");
}

TEST_CASE("precedence: of a choice", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    casino.player("Bob");
    REQUIRE(casino.hello(1, "Ada"));
    REQUIRE(casino.hello(2, "Bob"));
    REQUIRE(casino.send(session::Play{ConnectionId{1}, 1, "jacks-or-better", 0, {{"coins", {1}, 5}}}));
    const auto code = [&](std::uint64_t connection, std::uint64_t n, std::uint64_t round) {
        casino.out = {};
        REQUIRE(casino.send(session::Choose{ConnectionId{connection}, n, RoundId{round}, 99}));
        return Json::parse(casino.only_frame()).at("error").at("code").get<std::string>();
    };
    CHECK(code(1, 2, 7) == "round_unknown");
    CHECK(code(2, 1, 1) == "round_unknown");  // Of somebody else.
    CHECK(code(1, 3, 1) == "choice_invalid");
    REQUIRE(casino.send(session::Choose{ConnectionId{1}, 4, RoundId{1}, 0}));
    CHECK(code(1, 5, 1) == "round_closed");
}
