#include "watchdog.hpp"

#include "croupier/assert.hpp"

namespace croupier::adapters {

Watchdog::~Watchdog()
{
    {
        const std::lock_guard lock{mutex_};
        called_off_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) { thread_.join(); }
}

void Watchdog::start(std::chrono::milliseconds timeout, std::function<void()> expired)
{
    CROUPIER_ASSERT(!thread_.joinable());
    thread_ = std::thread{[this, timeout, expired = std::move(expired)] {
        std::unique_lock lock{mutex_};
        if (wake_.wait_for(lock, timeout, [this] { return called_off_; })) { return; }
        lock.unlock();
        expired();
    }};
}

}  // namespace croupier::adapters
