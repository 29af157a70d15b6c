#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

constexpr PlayerId kAda{1};

/// A casino with a player who has 500, and three operators.
struct Desk {
    explicit Desk(std::size_t keys_max = 1'000'000) : casino{config(keys_max)}
    {
        casino.player("Ada");
        auditor = add(cashier::Role::auditor, "auditor");
        cashier = add(cashier::Role::cashier, "cashier");
        admin = add(cashier::Role::admin, "admin");
    }

    static config::Config config(std::size_t keys_max)
    {
        auto config = TestCasino::demo();
        config.demo.grant_minor = 500;
        config.cashier.adjust_alone_max_minor = 100;
        config.cashier.keys_max = keys_max;
        return config;
    }

    OperatorId add(cashier::Role role, const std::string& token)
    {
        return casino.send(cashier::AddOperator{role, TestCasino::token_of(token)})->id;
    }
    Result<cashier::Performed> perform(OperatorId by, const std::string& key, cashier::Operation operation)
    {
        return casino.send(cashier::Perform{by, key, std::move(operation)});
    }
    std::size_t units() const { return casino.store.units().size(); }

    TestCasino casino;
    OperatorId auditor{};
    OperatorId cashier{};
    OperatorId admin{};
};

std::uint16_t number(ErrorCode code) { return static_cast<std::uint16_t>(code); }

}  // namespace

TEST_CASE("cashier: an operator is known by the token, until it is removed, also after a crash", "[cashier]")
{
    Desk desk;
    const auto token = TestCasino::token_of("cashier");
    CHECK(desk.casino.send(cashier::Identify{token})->role == cashier::Role::cashier);
    CHECK(
        desk.casino.send(cashier::Identify{TestCasino::token_of("nobody")}).error().code == ErrorCode::session_unknown);
    desk.casino.crash();
    CHECK(desk.casino.send(cashier::Identify{token})->id == desk.cashier);
    CHECK(desk.casino.send(cashier::RemoveOperator{token})->id == desk.cashier);
    CHECK(desk.casino.send(cashier::RemoveOperator{token}).error().code == ErrorCode::session_unknown);
    desk.casino.crash();
    CHECK(desk.casino.send(cashier::Identify{token}).error().code == ErrorCode::session_unknown);
    CHECK(raw(desk.add(cashier::Role::cashier, "new")) == 4);  // Numbers are never reused.
}

TEST_CASE("cashier: what a role does not allow is refused and recorded nowhere", "[cashier]")
{
    Desk desk;
    const auto before = desk.units();
    CHECK(desk.perform(desk.auditor, "a", cashier::Deposit{kAda, 5, "p"}).error().code == ErrorCode::forbidden);
    CHECK(desk.perform(desk.auditor, "a", cashier::Freeze{kAda, true}).error().code == ErrorCode::forbidden);
    CHECK(desk.perform(desk.cashier, "a", cashier::Freeze{kAda, false}).error().code == ErrorCode::forbidden);
    CHECK(desk.units() == before);
    CHECK(desk.perform(desk.cashier, "a", cashier::Freeze{kAda, true})->result == 0);
    CHECK(desk.perform(desk.admin, "a", cashier::Freeze{kAda, false})->result == 0);
}

TEST_CASE("cashier: a request is decided once under its caller's key, a final refusal too", "[cashier]")
{
    Desk desk;
    const auto done = desk.perform(desk.cashier, "k", cashier::Deposit{kAda, 250, "psp-1"});
    REQUIRE(done);
    CHECK_FALSE(done->repeat);
    CHECK(done->answer
        == R"({"player":"1","amount":250,"balance":{"available":750,"currency":"EUR","exponent":2,"version":2}})");
    const auto refused = desk.perform(desk.cashier, "r", cashier::Withdraw{kAda, 751, "psp-2"});
    CHECK(refused->result == number(ErrorCode::insufficient_funds));
    CHECK(refused->answer.empty());
    const auto units = desk.units();

    const bool crashed = GENERATE(false, true);
    if (crashed) { desk.casino.crash(); }
    CHECK(desk.perform(desk.cashier, "k", cashier::Deposit{kAda, 250, "psp-1"})->repeat);
    CHECK(desk.perform(desk.cashier, "k", cashier::Deposit{kAda, 999, "psp-1"})
            ->repeat);  // Who asks compares the content.
    CHECK(desk.perform(desk.cashier, "r", cashier::Withdraw{kAda, 751, "psp-2"})->repeat);
    CHECK(desk.units() == units);
    CHECK(desk.casino.balance(kAda) == 750);
    CHECK_FALSE(desk.perform(desk.admin, "k", cashier::Deposit{kAda, 1, "psp-1"})->repeat);  // Another caller's key.
}

