#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <fstream>

#include "files.hpp"
#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

namespace {

/// Changes a closed ledger behind its back: without the triggers that would refuse it.
void tamper(const std::filesystem::path& path, const std::string& sql)
{
    Connection connection{path.string(), OpenMode::existing};
    std::vector<std::string> triggers;
    {
        Statement names{connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'"};
        while (names.step()) { triggers.emplace_back(names.text_at(0)); }
    }
    for (const auto& trigger : triggers) { connection.run("DROP TRIGGER " + trigger); }
    connection.run("PRAGMA ignore_check_constraints = ON");
    connection.run(sql);
}

void make_ledger(const std::filesystem::path& path, const Units& units)
{
    auto ledger = open_ledger(path);
    append(*ledger, units);
    REQUIRE(ledger->close());
}

}  // namespace

TEST_CASE("ledger file: a new file is empty and stands at seq 0", "[store]")
{
    const TempDir dir;
    const auto ledger = open_ledger(dir / "ledger.db");
    CHECK(ledger->head() == Position{});
    CHECK(ledger->next_transfer() == TransferId{1});
    CHECK(ledger->next_event() == EventId{1});
    check_holds(*ledger, {});
}

TEST_CASE("ledger file: rows and canonical bytes follow from each other, for units of any shape", "[store]")
{
    const auto seed = GENERATE(range(1, 9));
    CAPTURE(seed);
    std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
    const TempDir dir;
    Chain chain;
    Units units;
    {
        auto ledger = open_ledger(dir / "ledger.db");
        while (units.size() < 300) {
            Units batch;
            for (std::uint64_t i = 1 + random() % 40; i > 0; --i) { batch.push_back(chain.any(random)); }
            append(*ledger, batch);
            units.insert(units.end(), batch.begin(), batch.end());
        }
        check_holds(*ledger, units);
        REQUIRE(ledger->close());
    }
    auto ledger = open_ledger(dir / "ledger.db");
    check_holds(*ledger, units);
}

TEST_CASE("ledger file: nothing stored depends on how units were batched", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(60);
    make_ledger(dir / "one.db", units);
    {
        auto ledger = open_ledger(dir / "many.db");
        for (const auto& unit : units) { append(*ledger, {unit}); }
        REQUIRE(ledger->close());
    }
    auto one = open_ledger(dir / "one.db");
    auto many = open_ledger(dir / "many.db");
    check_holds(*one, units);
    check_holds(*many, units);
}

TEST_CASE("ledger file: reading is limited in bytes but gives at least one unit", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(20);
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, units);
    const auto size = units[0]->bytes.size();

    CHECK(ledger->read(Seq{1}, 0)->size() == 1);
    CHECK(ledger->read(Seq{1}, size)->size() == 1);
    CHECK(ledger->read(Seq{5}, 3 * size + 20)->size() == 3);
    CHECK(ledger->read(Seq{5}, 3 * size + 20)->front()->position == units[4]->position);
    CHECK(ledger->read(Seq{20}, 1'000'000)->size() == 1);
    CHECK(ledger->read(Seq{21}, 1'000'000)->empty());
}

TEST_CASE("ledger file: rows are read into memory that held others, and nothing of these is left", "[store]")
{
    const TempDir dir;
    Chain chain;
    std::mt19937_64 random{4};
    Units units;
    for (int i = 0; i < 40; ++i) { units.push_back(chain.any(random)); }
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, units);

    std::vector<StoredUnit> stored;
    std::uint64_t next = 1;
    while (true) {
        REQUIRE(ledger->read_rows(Seq{next}, 10, stored));
        if (stored.empty()) { break; }
        std::size_t facts = 0;
        for (const StoredUnit& unit : stored) {
            CHECK(facts < 10);  // The last one may pass the limit.
            facts += 1 + unit.content.transfers.size() + unit.content.events.size();
            CHECK(to_bytes(unit.content) == units[next - 1]->bytes);
            CHECK(unit.hash == units[next - 1]->position.hash);
            ++next;
        }
    }
    CHECK(next == units.size() + 1);
}

