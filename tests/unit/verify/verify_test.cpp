#include <catch2/catch.hpp>

#include "support.hpp"

using namespace croupier;
using namespace croupier::test;

namespace {

UnitContent& with_transfer(std::vector<UnitContent>& contents, ledger::TransferCode code)
{
    for (UnitContent& content : contents) {
        if (std::ranges::find(content.transfers, code, &ledger::Transferred::code) != content.transfers.end()) {
            return content;
        }
    }
    FAIL("no such transfer");
    return contents.front();
}

}  // namespace

TEST_CASE("verify: a night of everything is clean, and every round is played again", "[verify]")
{
    const fakes::TemporaryFolder folder;
    const auto contents = night();
    write(folder.path(), contents);
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count == 0);
    CHECK(report.units == contents.size());
    CHECK(report.rounds > 15);
    CHECK(report.rounds_not_played_again == 0);
    CHECK(report.open_holds == 1);
    CHECK(report.open_rounds == 1);
    CHECK(report.seals == 2);
    CHECK(report.signatures == 0);  // No key was given.
    CHECK(report.views == "agrees");
}

TEST_CASE("verify: who can write every hash anew is told by what the facts say", "[verify]")
{
    struct Forgery {
        const char* what;
        const char* told;
        std::function<void(std::vector<UnitContent>&)> forge;
    };
    using ledger::TransferCode;
    const auto row = GENERATE(values<Forgery>({
        {"a balance that is one too high", "credit_after_minor",
            [](auto& contents) { ++with_transfer(contents, TransferCode::deposit).transfers[0].credit_after; }},
        {"a version left out", "debit_version",
            [](auto& contents) { ++with_transfer(contents, TransferCode::adjustment).transfers[0].debit_version; }},
        {"a conversion that brings more than it took", "a conversion's two sides",
            [](auto& contents) { ++with_transfer(contents, TransferCode::conversion).transfers[1].amount; }},
        {"a draw beyond its bound", "a draw is not below its bound",
            [](auto& contents) {
                auto [content, event] = find<rng::Drawn>(contents);
                auto fact = from_bytes<rng::Drawn>(event->body).value();
                fact.values.front() = fact.bounds.front();
                event->body = to_bytes(fact);
            }},
        {"a draw that is left out", "does not follow the one before it",
            [](auto& contents) {
                auto [content, event] = find<rng::Drawn>(contents);
                auto fact = from_bytes<rng::Drawn>(event->body).value();
                ++fact.counter;
                event->body = to_bytes(fact);
            }},
        {"a reseed at another place", "it was seeded after",
            [](auto& contents) {
                auto [content, event] = find<rng::Seeded>(contents);
                auto fact = from_bytes<rng::Seeded>(event->body).value();
                ++fact.draws;
                event->body = to_bytes(fact);
            }},
        {"a contribution that the terms do not give", "its micros for the fund",
            [](auto& contents) {
                auto [content, event] = find<ledger::JackpotContributed>(contents);
                auto fact = from_bytes<ledger::JackpotContributed>(event->body).value();
                ++fact.fund_micros;
                event->body = to_bytes(fact);
            }},
        {"a jackpot whose winning ticket was another's", "and its ticket does not",
            [](auto& contents) {
                auto [content, won] = find<ledger::JackpotWon>(contents);
                auto set = find<ledger::JackpotSet>(contents);
                auto terms = from_bytes<ledger::JackpotSet>(set.second->body).value();
                terms.terms.odds = 1'000'000;
                set.second->body = to_bytes(terms);
                for (EventRow& event : content->events) {
                    if (event.type != rng::Drawn::kFact) { continue; }
                    auto drawn = *from_bytes<rng::Drawn>(event.body);
                    if (drawn.bounds != std::vector<Bound>{120}) { continue; }
                    drawn.bounds = {1'000'000};
                    drawn.values = {150};
                    event.body = to_bytes(drawn);
                }
            }},
        {"a jackpot that should have been paid", "its ticket wins",
            [](auto& contents) {
                auto [content, won] = find<ledger::JackpotWon>(contents);
                won->type = ledger::FrozenSet::kFact;
                won->body = to_bytes(ledger::FrozenSet{PlayerId{1}, false});
            }},
        {"a jackpot that another player got", "its player got 0",
            [](auto& contents) {
                auto [content, won] = find<ledger::JackpotWon>(contents);
                auto fact = from_bytes<ledger::JackpotWon>(won->body).value();
                fact.player = PlayerId{2};
                won->body = to_bytes(fact);
                for (auto& one : content->transfers) {
                    if (one.code != TransferCode::jackpot_win) { continue; }
                    one.credit = AccountId{raw(one.credit) + 1};
                }
            }},
        {"a jackpot that was paid to a ticket that does not win", "where tickets win 0",
            [](auto& contents) {
                auto [content, won] = find<ledger::JackpotWon>(contents);
                won->type = ledger::FrozenSet::kFact;
                won->body = to_bytes(ledger::FrozenSet{PlayerId{1}, false});
                auto set = find<ledger::JackpotSet>(contents);
                auto terms = from_bytes<ledger::JackpotSet>(set.second->body).value();
                terms.terms.odds = 1'000'000;
                set.second->body = to_bytes(terms);
                for (EventRow& event : content->events) {
                    if (event.type != rng::Drawn::kFact) { continue; }
                    auto drawn = *from_bytes<rng::Drawn>(event.body);
                    if (drawn.bounds != std::vector<Bound>{120}) { continue; }
                    drawn.bounds = {1'000'000};
                    drawn.values = {150};
                    event.body = to_bytes(drawn);
                }
            }},
        {"a stake that contributed nothing", "nothing was contributed",
            [](auto& contents) {
                auto [content, set] = find<ledger::JackpotSet>(contents);
                auto terms = from_bytes<ledger::JackpotSet>(set->body).value();
                terms.terms.games.push_back("lucky-lines");
                set->body = to_bytes(terms);
            }},
        {"a deposit that never was", "expected",
            [](auto& contents) { with_transfer(contents, TransferCode::deposit).transfers[0].amount += 5; }},
        {"a win that the draws do not give", "what its draws win",
            [](auto& contents) {
                for (UnitContent& content : contents) {
                    for (EventRow& event : content.events) {
                        if (event.type != rng::Drawn::kFact) { continue; }
                        auto drawn = *from_bytes<rng::Drawn>(event.body);
                        for (std::size_t i = 0; i < drawn.values.size(); ++i) {
                            drawn.values[i] = (drawn.values[i] + 1) % drawn.bounds[i];
                        }
                        event.body = to_bytes(drawn);
                    }
                }
            }},
        {"a round whose win is not in the money", "its win's transfer",
            [](auto& contents) {
                auto [content, event] = find<rounds::Settled>(contents);
                auto settled = *from_bytes<rounds::Settled>(event->body);
                settled.win += 100;
                event->body = to_bytes(settled);
            }},
        {"a stake without a round", "accounts for it",
            [](auto& contents) { with_transfer(contents, TransferCode::stake).transfers[0].reference = 999; }},
        {"a hold resolved for more than it held", "posted and released",
            [](auto& contents) {
                auto [content, event] = find<ledger::HoldResolved>(contents);
                auto resolved = *from_bytes<ledger::HoldResolved>(event->body);
                ++resolved.posted;
                event->body = to_bytes(resolved);
            }},
        {"a hold that was never made", "it was resolved before, or never made",
            [](auto& contents) {
                auto [content, event] = find<ledger::HoldResolved>(contents);
                auto resolved = *from_bytes<ledger::HoldResolved>(event->body);
                resolved.hold = HoldId{7};
                event->body = to_bytes(resolved);
            }},
        {"a round that keeps a part of what it held", "what it held",
            [](auto& contents) {
                auto [content, event] = find<ledger::BetHeld>(contents);
                auto held = *from_bytes<ledger::BetHeld>(event->body);
                ++held.stake;
                event->body = to_bytes(held);
            }},
        {"a round that pays more than it may", "the most it could pay",
            [](auto& contents) {
                for (UnitContent& content : contents) {
                    for (EventRow& event : content.events) {
                        if (event.type != ledger::BetRolledBack::kFact) { continue; }
                        auto back = *from_bytes<ledger::BetRolledBack>(event.body);
                        back.exposure = 3'599;
                        event.body = to_bytes(back);
                    }
                }
            }},
        {"a round closed with another sum", "its stakes, refunds and wins",
            [](auto& contents) {
                auto [content, event] = find<ledger::RoundClosed>(contents);
                auto closed = *from_bytes<ledger::RoundClosed>(event->body);
                closed.win -= 100;
                event->body = to_bytes(closed);
            }},
        {"a command answered twice", "command",
            [](auto& contents) {
                for (UnitContent& content : contents) {
                    if (content.request.scope == 1) { content.request.key = Bytes(8, std::byte{0}); }
                }
            }},
        {"an operator's key decided twice", "a key was decided twice",
            [](auto& contents) {
                for (UnitContent& content : contents) {
                    if ((content.request.scope & kOperatorScopes) != 0) {
                        content.request.key = Bytes(1, std::byte{'k'});
                    }
                }
            }},
        {"a player's money below zero", "below zero",
            [](auto& contents) {
                auto& transfer = with_transfer(contents, TransferCode::stake).transfers[0];
                transfer.debit_after = -1;
            }},
        {"an unknown fact", "unknown or not canonical",
            [](auto& contents) { find<rounds::Settled>(contents).second->type = 60'000; }},
    }));
    INFO(row.what);
    const fakes::TemporaryFolder folder;
    auto contents = night();
    row.forge(contents);
    if (std::string_view{row.what} == "an unknown fact") {
        store::Units units;  // No views follow from what nobody knows; the ledger alone.
        Position head;
        for (const UnitContent& content : contents) {
            units.push_back(std::make_shared<const Unit>(seal_unit(content, head)));
            head = units.back()->position;
        }
        auto ledger = store::LedgerFile::open(folder.path() / "ledger.db");
        REQUIRE((*ledger)->append(units));
        REQUIRE((*ledger)->close());
    } else {
        write(folder.path(), contents);
    }
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count > 0);
    CHECK(told(report, row.told));
    CHECK_FALSE(told(report, "its rows and its hash disagree"));  // The chain alone would not have told it.
}
