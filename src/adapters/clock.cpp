#include "clock.hpp"

namespace croupier::adapters {

WallTime SystemClock::wall() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady() { return std::chrono::steady_clock::now(); }

}  // namespace croupier::adapters
