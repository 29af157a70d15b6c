#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "snapshot.hpp"
#include "views_file.hpp"

namespace croupier::store {

/// A second set of the modules' state, folded from committed facts away from the loop, for snapshots.
class ShadowFold {
public:
    virtual ~ShadowFold() = default;
    /// Called for each unit once, in order, on the views' thread.
    virtual void apply(const UnitContent& content, const Position& position) = 0;
    virtual std::vector<SnapshotSection> save() const = 0;
};

struct ViewsOptions {
    std::filesystem::path views_path;
    std::size_t queue_bytes_max = 64 * 1024 * 1024;  ///< Beyond it batches are dropped and read from the ledger later.
    std::size_t read_bytes = 256 * 1024;             ///< One slice of catching up: so long the writer is held up.
    /// A transaction ends when it holds so many units, after so long, or when somebody calls catch_up(): one of many touches
    /// each page once.
    std::size_t transaction_units_max = 4096;
    std::chrono::milliseconds transaction_time{250};

    /// Optional; without it no snapshots are written. Its state must be that of `folded`.
    std::unique_ptr<ShadowFold> fold;
    Position folded;
    std::filesystem::path snapshot_directory;
    std::uint64_t snapshot_units = 100'000;  ///< A snapshot every so many units, and one at close.

    /// A sentence on what went wrong; on the views' thread. Play goes on without: views and snapshots only lag behind.
    std::function<void(std::string)> on_failure;
};

/// The views' worker: one thread that follows the ledger, projects each unit into views.db and folds it into the
/// shadow state. Never in the way of the writer: what does not fit its queue is dropped and read from the ledger.
class Views {
public:
    /// Reads committed units and calls back on any thread, or never once the store is closed.
    using Read = std::function<void(Seq from, std::size_t limit_bytes, std::move_only_function<void(Units)> done)>;

    /// Opens views.db. Rows of another ledger, or none, are built again from seq 1 once started.
    static std::expected<std::unique_ptr<Views>, std::string> open(ViewsOptions options, LedgerFile& ledger);
    ~Views();
    Views(const Views&) = delete;
    Views& operator=(const Views&) = delete;

    /// The next batch of the ledger; from the writer's thread, also before start().
    void offer(std::span<const std::shared_ptr<const Unit>> batch);
    void start(Read read);
    /// Works off its queue (what was dropped is left to the next start), writes a snapshot, ends the thread. Close the
    /// store before, so that all of it has been offered.
    void close();

    /// Projects at once what waits, and returns when the rows are true up to `wanted`; earlier if they will not be soon: the
    /// worker failed, ends, reads the ledger to catch up, or needs longer than `patience`. From any thread but the loop's
    /// and the worker's.
    void catch_up(Seq wanted, std::chrono::milliseconds patience);

    Seq applied_seq() const noexcept { return Seq{applied_.load(std::memory_order_relaxed)}; }
    /// Batches that did not fit the queue so far.
    std::uint64_t dropped_batches() const noexcept { return dropped_.load(std::memory_order_relaxed); }
    /// Seq of the newest snapshot that was written; 0: none yet.
    Seq snapshot_seq() const noexcept { return Seq{snapshot_.load(std::memory_order_relaxed)}; }

private:
    Views(ViewsOptions options, std::unique_ptr<ViewsFile> file, Seq head);
    void run();
    void take(const Units& units);
    void project(std::span<const std::shared_ptr<const Unit>> units);
    void commit();
    /// After a failure what is in the file is whole, only old: readers see how old. The next start goes on from there.
    void give_up(const std::string& why);
    /// Of the transaction that is open.
    std::size_t open_units() const noexcept
    {
        return projecting_ ? raw(file_->added_seq()) - raw(file_->applied_seq()) : 0;
    }
    void fold(const Unit& unit);
    void snapshot();
    void ask_for_more();
    void failure(const std::string& what) const;

    ViewsOptions options_;

    // The worker's.
    std::unique_ptr<ViewsFile> file_;
    Read read_;
    Position folded_;
    Seq reached_{};  ///< Both views and fold are at least here; the next unit is the one behind.
    bool projecting_ = true;
    std::chrono::steady_clock::time_point commit_at_{};  ///< While a transaction is open.

    std::atomic<std::uint64_t> applied_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint64_t> snapshot_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    // Under the mutex.
    Units queue_;
    std::size_t queue_bytes_ = 0;
    Units slice_;          ///< What catching up has read.
    bool asked_ = false;   ///< A slice is on its way.
    bool behind_ = false;  ///< The queue misses units; offers are ignored until the ledger has been read to head_.
    Seq head_{};           ///< The last unit offered.
    Seq hurry_{};          ///< Somebody waits for the rows up to here.
    bool stop_ = false;
    bool projects_ = true;  ///< False once the worker has failed or ended.
    std::condition_variable caught_up_;

    std::thread thread_;
};

}  // namespace croupier::store
