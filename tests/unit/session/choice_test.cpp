// Rounds that ask their player: video poker, over several inputs.

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

#include "builtin_games.hpp"
#include "temporary_folder.hpp"
#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using fakes::TestCasino;
using Json = nlohmann::json;

namespace {

/// A player who sits at the poker table.
struct Table {
    explicit Table(const config::Config& config = TestCasino::demo()) : casino{config}
    {
        CHECK(casino.hello(1, "Ada").has_value());
        casino.out = {};
    }

    Json answer(const Result<session::Done>& done)
    {
        REQUIRE(done.has_value());
        return Json::parse(casino.only_frame());
    }
    Json spin(std::string game, std::vector<rounds::Bet> bets, std::int64_t stake = 0)
    {
        return answer(casino.send(session::Play{ConnectionId{1}, ++n, std::move(game), stake, std::move(bets)}));
    }
    Json deal() { return spin("jacks-or-better", {{"coins", {5}, 500}}); }
    Json choose(std::uint64_t round, std::uint32_t choice, std::uint64_t connection = 1)
    {
        return answer(casino.send(session::Choose{ConnectionId{connection}, ++n, RoundId{round}, choice}));
    }
    Json open(std::uint64_t connection = 1)
    {
        const auto frame = answer(casino.send(session::Ask{ConnectionId{connection}, 1, session::QueryKind::open}));
        return frame.at("ok").at("rounds");
    }
    std::string code(const Json& frame) const { return frame.at("error").at("code"); }
    ledger::AccountState account() { return *casino.send(ledger::GetAccount{ada.player}); }

    TestCasino casino;
    session::LoggedIn ada = casino.player("Ada");
    std::uint64_t n = 0;
};

}  // namespace

