#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "croupier/time.hpp"

namespace croupier::edge {

/// A token bucket in one number: the time at which the bucket would be full again (the "generic cell rate algorithm").
class Rate {
public:
    /// `per_second` 0: unlimited.
    Rate(std::uint32_t per_second, std::uint32_t burst) noexcept
        : interval_{per_second == 0 ? 0 : 1'000'000'000 / per_second},
          depth_{interval_ * std::max<std::int64_t>(burst, 1)}
    {
    }

    /// Takes one token; false if there is none.
    bool take(SteadyTime now) noexcept
    {
        if (interval_.count() == 0) { return true; }
        const auto full_at = std::max(full_at_, now) + interval_;
        if (full_at - now > depth_) {
            ++excess_;
            return false;
        }
        full_at_ = full_at;
        excess_ -= excess_ > 0 ? 1 : 0;
        return true;
    }

    /// How many were refused, each one taken since making up for one: it grows without end only beyond twice the rate,
    /// and stays low for a peer that waits a little whenever it is refused.
    std::uint32_t excess() const noexcept { return excess_; }

private:
    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds depth_;
    SteadyTime full_at_{};
    std::uint32_t excess_ = 0;
};

}  // namespace croupier::edge
