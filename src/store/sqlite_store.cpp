#include "sqlite_store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "croupier/assert.hpp"
#include "files.hpp"
#include "threads.hpp"

namespace croupier::store {

// What the loop and the writer thread share. Members are grouped by who may touch them. Kept alive by functions that
// were posted to the loop and have not run yet.
class SqliteStore::Writer : public std::enable_shared_from_this<Writer> {
public:
    Writer(std::unique_ptr<LedgerFile> ledger, StoreOptions options)
        : options_{std::move(options)}, ledger_{std::move(ledger)}
    {
        CROUPIER_ASSERT(ledger_ != nullptr);
        CROUPIER_ASSERT(options_.post && options_.fail_stop);
        CROUPIER_ASSERT(options_.settlement_reserve_bytes < options_.queue_bytes_max);
        CROUPIER_ASSERT(options_.batch_units_max > 0);
        committed_ = submitted_ = ledger_->head();
        if (!options_.disk_free_bytes) {
            const auto path = ledger_->path();
            options_.disk_free_bytes = [directory = path.has_parent_path() ? path.parent_path() : "."] {
                // A disk that does not say is taken for a full one.
                return free_bytes(directory).value_or(0);
            };
        }
        check_disk();
    }

    /// Apart from the constructor, since the thread uses shared_from_this().
    void start()
    {
        thread_ = std::thread{[this] { run(); }};
    }

    // On the loop.

    const Position& committed() const noexcept { return committed_; }
    const Position& submitted() const noexcept { return submitted_; }
    std::size_t queued_bytes() const noexcept { return queued_bytes_.load(std::memory_order_relaxed); }
    bool disk_low() const noexcept { return disk_low_.load(std::memory_order_relaxed); }

    bool admits(Admission admission, std::size_t bytes)
    {
        if (closing_on_loop_) { return false; }
        std::size_t room = options_.queue_bytes_max;
        if (admission == Admission::new_work) {
            if (disk_low()) {
                // With no new work there may be no next batch to look again: this question is what makes it look.
                ask_for_disk_check();
                return false;
            }
            room -= options_.settlement_reserve_bytes;
        }
        const std::size_t queued = queued_bytes();
        return bytes <= room && queued <= room - bytes;
    }

    void submit(std::shared_ptr<const Unit> unit)
    {
        CROUPIER_ASSERT(!closing_on_loop_);
        CROUPIER_ASSERT(unit->position.seq == next(submitted_.seq));
        submitted_ = unit->position;
        queued_bytes_.fetch_add(unit->bytes.size(), std::memory_order_relaxed);
        // Handed over once the loop has run what was ready: the inputs of one turn then share a sync, and the writer is woken
        // once for all of them.
        outbox_.push_back(std::move(unit));
        if (!std::exchange(hand_over_posted_, true)) {
            post([this] { hand_over(); });
        }
    }

    void hand_over()
    {
        hand_over_posted_ = false;
        if (outbox_.empty()) { return; }
        {
            const std::lock_guard lock{mutex_};
            std::ranges::move(outbox_, std::back_inserter(inbox_));
        }
        outbox_.clear();
        wake_.notify_one();
    }

    void allow(Seq commit_limit)
    {
        {
            const std::lock_guard lock{mutex_};
            CROUPIER_ASSERT(!commit_limit_ || commit_limit >= *commit_limit_);
            commit_limit_ = commit_limit;
        }
        wake_.notify_one();
    }

    void on_committed(std::function<void(const Committed&)> listener) { listener_ = std::move(listener); }

    void post(std::move_only_function<void()> task)
    {
        options_.post([self = shared_from_this(), task = std::move(task)]() mutable {
            if (!self->abandoned_) { task(); }
        });
    }

    void read(Seq from, std::size_t limit_bytes, std::function<void(Units)> done)
    {
        hand_over();
        add_read({from, limit_bytes, [this, done = std::move(done)](Units units) mutable {
                      post([units = std::move(units), done = std::move(done)]() mutable { done(std::move(units)); });
                  }});
    }

    void backup(std::filesystem::path directory, std::function<void(std::optional<std::string>)> done)
    {
        CROUPIER_ASSERT(!closing_on_loop_);
        {
            const std::lock_guard lock{mutex_};
            backups_.push_back({std::move(directory), std::move(done)});
        }
        wake_.notify_one();
    }

    void close(std::function<void()> done)
    {
        CROUPIER_ASSERT(!closing_on_loop_);
        closing_on_loop_ = true;
        hand_over();
        {
            const std::lock_guard lock{mutex_};
            closing_ = true;
            closed_ = std::move(done);
        }
        wake_.notify_one();
    }

    void abandon()
    {
        abandoned_ = true;
        listener_ = nullptr;
        {
            const std::lock_guard lock{mutex_};
            stop_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) { thread_.join(); }
    }

    // On any thread.

