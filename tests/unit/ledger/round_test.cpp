#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

constexpr PlayerId kAda{1};
constexpr PlayerId kBob{2};
constexpr RoundId kRound{7};

/// Two players with 500 each, a bank of 1000, and round 7 in play.
struct Table {
    Table() : casino{config()}
    {
        casino.player("Ada");
        casino.player("Bob");
        REQUIRE(casino.send(ledger::OpenRound{kRound}));
    }

    static config::Config config()
    {
        auto config = TestCasino::demo();
        config.demo.grant_minor = 500;
        config.demo.bank_capital_minor = 1'000;
        return config;
    }

    Result<ledger::Balance> bet(PlayerId player, std::uint64_t bet, std::int64_t stake, std::int64_t exposure)
    {
        return casino.send(ledger::HoldBet{kRound, player, bet, stake, exposure});
    }
    std::int64_t sum_of(ledger::AccountKind kind)
    {
        for (const auto& row : casino.send(ledger::GetTrialBalance{})->rows) {
            if (row.kind == kind) { return row.balance; }
        }
        return 0;
    }
    std::size_t units() const { return casino.store.units().size(); }

    TestCasino casino;
};

}  // namespace

TEST_CASE("round in play: bets are held, and settled all at once in one unit", "[ledger]")
{
    Table table;
    CHECK(table.bet(kAda, 1, 100, 200)->available == 400);
    CHECK(table.bet(kAda, 2, 50, 400)->available == 350);
    CHECK(table.bet(kBob, 1, 200, 600)->available == 300);
    CHECK(table.sum_of(ledger::AccountKind::held) == 350);
    CHECK(table.sum_of(ledger::AccountKind::bank) == 1'000);

    table.casino.clock.advance(30s);
    const auto open = table.casino.send(ledger::ListRounds{RoundId{0}, 10})->rounds;
    REQUIRE(open.size() == 1);
    CHECK(open[0].bets == 3);
    CHECK(open[0].held == 350);
    CHECK(open[0].exposure == 600);
    CHECK(table.casino.clock.wall() - open[0].opened_at == 30s);

    const auto units = table.units();
    const auto closed = table.casino.send(ledger::SettleRound{kRound, {{kBob, 580}}});
    REQUIRE(closed);
    CHECK(table.units() == units + 1);
    CHECK(closed->stake == 350);
    CHECK(closed->win == 580);
    CHECK(closed->refund == 0);
    CHECK(table.casino.balance(kAda) == 350);
    CHECK(table.casino.balance(kBob) == 880);
    CHECK(table.sum_of(ledger::AccountKind::held) == 0);  // Its escrow is zero.
    CHECK(table.sum_of(ledger::AccountKind::bank) == 770);
    CHECK(table.casino.send(ledger::ListRounds{RoundId{0}, 10})->rounds.empty());
}

TEST_CASE("round in play: when it ends each of its players hears the new balance, once", "[ledger]")
{
    Table table;
    REQUIRE(table.casino.hello(1, "Ada"));
    REQUIRE(table.casino.hello(2, "Bob"));
    REQUIRE(table.bet(kAda, 1, 100, 200));
    REQUIRE(table.bet(kAda, 2, 50, 400));
    REQUIRE(table.bet(kBob, 1, 200, 600));
    table.casino.out.frames.clear();
    const bool settles = GENERATE(true, false);
    if (settles) {
        REQUIRE(table.casino.send(ledger::SettleRound{kRound, {{kBob, 580}}}));
    } else {
        REQUIRE(table.casino.send(ledger::VoidRound{kRound}));
    }
    const auto& frames = table.casino.out.frames;
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].connection == ConnectionId{1});
    CHECK(frames[0].text.find(settles ? R"("available":350)" : R"("available":500)") != std::string::npos);
    CHECK(frames[1].connection == ConnectionId{2});
    CHECK(frames[1].text.find(settles ? R"("available":880)" : R"("available":500)") != std::string::npos);
}

