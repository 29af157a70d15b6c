#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "seeded_random.hpp"

/// Simulated time, chance and order: one thread, one queue of events, one seed. The same seed gives the same events in the
/// same order on every machine, and trace() proves it.
namespace croupier::simulation {

using std::chrono::microseconds;

/// Something is not as it must be. What it says goes out with the seed.
struct Violation {
    std::string what;
};
[[noreturn]] void violated(std::string what);
/// Violated unless `holds`; `what` is a function, so that the text is only made when it is needed.
template <class What>
void require(bool holds, const What& what)
{
    if (!holds) { violated(what()); }
}

class World {
public:
    explicit World(std::uint64_t seed) : random_{seed} {}

    /// Since the beginning.
    microseconds now() const noexcept { return now_; }
    /// Calls `what` once so much time has passed; among those due at the same moment the one asked for first.
    void after(microseconds delay, std::function<void()> what);
    /// Lets the next event happen. False: there is none up to `until`, which it then is.
    bool step(microseconds until);

    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    /// True once in `one_in` times.
    bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
    microseconds between(microseconds least, microseconds most);
    /// A waiting time with this mean: mostly short, sometimes long.
    microseconds about(microseconds mean);
    std::uint64_t next_seed() { return random_.next(); }

    /// Notes that something happened, now.
    void trace(std::string_view what, std::string_view detail = {});
    std::uint64_t trace_hash() const noexcept { return trace_; }
    std::uint64_t events() const noexcept { return events_; }
    /// Prints every trace from here on.
    void speak() { speaks_ = true; }

private:
    struct Event {
        microseconds at;
        std::uint64_t order;
        std::function<void()> what;
    };
    struct Later {
        bool operator()(const Event& a, const Event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
    };
    std::priority_queue<Event, std::vector<Event>, Later> queue_;
    microseconds now_{0};
    std::uint64_t order_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t trace_ = 0;
    bool speaks_ = false;
    fakes::SplitMix random_;
};

}  // namespace croupier::simulation