TEST_CASE("ledger file: a unit's hash can be asked for", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(3);
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, units);
    CHECK(ledger->hash_at(Seq{0}).value() == Hash{});
    CHECK(ledger->hash_at(Seq{2}).value() == units[1]->position.hash);
    CHECK(ledger->hash_at(Seq{4}).value() == std::nullopt);
}

TEST_CASE("ledger file: a unit that does not follow is refused, and so is everything after it", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(3);
    auto ledger = open_ledger(dir / "ledger.db");

    SECTION("a seq is left out") { CHECK_FALSE(ledger->append(std::span{units}.subspan(1))); }
#ifndef NDEBUG  // Encoding each unit again to compare it is for debug builds.
    SECTION("its bytes are not those of its content")
    {
        auto cut = std::make_shared<Unit>(*units[0]);
        cut->bytes.pop_back();
        CHECK_FALSE(ledger->append(Units{cut}));
    }
#endif
    SECTION("its position is another one than its bytes say")
    {
        auto moved = std::make_shared<Unit>(*units[0]);
        moved->position.epoch = Epoch{2};
        CHECK_FALSE(ledger->append(Units{moved}));
    }
    SECTION("its transfer ids leave a gap")
    {
        UnitContent content;
        content.first_transfer = TransferId{2};
        content.first_event = EventId{1};
        CHECK_FALSE(ledger->append(Units{std::make_shared<const Unit>(seal_unit(content, Position{}))}));
    }
    SECTION("its event ids leave a gap")
    {
        UnitContent content;
        content.first_transfer = TransferId{1};
        content.first_event = EventId{2};
        CHECK_FALSE(ledger->append(Units{std::make_shared<const Unit>(seal_unit(content, Position{}))}));
    }
    CHECK_FALSE(ledger->append(units));
    CHECK(ledger->head() == Position{});
}

TEST_CASE("ledger file: an epoch may rise in mid-chain", "[store]")
{
    const TempDir dir;
    Chain chain;
    Units units = chain.spins(2);
    chain.epoch(Epoch{2});
    for (const auto& unit : chain.spins(2)) { units.push_back(unit); }
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, units);
    check_holds(*ledger, units);
    CHECK(ledger->head().epoch == Epoch{2});
}

