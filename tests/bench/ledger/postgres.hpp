#pragma once

#include <filesystem>
#include <string>

namespace croupier::bench {

/// A running PostgreSQL with pgbench beside it. Double entry as one would write it there: a transaction a transfer, prepared
/// statements, two balances updated and one row inserted.
class Postgres {
public:
    /// `socket`: the directory of its Unix socket. `scratch`: where pgbench's script is put.
    Postgres(std::string socket, std::filesystem::path scratch);
    /// Transfers a second of this many clients.
    double run(int clients, int seconds) const;

private:
    std::string socket_;
    std::filesystem::path script_;
};

}  // namespace croupier::bench