TEST_CASE(
    "cashier: at the most keys a new one is refused for now; after 180 days of ledger time there is room", "[cashier]")
{
    Desk desk{2};
    REQUIRE(desk.perform(desk.cashier, "1", cashier::Deposit{kAda, 1, "p"}));
    desk.casino.clock.advance(24h);
    REQUIRE(desk.perform(desk.cashier, "2", cashier::Deposit{kAda, 1, "p"}));
    const auto units = desk.units();
    const auto full = desk.perform(desk.cashier, "3", cashier::Deposit{kAda, 1, "p"});
    CHECK(full.error().code == ErrorCode::overloaded);
    CHECK(is_transient(full.error().code));
    CHECK(desk.units() == units);
    CHECK(desk.perform(desk.cashier, "1", cashier::Deposit{kAda, 1, "p"})->repeat);  // None was forgotten early.

    desk.casino.clock.advance(24h * 180);
    CHECK(desk.perform(desk.cashier, "1", cashier::Deposit{kAda, 1, "p"})->repeat);
    CHECK(desk.perform(desk.cashier, "3", cashier::Deposit{kAda, 1, "p"}).has_value());
    CHECK(desk.perform(desk.cashier, "3", cashier::Deposit{kAda, 1, "p"})->repeat);
}

TEST_CASE("cashier: a withdrawal is held, then paid out, in part too, or given back", "[cashier]")
{
    Desk desk;
    REQUIRE(desk.perform(desk.cashier, "1", cashier::Withdraw{kAda, 300, "w-1"})->result == 0);
    CHECK(desk.casino.balance(kAda) == 200);
    REQUIRE(desk.perform(desk.cashier, "2", cashier::Approve{HoldId{1}, 100})->result == 0);
    CHECK(desk.casino.balance(kAda) == 400);
    CHECK(desk.perform(desk.cashier, "3", cashier::Reject{HoldId{1}})->result == number(ErrorCode::hold_resolved));
    REQUIRE(desk.perform(desk.cashier, "4", cashier::Withdraw{kAda, 400, "w-2"})->result == 0);
    REQUIRE(desk.perform(desk.cashier, "5", cashier::Approve{HoldId{2}, std::nullopt})->result == 0);
    CHECK(desk.casino.balance(kAda) == 0);
    // Nobody decides: after a week it is the player's again.
    REQUIRE(desk.perform(desk.cashier, "6", cashier::Deposit{kAda, 70, "p"})->result == 0);
    REQUIRE(desk.perform(desk.cashier, "7", cashier::Withdraw{kAda, 70, "w-3"})->result == 0);
    desk.casino.clock.advance(7 * 24h);
    CHECK(desk.casino.send(ledger::ExpireHolds{})->holds == 1);
    CHECK(desk.casino.balance(kAda) == 70);
}

