#include <catch2/catch.hpp>

#include <fstream>

#include "migrations.hpp"
#include "support.hpp"
#include "views_file.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

namespace {

void claim_version(const std::filesystem::path& path, int version, int min_reader)
{
    Connection connection{path.string(), OpenMode::existing};
    connection.run("INSERT INTO schema_version VALUES (" + std::to_string(version) + ", " + std::to_string(min_reader)
        + ", '2030-01-01T00:00:00.000Z')");
}

}  // namespace

TEST_CASE("migrations: the second time there is nothing to do", "[store]")
{
    const TempDir dir;
    Connection connection{(dir / "a.db").string(), OpenMode::create};
    const auto all = static_cast<int>(ledger_migrations().size());
    CHECK(migrate(connection, ledger_migrations(), MigrateMode::apply).value() == all);
    CHECK(migrate(connection, ledger_migrations(), MigrateMode::apply).value() == 0);
    CHECK(migrate(connection, ledger_migrations(), MigrateMode::refuse).value() == 0);
    CHECK(connection.integer("SELECT count(*) FROM schema_version") == all);
    CHECK(connection.integer("SELECT count(*) FROM schema_version WHERE applied_at LIKE '20__-__-__T%Z'") == all);
}

TEST_CASE("migrations: what is missing is named instead of applied, where that is asked for", "[store]")
{
    const TempDir dir;
    const auto opened = LedgerFile::open(dir / "ledger.db", MigrateMode::refuse);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().find("croupier migrate") != std::string::npos);
}

TEST_CASE("migrations: a later step is applied to an older file; one that fails leaves nothing of itself", "[store]")
{
    const TempDir dir;
    Connection connection{(dir / "a.db").string(), OpenMode::create};
    std::vector<Migration> steps{{1, 1, "0001_a", "CREATE TABLE a (x INTEGER);"}};
    CHECK(migrate(connection, steps, MigrateMode::apply).value() == 1);
    steps.push_back({2, 1, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (7);"});
    CHECK(migrate(connection, steps, MigrateMode::apply).value() == 1);
    CHECK(connection.integer("SELECT x FROM b") == 7);

    steps.push_back({3, 1, "0003_c", "CREATE TABLE c (x INTEGER); INSERT INTO nowhere VALUES (1);"});
    CHECK_THROWS_AS(migrate(connection, steps, MigrateMode::apply), SqliteError);
    Connection again{(dir / "a.db").string(), OpenMode::existing};
    connection = std::move(again);  // The failed transaction ends with its connection.
    CHECK(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0);
    CHECK(connection.integer("SELECT max(version) FROM schema_version") == 2);
}

TEST_CASE("migrations: a newer file is used if its min_reader allows, and refused clearly if not", "[store]")
{
    const TempDir dir;
    Chain chain;
    const Units units = chain.spins(2);
    {
        auto ledger = open_ledger(dir / "ledger.db");
        append(*ledger, units);
        REQUIRE(ledger->close());
    }
    claim_version(dir / "ledger.db", 98, 1);
    {
        auto ledger = open_ledger(dir / "ledger.db");
        check_holds(*ledger, units);
        REQUIRE(ledger->close());
    }
    claim_version(dir / "ledger.db", 99, 50);
    const auto opened = LedgerFile::open(dir / "ledger.db");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().find("needs version 50") != std::string::npos);
    // A step after it does not make it readable again.
    claim_version(dir / "ledger.db", 100, 1);
    CHECK_FALSE(LedgerFile::open(dir / "ledger.db"));
}

TEST_CASE("migrations: a file of something else is not touched", "[store]")
{
    const TempDir dir;
    {
        Connection other{(dir / "other.db").string(), OpenMode::create};
        other.run("CREATE TABLE recipes (name TEXT)");
    }
    CHECK_FALSE(LedgerFile::open(dir / "other.db"));
    {
        Connection other{(dir / "other.db").string(), OpenMode::existing};
        CHECK(other.integer("SELECT count(*) FROM sqlite_schema") == 1);
    }
    std::ofstream{dir / "text.db"} << std::string(5000, 'x');
    CHECK_FALSE(LedgerFile::open(dir / "text.db"));
    REQUIRE(ViewsFile::open(dir / "views.db"));
    const auto mixed_up = LedgerFile::open(dir / "views.db");
    REQUIRE_FALSE(mixed_up);
    CHECK(mixed_up.error().find("it is not a ledger") != std::string::npos);
    CHECK_FALSE(LedgerFile::open(dir / "missing.db", {.create = false}));
}
