#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace croupier::load {

void Histogram::record(std::chrono::nanoseconds duration) noexcept
{
    const auto value = std::max<std::int64_t>(duration.count(), 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(value))];
    ++count_;
    max_ = std::max(max_, value);
}

std::chrono::nanoseconds Histogram::quantile(double fraction) const noexcept
{
    const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank && seen > 0) {
            return std::chrono::nanoseconds{std::min(static_cast<std::int64_t>(highest_in(bucket)), max_)};
        }
    }
    return max();
}

// Values below 128 have a bucket each. A larger one is shifted right until it lies in [128, 256); the shift and the seven
// bits that follow the leading one name its bucket.
std::size_t Histogram::bucket_of(std::uint64_t value) noexcept
{
    constexpr std::uint64_t kLinear = 1U << kBits;
    if (value < kLinear) { return static_cast<std::size_t>(value); }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
    return (std::size_t{shift} << kBits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) noexcept
{
    constexpr std::size_t kLinear = 1U << kBits;
    if (bucket < 2 * kLinear) { return bucket; }
    const auto shift = static_cast<unsigned>(bucket >> kBits) - 1;
    const std::uint64_t leading = bucket - (std::size_t{shift} << kBits);
    return ((leading + 1) << shift) - 1;
}

}  // namespace croupier::load
