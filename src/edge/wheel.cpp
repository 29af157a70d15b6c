#include "wheel.hpp"

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::edge {

Wheel::Wheel(std::chrono::nanoseconds tick, SteadyTime start) noexcept : tick_{tick}, start_{start}
{
    CROUPIER_ASSERT(tick.count() > 0);
}

void Wheel::set(Deadline& deadline, SteadyTime due)
{
    deadline.unlink();
    deadline.due_ = due;
    // A deadline stands in the slot of the first tick at or after it; what is already past goes to the next turn.
    const auto tick = std::max(tick_of(due) + 1, done_ + 1);
    slots_[tick % kSlots].push_back(deadline);
}

void Wheel::advance(SteadyTime now)
{
    const auto until = tick_of(now);
    // After a long pause one full turn visits every slot.
    const auto from = until - done_ > kSlots ? until - kSlots : done_;
    done_ = std::max(done_, until);
    for (auto tick = from + 1; tick <= until; ++tick) { turn_slot(slots_[tick % kSlots], now); }
}

void Wheel::turn_slot(Slot& slot, SteadyTime now)
{
    // on_due may set, clear or destroy any deadline: take what is there now, one at a time.
    Slot turning;
    turning.swap(slot);
    while (!turning.empty()) {
        auto& deadline = turning.front();
        deadline.unlink();
        if (deadline.due_ > now) {
            set(deadline, deadline.due_);  // A later round of the wheel.
        } else {
            deadline.on_due(now);
        }
    }
}

std::uint64_t Wheel::tick_of(SteadyTime time) const noexcept
{
    if (time <= start_) { return 0; }
    return static_cast<std::uint64_t>((time - start_) / tick_);
}

}  // namespace croupier::edge
