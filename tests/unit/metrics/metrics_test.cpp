#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "metrics/metrics.hpp"
#include "temporary_folder.hpp"

using namespace croupier;
using metrics::Registry;
using namespace std::chrono_literals;

TEST_CASE("metrics: the page holds each family once, with help, type and all its series", "[metrics]")
{
    Registry registry;
    auto& ok = registry.counter(
        "croupier_requests_total", "Requests by flow and result.", {{"flow", "spin"}, {"result", "ok"}});
    auto& open = registry.gauge("croupier_connections", "Connections open now.");
    auto& no = registry.counter("croupier_requests_total", "", {{"flow", "spin"}, {"result", "a\"b\\c\nd"}});
    ok.add();
    ok.add(2);
    no.add(7);
    open.set(5);
    open.add(-7);
    CHECK(registry.expose()
        == "# HELP croupier_requests_total Requests by flow and result.\n"
           "# TYPE croupier_requests_total counter\n"
           "croupier_requests_total{flow=\"spin\",result=\"ok\"} 3\n"
           "croupier_requests_total{flow=\"spin\",result=\"a\\\"b\\\\c\\nd\"} 7\n"
           "# HELP croupier_connections Connections open now.\n"
           "# TYPE croupier_connections gauge\n"
           "croupier_connections -2\n");
}

TEST_CASE("metrics: a histogram counts each value in its bucket and all above, in the exposed unit", "[metrics]")
{
    Registry registry;
    const std::array<std::uint64_t, 3> bounds{1'000'000, 20'000'000, 1'500'000'000};
    auto& time = registry.histogram(
        "croupier_time_seconds", "A time.", bounds, metrics::kNanosecondsPerSecond, {{"flow", "spin"}});
    time.observe(1ms);
    time.observe(1'000'001ns);
    time.observe(20ms);
    time.observe(2s);
    time.observe(-5ns);
    CHECK(registry.expose()
        == "# HELP croupier_time_seconds A time.\n"
           "# TYPE croupier_time_seconds histogram\n"
           "croupier_time_seconds_bucket{flow=\"spin\",le=\"0.001\"} 2\n"
           "croupier_time_seconds_bucket{flow=\"spin\",le=\"0.02\"} 4\n"
           "croupier_time_seconds_bucket{flow=\"spin\",le=\"1.5\"} 4\n"
           "croupier_time_seconds_bucket{flow=\"spin\",le=\"+Inf\"} 5\n"
           "croupier_time_seconds_sum{flow=\"spin\"} 2.022000001\n"
           "croupier_time_seconds_count{flow=\"spin\"} 5\n");
}

TEST_CASE("metrics: gauges can be set just before they are shown", "[metrics]")
{
    Registry registry;
    auto& gauge = registry.gauge("croupier_waiting", "What waits.");
    std::int64_t calls = 0;
    registry.before_exposition([&] { gauge.set(++calls); });
    CHECK_THAT(registry.expose(), Catch::EndsWith("croupier_waiting 1\n"));
    CHECK_THAT(registry.expose(), Catch::EndsWith("croupier_waiting 2\n"));
}

TEST_CASE("metrics: counts from several threads are all there", "[metrics]")
{
    Registry registry;
    auto& counter = registry.counter("croupier_things_total", "Things.");
    auto& sizes = registry.histogram("croupier_size", "Sizes.", metrics::size_bounds(), 1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < 10'000; ++i) {
                counter.add();
                sizes.observe(i);
            }
        });
    }
    for (int i = 0; i < 20; ++i) { CHECK_FALSE(registry.expose().empty()); }
    for (std::thread& thread : threads) { thread.join(); }
    CHECK(counter.value() == 40'000);
    CHECK_THAT(registry.expose(), Catch::Contains("croupier_size_count 40000\n"));
}

TEST_CASE("metrics: promtool accepts the page, and refuses a spoilt one", "[metrics]")
{
    Registry registry;
    registry.counter("croupier_requests_total", "Requests by flow and result.", {{"flow", "spin"}, {"result", "ok"}})
        .add();
    registry.gauge("croupier_sessions", "Sessions now.").set(3);
    registry.latency("croupier_request_seconds", "From a frame's arrival to its answer.", {{"flow", "spin"}})
        .observe(3ms);
    registry.histogram("croupier_batch_units", "Units in a batch.", metrics::size_bounds(), 1)
        .observe(std::uint64_t{9});

    const fakes::TemporaryFolder folder;
    const auto accepts = [&](const std::string& page) {
        std::ofstream{folder / "page"} << page;
        const std::string command = "promtool check metrics <" + (folder / "page").string() + " >/dev/null 2>&1";
        return std::system(command.c_str()) == 0;
    };
    CHECK(accepts(registry.expose()));
    CHECK_FALSE(accepts(registry.expose() + "croupier_sessions many\n"));
    CHECK_FALSE(accepts("# TYPE croupier_sessions gauge\ncroupier_sessions 3\n"));  // No help.
}
