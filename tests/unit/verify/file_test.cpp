#include <catch2/catch.hpp>

#include <fstream>
#include <set>

#include "support.hpp"

using namespace croupier;
using namespace croupier::test;

namespace {

/// A column of a table, and the trigger that must be out of the way for a change of it.
struct Place {
    std::string table;
    std::string column;
    std::string trigger;
};

std::vector<Place> places_of(const std::filesystem::path& file)
{
    store::Connection connection{file.string(), store::OpenMode::existing};
    store::Statement columns{connection,
        "SELECT t.name, c.name, coalesce((SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = t.name || "
        "'_update'), '') FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2"};
    std::vector<Place> places;
    while (columns.step()) {
        places.push_back(
            {std::string{columns.text_at(0)}, std::string{columns.text_at(1)}, std::string{columns.text_at(2)}});
    }
    return places;
}

/// The value that a column has in the row number `skipped`, with one bit flipped: the lowest of a number, of a text's or a blob's last byte.
void flip(store::Connection& connection, const Place& place, std::int64_t skipped)
{
    using Type = store::Statement::Type;
    const std::string keys = connection
                                 .text("SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info('"
                                     + place.table + "') WHERE pk > 0 ORDER BY pk)")
                                 .value();
    const std::string row = "(SELECT " + keys + " FROM " + place.table + " ORDER BY " + keys + " LIMIT 1 OFFSET "
        + std::to_string(skipped) + ")";
    store::Statement read{
        connection, "SELECT " + place.column + " FROM " + place.table + " WHERE (" + keys + ") = " + row};
    store::Statement write{
        connection, "UPDATE " + place.table + " SET " + place.column + " = ?1 WHERE (" + keys + ") = " + row};
    REQUIRE(read.step());
    // A key's lowest bit would make it the key of another row, which the file does not take.
    const bool is_key = (", " + keys + ",").contains(" " + place.column + ",");
    std::string text;
    Bytes blob;
    switch (read.type(0)) {
        case Type::integer: write.integer(1, read.integer_at(0) ^ (is_key ? std::int64_t{1} << 40 : 1)); break;
        case Type::text:
            text = read.text_at(0);
            text.empty() ? text.push_back('x') : void(text.back() = static_cast<char>(text.back() ^ 1));
            write.text(1, text);
            break;
        default:
            blob.assign(read.blob_at(0).begin(), read.blob_at(0).end());
            blob.empty() ? blob.push_back(std::byte{1}) : void(blob.back() ^= std::byte{1});
            write.blob(1, blob);
            break;
    }
    read.reset();
    write.run();
    CHECK(connection.integer("SELECT changes()") == 1);
}

/// In the first row, one in the middle and the last: one flipped bit in this column, with everything else as it was.
void flip_is_found(const std::filesystem::path& folder, const std::string& name, const Place& place)
{
    const auto& [table, column, trigger] = place;
    for (const std::string which : {"first", "middle", "last"}) {
        CAPTURE(name, table, column, which);
        const fakes::TemporaryFolder copy;
        for (const char* each : {"ledger.db", "views.db"}) {
            std::filesystem::copy_file(folder / each, copy.path() / each);
        }
        {
            store::Connection connection{(copy.path() / name).string(), store::OpenMode::existing};
            const auto count = connection.integer("SELECT count(*) FROM " + table).value();
            REQUIRE(count > 0);
            connection.run("PRAGMA ignore_check_constraints = ON");
            if (!trigger.empty()) { connection.run("DROP TRIGGER " + table + "_update"); }
            flip(connection, place, which == "first" ? 0 : which == "middle" ? count / 2 : count - 1);
            if (!trigger.empty()) { connection.run(trigger); }
            connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        const auto report = check(copy.path());
        INFO(told(report));
        // Where it is, is told: a unit of the ledger, a table of the views.
        CHECK(told(report, name == "views.db" || table == "meta" || table == "schema_version" ? table : "seq "));
    }
}

}  // namespace

TEST_CASE("verify: one flipped bit, in any column of any table, is found, and told with its place", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    const std::string name = GENERATE("ledger.db", "views.db");
    const auto places = places_of(folder.path() / name);
    std::set<std::string> tables;
    for (const Place& place : places) { tables.insert(place.table); }
    CHECK(tables
        == (name == "ledger.db" ? std::set<std::string>{"commits", "events", "meta", "schema_version", "transfers"}
                                : std::set<std::string>{"accounts", "history", "nodes", "progress", "requests",
                                      "schema_version", "trials", "units"}));
    for (const Place& place : places) {
        if (place.table != "nodes" && place.table != "trials") { flip_is_found(folder.path(), name, place); }
    }
}

TEST_CASE("verify: one flipped bit is found in the tables that only a larger ledger fills", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto contents = night();
    while (contents.size() < 4'100) { contents.push_back(nothing_after(contents.back())); }
    write(folder.path(), contents);
    REQUIRE(check(folder.path()).problem_count == 0);
    for (const Place& place : places_of(folder.path() / "views.db")) {
        if (place.table == "nodes" || place.table == "trials") { flip_is_found(folder.path(), "views.db", place); }
    }
}

TEST_CASE("verify: a row too many or too few in the views is named, and no other", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    {
        store::Connection views{(folder.path() / "views.db").string(), store::OpenMode::existing};
        views.run("DELETE FROM units WHERE seq = 7; INSERT INTO units VALUES (100000, zeroblob(32), x'00'); "
                  "DELETE FROM history WHERE player = 2; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count == 3);
    CHECK(told(report, "views.db: units: seq 7: the row is missing"));
    CHECK(told(report, "views.db: units: seq 100000: the row should not be there"));
    CHECK(told(report, "views.db: history: player 2 block 0: the row is missing"));
}

TEST_CASE("verify: a schema that is not the program's is told, object by object", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    struct Row {
        const char* sql;
        const char* told;
    };
    const auto row = GENERATE(values<Row>({
        {"CREATE TABLE more (id INTEGER PRIMARY KEY)", "schema: table more should not be there"},
        {"CREATE INDEX by_code ON transfers (code)", "schema: index by_code should not be there"},
        {"CREATE TRIGGER spy AFTER INSERT ON events BEGIN SELECT 1; END", "schema: trigger spy should not be there"},
        {"DROP TRIGGER events_delete", "schema: trigger events_delete is missing"},
        {"DROP TRIGGER events_delete; CREATE TRIGGER events_delete BEFORE DELETE ON events BEGIN SELECT 1; END",
            "schema: trigger events_delete: expected"},
        {"ALTER TABLE commits ADD COLUMN note TEXT", "schema: table commits: expected"},
        {"PRAGMA application_id = 7", "its application_id is not the program's"},
        {"PRAGMA user_version = 7", "its user_version is not the program's"},
        {"INSERT INTO schema_version VALUES (99, 1, '2026-11-25T19:02:00.000Z')", "version 99 is unknown"},
    }));
    {
        store::Connection ledger{(folder.path() / "ledger.db").string(), store::OpenMode::existing};
        ledger.run(row.sql);
        ledger.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    CAPTURE(row.sql);
    CHECK(told(check(folder.path()), row.told));
}

TEST_CASE("verify: while it reads no server can begin, and beside a rollback journal it does not read", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto contents = night();
    while (contents.size() < 10'100) { contents.push_back(nothing_after(contents.back())); }
    write(folder.path(), contents);
    std::string refused;
    const auto report = verify::verify({.directory = folder.path(), .games = games(), .progress = [&](Seq, Seq) {
                                            auto ledger = store::LedgerFile::open(folder.path() / "ledger.db");
                                            refused = ledger ? "" : ledger.error();
                                        }});
    REQUIRE(report);
    CHECK(refused.find("another process has it open") != std::string::npos);
    CHECK(store::LedgerFile::open(folder.path() / "ledger.db"));

    for (const std::string journal : {"ledger.db-journal", "views.db-journal"}) {
        std::ofstream{folder.path() / journal} << "hot";
        const auto beside = verify::verify({.directory = folder.path(), .games = games()});
        REQUIRE_FALSE(beside);
        CHECK(beside.error().find(journal + ": a rollback journal") != std::string::npos);
        std::filesystem::remove(folder.path() / journal);
    }
}

TEST_CASE("verify: a table that is gone is one problem, and what rests on it is not compared", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    struct Row {
        const char* file;
        const char* sql;
        const char* told;
        const char* views;
    };
    const auto row = GENERATE(values<Row>({
        {"ledger.db", "DROP TABLE schema_version", "ledger.db: schema: table schema_version is missing", "agrees"},
        {"ledger.db", "DROP TABLE meta", "ledger.db: schema: table meta is missing", "agrees"},
        {"ledger.db", "DROP TABLE events", "ledger.db: schema: table events is missing", "not compared: the ledger"},
        {"ledger.db", "DROP TABLE transfers", "ledger.db: schema: table transfers is missing",
            "not compared: the ledger"},
        {"ledger.db", "DROP TABLE commits", "ledger.db: schema: table commits is missing", "not compared: the ledger"},
        {"views.db", "DROP TABLE schema_version", "views.db: schema: table schema_version is missing", "not compared"},
        {"views.db", "DROP TABLE history", "views.db: schema: table history is missing", "differs"},
        {"views.db", "DROP TABLE progress", "views.db: schema: table progress is missing", "unreadable"},
        {"views.db", "DELETE FROM progress", "views.db: progress: id 1: the row is missing", "not compared: how far"},
        {"views.db", "UPDATE progress SET applied_seq = applied_seq + 7", "views.db: progress: it is at seq",
            "not compared: they are ahead"},
    }));
    CAPTURE(row.file, row.sql);
    {
        store::Connection changed{(folder.path() / row.file).string(), store::OpenMode::existing};
        changed.run(row.sql);
        changed.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(told(report, row.told));
    CHECK(report.views.find(row.views) == 0);
    CHECK(report.problem_count <= 6);  // With its triggers or indexes.
}

TEST_CASE("verify: an index that has lost its entries is told", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    const auto file = folder.path() / "views.db";
    std::streamoff page = 0;
    {
        store::Connection views{file.string(), store::OpenMode::existing};
        page =
            views.integer("SELECT (rootpage - 1) * 4096 FROM sqlite_schema WHERE name = 'accounts_by_player'").value();
        views.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    std::fstream bytes{file, std::ios::binary | std::ios::in | std::ios::out};
    bytes.seekp(page + 3);  // Of a b-tree page: how many cells it has.
    bytes.put(0).put(0);
    bytes.close();
    CHECK(told(check(folder.path()), "views.db: pages: wrong # of entries in index accounts_by_player"));
}

TEST_CASE("verify: a log that lost what was acknowledged is told", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), night());
    const fakes::TemporaryFolder killed;
    {
        auto ledger = store::LedgerFile::open(folder.path() / "ledger.db").value();
        for (int unit = 0; unit < 4; ++unit) {
            const auto last = ledger->read(ledger->head().seq, 1).value().back();
            REQUIRE(ledger->append(
                store::Units{std::make_shared<const Unit>(seal_unit(nothing_after(last->content), last->position))}));
        }
        for (const char* name : {"ledger.db", "ledger.db-wal"}) {
            std::filesystem::copy_file(folder.path() / name, killed.path() / name);
        }
    }
    CHECK(check(killed.path()).problem_count == 0);
    std::fstream log{killed.path() / "ledger.db-wal", std::ios::binary | std::ios::in | std::ios::out};
    log.seekp(32 + 24 + 1000);
    log.put('?');
    log.close();
    CHECK(told(check(killed.path()), "ledger.db-wal: frame 1 is damaged, and transactions that were acknowledged"));
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

TEST_CASE("verify: views that are behind are fine, and what is no ledger is said in a sentence", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto contents = night();
    write(folder.path(), contents);
    std::filesystem::remove(folder.path() / "ledger.db");
    contents.push_back(nothing_after(contents.back()));
    const auto views = folder.path() / "views.db";
    const auto kept = folder.path() / "kept.db";
    std::filesystem::rename(views, kept);
    write(folder.path(), contents);
    std::filesystem::rename(kept, views);
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count == 0);
    CHECK(report.views.find("behind the ledger") != std::string::npos);

    std::filesystem::permissions(folder.path() / "ledger.db", std::filesystem::perms::none);
    const auto closed = verify::verify({.directory = folder.path(), .games = {}});
    // Root reads it all the same.
    CHECK((closed || closed.error().find("ledger.db: cannot be read: Permission denied") != std::string::npos));

    const auto nothing = verify::verify({.directory = folder.path() / "nowhere", .games = {}});
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().find("there is no ledger here") != std::string::npos);
}