TEST_CASE("choice: a hand is dealt, its stake is held and shown as held, and the draw settles it", "[session]")
{
    Table table;
    const Json dealt = table.deal().at("ok");
    CHECK(dealt.at("op") == "spin");
    CHECK(dealt.at("awaits").at("choices") == 32);
    CHECK(dealt.at("win") == 0);
    CHECK(dealt.at("outcome").at("events").size() == 1);
    CHECK(table.account().balance.available == 99'500);
    CHECK(table.account().held == 500);  // GLI-19 4.16.2: what is wagered in an unfinished game is held, and shown.

    const Json ended = table.choose(1, 0b00101).at("ok");
    CHECK(ended.at("op") == "choose");
    CHECK_FALSE(ended.contains("awaits"));
    const Json events = ended.at("outcome").at("events");
    CHECK(events[0] == dealt.at("outcome").at("events")[0]);
    CHECK(events[1].at("held") == Json::array({0, 2}));
    for (const auto place : {0U, 2U}) { CHECK(events[1].at("cards")[place] == events[0].at("cards")[place]); }
    CHECK(table.account().held == 0);
    CHECK(table.account().balance.available == 99'500 + ended.at("win").get<std::int64_t>());
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
}

TEST_CASE("choice: no other game begins before a round is complete (GLI-19 4.3.3, 4.16.3, RTS 14C)", "[session]")
{
    Table table;
    table.deal();
    CHECK(table.code(table.deal()) == "round_open");
    CHECK(table.code(table.spin("lucky-lines", {}, 100)) == "round_open");
    CHECK(table.account().held == 500);
    table.choose(1, 0);
    CHECK(table.spin("lucky-lines", {}, 100).contains("ok"));
}

TEST_CASE("choice: a choice is made once, whatever is sent again", "[session]")
{
    Table table;
    table.deal();
    const Json first = table.choose(1, 3);
    table.n -= 1;
    CHECK(table.choose(1, 3) == first);
    table.n -= 1;
    CHECK(table.code(table.choose(1, 4)) == "key_conflict");
    CHECK(table.code(table.choose(1, 3)) == "round_closed");
    CHECK(table.code(table.choose(2, 3)) == "round_unknown");
    CHECK(table.code(table.choose(0, 3)) == "round_unknown");

    table.deal();
    CHECK(table.code(table.choose(2, 32)) == "choice_invalid");
    const auto bob = table.casino.player("Bob");
    CHECK(table.casino.send(rounds::Choose{bob.player, RoundId{2}, 3}).error().code == ErrorCode::round_unknown);
    CHECK(table.choose(2, 31).contains("ok"));
}

TEST_CASE("choice: a round that was interrupted goes on as it was, on another device (GLI-19 4.16.1, 4.16.3; RTS 10)",
    "[session]")
{
    Table table;
    const Json dealt = table.deal().at("ok");
    table.casino.crash();
    table.casino.log_in("Ada", "phone");
    REQUIRE(table.casino.hello(2, "phone").has_value());
    table.casino.out = {};
    const Json waiting = table.open(2);
    REQUIRE(waiting.size() == 1);
    for (const char* same : {"round", "game", "stake", "outcome", "awaits"}) {
        CHECK(waiting[0].at(same) == dealt.at(same));
    }
    table.n = 0;  // Of the phone's session.
    CHECK(table.choose(1, 31, 2).at("ok").at("round") == "1");
    CHECK(table.open(2).empty());
}

TEST_CASE(
    "choice: a player who never comes back is settled by the published rule, and told so (GLI-19 4.16.3)", "[session]")
{
    auto config = TestCasino::demo();
    config.play.choice_time = 1h;
    Table table{config};
    const Json dealt = table.deal().at("ok");
    table.casino.clock.advance(59min);
    CHECK(!table.casino.send(rounds::FinishOverdue{})->one);
    table.casino.clock.advance(1min);
    CHECK(table.casino.send(rounds::FinishOverdue{})->one);
    CHECK_THAT(table.casino.only_frame(), Contains(R"("ev":"balance")"));
    CHECK(table.account().held == 0);

    const auto& content = table.casino.store.units().back()->content;
    const auto shown = std::ranges::find(content.events, rounds::Shown::kFact, &EventRow::type);
    REQUIRE(shown != content.events.end());
    const auto fact = from_bytes<rounds::Shown>(shown->body);
    REQUIRE(fact.has_value());
    // All cards were held: what was dealt is what there is in the end.
    const auto& events = fact->outcome.events;
    CHECK(std::get<rounds::CardsDrawn>(events[1]).cards == std::get<rounds::CardsDealt>(events[0]).cards);
    CHECK((events.back() == rounds::GameEvent{rounds::ChosenByRule{31}}));
    CHECK(table.account().balance.available == 99'500 + fact->outcome.win);
    CHECK(table.code(table.choose(1, 0)) == "round_closed");
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
}

TEST_CASE("choice: when the draw fails, the stake comes back (GLI-19 A.6.4)", "[session]")
{
    Table table;
    table.deal();
    table.casino.rng.set_broken(true);
    CHECK(table.code(table.choose(1, 0)) == "round_voided");
    CHECK(table.account().held == 0);
    CHECK(table.account().balance.available == 100'000);
    table.casino.rng.set_broken(false);
    CHECK(table.deal().at("ok").at("round") == "2");

    table.casino.rng.set_broken(true);
    table.choose(2, 31);  // Nothing is drawn for a player who stands.
    CHECK(table.code(table.deal()) == "round_voided");
    CHECK(table.account().held == 0);
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
}

TEST_CASE("choice: an operator ends a round by hand, and its player's choice comes too late", "[session]")
{
    Table table;
    table.deal();
    const auto chief = table.casino.send(cashier::AddOperator{cashier::Role::admin, TestCasino::token_of("chief")})->id;
    REQUIRE(table.casino.send(cashier::Perform{chief, "1", cashier::VoidRound{RoundId{1}}}));
    table.casino.out = {};
    CHECK(table.account().held == 0);
    CHECK(table.account().balance.available == 100'000);
    CHECK(table.open().empty());
    CHECK(table.code(table.choose(1, 0)) == "round_closed");
    CHECK(table.deal().at("ok").at("round") == "2");
    const auto report = *table.casino.send(rounds::GetReport{});
    REQUIRE(report.voided.size() == 1);
    CHECK(report.voided[0].stake == 500);
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
}

TEST_CASE("choice: a round ends on the version of its game on which it began (GLI-19 A.6.1, RTS 7D)", "[session]")
{
    Table table;
    const Json dealt = table.deal().at("ok");
    fakes::TemporaryFolder folder;
    const auto builtin = std::ranges::find(rounds::builtin_games(), "jacks-or-better.json", &rounds::BuiltinGame::file);
    auto changed = Json::parse(builtin->text);
    for (auto& row : changed["hands"]) {
        for (auto& pays : row["pays"]) { pays = 1; }
    }
    std::ofstream{folder.path() / "jacks-or-better.json"} << changed.dump();
    auto config = TestCasino::demo();
    config.games.directory = folder.path();
    table.casino.restart_with(config);
    REQUIRE(table.casino.hello(1, "Ada").has_value());
    table.casino.out = {};
    const auto old_game = *rounds::load_game(builtin->text);
    const Json ended = table.choose(1, 31).at("ok");
    const auto settled = [&] {
        for (const EventRow& row : table.casino.store.units().back()->content.events) {
            if (row.type == rounds::Settled::kFact) { return *from_bytes<rounds::Settled>(row.body); }
        }
        return rounds::Settled{};
    };
    CHECK(settled().definition == old_game->definition());
    table.deal();
    table.choose(2, 31);
    CHECK(settled().definition != old_game->definition());
}

TEST_CASE("choice: the next game begins no sooner than the cycle says, on any device (RTS 14C, 14D, 14G)", "[session]")
{
    auto config = TestCasino::demo();
    config.play.slot_cycle = 2'500ms;
    config.play.other_cycle = 5s;
    Table table{config};
    CHECK(table.spin("lucky-lines", {}, 100).contains("ok"));
    table.casino.clock.advance(2'400ms);
    const Json early = table.spin("lucky-lines", {}, 100);
    CHECK(table.code(early) == "too_soon");
    CHECK(early.at("error").at("retry_after_ms") == 100);
    table.n -= 1;  // It was no decision: its number is free.
    table.casino.clock.advance(100ms);
    CHECK(table.deal().contains("ok"));
    table.choose(2, 31);  // A choice is part of its game.
    table.casino.clock.advance(4'999ms);
    CHECK(table.code(table.spin("lucky-lines", {}, 100)) == "too_soon");
    table.n -= 1;
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
    table.casino.crash();
    REQUIRE(table.casino.hello(1, "Ada").has_value());
    table.casino.out = {};
    CHECK(table.code(table.spin("lucky-lines", {}, 100)) == "too_soon");  // Nor does a restart shorten it.
    table.n -= 1;
    table.casino.clock.advance(1ms);
    CHECK(table.spin("lucky-lines", {}, 100).contains("ok"));
}

TEST_CASE("choice: the house's largest stake on slots holds for slots only (SI 2025/215 reg. 5)", "[session]")
{
    auto config = TestCasino::demo();
    config.play.slot_stake_max_minor = 210;
    Table table{config};
    CHECK(table.code(table.spin("lucky-lines", {}, 220)) == "stake_too_high");
    CHECK(table.spin("lucky-lines", {}, 200).contains("ok"));
    CHECK(table.spin("dice", {{"under", {5000}, 500}}).contains("ok"));
    const auto games = table.casino.send(rounds::ListGames{})->games;
    const auto slot = std::ranges::find(games, "lucky-lines", &rounds::GameInfo::game);
    CHECK(slot->stake_max == 200);  // What its step allows below the cap.
}

TEST_CASE("choice: a stake that waits counts against the player's limits when it is settled", "[session]")
{
    Table table;
    REQUIRE(table.casino.send(risk::SetLimit{table.ada.player, risk::Measure::stake, risk::Period::day, 600}));
    table.deal();
    table.choose(1, 31);
    CHECK(table.code(table.deal()) == "limit_reached");
}

TEST_CASE("choice: a slot's pick waits for its player, and the rest of the round with it; by rule it is the first box",
    "[session]")
{
    Table table;
    const bool by_rule = GENERATE(false, true);
    Json spun;
    for (int i = 0; i < 2000 && !spun.contains("awaits"); ++i) {
        spun = table.spin("treasure-chests", {}, 15).at("ok");
        CHECK((spun.contains("awaits") || table.account().held == 0));
    }
    REQUIRE(spun.at("awaits").at("choices") == 5);
    CHECK(spun.at("win") == 0);
    CHECK(table.account().held == 15);
    const Json asked = spun.at("outcome").at("events");
    CHECK(asked.back() == Json{{"ev", "pick"}, {"boxes", 5}});
    CHECK(table.code(table.spin("treasure-chests", {}, 15)) == "round_open");
    const auto round = std::stoull(spun.at("round").get<std::string>());
    CHECK(table.code(table.choose(round, 5)) == "choice_invalid");
    CHECK(table.open().at(0).at("outcome").at("events") == asked);
    std::vector<std::int64_t> boxes;
    if (by_rule) {
        table.casino.clock.advance(24h);
        CHECK(table.casino.send(rounds::FinishOverdue{})->one);
        const auto& content = table.casino.store.units().back()->content;
        const auto shown = std::ranges::find(content.events, rounds::Shown::kFact, &EventRow::type);
        REQUIRE(shown != content.events.end());
        const auto fact = from_bytes<rounds::Shown>(shown->body);
        REQUIRE(fact.has_value());
        const auto& picked = std::get<rounds::Picked>(fact->outcome.events.at(asked.size()));
        CHECK(picked.box == 0);
        CHECK((fact->outcome.events.back() == rounds::GameEvent{rounds::ChosenByRule{0}}));
        boxes = picked.wins;
    } else {
        const Json told = table.choose(round, 2).at("ok").at("outcome");
        const Json& picked = told.at("events").at(asked.size());
        CHECK(std::equal(asked.begin(), asked.end(), told.at("events").begin()));
        CHECK(picked.at("box") == 2);
        CHECK(picked.at("win") == picked.at("wins").at(2));
        CHECK(told.at("win") >= picked.at("win"));
        boxes = picked.at("wins").get<std::vector<std::int64_t>>();
    }
    std::ranges::sort(boxes);
    CHECK(boxes == std::vector<std::int64_t>{30, 45, 75, 150, 675});
    CHECK(table.account().held == 0);
    CHECK(TestCasino::state(*table.casino.folded()) == TestCasino::state(*table.casino.casino));
}
