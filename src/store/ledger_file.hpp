#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/ports.hpp"
#include "croupier/unit.hpp"
#include "ledger_backup.hpp"
#include "ledger_rows.hpp"
#include "migrations.hpp"
#include "sqlite.hpp"

namespace croupier::store {

using Units = std::vector<std::shared_ptr<const Unit>>;

struct LedgerOptions {
    MigrateMode migrate = MigrateMode::apply;
    bool create = true;  ///< Make the file if there is none.
    /// How many units at the end of the chain are verified when the file is opened.
    std::uint64_t verify_tail_units = 1000;
    /// A registered SQLite VFS; empty: the system's. The simulation and the crash tests run on one of their own.
    std::string vfs;
};

/// How long one append took: all of it, and of that the commit with its sync.
struct AppendTimes {
    std::chrono::nanoseconds write{};
    std::chrono::nanoseconds sync{};
};

/// The first place where the chain does not hold.
struct BrokenAt {
    Seq seq{};
    std::string what;
};

/// ledger.db: the facts, over the one SQLite connection that may have the file open. Synchronous, for one thread at a
/// time; SqliteStore puts it behind a thread.
///
/// A write or sync that fails leaves the file in an unknown state (SQLite may or may not have written the commit):
/// every later append is refused, and the process has to end and start from what is durable.
class LedgerFile {
public:
    using Opened = std::expected<std::unique_ptr<LedgerFile>, std::string>;
    using Progress = std::function<void(Seq)>;

    /// Opens, takes the file's lock, migrates, verifies the chain's tail. Says in one sentence why it cannot.
    static Opened open(const std::filesystem::path& path, const LedgerOptions& options = {});
    static Opened open(const std::filesystem::path& path, MigrateMode migrate)
    {
        return open(path, LedgerOptions{.migrate = migrate});
    }
    ~LedgerFile();
    LedgerFile(const LedgerFile&) = delete;
    LedgerFile& operator=(const LedgerFile&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Where the chain ends.
    const Position& head() const noexcept { return head_; }
    /// Ids of the next transfer and event ever made.
    TransferId next_transfer() const noexcept { return next_transfer_; }
    EventId next_event() const noexcept { return next_event_; }

    /// Writes the units that follow head() in one transaction and makes them durable. Units of another seq, or with
    /// transfer or event ids that do not follow, are refused like a failed write: they are a bug.
    std::expected<AppendTimes, std::string> append(std::span<const std::shared_ptr<const Unit>> units);

    /// Units from `from` on, of at most `limit_bytes` canonical bytes together, but at least one if there is one.
    /// Their bytes are built from the rows and not verified.
    std::expected<Units, std::string> read(Seq from, std::size_t limit_bytes);
    /// As read(), without their bytes, into `units`, whose memory is used again: units from `from` on, until they hold
    /// `limit_facts` facts. Empty: there is none. For one who reads all of a long ledger.
    std::expected<void, std::string> read_rows(Seq from, std::size_t limit_facts, std::vector<StoredUnit>& units);
    /// The chain's hash at this unit; all zero at 0. nullopt: there is no such unit.
    std::expected<std::optional<Hash>, std::string> hash_at(Seq seq);
    /// Computes the chain from `from` to the end again and names the first unit where rows and hash disagree.
    /// What stands before `from` is trusted. nullopt: all is well.
    std::expected<std::optional<BrokenAt>, std::string> verify(Seq from = Seq{1}, const Progress& progress = {});

    /// True once the write-ahead log is worth moving into the file.
    bool checkpoint_due() const noexcept { return wal_frames_ >= kCheckpointFrames; }
    /// Moves what the log holds into the file, between transactions.
    std::expected<void, std::string> checkpoint();
    std::uint64_t wal_bytes() const noexcept;

    /// Starts an online copy to `target` (a file that does not exist yet). It is advanced by its step(), between
    /// appends; what is appended meanwhile is in the copy too. It ends before this object does.
    std::expected<std::unique_ptr<LedgerBackup>, std::string> start_backup(const std::filesystem::path& target);

    /// Checkpoints, removes the log, closes. Without it the destructor closes, and what went wrong is not told.
    std::expected<void, std::string> close();

private:
    static constexpr int kCheckpointFrames = 250;

    LedgerFile(std::filesystem::path path, const LedgerOptions& options);
    void load_head();
    std::optional<BrokenAt> verify_rows(Seq from, const Progress& progress);
    static int on_wal(void* self, sqlite3* handle, const char* database, int frames);

    std::filesystem::path path_;
    std::optional<Connection> connection_;
    std::optional<UnitRows> rows_;
    std::optional<UnitCursor> cursor_;
    std::optional<Statement> begin_;
    std::optional<Statement> commit_;
    std::optional<Statement> hash_at_;
    Position head_;
    TransferId next_transfer_{1};
    EventId next_event_{1};
    int wal_frames_ = 0;
    bool failed_ = false;
};

/// Puts the ledger of a backup, once its whole chain has been verified, where none stands yet: durable when this
/// returns. Returns the chain's end.
std::expected<Position, std::string> restore_ledger(const std::filesystem::path& backup,
    const std::filesystem::path& target, const LedgerFile::Progress& progress = {});

}  // namespace croupier::store
