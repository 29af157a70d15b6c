#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "croupier/unit.hpp"
#include "ledger_file.hpp"

/// What the store's tests share: units to store, folders to store them in, a loop to be called back on.
namespace croupier::store::test {

/// A folder that is gone with the object.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// Seals one unit after the other, with ids that follow.
class Chain {
public:
    Chain() = default;
    /// Goes on where a ledger ends.
    explicit Chain(const LedgerFile& ledger)
        : head_{ledger.head()}, next_transfer_{ledger.next_transfer()}, next_event_{ledger.next_event()}
    {
    }

    /// Numbers the content's transfers and events, seals it.
    std::shared_ptr<const Unit> add(UnitContent content);
    /// A unit as a spin makes it: a request, one transfer, one event.
    std::shared_ptr<const Unit> spin();
    Units spins(std::size_t count);
    /// A unit of any shape: no or many transfers and events, empty and binary texts, extreme numbers.
    std::shared_ptr<const Unit> any(std::mt19937_64& random);

    const Position& head() const noexcept { return head_; }
    void epoch(Epoch epoch) { head_.epoch = epoch; }

private:
    Position head_;
    TransferId next_transfer_{1};
    EventId next_event_{1};
};

Currency euro();
std::unique_ptr<LedgerFile> open_ledger(const std::filesystem::path& path, LedgerOptions options = {});
/// Appends in one batch; the test fails if that fails.
void append(LedgerFile& ledger, const Units& units);
/// The whole ledger has these units, byte for byte, and its chain holds.
void check_holds(LedgerFile& ledger, const Units& units);

/// A loop of the test's own thread: others post to it, the test runs it.
class TestLoop {
public:
    std::function<void(std::move_only_function<void()>)> poster();
    /// Runs what was posted until `done()`; the test fails after 60 s.
    void run_until(const std::function<bool()>& done);
    /// Runs what has been posted so far. Returns how many functions that were.
    std::size_t run_posted();

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> tasks_;
};

}  // namespace croupier::store::test
