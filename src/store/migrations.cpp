#include "migrations.hpp"

namespace croupier::store {

namespace {

constexpr const char* kFindTable = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";

void apply(Connection& connection, const Migration& migration)
{
    connection.run("BEGIN IMMEDIATE");
    connection.run(std::string{migration.sql});
    // For people: the time in this table is hashed nowhere and decides nothing.
    Statement note{connection,
        "INSERT INTO schema_version (version, min_reader, applied_at) VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"};
    note.integer(1, std::int64_t{migration.version}).integer(2, std::int64_t{migration.min_reader}).run();
    connection.run("COMMIT");
}

}  // namespace

std::expected<int, std::string> migrate(Connection& connection, std::span<const Migration> migrations, MigrateMode mode)
{
    const auto ours = static_cast<std::int64_t>(migrations.size());
    std::int64_t version = 0;
    if (connection.integer(kFindTable)) {
        version = connection.integer("SELECT max(version) FROM schema_version").value_or(0);
        const auto min_reader = connection.integer("SELECT max(min_reader) FROM schema_version").value_or(0);
        if (version > ours && min_reader > ours) {
            return std::unexpected{"its schema has version " + std::to_string(version) + ", which needs version "
                + std::to_string(min_reader) + " or newer to read; this program has version " + std::to_string(ours)
                + ": use a newer one"};
        }
    } else if (connection.integer("SELECT 1 FROM sqlite_schema LIMIT 1")) {
        return std::unexpected{std::string{"it is a database of something else: it has tables, but no schema_version"}};
    }

    if (version < ours && mode == MigrateMode::refuse) {
        return std::unexpected{"its schema has version " + std::to_string(version) + ", this program needs version "
            + std::to_string(ours) + ": run `croupier migrate`"};
    }
    if (version == 0) {
        connection.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, min_reader INTEGER NOT "
                       "NULL, applied_at TEXT NOT NULL) STRICT");
    }
    int applied = 0;
    for (const Migration& migration : migrations) {
        if (migration.version <= version) { continue; }
        apply(connection, migration);
        ++applied;
    }
    return applied;
}

}  // namespace croupier::store