    struct ReadJob {
        Seq from;
        std::size_t limit_bytes;
        std::move_only_function<void(Units)> done;
    };
    void add_read(ReadJob job)
    {
        {
            const std::lock_guard lock{mutex_};
            if (finished_) { return; }
            reads_.push_back(std::move(job));
        }
        wake_.notify_one();
    }

private:
    struct BackupJob {
        std::filesystem::path directory;
        std::function<void(std::optional<std::string>)> done;
    };
    /// What one turn of the writer takes out of the shared part.
    struct Turn {
        Seq commit_limit{};
        std::optional<ReadJob> read;
        bool check_disk = false;
        bool stop = false;
        bool close = false;
    };

    // On the writer thread.

    void run()
    {
        name_this_thread("ledger-writer");
        while (true) {
            Turn turn = wait();
            if (turn.stop || failed_) { break; }
            if (!write_batch(turn.commit_limit)) { break; }
            if (turn.check_disk) { check_disk(); }
            if (turn.read && !answer_read(*turn.read)) { break; }
            copy_slice();
            if (turn.close) {
                finish();
                break;
            }
        }
        const std::lock_guard lock{mutex_};
        finished_ = true;
        reads_.clear();
    }

    Turn wait()
    {
        std::unique_lock lock{mutex_};
        const auto limit = [&] { return commit_limit_.value_or(Seq{std::numeric_limits<std::uint64_t>::max()}); };
        const auto may_write = [&] { return !waiting_.empty() && waiting_.front()->position.seq <= limit(); };
        const auto drained = [&] {
            return inbox_.empty() && waiting_.empty() && reads_.empty() && backups_.empty() && !backup_;
        };
        wake_.wait(lock, [&] {
            return stop_ || !inbox_.empty() || may_write() || !reads_.empty() || !backups_.empty() || backup_ != nullptr
                || check_disk_ || (closing_ && drained());
        });
        if (waiting_.empty()) {
            waiting_.swap(inbox_);
        } else {
            std::ranges::move(inbox_, std::back_inserter(waiting_));
            inbox_.clear();
        }
        Turn turn;
        turn.commit_limit = limit();
        turn.check_disk = std::exchange(check_disk_, false);
        turn.stop = stop_;
        if (!reads_.empty()) {
            turn.read = std::move(reads_.front());
            reads_.pop_front();
        }
        if (!backup_ && !backup_done_ && !backups_.empty()) {
            backup_directory_ = std::move(backups_.front().directory);
            backup_done_ = std::move(backups_.front().done);
            backups_.pop_front();
        }
        turn.close = closing_ && drained() && !turn.read && !backup_done_;
        return turn;
    }

