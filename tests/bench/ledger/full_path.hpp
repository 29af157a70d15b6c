#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "casino.hpp"
#include "snapshot.hpp"
#include "sqlite_store.hpp"
#include "stats.hpp"

namespace croupier::bench {

/// The event loop, as far as the store needs one: what other threads post, run in order by the thread that owns it.
class Loop {
public:
    void post(std::move_only_function<void()> task);
    void run_ready();
    /// Runs what is ready; sleeps until there is something, or until `until`.
    void run_one_turn(Ticks::time_point until);

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> tasks_;
};

/// What one unit of work holds besides its request key.
enum class Kind {
    transfer,       ///< One transfer.
    spin,           ///< A stake, a win and a settled round: two transfers and an event.
    transfers_256,  ///< 256 transfers.
};
constexpr std::size_t transfers_in(Kind kind) { return kind == Kind::transfer ? 1 : kind == Kind::spin ? 2 : 256; }

constexpr std::uint64_t kPlayers = 10'000;
Currency currency();
std::unique_ptr<host::Casino> make_casino();

/// Those who play: kPlayers of them, whose units are decided by the casino's ledger module.
class Players {
public:
    explicit Players(host::Casino& casino);
    /// Opens their accounts and gives them enough to lose; in a ledger that has none.
    void open();
    /// Decides and submits one unit about `player`, with a request as the session module records it.
    void decide(Kind kind, std::uint64_t player);
    std::uint64_t uniform() { return 1 + random_() % kPlayers; }

private:
    host::Casino& casino_;
    NoOutputs nowhere_;
    std::mt19937_64 random_{1};
    std::uint64_t n_;
};

/// The whole way of a transfer, on what production runs: the ledger module decides behind the bus, the unit is sealed and
/// chained on this thread, the store's writer thread writes it to ledger.db and syncs. No edge and no views.
class FullPath {
public:
    /// Begins a ledger with kPlayers players in `directory`, or goes on with the one there. `batch`: units a transaction.
    FullPath(std::filesystem::path directory, std::size_t batch);
    ~FullPath();
    FullPath(const FullPath&) = delete;
    FullPath& operator=(const FullPath&) = delete;

    /// Decides units for `seconds`, one batch handed over while the one before is written, and waits until all are durable.
    /// Returns transfers a second.
    double run(Kind kind, double seconds, bool hot);
    /// Decides this many units and waits until they are durable.
    void fill(Kind kind, std::uint64_t units);
    void wait_until_durable();

    store::Snapshot snapshot() const;
    Players& players() noexcept { return *players_; }
    Loop& loop() noexcept { return loop_; }
    std::uint64_t submitted() const { return raw(casino_->submitted().seq); }
    std::uint64_t durable() const { return raw(store_->committed().seq); }
    /// Units a transaction, as it came out.
    double mean_batch() const
    {
        return static_cast<double>(units_) / static_cast<double>(std::max(transactions_, 1UL));
    }
    /// Hears of every durable batch, after the figures above.
    std::function<void()> on_committed;

private:
    void send_batch(Kind kind, bool hot);

    std::filesystem::path directory_;
    std::size_t batch_;
    Loop loop_;
    std::unique_ptr<host::Casino> casino_;
    std::unique_ptr<store::SqliteStore> store_;
    std::optional<Players> players_;
    std::uint64_t units_ = 0;
    std::uint64_t transactions_ = 0;
};

/// The ledger of `directory`, opened.
std::unique_ptr<store::LedgerFile> open_ledger(const std::filesystem::path& directory);

}  // namespace croupier::bench
