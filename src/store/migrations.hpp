#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "sqlite.hpp"

namespace croupier::store {

/// One step of a file's schema, from migrations/<database>/NNNN_name.sql; built into the binary.
struct Migration {
    int version;     ///< 1, 2, 3, … without gaps.
    int min_reader;  ///< The oldest version of this program's schema that can still use a file with this step in it.
    std::string_view name;
    std::string_view sql;
};

std::span<const Migration> ledger_migrations();
std::span<const Migration> views_migrations();

enum class MigrateMode {
    apply,   ///< Brings the file up to date; creates an empty one.
    refuse,  ///< Says what is missing instead.
};

/// Brings a file to the newest of `migrations`, each in a transaction of its own, noted in
/// `schema_version(version, min_reader, applied_at)`. A file that is newer is left as it is, if its min_reader allows
/// us to use it. Returns how many steps were applied, or why the file cannot be used. Throws SqliteError.
std::expected<int, std::string> migrate(
    Connection& connection, std::span<const Migration> migrations, MigrateMode mode);

}  // namespace croupier::store