TEST_CASE("ledger file: any change of any column is found, at the unit it belongs to", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(9);  // Unit n has transfer n and event n.
    make_ledger(dir / "good.db", units);

    const std::string changed = GENERATE(
        // Each column of a unit.
        as<std::string>{}, "UPDATE commits SET format = 2 WHERE seq = 5",
        "UPDATE commits SET format = 65537 WHERE seq = 5", "UPDATE commits SET epoch = 2 WHERE seq = 5",
        "UPDATE commits SET at_micros = at_micros + 1 WHERE seq = 5", "UPDATE commits SET scope = 8 WHERE seq = 5",
        "UPDATE commits SET scope = -7 WHERE seq = 5", "UPDATE commits SET request_key = x'00' WHERE seq = 5",
        "UPDATE commits SET content_hash = zeroblob(32) WHERE seq = 5",
        "UPDATE commits SET content_hash = zeroblob(31) WHERE seq = 5", "UPDATE commits SET result = 1 WHERE seq = 5",
        "UPDATE commits SET result = 65536 WHERE seq = 5", "UPDATE commits SET answer = 'You won.' WHERE seq = 5",
        "UPDATE commits SET first_transfer = 6 WHERE seq = 5", "UPDATE commits SET first_event = 4 WHERE seq = 5",
        "UPDATE commits SET hash = zeroblob(32) WHERE seq = 5", "UPDATE commits SET hash = x'00' WHERE seq = 5",
        "UPDATE transfers SET commit_seq = 6 WHERE id = 5", "UPDATE transfers SET debit_account = 6 WHERE id = 5",
        "UPDATE transfers SET credit_account = 6 WHERE id = 5", "UPDATE transfers SET amount_minor = 101 WHERE id = 5",
        "UPDATE transfers SET amount_minor = -100 WHERE id = 5", "UPDATE transfers SET currency = 5919571 WHERE id = 5",
        "UPDATE transfers SET currency = currency + 4294967296 WHERE id = 5",
        "UPDATE transfers SET code = 4 WHERE id = 5", "UPDATE transfers SET code = 65539 WHERE id = 5",
        "UPDATE transfers SET reference = 0 WHERE id = 5", "UPDATE transfers SET debit_after_minor = 1 WHERE id = 5",
        "UPDATE transfers SET credit_after_minor = 1 WHERE id = 5",
        "UPDATE transfers SET debit_version = 1 WHERE id = 5", "UPDATE transfers SET credit_version = 1 WHERE id = 5",
        "UPDATE events SET commit_seq = 4 WHERE id = 5", "UPDATE events SET stream = 4 WHERE id = 5",
        "UPDATE events SET type = 201 WHERE id = 5", "UPDATE events SET type = 65736 WHERE id = 5",
        "UPDATE events SET after_transfers = 0 WHERE id = 5",
        "UPDATE events SET after_transfers = 4294967297 WHERE id = 5", "UPDATE events SET body = x'' WHERE id = 5",
        // Rows that are gone.
        "DELETE FROM commits WHERE seq = 5", "DELETE FROM transfers WHERE id = 5", "DELETE FROM events WHERE id = 5",
        // A whole unit left out in the middle.
        "DELETE FROM commits WHERE seq = 5; DELETE FROM transfers WHERE id = 5; DELETE FROM events WHERE id = 5");
    CAPTURE(changed);
    std::filesystem::copy_file(dir / "good.db", dir / "bad.db");
    tamper(dir / "bad.db", changed);

    {
        auto ledger = open_ledger(dir / "bad.db", {.verify_tail_units = 2});
        const auto broken = ledger->verify();
        REQUIRE(broken);
        REQUIRE(*broken);
        INFO((*broken)->what);
        // A row moved to the unit before breaks that one.
        CHECK((raw((*broken)->seq) == 5
            || (changed.find("commit_seq = 4") != std::string::npos && raw((*broken)->seq) == 4)));
        CHECK_FALSE((*broken)->what.empty());
        // What stands behind it can still be trusted or not, apart from it.
        CHECK(ledger->verify(Seq{7}).value() == std::nullopt);
    }
    // Opening looks at the tail; the whole of this short chain is one.
    const auto opened = LedgerFile::open(dir / "bad.db");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().find("the chain is broken at seq ") != std::string::npos);
}

TEST_CASE("ledger file: rows behind the last unit are found", "[store]")
{
    const TempDir dir;
    Chain chain;
    make_ledger(dir / "ledger.db", chain.spins(3));
    const std::string added = GENERATE(as<std::string>{},
        "INSERT INTO events (id, commit_seq, stream, type, after_transfers, body) VALUES (4, 3, 0, 1, 0, x'')",
        "INSERT INTO events (id, commit_seq, stream, type, after_transfers, body) VALUES (9, 9, 0, 1, 0, x'')",
        "INSERT INTO transfers SELECT 4, 4, 1, 2, 3, currency, code, 0, 0, 0, 0, 0 FROM transfers WHERE id = 1",
        "DELETE FROM commits WHERE seq = 3");
    CAPTURE(added);
    tamper(dir / "ledger.db", added);
    CHECK_FALSE(LedgerFile::open(dir / "ledger.db", {.verify_tail_units = 1}));
}