TEST_CASE("cashier: a large correction waits for a second person", "[cashier]")
{
    Desk desk;
    const cashier::Adjust large{kAda, -101, cashier::Reason::chargeback, "T-1"};
    CHECK(
        desk.perform(desk.cashier, "1", cashier::Adjust{kAda, -100, cashier::Reason::correction, "T-0"})->result == 0);
    CHECK(desk.casino.balance(kAda) == 400);
    CHECK(desk.perform(desk.cashier, "2", large)->answer == R"({"proposal":"1","player":"1","amount":-101})");
    CHECK(desk.casino.balance(kAda) == 400);
    CHECK(desk.perform(desk.cashier, "3", cashier::Confirm{1})->result == number(ErrorCode::same_operator));
    desk.casino.crash();
    REQUIRE(desk.casino.send(cashier::ListProposals{})->proposals.size() == 1);
    CHECK(desk.casino.send(cashier::ListProposals{})->proposals[0].ticket == "T-1");
    CHECK(desk.perform(desk.admin, "4", cashier::Confirm{1})->result == 0);
    CHECK(desk.casino.balance(kAda) == 299);
    CHECK(desk.perform(desk.admin, "5", cashier::Confirm{1})->result == number(ErrorCode::proposal_unknown));

    CHECK(desk.perform(desk.cashier, "6", large)->result == 0);
    CHECK(desk.perform(desk.cashier, "7", cashier::Decline{2})->result == 0);
    CHECK(desk.casino.send(cashier::ListProposals{})->proposals.empty());
    CHECK(desk.casino.balance(kAda) == 299);

    // A confirmation that the ledger refuses leaves the proposal where it is.
    CHECK(desk.perform(desk.cashier, "8", cashier::Adjust{kAda, -300, cashier::Reason::test, "T-3"})->result == 0);
    CHECK(desk.perform(desk.admin, "9", cashier::Confirm{3})->result == number(ErrorCode::insufficient_funds));
    CHECK(desk.casino.send(cashier::ListProposals{})->proposals.size() == 1);
}

TEST_CASE("cashier: the ledger tells who did what, in the same unit as the money", "[cashier]")
{
    Desk desk;
    REQUIRE(desk.perform(desk.cashier, "1", cashier::Deposit{kAda, 5, "psp-9"}));
    const auto& content = desk.casino.store.units().back()->content;
    REQUIRE(content.transfers.size() == 1);
    CHECK(content.transfers[0].code == ledger::TransferCode::deposit);
    CHECK(content.request.scope == (kOperatorScopes | raw(desk.cashier)));
    REQUIRE(content.events.size() == 1);
    CHECK(content.events[0].stream == 1);
    const auto acted = from_bytes<cashier::Acted>(content.events[0].body);
    REQUIRE(acted);
    CHECK(acted->by == desk.cashier);
    CHECK(std::get<cashier::Deposit>(acted->operation).payment == "psp-9");
    CHECK(TestCasino::state(*desk.casino.casino) == TestCasino::state(*desk.casino.folded()));
}

