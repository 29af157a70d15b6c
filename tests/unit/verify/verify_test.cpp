#include <catch2/catch.hpp>

#include <deque>
#include <fstream>
#include <mutex>

#include "adapters/seal_key.hpp"
#include "croupier/merkle.hpp"
#include "ledger_file.hpp"
#include "receipt.hpp"
#include "seal_text.hpp"
#include "temporary_folder.hpp"
#include "test_casino.hpp"
#include "verify.hpp"
#include "views_file.hpp"
#include "views_reader.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

verify::Books::Games games()
{
    verify::Books::Games known;
    for (const auto& game : host::load_games({}).value()) { known.emplace(game->definition(), game); }
    return known;
}

/// The tree and the chain over all units so far, as the views would tell them.
ledger::SealDay seal_of(const TestCasino& casino)
{
    MerkleEdge tree;
    for (const auto& unit : casino.store.units()) { tree.add(unit_leaf(unit->position.hash, unit->content)); }
    return {tree.size(), tree.root(), casino.store.units().back()->position.hash};
}

/// A night with a bit of everything.
std::vector<UnitContent> night(SealKey* seal_key = nullptr)
{
    TestCasino casino{TestCasino::demo(), 1, seal_key};
    casino.player("Ada");
    casino.player("Bob");
    REQUIRE(casino.hello(1, "Ada"));
    REQUIRE(casino.hello(2, "Bob"));
    const auto till = casino.send(cashier::AddOperator{cashier::Role::cashier, TestCasino::token_of("till")})->id;
    for (std::uint64_t n = 1; n <= 20; ++n) { REQUIRE(casino.spin(1 + n % 2, (n + 1) / 2, n % 7 == 0 ? 7 : 100)); }
    REQUIRE(casino.send(session::Play{ConnectionId{1}, 11, "european-roulette", 0,
        {{.kind = "straight", .numbers = {17}, .stake = 100}, {.kind = "red", .numbers = {}, .stake = 50}}}));
    const auto perform = [&](const std::string& key, cashier::Operation operation) {
        REQUIRE(casino.send(cashier::Perform{till, key, std::move(operation)}));
    };
    perform("1", cashier::Deposit{PlayerId{1}, 250, "psp"});
    perform("2", cashier::Withdraw{PlayerId{1}, 300, "w"});
    perform("3", cashier::Approve{HoldId{1}, 100});
    perform("4", cashier::Withdraw{PlayerId{2}, 50, "w"});
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
void write(const std::filesystem::path& directory, const std::vector<UnitContent>& contents)
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

verify::Report check(const std::filesystem::path& directory)
{
    auto report = verify::verify({.directory = directory, .games = games()});
    REQUIRE(report);
    return std::move(*report);
}

bool told(const verify::Report& report, const std::string& what)
{
    return std::ranges::any_of(
        report.problems, [&](const std::string& problem) { return problem.find(what) != std::string::npos; });
}

std::string told(const verify::Report& report)
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

TEST_CASE("verify: one changed value, in any column of any table, is found", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    struct Table {
        const char* file;
        const char* name;
        const char* key;
    };
    const Table table = GENERATE(Table{"ledger.db", "commits", "seq = 20"}, Table{"ledger.db", "transfers", "id = 12"},
        Table{"ledger.db", "events", "id = 25"}, Table{"ledger.db", "meta", "id = 1"},
        Table{"views.db", "progress", "id = 1"}, Table{"views.db", "accounts", "account = 5"},
        Table{"views.db", "units", "seq = 20"}, Table{"views.db", "history", "player = 1"},
        Table{"views.db", "requests", "scope = (SELECT min(scope) FROM requests)"});
    const auto file = folder.path() / table.file;
    std::vector<std::string> columns;
    {
        store::Connection connection{file.string(), store::OpenMode::existing};
        store::Statement names{connection, std::string{"SELECT name FROM pragma_table_info('"} + table.name + "')"};
        while (names.step()) { columns.emplace_back(names.text_at(0)); }
    }
    REQUIRE(columns.size() >= 2);
    for (const std::string& column : columns) {
        CAPTURE(table.file, table.name, column);
        const fakes::TemporaryFolder copy;
        for (const char* name : {"ledger.db", "views.db"}) {
            std::filesystem::copy_file(folder.path() / name, copy.path() / name);
        }
        {
            store::Connection connection{(copy.path() / table.file).string(), store::OpenMode::existing};
            connection.run("PRAGMA ignore_check_constraints = ON");
            if (std::string_view{table.file} == "ledger.db") {
                connection.run(std::string{"DROP TRIGGER "} + table.name + "_update");
            }
            // A number becomes the next, a text or a blob gets its last byte changed.
            connection.run(std::string{"UPDATE "} + table.name + " SET " + column + " = CASE typeof(" + column
                + ") WHEN 'integer' THEN " + column + " + 1000 WHEN 'text' THEN " + column + " || 'x' ELSE CAST(substr("
                + column + ", 1, length(" + column + ") - 1) || x'7f' AS BLOB) END WHERE " + table.key);
            CHECK(connection.integer("SELECT changes()") == 1);
            if (std::string_view{table.file} == "ledger.db") {
                connection.run(std::string{"CREATE TRIGGER "} + table.name + "_update BEFORE UPDATE ON " + table.name
                    + " BEGIN SELECT RAISE(ABORT, ''); END");
            }
            connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        CHECK(check(copy.path()).problem_count > 0);
    }
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

TEST_CASE("verify: a missing row is named, and what follows is still looked at", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    {
        store::Connection connection{(folder.path() / "ledger.db").string(), store::OpenMode::existing};
        connection.run(
            "DROP TRIGGER commits_delete; DELETE FROM commits WHERE seq = 12; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(told(report, "seq 12"));
    CHECK(told(report, "commits_delete is missing"));
    CHECK(report.head.seq > Seq{20});
}

TEST_CASE("verify: a page that is none is a problem, told with what was found before it", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    const auto file = folder.path() / "ledger.db";
    store::Connection pages{file.string(), store::OpenMode::existing};
    const auto root = pages.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").value();
    pages.run("PRAGMA wal_checkpoint(TRUNCATE)");
    {
        std::fstream bytes{file, std::ios::binary | std::ios::in | std::ios::out};
        bytes.seekp((root - 1) * 4096);
        bytes << std::string(4096, '?');
    }
    const auto report = check(folder.path());
    CHECK(told(report, "the file cannot be read from here on"));
}

TEST_CASE("verify: a seal that does not follow from the ledger is found, and who signed it is checked", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto key = adapters::PemSealKey::open(folder.path() / "seal.pem");
    REQUIRE(key);
    auto contents = night(key->get());
    const auto verified = [&](std::vector<PublicKey> keys) {
        write(folder.path(), contents);
        auto report = verify::verify({.directory = folder.path(), .games = games(), .seal_keys = std::move(keys)});
        REQUIRE(report);
        return std::move(*report);
    };
    const PublicKey ours = (*key)->public_key();
    PublicKey other = ours;
    other[0] ^= std::byte{1};

    SECTION("as it is")
    {
        const auto report = verified({other, ours});
        INFO(told(report));
        CHECK(report.problem_count == 0);
        CHECK(report.signatures == 2);
    }
    SECTION("signed by somebody else") { CHECK(told(verified({other}), "none of the keys has signed it")); }
    const auto change_day = [&](auto change) {
        auto [content, event] = find<ledger::DayClosed>(contents);
        auto fact = from_bytes<ledger::DayClosed>(event->body).value();
        change(fact);
        event->body = to_bytes(fact);
    };
    SECTION("its balances")
    {
        change_day([](auto& day) { ++day.balances.front().balance; });
        const auto report = verified({});
        CHECK(told(report, "its balances are not those of the accounts"));
        CHECK(told(report, "its head is not that of the ledger"));
    }
    SECTION("what moved")
    {
        change_day([](auto& day) { --day.flows.back().amount; });
        CHECK(told(verified({}), "what moved is not what it says"));
    }
    SECTION("when it was")
    {
        change_day([](auto& day) { ++day.day; });
        CHECK(told(verified({}), "its time had not come"));
    }
    SECTION("its root")
    {
        auto [content, event] = find<ledger::DaySealed>(contents);
        auto fact = from_bytes<ledger::DaySealed>(event->body).value();
        fact.head.root[0] ^= std::byte{1};
        event->body = to_bytes(fact);
        const auto report = verified({ours});
        CHECK(told(report, "seal 1: its head is not that of the ledger"));
        CHECK(told(report, "seal 1: none of the keys has signed it"));
    }
}

TEST_CASE("receipt: it holds as it is, and not with any one thing changed", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto key = adapters::PemSealKey::open(folder.path() / "seal.pem");
    REQUIRE(key);
    TestCasino casino{TestCasino::demo(), 1, key->get()};
    casino.player("Ada");
    REQUIRE(casino.hello(1, "Ada"));
    for (std::uint64_t n = 1; n <= 300; ++n) { REQUIRE(casino.spin(1, n)); }
    REQUIRE(casino.send(ledger::CloseDay{.at_once = true}));
    const auto sealed = casino.send(seal_of(casino));
    REQUIRE(sealed);
    auto views = store::ViewsFile::open(folder.path() / "views.db");
    REQUIRE(views);
    REQUIRE((*views)->apply(casino.store.units()));

    std::deque<std::move_only_function<void()>> posted;
    std::mutex mutex;
    store::ViewsReader reader{folder.path() / "views.db",
        [&](std::move_only_function<void()> task) {
            const std::lock_guard lock{mutex};
            posted.push_back(std::move(task));
        },
        [](Seq) {}};
    std::optional<store::Inclusion> inclusion;
    const Seq unit{100};
    reader.inclusion(unit, sealed->head.size, [&](const auto& viewed) { inclusion = viewed->rows; });
    while (!inclusion) {
        const std::lock_guard lock{mutex};
        if (posted.empty()) { continue; }
        posted.front()();
        posted.pop_front();
    }
    const std::string text = host::receipt(*inclusion, {.number = 1, .sealed = *sealed, .report = {}});
    const auto whole = verify::parse_receipt(text);
    REQUIRE(whole);
    const PublicKey ours = (*key)->public_key();
    CHECK(verify::check_receipt(*whole, ours) == std::nullopt);
    CHECK(whole->leaf.request.answer == casino.store.units().at(raw(unit) - 1)->content.request.answer);

    // Any letter of what it says: either it cannot be read any more, or it does not hold. (number and date are not signed.)
    const auto unsigned_from = text.find("\"seal\":{\"number\"");
    const auto unsigned_to = text.find("\"ended\"");
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at > unsigned_from && at < unsigned_to && text.compare(at, 1, ",") != 0) { continue; }
        std::string forged = text;
        forged[at] = forged[at] == '1' ? '2' : '1';
        const auto read = verify::parse_receipt(forged);
        if (!read) { continue; }
        CAPTURE(at, forged.substr(at > 20 ? at - 20 : 0, 40));
        CHECK(verify::check_receipt(*read, ours) != std::nullopt);
    }
    auto other = ours;
    other[0] ^= std::byte{1};
    CHECK(verify::check_receipt(*whole, other) != std::nullopt);
}

TEST_CASE("verify: views that are behind are fine, and what is no ledger is said in a sentence", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto contents = night();
    write(folder.path(), contents);
    std::filesystem::remove(folder.path() / "ledger.db");
    contents.push_back(UnitContent{
        .first_transfer = TransferId{raw(contents.back().first_transfer) + contents.back().transfers.size()},
        .first_event = EventId{raw(contents.back().first_event) + contents.back().events.size()}});
    const auto views = folder.path() / "views.db";
    const auto kept = folder.path() / "kept.db";
    std::filesystem::rename(views, kept);
    write(folder.path(), contents);
    std::filesystem::rename(kept, views);
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count == 0);
    CHECK(report.views.find("behind the ledger") != std::string::npos);

    const auto nothing = verify::verify({.directory = folder.path() / "nowhere", .games = {}});
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().find("there is no ledger here") != std::string::npos);
}
