#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/config.hpp"

/// The commands of the command line other than `serve`. Each returns the exit status and says on standard error what failed.
namespace croupier::host {

/// Makes the data directory, the ledger with the house's accounts and capital, and the keys.
int init(const config::Config& config);
/// Applies outstanding schema migrations to a stopped casino's files.
int migrate(const config::Config& config);
/// Prints the enabled modules with what they handle, hear, publish.
int list_modules(const config::Config& config);
/// Copies ledger and keys into a directory: through the running server, or from a stopped casino.
int backup(const config::Config& config, const std::filesystem::path& directory);
/// Puts a backup's ledger and keys into an empty data directory, its whole chain verified.
int restore(const config::Config& config, const std::filesystem::path& directory);
/// Forgets a player's personal data, through the running server or in a stopped casino.
int erase(const config::Config& config, std::uint64_t player);
int new_game(const std::string& game, const std::filesystem::path& directory);
int reseed(const config::Config& config);
int test_rng();
/// Lets an operator in, through the running server or in a stopped casino, and prints the token, which nobody can see again.
int add_operator(const config::Config& config, const std::string& role);
/// The operator's token, read from standard input, is worth nothing from here on.
int remove_operator(const config::Config& config);
/// Builds views.db of a stopped casino again.
int rebuild_views(const config::Config& config);
/// Verifies a stopped casino's (or a backup's) ledger: the whole chain, every balance folded again from the first fact,
/// sums zero. Prints the end of the chain and the totals.
int check_ledger(const config::Config& config);

}  // namespace croupier::host
