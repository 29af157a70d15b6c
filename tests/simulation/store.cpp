#include "life.hpp"

namespace croupier::simulation {

using namespace std::chrono_literals;

void House::SimStore::begin()
{
    writing_ = true;
    World& world = house_.world_;
    const microseconds gather{20};
    world.after(gather, [this, &house = house_, life = std::weak_ptr{house_.life_}] {
        if (house.gone(life)) { return; }
        const std::size_t most = house_.plan_.config.store.batch_units_max;
        for (const auto& unit : waiting_) {
            if (batch_.size() == most) { break; }
            batch_.push_back(unit);
        }
        const microseconds sync = house_.slow_disk_ ? house_.world_.about(400ms)
                                                    : house_.world_.about(microseconds{300});
        house_.world_.after(sync, [this, &house, life] {
            if (!house.gone(life)) { finish(); }
        });
    });
}

void House::SimStore::finish()
{
    const auto written = ledger_->append(batch_);
    if (!written) {
        house_.world_.trace("fail-stop", written.error());
        return house_.crash(false);
    }
    if (ledger_->checkpoint_due() && !ledger_->checkpoint()) { return house_.crash(false); }
    for (const auto& unit : batch_) { bytes_ -= unit->bytes.size(); }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(batch_.size()));
    const store::Units done = std::exchange(batch_, {});
    const Position position = done.back()->position;
    writing_ = false;
    house_.life_->views->committed(done);
    // The loop hears of it a moment later, and the process may end before it does.
    told_at_ = std::max(told_at_, house_.world_.now() + house_.world_.about(microseconds{30}));
    house_.world_.after(
        told_at_ - house_.world_.now(), [this, &house = house_, position, life = std::weak_ptr{house_.life_}] {
            if (house.gone(life)) { return; }
            committed_ = position;
            house_.told_durable_ = position.seq;
            house_.take(host::Durable{position.seq});
            house.finish_stop();
        });
    if (!waiting_.empty()) { begin(); }
}

}  // namespace croupier::simulation
