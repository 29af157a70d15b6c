#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "croupier/codec.hpp"
#include "segment.hpp"

namespace croupier::record {

struct SinkOptions {
    std::filesystem::path directory;  ///< Made when it is missing.
    std::string recording;            ///< Its name.
    std::uint64_t segment_bytes = 64 * 1024 * 1024;
    std::uint64_t disk_bytes_max = std::uint64_t{1} << 30;  ///< Over all recordings of the directory.
    std::size_t queue_bytes_max = 32 * 1024 * 1024;         ///< Items that wait to be written.
};

/// Writes blocks on a thread of its own. When the disk is too slow (the queue is full), full, or over its bound with nothing
/// of older recordings left to remove, the recording ends where it is: play is never held up.
class Sink {
public:
    explicit Sink(SinkOptions options);
    /// Writes what waits, unless it failed.
    ~Sink();
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    /// A run of whole items; `items` is an empty buffer afterwards. False: the recording has ended, and these items are not in it.
    bool put(FlatBytes& items);
    /// No more will be put: what waits is written, and then done() says so.
    void finish();
    /// Whether it will write no more: it was finished, or it failed.
    bool done() const noexcept { return done_.load(std::memory_order_acquire); }
    /// Whether nothing waits to be written.
    bool idle() const;
    /// Why the recording ended; nullopt: it goes on. From any thread.
    std::optional<std::string> failure() const;
    std::uint64_t bytes_written() const noexcept { return written_.load(std::memory_order_relaxed); }

private:
    void run();
    void fail(std::string why);
    bool write(std::span<const std::byte> items);
    bool begin_segment();
    bool make_room(std::uint64_t bytes);

    SinkOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<FlatBytes> queue_;
    std::vector<FlatBytes> spare_;  // Buffers to be used again.
    std::size_t queued_ = 0;
    bool stop_ = false;
    std::optional<std::string> failure_;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<bool> done_{false};

    // The thread's.
    Squeeze squeeze_;
    int file_ = -1;
    std::uint32_t segments_ = 0;
    std::uint64_t segment_written_ = 0;
    std::uint64_t room_to_ = 0;  // So many bytes of this recording fit, as the last look at the folder said.
    Hash chain_{};

    std::thread thread_;
};

}  // namespace croupier::record
