#include <sys/prctl.h>

#include <deque>

#include "full_path.hpp"
#include "histogram.hpp"
#include "sections.hpp"

namespace croupier::bench {

namespace {

constexpr std::size_t kBatchOfProduction = 8192;
constexpr double kSecondsEach = 8;

double micros(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// Spins at fixed points in time, whatever becomes of those before. A spin's latency runs from the time at which it was due,
/// not from when the loop came to it: a stall is charged to every spin that it held up.
load::Histogram open_loop(FullPath& path, double rate, double seconds)
{
    load::Histogram latencies;
    std::deque<Ticks::time_point> due_times;  // Of units submitted and not yet known to be durable.
    std::uint64_t heard = path.submitted();
    path.on_committed = [&] {
        const auto now = Ticks::now();
        for (; heard < path.durable(); ++heard) {
            latencies.record(now - due_times.front());
            due_times.pop_front();
        }
    };
    const auto begin = Ticks::now();
    const auto due = [&](std::uint64_t i) {
        return begin + std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(i) / rate * 1e9)};
    };
    const auto count = static_cast<std::uint64_t>(rate * seconds);
    for (std::uint64_t i = 0; i < count;) {
        // As the server does: what is due by now is decided in one turn and handed over together.
        const auto now = Ticks::now();
        for (; i < count && due(i) <= now; ++i) {
            due_times.push_back(due(i));
            path.players().decide(Kind::spin, path.players().uniform());
        }
        path.loop().run_ready();
        path.loop().run_one_turn(due(i));
    }
    path.wait_until_durable();
    path.on_committed = nullptr;
    return latencies;
}

}  // namespace

void latency(const Options& options)
{
    prctl(PR_SET_TIMERSLACK, 1);  // Due times are kept to the microsecond; by default a sleep may last 50 µs longer.
    FullPath path{options.directory / "latency", kBatchOfProduction};
    std::vector<double> rates;
    for (int round = 0; round < options.rounds; ++round) {
        rates.push_back(path.run(Kind::spin, options.seconds, false) / 2);
    }
    const double rate_max = median(rates);
    std::printf(
        "\n## Latency of a spin's commit\n\nHighest rate, closed loop: %.0f spins/s. Open loop, from the intended time, "
        "%.0f s each:\n\n| of the highest | spins/s | p50 µs | p99 µs | p99.9 µs |\n|---|---|---|---|---|\n",
        rate_max, kSecondsEach);
    for (const double share : {0.1, 0.5, 0.9}) {
        const auto latencies = open_loop(path, rate_max * share, kSecondsEach);
        std::printf("| %.0f %% | %.0f | %.0f | %.0f | %.0f |\n", share * 100, rate_max * share,
            micros(latencies.quantile(0.5)), micros(latencies.quantile(0.99)), micros(latencies.quantile(0.999)));
    }
}

}  // namespace croupier::bench
