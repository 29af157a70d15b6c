#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

constexpr PlayerId kAda{1};
constexpr RoundId kRound{7};

/// Ada with 500 in cash and 300 restricted credits, and a bank of 1000.
struct House {
    House() : casino{config()}
    {
        casino.player("Ada");
        REQUIRE(casino.send(ledger::GrantBonus{kAda, 300})->bonus == 300);
    }

    static config::Config config()
    {
        auto config = TestCasino::demo();
        config.demo.grant_minor = 500;
        config.demo.bank_capital_minor = 1'000;
        return config;
    }
    ledger::Balance balance() { return casino.send(ledger::GetBalance{kAda}).value(); }
    std::int64_t sum_of(ledger::AccountKind kind, ledger::Pocket pocket)
    {
        for (const auto& row : casino.send(ledger::GetTrialBalance{})->rows) {
            if (row.kind == kind && row.pocket == pocket) { return row.balance; }
        }
        return 0;
    }
    Result<ledger::Balance> stake(std::int64_t stake, std::int64_t win_max = 0)
    {
        return casino.send(ledger::TakeStake{kAda, kRound, stake, win_max});
    }

    TestCasino casino;
};

using ledger::AccountKind;
using ledger::Pocket;

}  // namespace

TEST_CASE("bonus: restricted credits are kept apart and staked first (GLI-19 2.5.3(c), 4.3.5(d))", "[ledger]")
{
    House house;
    CHECK(house.balance().available == 500);
    CHECK(house.sum_of(AccountKind::promo, Pocket::bonus) == -300);

    REQUIRE(house.stake(200, 400));
    CHECK(house.balance().bonus == 100);
    CHECK(house.balance().available == 500);
    CHECK(house.sum_of(AccountKind::bank, Pocket::cash) == 1'000);  // The bank has no part in it.
    REQUIRE(house.casino.send(ledger::PayWin{kAda, kRound, 400}));
    CHECK(house.balance().bonus == 500);
    CHECK(house.balance().available == 500);
}

TEST_CASE("bonus: a win and a refund go the way the stake came, and what does not divide is cash", "[ledger]")
{
    House house;
    REQUIRE(house.stake(700));  // 300 of it bonus, 400 cash.
    CHECK(house.balance().bonus == 0);
    CHECK(house.balance().available == 100);

    SECTION("a win")
    {
        REQUIRE(house.casino.send(ledger::PayWin{kAda, kRound, 1'000}));
        CHECK(house.balance().bonus == 428);  // 1000 * 3 / 7 = 428.57…
        CHECK(house.balance().available == 100 + 572);
        CHECK(house.sum_of(AccountKind::bank, Pocket::cash) == 1'000 + 400 - 572);
    }
    SECTION("a win of 1")
    {
        REQUIRE(house.casino.send(ledger::PayWin{kAda, kRound, 1}));
        CHECK(house.balance().bonus == 0);
        CHECK(house.balance().available == 101);
    }
    SECTION("a refund")
    {
        REQUIRE(house.casino.send(ledger::Refund{kAda, kRound, 700}));
        CHECK(house.balance().bonus == 300);
        CHECK(house.balance().available == 500);
    }
    CHECK(house.casino.send(ledger::GetTotals{})->sum == 0);
}

TEST_CASE("bonus: the bank covers cash's share of a win, and a stake needs both pockets together", "[ledger]")
{
    House house;
    CHECK(house.stake(801).error().code == ErrorCode::insufficient_funds);
    // All of it bonus money: the bank pays nothing, however much can be won.
    REQUIRE(house.stake(300, 1'000'000));
    REQUIRE(house.casino.send(ledger::Refund{kAda, kRound, 300}));
    // Half of it cash: half of the win, of what the bank has with the stake in it.
    CHECK(house.stake(600, 2'601).error().code == ErrorCode::bank_exposed);
    CHECK(house.stake(600, 2'600));
}

TEST_CASE("bonus: a bet that is held remembers its pockets, over a crash too", "[ledger]")
{
    House house;
    REQUIRE(house.casino.send(ledger::OpenRound{kRound}));
    REQUIRE(house.casino.send(ledger::HoldBet{kRound, kAda, 1, 200, 400}));
    REQUIRE(house.casino.send(ledger::HoldBet{kRound, kAda, 2, 200, 800}));  // 100 bonus, 100 cash.
    CHECK(house.balance().bonus == 0);
    CHECK(house.balance().available == 400);
    CHECK(house.sum_of(AccountKind::held, Pocket::bonus) == 300);
    CHECK(house.sum_of(AccountKind::held, Pocket::cash) == 100);
    house.casino.crash();

    SECTION("rolled back")
    {
        const auto back = house.casino.send(ledger::RollBackBet{kRound, kAda, 2, 400});
        CHECK(back->bonus == 100);
        CHECK(back->available == 500);
    }
    SECTION("settled, with a win")
    {
        REQUIRE(house.casino.send(ledger::SettleRound{kRound, {{kAda, 401}}}));
        CHECK(house.balance().bonus == 300);  // Three quarters of the stakes were bonus: 300.75.
        CHECK(house.balance().available == 400 + 101);
    }
    SECTION("voided")
    {
        REQUIRE(house.casino.send(ledger::VoidRound{kRound}));
        CHECK(house.balance().bonus == 300);
        CHECK(house.balance().available == 500);
    }
    CHECK(TestCasino::state(*house.casino.folded()) == TestCasino::state(*house.casino.casino));
}

TEST_CASE("bonus: only a conversion makes cash of it, in two linked transfers of one unit", "[ledger]")
{
    House house;
    const auto version = house.balance().version;
    const auto after = house.casino.send(ledger::ConvertBonus{kAda, 120});
    CHECK(after->available == 620);
    CHECK(after->bonus == 180);
    CHECK(after->version == version + 2);  // Newer, whichever pocket moved.
    const auto& transfers = house.casino.store.units().back()->content.transfers;
    REQUIRE(transfers.size() == 2);
    CHECK(transfers[0].code == ledger::TransferCode::conversion);
    CHECK(transfers[0].reference == raw(transfers[0].id));
    CHECK(transfers[1].reference == raw(transfers[0].id));
    CHECK(house.sum_of(AccountKind::conversion, Pocket::bonus) == 120);
    CHECK(house.sum_of(AccountKind::conversion, Pocket::cash) == -120);

    CHECK(house.casino.send(ledger::ConvertBonus{kAda, 181}).error().code == ErrorCode::insufficient_funds);
    CHECK(house.casino.send(ledger::ConvertBonus{kAda, 0}).error().code == ErrorCode::amount_invalid);
    CHECK(house.casino.send(ledger::ConvertBonus{kAda, std::nullopt})->available == 800);
    CHECK(house.casino.send(ledger::ConvertBonus{kAda, std::nullopt}).error().code == ErrorCode::insufficient_funds);
    CHECK(house.casino.send(ledger::Hold{kAda, 800, house.casino.clock.wall() + 1h}));  // Now it may leave.
}

TEST_CASE("bonus: it cannot be withdrawn, ends by forfeit, and keeps an account from being closed", "[ledger]")
{
    House house;
    CHECK(house.casino.send(ledger::Hold{kAda, 501, house.casino.clock.wall() + 1h}).error().code
        == ErrorCode::insufficient_funds);
    CHECK(house.casino.send(ledger::Adjust{kAda, -501}).error().code == ErrorCode::insufficient_funds);
    REQUIRE(house.casino.send(ledger::Adjust{kAda, -500}));
    CHECK(house.casino.send(ledger::ClosePlayer{kAda}).error().code == ErrorCode::account_not_empty);
    CHECK(house.casino.send(ledger::ForfeitBonus{kAda})->bonus == 0);
    CHECK(house.sum_of(AccountKind::promo, Pocket::bonus) == 0);
    CHECK(house.casino.send(ledger::ForfeitBonus{kAda}).error().code == ErrorCode::insufficient_funds);
    CHECK(house.casino.send(ledger::ClosePlayer{kAda}));
    CHECK(house.casino.send(ledger::GrantBonus{kAda, 1}).error().code == ErrorCode::player_closed);
    CHECK(house.casino.send(ledger::GrantBonus{PlayerId{9}, 1}).error().code == ErrorCode::account_unknown);
    CHECK(house.casino.send(ledger::GrantBonus{kAda, 0}).error().code == ErrorCode::amount_invalid);
}