TEST_CASE("ledger file: one flipped bit of the file's content is found", "[store]")
{
    const TempDir dir;
    Chain chain;
    UnitContent content;
    content.request.scope = 1;
    content.request.answer = "ANSWER-MARKER";
    content.transfers.push_back({.debit = AccountId{1},
        .credit = AccountId{2},
        .amount = 0x4142434445464748,  // "ABCDEFGH" as SQLite stores it, big-endian
        .currency = euro(),
        .code = ledger::TransferCode::win});
    content.events.push_back({.stream = 1, .type = 200, .after_transfers = 0, .body = {}});
    const auto marker = as_bytes("EVENT-MARKER");
    content.events[0].body.assign(marker.begin(), marker.end());
    Units units = chain.spins(3);
    units.push_back(chain.add(content));
    for (const auto& unit : chain.spins(3)) { units.push_back(unit); }
    make_ledger(dir / "ledger.db", units);

    const std::string text = GENERATE(as<std::string>{}, "ANSWER-MARKER", "ABCDEFGH", "EVENT-MARKER");
    CAPTURE(text);
    auto bytes = read_file(dir / "ledger.db").value();
    const auto found = std::ranges::search(bytes, as_bytes(text));
    REQUIRE_FALSE(found.empty());
    *(found.begin() + 3) ^= std::byte{1};
    std::ofstream{dir / "ledger.db", std::ios::binary | std::ios::trunc} << as_text(bytes);

    auto ledger = open_ledger(dir / "ledger.db", {.verify_tail_units = 0});
    const auto broken = ledger->verify();
    REQUIRE(broken);
    REQUIRE(*broken);
    CHECK((*broken)->seq == Seq{4});
}

TEST_CASE("ledger file: verification tells how far it is", "[store]")
{
    const TempDir dir;
    Chain chain;
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, chain.spins(25'000));
    std::vector<Seq> told;
    CHECK(ledger->verify(Seq{1}, [&](Seq seq) { told.push_back(seq); }).value() == std::nullopt);
    CHECK(told == std::vector{Seq{10'000}, Seq{20'000}});
}

TEST_CASE("ledger file: history is not edited, whoever asks", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(3);
    make_ledger(dir / "ledger.db", units);
    const std::string sql = GENERATE(as<std::string>{}, "UPDATE commits SET answer = '' WHERE seq = 1",
        "DELETE FROM commits WHERE seq = 3", "UPDATE transfers SET amount_minor = 1", "DELETE FROM transfers",
        "UPDATE events SET type = 1", "DELETE FROM events WHERE id = 3", "DELETE FROM meta",
        "UPDATE meta SET value = '2'", "INSERT OR REPLACE INTO events VALUES (3, 3, 0, 1, 0, x'')",
        "REPLACE INTO transfers SELECT id, commit_seq, debit_account, credit_account, 1, currency, code, 0, 0, 0, 0, 0 FROM "
        "transfers WHERE id = 2",
        "INSERT OR REPLACE INTO commits SELECT seq, format, epoch, at_micros, scope, request_key, content_hash, result, 'x', "
        "first_transfer, first_event, hash FROM commits WHERE seq = 3",
        "INSERT OR REPLACE INTO meta VALUES (1, 'canonical_format', '9')");
    CAPTURE(sql);
    {
        Connection connection{(dir / "ledger.db").string(), OpenMode::existing};
        connection.run("PRAGMA recursive_triggers = ON");
        CHECK_THROWS_WITH(connection.run(sql), Catch::Contains("append-only"));
    }
    auto ledger = open_ledger(dir / "ledger.db");
    check_holds(*ledger, units);
}

TEST_CASE("ledger file: nothing else opens it while it is open", "[store]")
{
    const TempDir dir;
    Chain chain;
    const bool reopened = GENERATE(false, true);
    if (reopened) { make_ledger(dir / "ledger.db", chain.spins(1)); }
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, chain.spins(1));
    const auto second = LedgerFile::open(dir / "ledger.db");
    REQUIRE_FALSE(second);
    CHECK(second.error().find("another process has it open") != std::string::npos);
    // The log's index is in our memory: there is no file that another connection could map.
    CHECK_FALSE(std::filesystem::exists(dir / "ledger.db-shm"));
}