    /// Everything that waits and is allowed, up to the cap. False: the store is dead.
    bool write_batch(Seq commit_limit)
    {
        batch_.clear();
        std::size_t bytes = 0;
        while (!waiting_.empty() && waiting_.front()->position.seq <= commit_limit
            && batch_.size() < options_.batch_units_max) {
            const std::size_t more = waiting_.front()->bytes.size();
            if (!batch_.empty() && bytes + more > options_.batch_bytes_max) { break; }
            bytes += more;
            batch_.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        if (batch_.empty()) { return true; }

        const auto times = ledger_->append(batch_);
        if (!times) { return fail(times.error()); }
        queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
        if (options_.on_batch) { options_.on_batch(batch_); }
        report(Committed{.position = batch_.back()->position,
            .units = batch_.size(),
            .bytes = bytes,
            .write = times->write,
            .sync = times->sync});

        // Players have their answers now; the log is moved into the file while the next units gather.
        if (ledger_->checkpoint_due()) {
            if (const auto moved = ledger_->checkpoint(); !moved) { return fail(moved.error()); }
        }
        bytes_since_check_ += bytes;
        if (bytes_since_check_ >= kDiskCheckBytes) { check_disk(); }
        return true;
    }

    bool fail(const std::string& why)
    {
        failed_ = true;
        options_.fail_stop(why);
        return false;
    }

    // One posted function at a time carries all batches that became durable until it runs.
    void report(const Committed& committed)
    {
        {
            const std::lock_guard lock{mutex_};
            reports_.push_back(committed);
            if (std::exchange(report_posted_, true)) { return; }
        }
        post([this] { deliver(); });
    }

    void deliver()  // On the loop.
    {
        std::vector<Committed> reports;
        {
            const std::lock_guard lock{mutex_};
            reports.swap(reports_);
            report_posted_ = false;
        }
        for (const Committed& committed : reports) {
            CROUPIER_ASSERT(committed.position.seq > committed_.seq);
            committed_ = committed.position;
            if (listener_) { listener_(committed); }
        }
    }

    bool answer_read(ReadJob& job)
    {
        auto units = ledger_->read(job.from, job.limit_bytes);
        if (!units) { return fail(units.error()); }
        job.done(std::move(*units));
        return true;
    }

    void copy_slice()
    {
        if (!backup_ && backup_done_) {
            std::error_code error;
            std::filesystem::create_directories(backup_directory_, error);
            auto started = ledger_->start_backup(backup_directory_ / "ledger.db");
            if (!started) {
                end_backup(started.error());
                return;
            }
            backup_ = std::move(*started);
        }
        if (!backup_) { return; }
        const auto done = backup_->step();
        if (!done) {
            end_backup(done.error());
        } else if (*done) {
            end_backup(std::nullopt);
        }
    }

    void end_backup(std::optional<std::string> problem)
    {
        backup_.reset();
        post([done = std::exchange(backup_done_, nullptr), problem = std::move(problem)] { done(problem); });
    }

    void check_disk()
    {
        bytes_since_check_ = 0;
        disk_low_.store(options_.disk_free_bytes() < options_.disk_free_min_bytes, std::memory_order_relaxed);
        disk_check_asked_.store(false, std::memory_order_relaxed);
    }

    void ask_for_disk_check()  // On the loop.
    {
        if (disk_check_asked_.exchange(true, std::memory_order_relaxed)) { return; }
        {
            const std::lock_guard lock{mutex_};
            check_disk_ = true;
        }
        wake_.notify_one();
    }

    void finish()
    {
        if (const auto closed = ledger_->close(); !closed) {
            fail(closed.error());
            return;
        }
        std::function<void()> done;
        {
            const std::lock_guard lock{mutex_};
            done = std::move(closed_);
        }
        post([done = std::move(done)] {
            if (done) { done(); }
        });
    }

    static constexpr std::size_t kDiskCheckBytes = 1024 * 1024;

    StoreOptions options_;

    // The loop's.
    Position committed_;
    Position submitted_;
    Units outbox_;
    bool hand_over_posted_ = false;
    std::function<void(const Committed&)> listener_;
    bool closing_on_loop_ = false;
    bool abandoned_ = false;

    // The writer thread's.
    std::unique_ptr<LedgerFile> ledger_;
    std::deque<std::shared_ptr<const Unit>> waiting_;
    Units batch_;
    std::unique_ptr<LedgerBackup> backup_;
    std::filesystem::path backup_directory_;
    std::function<void(std::optional<std::string>)> backup_done_;
    std::size_t bytes_since_check_ = 0;
    bool failed_ = false;

    // Both.
    std::atomic<std::size_t> queued_bytes_{0};
    std::atomic<bool> disk_low_{false};
    std::atomic<bool> disk_check_asked_{false};

    std::mutex mutex_;
    std::condition_variable wake_;
    // Under the mutex.
    std::deque<std::shared_ptr<const Unit>> inbox_;
    std::deque<ReadJob> reads_;
    std::deque<BackupJob> backups_;
    std::vector<Committed> reports_;
    std::function<void()> closed_;
    std::optional<Seq> commit_limit_;  ///< None: all may be written.
    bool report_posted_ = false;
    bool check_disk_ = false;
    bool closing_ = false;
    bool stop_ = false;
    bool finished_ = false;

    std::thread thread_;
};

SqliteStore::SqliteStore(std::unique_ptr<LedgerFile> ledger, StoreOptions options)
    : writer_{std::make_shared<Writer>(std::move(ledger), std::move(options))}
{
    writer_->start();
}

SqliteStore::~SqliteStore() { writer_->abandon(); }

Position SqliteStore::committed() const { return writer_->committed(); }
Position SqliteStore::submitted() const { return writer_->submitted(); }
std::size_t SqliteStore::queued_bytes() const noexcept { return writer_->queued_bytes(); }
bool SqliteStore::disk_low() const noexcept { return writer_->disk_low(); }
bool SqliteStore::admits(Admission admission, std::size_t bytes) const { return writer_->admits(admission, bytes); }
void SqliteStore::submit(std::shared_ptr<const Unit> unit) { writer_->submit(std::move(unit)); }
void SqliteStore::allow(Seq commit_limit) { writer_->allow(commit_limit); }

void SqliteStore::on_committed(std::function<void(const Committed&)> listener)
{
    writer_->on_committed(std::move(listener));
}

void SqliteStore::read(
    Seq from, std::size_t limit_bytes, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done)
{
    writer_->read(from, limit_bytes, std::move(done));
}

void SqliteStore::backup(std::filesystem::path directory, std::function<void(std::optional<std::string>)> done)
{
    writer_->backup(std::move(directory), std::move(done));
}

void SqliteStore::close(std::function<void()> done) { writer_->close(std::move(done)); }

void SqliteStore::read_on_writer(Seq from, std::size_t limit_bytes, std::move_only_function<void(Units)> done)
{
    writer_->add_read({from, limit_bytes, std::move(done)});
}

}  // namespace croupier::store
