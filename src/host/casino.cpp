#include "casino.hpp"

#include "croupier/assert.hpp"

namespace croupier::host {

Casino::Casino(std::vector<std::unique_ptr<Module>> modules) : modules_{std::move(modules)}
{
    for (const auto& module : modules_) {
        bus_.begin_module(module->name());
        module->wire(bus_, folds_);
    }
}

bool Casino::restore(const Position& position, TransferId next_transfer, EventId next_event, WallTime time,
    const std::function<const Bytes*(std::string_view module, std::uint32_t version)>& section)
{
    CROUPIER_ASSERT(store_ == nullptr && raw(position_.seq) == 0);
    for (const auto& module : modules_) {
        const Bytes* bytes = section(module->name(), module->version());
        if (bytes == nullptr) { return false; }
        ByteReader reader{*bytes};
        if (!module->restore(reader) || !reader.complete()) { return false; }
    }
    position_ = position;
    next_transfer_ = next_transfer;
    next_event_ = next_event;
    time_ = time;
    return true;
}

bool Casino::apply(const UnitContent& content, const Position& position)
{
    CROUPIER_ASSERT(store_ == nullptr);
    if (position.seq != next(position_.seq) || content.first_transfer != next_transfer_
        || content.first_event != next_event_) {
        return false;
    }
    if (!folds_.apply_unit(content)) { return false; }
    position_ = position;
    time_ = content.at;
    next_transfer_ = static_cast<TransferId>(raw(next_transfer_) + content.transfers.size());
    next_event_ = static_cast<EventId>(raw(next_event_) + content.events.size());
    return true;
}

void Casino::open(Store& store)
{
    CROUPIER_ASSERT(store_ == nullptr && store.committed() == position_);
    for (const auto& module : modules_) { module->check(); }
    store_ = &store;
    bus_.seal();
}

void Casino::start(WallTime now, Outputs& out)
{
    input(now, out, [&](Context& context) {
        for (const auto& module : modules_) { module->start(context); }
        return true;
    });
}

UnitOfWork Casino::begin(WallTime now)
{
    CROUPIER_ASSERT(store_ != nullptr);
    return UnitOfWork{folds_, pool_.draft(), next(position_.seq), now, next_transfer_, next_event_};
}

void Casino::submit(UnitOfWork& work)
{
    if (work.empty()) { return; }
    auto unit = pool_.seal(position_);
    position_ = unit->position;
    time_ = unit->content.at;
    next_transfer_ = static_cast<TransferId>(raw(next_transfer_) + unit->content.transfers.size());
    next_event_ = static_cast<EventId>(raw(next_event_) + unit->content.events.size());
    store_->submit(std::move(unit));
#ifndef NDEBUG
    for (const auto& module : modules_) { module->check(); }
#endif
}

}  // namespace croupier::host
