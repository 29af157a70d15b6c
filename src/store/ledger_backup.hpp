#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sqlite.hpp"

struct sqlite3_backup;

namespace croupier::store {

/// An online copy of ledger.db, made in slices by the connection that writes it, so that each slice is between two
/// transactions and pages written meanwhile are copied again by SQLite itself. The copy has a name of its own until
/// it is complete and synced; a copy that was not finished leaves nothing behind.
class LedgerBackup {
public:
    /// Throws SqliteError.
    LedgerBackup(Connection& source, std::filesystem::path target);
    ~LedgerBackup();
    LedgerBackup(const LedgerBackup&) = delete;
    LedgerBackup& operator=(const LedgerBackup&) = delete;

    /// Copies the next slice. True: the copy is complete, durable and stands under its name.
    std::expected<bool, std::string> step();

private:
    static constexpr int kSlicePages = 256;
    static constexpr int kSlicesPerSync = 16;  ///< Synced as it grows: no sync at the end that takes seconds.

    struct Finish {
        void operator()(sqlite3_backup* handle) const noexcept;
    };

    std::filesystem::path target_;
    std::filesystem::path partial_;
    std::optional<Connection> copy_;
    std::unique_ptr<sqlite3_backup, Finish> handle_;
    int slices_ = 0;
    bool complete_ = false;
};

}  // namespace croupier::store