TEST_CASE("ledger file: the log stays small when it is checkpointed as it asks", "[store]")
{
    const TempDir dir;
    Chain chain;
    Units units;
    auto ledger = open_ledger(dir / "ledger.db");
    int checkpoints = 0;
    for (int i = 0; i < 400; ++i) {
        const auto unit = chain.spin();
        append(*ledger, {unit});
        units.push_back(unit);
        if (ledger->checkpoint_due()) {
            REQUIRE(ledger->checkpoint());
            ++checkpoints;
        }
    }
    CHECK(checkpoints >= 3);
    CHECK(ledger->wal_bytes() > 0);
    CHECK(ledger->wal_bytes() < 2 * 250 * 4120);
    check_holds(*ledger, units);
    REQUIRE(ledger->close());
    CHECK_FALSE(std::filesystem::exists(dir / "ledger.db-wal"));
}

TEST_CASE("ledger file: a backup made between appends has all that was appended by its end", "[store]")
{
    const TempDir dir;
    Chain chain;
    auto ledger = open_ledger(dir / "ledger.db");
    Units units = chain.spins(20'000);  // Several slices' worth of pages.
    append(*ledger, units);
    auto backup = ledger->start_backup(dir / "copy.db");
    REQUIRE(backup);
    int slices = 0;
    while (true) {
        const auto done = (*backup)->step();
        REQUIRE(done);
        if (*done) { break; }
        ++slices;
        CHECK_FALSE(std::filesystem::exists(dir / "copy.db"));
        const Units more = chain.spins(10);
        append(*ledger, more);
        units.insert(units.end(), more.begin(), more.end());
        if (ledger->checkpoint_due()) { REQUIRE(ledger->checkpoint()); }
    }
    CHECK(slices > 3);
    backup->reset();
    auto copy = open_ledger(dir / "copy.db");
    check_holds(*copy, units);
    check_holds(*ledger, units);
    CHECK_FALSE(std::filesystem::exists(dir / "copy.db.partial"));
}

TEST_CASE("ledger file: a backup that is given up leaves nothing, one that exists is not written over", "[store]")
{
    const TempDir dir;
    Chain chain;
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, chain.spins(20'000));
    {
        auto backup = ledger->start_backup(dir / "copy.db");
        REQUIRE(backup);
        REQUIRE((*backup)->step().value() == false);
    }
    CHECK_FALSE(std::filesystem::exists(dir / "copy.db.partial"));
    CHECK_FALSE(std::filesystem::exists(dir / "copy.db"));
    std::ofstream{dir / "copy.db"} << "something";
    CHECK_FALSE(ledger->start_backup(dir / "copy.db"));
    CHECK_FALSE(ledger->start_backup(dir / "no/such/folder/copy.db"));
    append(*ledger, chain.spins(1));
}

TEST_CASE("ledger file: a backup is restored where no ledger stands, and only if its chain holds", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(50);
    make_ledger(dir / "backup.db", units);
    const auto restored = restore_ledger(dir / "backup.db", dir / "ledger.db");
    REQUIRE(restored);
    CHECK(*restored == units.back()->position);
    {
        auto ledger = open_ledger(dir / "ledger.db");
        check_holds(*ledger, units);
    }
    CHECK_FALSE(restore_ledger(dir / "backup.db", dir / "ledger.db"));
    CHECK_FALSE(restore_ledger(dir / "nothing.db", dir / "other.db"));
    tamper(dir / "backup.db", "UPDATE events SET stream = 9 WHERE id = 20");
    const auto refused = restore_ledger(dir / "backup.db", dir / "other.db");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find("seq 20") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(dir / "other.db"));
    CHECK_FALSE(std::filesystem::exists(dir / "other.db.partial"));
}
