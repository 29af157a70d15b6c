#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "croupier/ports.hpp"
#include "ledger_file.hpp"

namespace croupier::store {

struct StoreOptions {
    std::size_t queue_bytes_max = 64 * 1024 * 1024;          ///< Submitted and not yet durable.
    std::size_t settlement_reserve_bytes = 8 * 1024 * 1024;  ///< Of these, only for settling what was accepted.
    std::size_t batch_units_max = 8192;
    std::size_t batch_bytes_max = 8 * 1024 * 1024;
    std::uintmax_t disk_free_min_bytes = 256 * 1024 * 1024;  ///< Below it no new work is admitted.

    /// Runs a function on the loop, soon; called from the writer thread. Never runs it at once.
    std::function<void(std::move_only_function<void()>)> post;
    /// A write or sync of the ledger failed: what is on disk is unknown. Called from the writer thread; in production it
    /// logs one last line and ends the process. If it returns (in a test), the store is dead: it writes and answers
    /// nothing any more.
    std::function<void(std::string)> fail_stop;
    /// Hears of every durable batch, on the writer thread; must be quick. The views' queue hangs here. Optional.
    std::function<void(std::span<const std::shared_ptr<const Unit>>)> on_batch;
    /// How much room the ledger's disk has; asked on the writer thread. Unless set: the file system's answer.
    std::function<std::uintmax_t()> disk_free_bytes;
};

/// The store port over ledger.db: one writer thread, which takes all units that wait and are allowed, up to a cap,
/// and writes them in one transaction with one sync. While it syncs, the next batch gathers: no timer.
class SqliteStore final : public Store {
public:
    SqliteStore(std::unique_ptr<LedgerFile> ledger, StoreOptions options);
    /// Ends the thread after the batch in progress; what was not written is lost, as in a crash. Call close() before.
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    Position committed() const override;
    /// Where the last submitted unit stands.
    Position submitted() const;
    /// Submitted and not yet durable.
    std::size_t queued_bytes() const noexcept;
    /// True while the disk has less room than disk_free_min_bytes.
    bool disk_low() const noexcept override;

    /// new_work: fits the queue less the reserve, and the disk is not low. settlement: fits the queue.
    bool admits(Admission admission, std::size_t bytes) const override;
    void submit(std::shared_ptr<const Unit> unit) override;
    void allow(Seq commit_limit) override;
    void on_committed(std::function<void(const Committed&)> listener) override;
    void read(
        Seq from, std::size_t limit_bytes, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) override;
    /// Copies ledger.db to directory/ledger.db; the directory is made if it is missing.
    void backup(std::filesystem::path directory, std::function<void(std::optional<std::string>)> done) override;
    /// Waits for the commit limit too: units that are not allowed yet keep it open.
    void close(std::function<void()> done) override;

    /// As read(), from any thread, and `done` is called on the writer thread: for the views. Never called after close().
    void read_on_writer(Seq from, std::size_t limit_bytes, std::move_only_function<void(Units)> done);

private:
    class Writer;
    std::shared_ptr<Writer> writer_;
};

}  // namespace croupier::store
