#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

constexpr PlayerId kAda{1};

config::Config with_500()
{
    auto config = TestCasino::demo();
    config.demo.grant_minor = 500;
    return config;
}

Result<ledger::Holding> hold(TestCasino& casino, std::int64_t amount, std::chrono::seconds lasts = 1h)
{
    return casino.send(ledger::Hold{kAda, amount, casino.clock.wall() + lasts});
}

std::int64_t sum_of(TestCasino& casino, ledger::AccountKind kind)
{
    for (const auto& row : casino.send(ledger::GetTrialBalance{})->rows) {
        if (row.kind == kind) { return row.balance; }
    }
    return 0;
}

}  // namespace

TEST_CASE("hold: what is held cannot be spent, and comes back whole when it is voided", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    const auto held = hold(casino, 300);
    REQUIRE(held);
    CHECK(held->hold == HoldId{1});
    CHECK(held->balance.available == 200);
    CHECK(sum_of(casino, ledger::AccountKind::held) == 300);
    CHECK(casino.send(ledger::GetTotals{})->players == 500);  // What the house owes is what it was.
    CHECK(casino.send(ledger::TakeStake{kAda, RoundId{1}, 201, 0}).error().code == ErrorCode::insufficient_funds);
    CHECK(hold(casino, 201).error().code == ErrorCode::insufficient_funds);

    CHECK(casino.send(ledger::VoidHold{held->hold})->balance.available == 500);
    CHECK(sum_of(casino, ledger::AccountKind::held) == 0);
    CHECK(casino.send(ledger::VoidHold{held->hold}).error().code == ErrorCode::hold_resolved);
    CHECK(casino.send(ledger::PostHold{held->hold, 1}).error().code == ErrorCode::hold_resolved);
}

TEST_CASE("hold: it may be posted in part, and the rest is released in the same unit", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    const auto held = hold(casino, 300);
    const auto units = casino.store.units().size();
    CHECK(casino.send(ledger::PostHold{held->hold, 301}).error().code == ErrorCode::amount_invalid);
    CHECK(casino.send(ledger::PostHold{held->hold, 0}).error().code == ErrorCode::amount_invalid);
    CHECK(casino.store.units().size() == units);

    const auto posted = casino.send(ledger::PostHold{held->hold, 120});
    REQUIRE(posted);
    CHECK(posted->amount == 120);
    CHECK(posted->balance.available == 380);
    CHECK(casino.store.units().size() == units + 1);
    CHECK(sum_of(casino, ledger::AccountKind::psp) == 120);
    CHECK(casino.send(ledger::GetTotals{})->sum == 0);
}

TEST_CASE("hold: a hold is refused for the first reason that applies", "[ledger]")
{
    struct Row {
        const char* why;
        PlayerId player;
        std::int64_t amount;
        ErrorCode expect;
    };
    const Row row = GENERATE(Row{"nothing cannot be held", kAda, 0, ErrorCode::amount_invalid},
        Row{"before the account: the amount", PlayerId{7}, -1, ErrorCode::amount_invalid},
        Row{"nobody has this account", PlayerId{7}, 1, ErrorCode::account_unknown},
        Row{"before the funds: frozen", PlayerId{2}, 501, ErrorCode::account_frozen},
        Row{"never below zero", kAda, 501, ErrorCode::insufficient_funds});
    TestCasino casino{with_500()};
    casino.player("Ada");
    casino.player("Bob");
    REQUIRE(casino.send(ledger::SetFrozen{PlayerId{2}, true}));
    const auto units = casino.store.units().size();
    INFO(row.why);
    const auto refused = casino.send(ledger::Hold{row.player, row.amount, casino.clock.wall() + 1h});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == row.expect);
    CHECK(casino.store.units().size() == units);
}

