#pragma once

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "croupier/time.hpp"

namespace croupier::edge {

/// One timer for all connections: a hashed wheel, so that setting, moving and clearing a deadline costs a few pointers
/// whatever their number. Deadlines are coarse: met within a tick, never early.
class Wheel {
public:
    /// A deadline that its owner can set in a wheel; leaves the wheel when destroyed.
    class Deadline
        : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        /// The deadline has passed; it is not set any more, and may be set anew.
        virtual void on_due(SteadyTime now) = 0;

        Deadline(const Deadline&) = delete;
        Deadline& operator=(const Deadline&) = delete;

    protected:
        Deadline() = default;
        ~Deadline() = default;

    private:
        friend class Wheel;
        SteadyTime due_{};
    };

    Wheel(std::chrono::nanoseconds tick, SteadyTime start) noexcept;

    /// Sets or moves the deadline.
    void set(Deadline& deadline, SteadyTime due);
    static void clear(Deadline& deadline) noexcept { deadline.unlink(); }
    /// Calls on_due of all deadlines that have passed.
    void advance(SteadyTime now);
    std::chrono::nanoseconds tick() const noexcept { return tick_; }

private:
    static constexpr std::size_t kSlots = 256;
    using Slot = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;

    std::uint64_t tick_of(SteadyTime time) const noexcept;
    void turn_slot(Slot& slot, SteadyTime now);

    std::chrono::nanoseconds tick_;
    SteadyTime start_;
    std::uint64_t done_ = 0;  ///< All ticks up to this one have been turned.
    std::array<Slot, kSlots> slots_;
};

}  // namespace croupier::edge