TEST_CASE(
    "rollback: a deposit goes back, a waiting withdrawal is rejected, what was refused needs nothing", "[cashier]")
{
    Desk desk;
    REQUIRE(desk.perform(desk.cashier, "d", cashier::Deposit{kAda, 250, "p"}));
    REQUIRE(desk.perform(desk.cashier, "w", cashier::Withdraw{kAda, 300, "p"}));
    REQUIRE(desk.perform(desk.cashier, "r", cashier::Withdraw{kAda, 9'999, "p"}));
    CHECK(desk.casino.balance(kAda) == 450);
    const bool crashed = GENERATE(false, true);
    if (crashed) { desk.casino.crash(); }

    CHECK(desk.perform(desk.cashier, "1", cashier::RollBack{"w"})->answer
        == R"({"key":"w","arrived":true,"player":"1","amount":300,"balance":{"available":750,"currency":"EUR","exponent":2,"version":4}})");
    CHECK(desk.perform(desk.cashier, "2", cashier::RollBack{"d"})->result == 0);
    CHECK(desk.casino.balance(kAda) == 500);
    CHECK(desk.perform(desk.cashier, "3", cashier::RollBack{"r"})->answer == R"({"key":"r","arrived":true})");
    // Twice is once, under whatever key; the request itself keeps its first answer.
    CHECK(desk.perform(desk.cashier, "4", cashier::RollBack{"d"})->answer == R"({"key":"d","arrived":true})");
    CHECK(desk.perform(desk.cashier, "d", cashier::Deposit{kAda, 250, "p"})->repeat);
    CHECK(desk.casino.balance(kAda) == 500);
}

TEST_CASE("rollback: of a request that never came leaves a tombstone, and it is refused when it comes", "[cashier]")
{
    Desk desk;
    CHECK(desk.perform(desk.cashier, "1", cashier::RollBack{"late"})->answer == R"({"key":"late","arrived":false})");
    const bool crashed = GENERATE(false, true);
    if (crashed) { desk.casino.crash(); }
    const auto units = desk.units();
    const auto late = desk.perform(desk.cashier, "late", cashier::Deposit{kAda, 250, "p"});
    CHECK(late.error().code == ErrorCode::rolled_back);
    CHECK(desk.units() == units);
    CHECK(desk.casino.balance(kAda) == 500);
    CHECK(desk.perform(desk.cashier, "2", cashier::RollBack{"late"})->answer == R"({"key":"late","arrived":false})");
    CHECK(desk.perform(desk.admin, "late", cashier::Deposit{kAda, 1, "p"})->result == 0);  // Another caller's key.
}

TEST_CASE("rollback: what cannot be undone is refused, and recorded", "[cashier]")
{
    Desk desk;
    REQUIRE(desk.perform(desk.cashier, "a", cashier::Adjust{kAda, 10, cashier::Reason::goodwill, "T"}));
    REQUIRE(desk.perform(desk.cashier, "d", cashier::Deposit{kAda, 250, "p"}));
    REQUIRE(desk.perform(desk.cashier, "w", cashier::Withdraw{kAda, 600, "p"}));
    REQUIRE(desk.perform(desk.cashier, "ok", cashier::Approve{HoldId{1}, std::nullopt}));
    CHECK(desk.perform(desk.cashier, "1", cashier::RollBack{"a"})->result == number(ErrorCode::not_reversible));
    CHECK(desk.perform(desk.cashier, "2", cashier::RollBack{"d"})->result == number(ErrorCode::insufficient_funds));
    CHECK(desk.perform(desk.cashier, "3", cashier::RollBack{"w"})->result == number(ErrorCode::hold_resolved));
    CHECK(desk.perform(desk.cashier, "1", cashier::RollBack{"a"})->repeat);
    // What is only proposed has arrived, and lasts until somebody declines it.
    REQUIRE(desk.perform(desk.cashier, "p", cashier::Adjust{kAda, 1'000, cashier::Reason::goodwill, "T"}));
    CHECK(desk.perform(desk.cashier, "4", cashier::RollBack{"p"})->result == number(ErrorCode::not_reversible));
    const auto units = desk.units();
    CHECK(desk.perform(desk.cashier, "own", cashier::RollBack{"own"}).error().code == ErrorCode::malformed);
    CHECK(desk.units() == units);
}

TEST_CASE("rollback: a tombstone needs room for two keys", "[cashier]")
{
    Desk desk{3};
    REQUIRE(desk.perform(desk.cashier, "1", cashier::Deposit{kAda, 1, "p"}));
    REQUIRE(desk.perform(desk.cashier, "2", cashier::Deposit{kAda, 1, "p"}));
    CHECK(desk.perform(desk.cashier, "3", cashier::RollBack{"late"}).error().code == ErrorCode::overloaded);
    desk.casino.clock.advance(24h * 180 + 1s);
    CHECK(desk.perform(desk.cashier, "3", cashier::RollBack{"late"})->result == 0);
}

TEST_CASE("cashier: only an admin voids a round or closes an account", "[cashier]")
{
    Desk desk;
    REQUIRE(desk.casino.send(ledger::OpenRound{RoundId{1}}));
    REQUIRE(desk.casino.send(ledger::HoldBet{RoundId{1}, kAda, 1, 500, 600}));
    CHECK(desk.perform(desk.cashier, "v", cashier::VoidRound{RoundId{1}}).error().code == ErrorCode::forbidden);
    CHECK(desk.perform(desk.cashier, "c", cashier::ClosePlayer{kAda}).error().code == ErrorCode::forbidden);
    CHECK(desk.perform(desk.admin, "c", cashier::ClosePlayer{kAda})->result == number(ErrorCode::account_not_empty));
    CHECK(desk.perform(desk.admin, "v", cashier::VoidRound{RoundId{1}})->answer == R"({"round":"1","refund":500})");
    REQUIRE(desk.perform(desk.admin, "w", cashier::Withdraw{kAda, 500, "p"}));
    REQUIRE(desk.perform(desk.admin, "ok", cashier::Approve{HoldId{1}, std::nullopt}));
    CHECK(desk.perform(desk.admin, "c2", cashier::ClosePlayer{kAda})->answer == R"({"player":"1","closed":true})");
}
