#include <catch2/catch.hpp>

#include "ledger.hpp"
#include "test_casino.hpp"

using namespace croupier;
using fakes::TestCasino;

namespace {

config::Config small_bank()
{
    auto config = TestCasino::demo();
    config.demo.bank_capital_minor = 1000;
    config.demo.grant_minor = 500;
    return config;
}

}  // namespace

TEST_CASE("ledger: a stake is refused for the first reason that applies", "[ledger]")
{
    struct Row {
        const char* why;
        PlayerId player;
        std::int64_t stake;
        std::int64_t win_max;
        std::optional<ErrorCode> expect;
    };
    const Row row = GENERATE(Row{"nothing is no stake", PlayerId{1}, 0, 0, ErrorCode::amount_invalid},
        Row{"less than nothing", PlayerId{1}, -5, 0, ErrorCode::amount_invalid},
        Row{"an impossible win", PlayerId{1}, 5, -1, ErrorCode::amount_invalid},
        Row{"before the account: the amount", PlayerId{7}, 0, 0, ErrorCode::amount_invalid},
        Row{"nobody has this account", PlayerId{7}, 5, 0, ErrorCode::account_unknown},
        Row{"player 0 is the house", PlayerId{0}, 5, 0, ErrorCode::account_unknown},
        Row{"never below zero", PlayerId{1}, 501, 0, ErrorCode::insufficient_funds},
        Row{"before the bank: the player's funds", PlayerId{1}, 501, 10'000, ErrorCode::insufficient_funds},
        Row{"the bank must be able to pay", PlayerId{1}, 100, 1101, ErrorCode::bank_exposed},
        Row{"with the stake, the bank can just pay", PlayerId{1}, 100, 1100, std::nullopt},
        Row{"the last unit can be staked", PlayerId{1}, 500, 0, std::nullopt});
    TestCasino casino{small_bank()};
    casino.player("Ada");
    const auto before = casino.store.units().size();
    const auto taken = casino.send(ledger::TakeStake{row.player, RoundId{1}, row.stake, row.win_max});
    INFO(row.why);
    if (row.expect) {
        REQUIRE_FALSE(taken.has_value());
        CHECK(taken.error().code == *row.expect);
        CHECK(casino.store.units().size() == before);
        CHECK(casino.balance(PlayerId{1}) == 500);
    } else {
        REQUIRE(taken.has_value());
        CHECK(taken->available == 500 - row.stake);
        CHECK(taken->version == 2);
    }
}

TEST_CASE("ledger: the sum over all accounts is zero after every kind of movement", "[ledger]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.send(ledger::TakeStake{PlayerId{1}, RoundId{1}, 700, 0}).has_value());
    CHECK(casino.send(ledger::PayWin{PlayerId{1}, RoundId{1}, 300})->available == 100'000 - 700 + 300);
    CHECK(casino.send(ledger::TakeStake{PlayerId{1}, RoundId{2}, 50, 0}).has_value());
    CHECK(casino.send(ledger::Refund{PlayerId{1}, RoundId{2}, 50})->available == 100'000 - 700 + 300);
    const auto totals = casino.send(ledger::GetTotals{});
    REQUIRE(totals.has_value());
    CHECK(totals->sum == 0);
    CHECK(totals->players == 99'600);
    CHECK(totals->promo == -100'000);
    CHECK(totals->bank == 100'000'000'000 + 400);
    CHECK(totals->transfers == 6);  // Capital, grant, stake, win, stake, refund.
}

TEST_CASE("ledger: a win of nothing moves nothing and leaves the version", "[ledger]")
{
    TestCasino casino;
    casino.player("Ada");
    const auto before = casino.casino->submitted().seq;
    CHECK(casino.send(ledger::PayWin{PlayerId{1}, RoundId{1}, 0})->version == 1);
    CHECK(casino.casino->submitted().seq == before);
}

TEST_CASE("ledger: the house begins with its accounts and the owner's capital, once", "[ledger]")
{
    TestCasino casino{small_bank()};
    CHECK(casino.send(ledger::GetTotals{})->bank == 1000);
    CHECK(casino.send(ledger::GetTotals{})->accounts == 4);
    casino.crash();
    CHECK(casino.send(ledger::GetTotals{})->bank == 1000);
    CHECK(casino.send(ledger::GetTotals{})->accounts == 4);
}

TEST_CASE("ledger: a grant that no balance could hold is refused", "[ledger]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.send(ledger::GrantPromo{PlayerId{1}, 0}).error().code == ErrorCode::amount_invalid);
    CHECK(casino.send(ledger::GrantPromo{PlayerId{2}, 1}).error().code == ErrorCode::account_unknown);
    CHECK(casino.send(ledger::GrantPromo{PlayerId{1}, std::numeric_limits<std::int64_t>::max()}).error().code
        == ErrorCode::amount_overflow);
    CHECK(casino.balance(PlayerId{1}) == 100'000);
}

TEST_CASE("ledger: a snapshot's bytes restore the same state, and anything cut off is refused", "[ledger]")
{
    TestCasino casino;
    casino.player("Ada");
    casino.player("Grace");
    ledger::Ledger original{{.currency = *Currency::from_code("EUR"), .jackpots = {}}};
    Bytes bytes;
    for (const auto& module : casino.casino->modules()) {
        if (module->name() != "ledger") { continue; }
        ByteWriter writer{bytes};
        module->save(writer);
    }
    ByteReader reader{bytes};
    REQUIRE(original.restore(reader));
    CHECK(reader.complete());
    Bytes again;
    ByteWriter writer{again};
    original.save(writer);
    CHECK(again == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ledger::Ledger cut{{.currency = *Currency::from_code("EUR"), .jackpots = {}}};
        ByteReader short_reader{std::span{bytes}.first(size)};
        CHECK_FALSE(cut.restore(short_reader));
    }
    ledger::Ledger other{{.currency = *Currency::from_code("USD"), .jackpots = {}}};
    ByteReader other_reader{bytes};
    CHECK_FALSE(other.restore(other_reader));
}
