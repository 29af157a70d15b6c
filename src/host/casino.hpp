#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "croupier/bus.hpp"
#include "croupier/module.hpp"
#include "croupier/ports.hpp"
#include "croupier/work.hpp"
#include "croupier/unit_pool.hpp"

namespace croupier::host {

/// The casino itself, without its surroundings: the modules on their bus, and the one way in which anything changes. It is
/// synchronous, and knows no socket, clock or thread: the same inputs give the same units and the same outputs.
class Casino {
public:
    /// Wires the modules in this order. Nothing may be decided before the state is complete: restore() and apply() first,
    /// then open().
    explicit Casino(std::vector<std::unique_ptr<Module>> modules);

    // Before open(): state from what is durable.

    /// Puts all modules into the state of a snapshot at `position`. False: a section is missing or cannot be read; the casino
    /// must then be made anew.
    bool restore(const Position& position, TransferId next_transfer, EventId next_event, WallTime time,
        const std::function<const Bytes*(std::string_view module, std::uint32_t version)>& section);
    /// Folds a unit that is durable already. False: it does not follow, or has a fact that this build does not know.
    bool apply(const UnitContent& content, const Position& position);

    /// From here on inputs are decided, and units go to `store`, whose head is our position. Checks every module.
    void open(Store& store);

    // The input, after open().

    /// Opens a unit of work at `now`, or at time() if the clock was set back behind that, lets `decide` add facts to it (by sending commands), delivers the events that follow, and
    /// submits the unit if it holds anything. Outputs made meanwhile rest on submitted(), as it is when this returns.
    template <class Decide>
    auto input(WallTime now, Outputs& out, Decide&& decide)
    {
        now = std::max(now, time_);
        UnitOfWork work = begin(now);
        last_input_ = next(last_input_);
        Context context{now, last_input_, work, out};
        auto result = std::forward<Decide>(decide)(context);
        bus_.drain(context);
        submit(work);
        return result;
    }

    /// Runs the modules' start hooks as one input.
    void start(WallTime now, Outputs& out);

    Bus& bus() noexcept { return bus_; }
    const Bus& bus() const noexcept { return bus_; }
    const Position& submitted() const noexcept { return position_; }
    TransferId next_transfer() const noexcept { return next_transfer_; }
    EventId next_event() const noexcept { return next_event_; }
    /// The ledger's time: when the last unit was decided. It never goes back, whatever the clock does: what is counted by day
    /// would else be counted twice, or not at all.
    WallTime time() const noexcept { return time_; }
    const std::vector<std::unique_ptr<Module>>& modules() const noexcept { return modules_; }
    InputId last_input() const noexcept { return last_input_; }

private:
    UnitOfWork begin(WallTime now);
    void submit(UnitOfWork& work);

    std::vector<std::unique_ptr<Module>> modules_;
    Bus bus_;
    Folds folds_;
    UnitPool pool_;
    Store* store_ = nullptr;
    Position position_;
    TransferId next_transfer_{1};
    EventId next_event_{1};
    WallTime time_{};
    InputId last_input_{};
};

}  // namespace croupier::host