TEST_CASE("round in play: it is voided as a whole (GLI-19 A.6.4: all wagers are returned)", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 100, 200));
    REQUIRE(table.bet(kBob, 1, 200, 600));
    const auto closed = table.casino.send(ledger::VoidRound{kRound});
    REQUIRE(closed);
    CHECK(closed->refund == 300);
    CHECK(closed->stake == 0);
    CHECK(table.casino.balance(kAda) == 500);
    CHECK(table.casino.balance(kBob) == 500);
    CHECK(table.sum_of(ledger::AccountKind::bank) == 1'000);
}

TEST_CASE("round in play: what comes after its end is refused, and pays nothing twice", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 100, 200));
    REQUIRE(table.casino.send(ledger::SettleRound{kRound, {{kAda, 200}}}));
    const bool crashed = GENERATE(false, true);
    if (crashed) { table.casino.crash(); }
    const auto units = table.units();
    CHECK(table.bet(kBob, 1, 10, 20).error().code == ErrorCode::round_closed);
    CHECK(table.bet(kAda, 1, 100, 200).error().code == ErrorCode::round_closed);
    CHECK(table.casino.send(ledger::RollBackBet{kRound, kAda, 1, 0}).error().code == ErrorCode::round_closed);
    CHECK(table.casino.send(ledger::SettleRound{kRound, {{kAda, 200}}}).error().code == ErrorCode::round_closed);
    CHECK(table.casino.send(ledger::VoidRound{kRound}).error().code == ErrorCode::round_closed);
    CHECK(table.casino.send(ledger::VoidRound{RoundId{8}}).error().code == ErrorCode::round_unknown);
    CHECK(table.units() == units);
    CHECK(table.casino.balance(kAda) == 600);
}

TEST_CASE("bet: a rollback gives it back, or bars it when it has not come yet; twice is once", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 100, 200));
    CHECK(table.casino.send(ledger::RollBackBet{kRound, kAda, 1, 0})->available == 500);
    CHECK(table.casino.send(ledger::RollBackBet{kRound, kAda, 2, 0})->available == 500);  // The tombstone of bet 2.
    const bool crashed = GENERATE(false, true);
    if (crashed) { table.casino.crash(); }
    const auto units = table.units();
    CHECK(table.casino.send(ledger::RollBackBet{kRound, kAda, 1, 0})->available == 500);
    CHECK(table.bet(kAda, 1, 100, 200).error().code == ErrorCode::bet_rolled_back);
    CHECK(table.bet(kAda, 2, 50, 200).error().code == ErrorCode::bet_rolled_back);
    CHECK(table.units() == units);
    CHECK(table.bet(kBob, 2, 50, 200).has_value());  // Another player's numbers are others.
    CHECK(table.casino.send(ledger::ListRounds{RoundId{0}, 10})->rounds.at(0).bets == 1);
}

TEST_CASE("bet: the same bet twice is held once; with another stake it is refused", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 100, 200));
    const auto units = table.units();
    CHECK(table.bet(kAda, 1, 100, 200)->available == 400);
    CHECK(table.bet(kAda, 1, 90, 200).error().code == ErrorCode::key_conflict);
    CHECK(table.units() == units);
}

