#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace croupier::bench {

using Ticks = std::chrono::steady_clock;

inline double seconds_since(Ticks::time_point start)
{
    return std::chrono::duration<double>(Ticks::now() - start).count();
}

/// The middle one, or the mean of the middle two: a round in which a neighbour took the processor does not count.
inline double median(std::vector<double> values)
{
    if (values.empty()) { return 0; }
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

inline const char* met(bool is_met) { return is_met ? "met" : "missed"; }

/// A benchmark that cannot go on says why, and ends.
[[noreturn]] inline void give_up(const std::string& why)
{
    std::fflush(stdout);
    std::fprintf(stderr, "bench-ledger: %s\n", why.c_str());
    std::exit(1);
}

}  // namespace croupier::bench
