#pragma once

#include <chrono>
#include <cstdint>

namespace croupier {

/// A point in wall time (UTC), in microseconds since 1970-01-01. It enters only as part of an input.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// A point on a clock that never steps; for measuring durations inside this process only.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

constexpr std::int64_t to_micros(WallTime time) noexcept { return time.time_since_epoch().count(); }
constexpr WallTime from_micros(std::int64_t micros) noexcept { return WallTime{std::chrono::microseconds{micros}}; }

}  // namespace croupier