TEST_CASE("bet: it is refused for the first reason that applies", "[ledger]")
{
    struct Row {
        const char* why;
        RoundId round;
        PlayerId player;
        std::int64_t stake;
        std::int64_t exposure;
        ErrorCode expect;
    };
    const Row row = GENERATE(
        Row{"before the round: the stake", RoundId{9}, PlayerId{9}, 0, 0, ErrorCode::amount_invalid},
        Row{"no such round", RoundId{9}, PlayerId{9}, 1, 0, ErrorCode::round_unknown},
        Row{"played in one input, never open", RoundId{3}, PlayerId{9}, 1, 0, ErrorCode::round_closed},
        Row{"nobody has this account", kRound, PlayerId{9}, 1, 0, ErrorCode::account_unknown},
        Row{"before the funds: frozen", kRound, kBob, 501, 0, ErrorCode::account_frozen},
        Row{"never below zero", kRound, kAda, 501, 2'000, ErrorCode::insufficient_funds},
        Row{"the bank could not pay it", kRound, kAda, 100, 1'001, ErrorCode::bank_exposed});
    Table table;
    REQUIRE(table.casino.send(ledger::SetFrozen{kBob, true}));
    const auto units = table.units();
    INFO(row.why);
    const auto refused = table.casino.send(ledger::HoldBet{row.round, row.player, 1, row.stake, row.exposure});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == row.expect);
    CHECK(table.units() == units);
}

TEST_CASE("solvency: the bank covers the worst of all rounds in play together, and of a spin beside them", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 10, 700));
    REQUIRE(table.casino.send(ledger::OpenRound{RoundId{8}}));
    CHECK(table.casino.send(ledger::HoldBet{RoundId{8}, kBob, 1, 10, 301}).error().code == ErrorCode::bank_exposed);
    REQUIRE(table.casino.send(ledger::HoldBet{RoundId{8}, kBob, 1, 10, 200}));
    // The bank has 1000, 900 are spoken for: a spin of 5 may win 105 and no more.
    CHECK(table.casino.send(ledger::TakeStake{kAda, RoundId{9}, 5, 106}).error().code == ErrorCode::bank_exposed);
    CHECK(table.casino.send(ledger::TakeStake{kAda, RoundId{9}, 5, 105}).has_value());
    // A rollback can only free what was spoken for.
    REQUIRE(table.casino.send(ledger::RollBackBet{kRound, kAda, 1, 0}));
    CHECK(table.casino.send(ledger::TakeStake{kAda, RoundId{10}, 5, 805}).has_value());
}

TEST_CASE("round in play: a crash at any unit leaves the same state", "[ledger]")
{
    Table table;
    REQUIRE(table.bet(kAda, 1, 100, 200));
    REQUIRE(table.casino.send(ledger::RollBackBet{kRound, kBob, 1, 0}));
    const auto before = TestCasino::state(*table.casino.casino);
    CHECK(TestCasino::state(*table.casino.folded()) == before);
    table.casino.crash();
    CHECK(TestCasino::state(*table.casino.casino) == before);
}

TEST_CASE("close: an account is closed once it is empty, and takes nothing any more", "[ledger]")
{
    Table table;
    CHECK(table.casino.send(ledger::ClosePlayer{kAda}).error().code == ErrorCode::account_not_empty);
    REQUIRE(table.bet(kAda, 1, 500, 600));
    CHECK(table.casino.send(ledger::ClosePlayer{kAda}).error().code == ErrorCode::account_not_empty);  // It is held.
    REQUIRE(table.casino.send(ledger::SettleRound{kRound, {}}));
    REQUIRE(table.casino.send(ledger::ClosePlayer{kAda}));
    const bool crashed = GENERATE(false, true);
    if (crashed) { table.casino.crash(); }
    const auto units = table.units();
    const auto refusal = [&](const auto& command) { return table.casino.send(command).error().code; };
    CHECK(refusal(ledger::ClosePlayer{kAda}) == ErrorCode::player_closed);
    CHECK(refusal(ledger::Deposit{kAda, 1}) == ErrorCode::player_closed);
    CHECK(refusal(ledger::GrantPromo{kAda, 1}) == ErrorCode::player_closed);
    CHECK(refusal(ledger::Adjust{kAda, 1}) == ErrorCode::player_closed);
    CHECK(refusal(ledger::TakeStake{kAda, RoundId{9}, 1, 0}) == ErrorCode::player_closed);
    CHECK(refusal(ledger::Hold{kAda, 1, table.casino.clock.wall() + 1h}) == ErrorCode::player_closed);
    CHECK(table.units() == units);
}
