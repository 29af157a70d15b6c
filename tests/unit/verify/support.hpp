#pragma once

#include <catch2/catch.hpp>

#include "croupier/merkle.hpp"
#include "ledger_file.hpp"
#include "temporary_folder.hpp"
#include "test_casino.hpp"
#include "verify.hpp"
#include "views_file.hpp"

/// A casino's night as a ledger with its views, and what croupier-verify says of them.
namespace croupier::test {

using namespace std::chrono_literals;
using fakes::TestCasino;

inline verify::Books::Games games()
{
    verify::Books::Games known;
    for (const auto& game : host::load_games(config::Games{}).value()) { known.emplace(game->definition(), game); }
    return known;
}

/// The tree and the chain over all units so far, as the views would tell them.
inline ledger::SealDay seal_of(const TestCasino& casino)
{
    MerkleEdge tree;
    for (const auto& unit : casino.store.units()) { tree.add(unit_leaf(unit->position.hash, unit->content)); }
    return {tree.size(), tree.root(), casino.store.units().back()->position.hash};
}

/// A night with a bit of everything.
inline std::vector<UnitContent> night(SealKey* seal_key = nullptr)
{
    auto config = TestCasino::demo();
    config.jackpot.games = {"european-roulette"};
    config.jackpot.odds_minor = 120;  // Fewer tickets than the stake of 150 holds.
    TestCasino casino{config, 1, seal_key};
    casino.player("Ada");
    casino.player("Bob");
    REQUIRE(casino.hello(1, "Ada"));
    REQUIRE(casino.hello(2, "Bob"));
    const auto till = casino.send(cashier::AddOperator{cashier::Role::cashier, TestCasino::token_of("till")})->id;
    for (std::uint64_t n = 1; n <= 20; ++n) { REQUIRE(casino.spin(1 + n % 2, (n + 1) / 2, n % 7 == 0 ? 7 : 100)); }
    REQUIRE(casino.send(session::Play{ConnectionId{1}, 11, "european-roulette", 0,
        {{.kind = "straight", .numbers = {17}, .stake = 100}, {.kind = "red", .numbers = {}, .stake = 50}}}));
    const auto perform = [&](const std::string& key, const cashier::Operation& operation) {
        REQUIRE(casino.send(cashier::Perform{till, key, operation}));
    };
    perform("1", cashier::Deposit{PlayerId{1}, 250, "psp"});
    perform("2", cashier::Withdraw{PlayerId{1}, 300, "w"});
    perform("3", cashier::Approve{HoldId{1}, 100});
    perform("4", cashier::Withdraw{PlayerId{2}, 50, "w"});
    const auto chief = casino.send(cashier::AddOperator{cashier::Role::admin, TestCasino::token_of("chief")})->id;
    REQUIRE(casino.send(cashier::Perform{chief, "1", cashier::GrantBonus{PlayerId{1}, 250, "offer"}}));
    REQUIRE(casino.spin(1, 12));
    REQUIRE(casino.spin(1, 13));
    REQUIRE(casino.send(cashier::Perform{chief, "2", cashier::ConvertBonus{PlayerId{1}, 10}}));
    perform("5", cashier::Adjust{PlayerId{2}, -30, cashier::Reason::correction, "T"});
    perform("6", cashier::Withdraw{PlayerId{2}, 1'000'000'000, "w"});  // Refused, and recorded.
    REQUIRE(casino.send(ledger::CloseDay{.at_once = true}));
    const auto seal = seal_of(casino);
    perform("7", cashier::RollBack{"1"});
    REQUIRE(casino.send(seal));
    perform("8", cashier::RollBack{"never came"});
    // Two rounds in play, after the last spin: one is settled, one stays open.
    std::uint64_t spins = 0;
    for (const auto& unit : casino.store.units()) {
        spins += static_cast<std::uint64_t>(
            std::ranges::count(unit->content.events, rounds::Settled::kFact, &EventRow::type));
    }
    const RoundId settled{spins + 1};
    const RoundId open{spins + 2};
    REQUIRE(casino.send(ledger::OpenRound{settled}));
    REQUIRE(casino.send(ledger::HoldBet{settled, PlayerId{1}, 1, 100, 3'600}));
    REQUIRE(casino.send(ledger::HoldBet{settled, PlayerId{2}, 1, 10, 3'600}));
    REQUIRE(casino.send(ledger::HoldBet{settled, PlayerId{2}, 2, 20, 3'600}));
    REQUIRE(casino.send(ledger::RollBackBet{settled, PlayerId{2}, 2, 3'600}));
    REQUIRE(casino.send(ledger::SettleRound{settled, {{PlayerId{1}, 3'600}}}));
    casino.clock.advance(24h);
    REQUIRE(casino.send(ledger::CloseDay{}));
    REQUIRE(casino.send(seal_of(casino)));
    REQUIRE(casino.send(ledger::OpenRound{open}));
    REQUIRE(casino.send(ledger::HoldBet{open, PlayerId{1}, 1, 30, 60}));
    std::vector<UnitContent> contents;
    for (const auto& unit : casino.store.units()) { contents.push_back(unit->content); }
    return contents;
}

/// Writes the units as a ledger whose chain is right, whatever they say; with the views that follow from it.
inline void write(const std::filesystem::path& directory, const std::vector<UnitContent>& contents)
{
    store::Units units;
    Position head;
    for (const UnitContent& content : contents) {
        units.push_back(std::make_shared<const Unit>(seal_unit(content, head)));
        head = units.back()->position;
    }
    auto ledger = store::LedgerFile::open(directory / "ledger.db");
    REQUIRE(ledger);
    REQUIRE((*ledger)->append(units));
    REQUIRE((*ledger)->close());
    auto views = store::ViewsFile::open(directory / "views.db");
    REQUIRE(views);
    REQUIRE((*views)->apply(units));
}

inline verify::Report check(const std::filesystem::path& directory)
{
    auto report = verify::verify({.directory = directory, .games = games()});
    REQUIRE(report);
    return std::move(*report);
}

inline bool told(const verify::Report& report, const std::string& what)
{
    return std::ranges::any_of(
        report.problems, [&](const std::string& problem) { return problem.find(what) != std::string::npos; });
}

inline std::string told(const verify::Report& report)
{
    std::string all;
    for (const auto& problem : report.problems) { all += problem + "\n"; }
    return all;
}

/// The content of the unit that holds this event, and the event's fact.
template <class Fact>
std::pair<UnitContent*, EventRow*> find(std::vector<UnitContent>& contents)
{
    for (UnitContent& content : contents) {
        for (EventRow& event : content.events) {
            if (event.type == Fact::kFact) { return {&content, &event}; }
        }
    }
    FAIL("no such fact");
    return {};
}

/// A unit in which nothing was decided, after this one.
inline UnitContent nothing_after(const UnitContent& before)
{
    return UnitContent{.first_transfer = TransferId{raw(before.first_transfer) + before.transfers.size()},
        .first_event = EventId{raw(before.first_event) + before.events.size()}};
}

}  // namespace croupier::test
