#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace croupier::load {

/// Durations in log-linear buckets: 128 to each power of two of nanoseconds, so that what is read back is at most 0.8 %
/// above what was recorded. Fixed size, no allocation.
class Histogram {
public:
    void record(std::chrono::nanoseconds duration) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::chrono::nanoseconds max() const noexcept { return std::chrono::nanoseconds{max_}; }
    /// The duration that `fraction` of all do not exceed (0.99 is p99); zero if there is none.
    std::chrono::nanoseconds quantile(double fraction) const noexcept;

private:
    static constexpr unsigned kBits = 7;
    static constexpr std::size_t kBuckets = std::size_t{64 - kBits} << kBits;

    static std::size_t bucket_of(std::uint64_t value) noexcept;
    static std::uint64_t highest_in(std::size_t bucket) noexcept;

    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
};

}  // namespace croupier::load
