#pragma once

#include "croupier/ports.hpp"

namespace croupier::adapters {

/// The machine's clocks (CLOCK_REALTIME and CLOCK_MONOTONIC). The wall clock may step; the steady one never does.
class SystemClock final : public Clock {
public:
    WallTime wall() override;
    SteadyTime steady() override;
};

}  // namespace croupier::adapters
