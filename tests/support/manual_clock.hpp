#pragma once

#include "croupier/ports.hpp"

namespace croupier::fakes {

/// Time that passes when a test says so: `clock.advance(5s)`. Both clocks move together.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime start = from_micros(1'795'460'520'000'000)) : wall_{start} {}

    WallTime wall() override { return wall_; }
    SteadyTime steady() override { return steady_; }

    void advance(std::chrono::microseconds by)
    {
        wall_ += by;
        steady_ += by;
    }
    /// The wall clock steps, as after a correction; the steady one stays.
    void step_wall(std::chrono::microseconds by) { wall_ += by; }

private:
    WallTime wall_;
    SteadyTime steady_{std::chrono::seconds{1'000}};
};

}  // namespace croupier::fakes
