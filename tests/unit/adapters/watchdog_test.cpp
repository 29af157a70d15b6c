#include <catch2/catch.hpp>

#include <future>

#include "adapters/watchdog.hpp"

using namespace std::chrono_literals;
using croupier::adapters::Watchdog;

TEST_CASE("watchdog: the deadline holds although nobody turns a loop", "[adapters]")
{
    std::promise<std::thread::id> expired;
    Watchdog watchdog;
    watchdog.start(1ms, [&] { expired.set_value(std::this_thread::get_id()); });
    CHECK(expired.get_future().get() != std::this_thread::get_id());
}

TEST_CASE("watchdog: one that is gone calls nobody, and does not wait for its deadline", "[adapters]")
{
    bool expired = false;
    {
        Watchdog watchdog;
        watchdog.start(1h, [&] { expired = true; });
    }
    {
        const Watchdog never_started;
    }
    CHECK_FALSE(expired);
}
