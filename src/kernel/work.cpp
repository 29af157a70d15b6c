#include "croupier/work.hpp"

namespace croupier {

UnitOfWork::UnitOfWork(
    const Folds& folds, const UnitDraft& draft, Seq seq, WallTime at, TransferId first_transfer, EventId first_event)
    : folds_{&folds}, context_{seq, at}, content_{draft.content}, bodies_{draft.bodies}
{
    CROUPIER_ASSERT(empty());
    content_.seq = seq;
    content_.at = at;
    content_.first_transfer = first_transfer;
    content_.first_event = first_event;
}

namespace {

bool apply_event(const Folds& folds, const EventRow& row, const FactContext& context)
{
    bool applied = false;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Facts>>([&](auto identity) {
        using Fact = typename decltype(identity)::type;
        if constexpr (EventFact<Fact>) {
            if (row.type == Fact::kFact) {
                if (const auto fact = from_bytes<Fact>(row.body)) {
                    folds.apply(*fact, context);
                    applied = true;
                }
            }
        }
    });
    return applied;
}

}  // namespace

bool Folds::apply_unit(const UnitContent& unit) const
{
    const FactContext context{unit.seq, unit.at};
    std::size_t transfer = 0;
    for (const EventRow& event : unit.events) {
        while (transfer < event.after_transfers) { apply(unit.transfers[transfer++], context); }
        if (!apply_event(*this, event, context)) { return false; }
    }
    while (transfer < unit.transfers.size()) { apply(unit.transfers[transfer++], context); }
    // A request's outcome is recorded when everything else is decided: it is folded last.
    if (unit.request.scope != 0) { apply(unit.request, context); }
    return true;
}

}  // namespace croupier