TEST_CASE("hold: holds expire by ledger time, the earliest first and then by id, and only once", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    REQUIRE(hold(casino, 10, 30s));  // 1
    REQUIRE(hold(casino, 20, 10s));  // 2
    REQUIRE(hold(casino, 40, 10s));  // 3
    REQUIRE(hold(casino, 80, 20s));  // 4
    CHECK(casino.send(ledger::ExpireHolds{})->holds == 0);
    REQUIRE(casino.send(ledger::VoidHold{HoldId{4}}));
    casino.clock.advance(10s);
    CHECK(casino.send(ledger::ExpireHolds{})->holds == 2);
    CHECK(casino.balance(kAda) == 490);
    CHECK(casino.send(ledger::PostHold{HoldId{2}, 20}).error().code == ErrorCode::hold_resolved);
    CHECK(casino.send(ledger::PostHold{HoldId{5}, 20}).error().code == ErrorCode::hold_unknown);
    casino.clock.advance(1h);
    CHECK(casino.send(ledger::ExpireHolds{})->holds == 1);
    CHECK(casino.send(ledger::ExpireHolds{})->holds == 0);
    CHECK(casino.balance(kAda) == 500);

    // The facts say in which order: 2, 3, then 1.
    std::vector<std::uint64_t> expired;
    for (const auto& unit : casino.store.units()) {
        for (const auto& event : unit->content.events) {
            if (event.type != ledger::HoldResolved::kFact) { continue; }
            const auto fact = from_bytes<ledger::HoldResolved>(event.body);
            if (fact->how == ledger::Resolution::expired) { expired.push_back(raw(fact->hold)); }
        }
    }
    CHECK(expired == std::vector<std::uint64_t>{2, 3, 1});
}

TEST_CASE("hold: open holds survive a crash, and a snapshot", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    REQUIRE(hold(casino, 10, 30s));
    REQUIRE(hold(casino, 20, 10s));
    REQUIRE(casino.send(ledger::VoidHold{HoldId{1}}));
    REQUIRE(casino.send(ledger::SetFrozen{kAda, true}));
    casino.crash();
    const auto open = casino.send(ledger::ListHolds{HoldId{0}, 10});
    REQUIRE(open->holds.size() == 1);
    CHECK(open->holds[0].hold == HoldId{2});
    CHECK(hold(casino, 1).error().code == ErrorCode::account_frozen);
    CHECK(TestCasino::state(*casino.casino) == TestCasino::state(*casino.folded()));
    REQUIRE(casino.send(ledger::SetFrozen{kAda, false}));
    CHECK(hold(casino, 1)->hold == HoldId{3});
    CHECK(casino.send(ledger::ListHolds{HoldId{2}, 10})->holds.size() == 1);
}

TEST_CASE("hold: a frozen account still gets its wins, refunds and released holds", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    const auto held = hold(casino, 100);
    REQUIRE(casino.send(ledger::TakeStake{kAda, RoundId{1}, 50, 0}));
    REQUIRE(casino.send(ledger::SetFrozen{kAda, true}));
    CHECK(casino.send(ledger::TakeStake{kAda, RoundId{2}, 1, 0}).error().code == ErrorCode::account_frozen);
    CHECK(casino.send(ledger::Deposit{kAda, 1}).error().code == ErrorCode::account_frozen);
    CHECK(casino.send(ledger::PayWin{kAda, RoundId{1}, 70})->available == 420);
    CHECK(casino.send(ledger::VoidHold{held->hold})->balance.available == 520);
}

TEST_CASE("ledger: deposits and adjustments move money, within what an account can hold", "[ledger]")
{
    TestCasino casino{with_500()};
    casino.player("Ada");
    CHECK(casino.send(ledger::Deposit{kAda, 250})->available == 750);
    CHECK(sum_of(casino, ledger::AccountKind::psp) == -250);
    CHECK(casino.send(ledger::Adjust{kAda, -50})->available == 700);
    CHECK(casino.send(ledger::Adjust{kAda, 25})->available == 725);
    CHECK(casino.send(ledger::Adjust{kAda, 0}).error().code == ErrorCode::amount_invalid);
    CHECK(casino.send(ledger::Adjust{kAda, -726}).error().code == ErrorCode::insufficient_funds);
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
    CHECK(casino.send(ledger::Adjust{kAda, kMost}).error().code == ErrorCode::amount_overflow);
    CHECK(casino.send(ledger::Adjust{kAda, kLeast}).error().code == ErrorCode::insufficient_funds);
    CHECK(casino.send(ledger::Deposit{kAda, kMost}).error().code == ErrorCode::amount_overflow);
    CHECK(casino.send(ledger::Deposit{PlayerId{9}, 1}).error().code == ErrorCode::account_unknown);
    CHECK(casino.send(ledger::GetTotals{})->sum == 0);
}
