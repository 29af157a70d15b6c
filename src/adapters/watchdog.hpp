#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace croupier::adapters {

/// A deadline that holds whatever the loop does meanwhile: it is watched by a thread of its own.
class Watchdog {
public:
    Watchdog() = default;
    /// Calls the deadline off.
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// Once `timeout` has passed, calls `expired` on the watchdog's thread. At most once a watchdog.
    void start(std::chrono::milliseconds timeout, std::function<void()> expired);

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool called_off_ = false;
    std::thread thread_;
};

}  // namespace croupier::adapters
