#include "day_book.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "croupier/seal.hpp"

namespace croupier::ledger {

std::int64_t DayBook::day_of(WallTime at) const
{
    return std::chrono::floor<std::chrono::days>(at - starts_).time_since_epoch().count();
}

DayState DayBook::waiting() const { return {.size = closed_.empty() ? 0 : raw(closed_.front().seq), .closed = 0}; }

Result<DayState> DayBook::close(
    const CloseDay& command, TrialBalance balances, Currency currency, Context& context) const
{
    if (!day_) {
        if (command.at_once) { return refuse(ErrorCode::nothing_to_seal); }
        return waiting();
    }
    const bool ended = day_of(context.now) > *day_;
    if (!ended && !command.at_once) { return waiting(); }
    DayClosed report{
        .day = *day_, .ended = ended, .after = last_closed_, .balances = std::move(balances.rows), .flows = {}};
    for (std::size_t code = 0; code < sums_.size(); ++code) {
        for (std::size_t pocket = 0; pocket < sums_[code].size(); ++pocket) {
            const Sum& sum = sums_[code][pocket];
            if (sum.transfers == 0) { continue; }
            report.flows.push_back({.code = static_cast<TransferCode>(code),
                .pocket = static_cast<Pocket>(pocket),
                .currency = currency,
                .transfers = sum.transfers,
                .amount = sum.amount,
                .from_players = sum.from_players});
        }
    }
    context.work.add(std::move(report));
    DayState state = waiting();
    state.closed = raw(last_closed_);
    return state;
}

Result<DaySealed> DayBook::seal(const SealDay& command, Context& context) const
{
    if (closed_.empty() || raw(closed_.front().seq) != command.size) { return refuse(ErrorCode::nothing_to_seal); }
    if (key_ == nullptr) { return refuse(ErrorCode::not_available); }
    const DayClosed& report = closed_.front().report;
    DaySealed sealed;
    sealed.head = {.day = report.day,
        .ended = report.ended,
        .size = command.size,
        .root = command.root,
        .head = command.head,
        .report = sha256(to_bytes(report)),
        .key = sha256(key_->public_key())};
    sealed.signature = key_->sign(seal_message(sealed.head));
    context.work.add(sealed);
    return sealed;
}

Seals DayBook::list(const ListSeals& command) const
{
    Seals list;
    std::size_t number = command.before == 0 ? seals_.size() : std::min(seals_.size(), command.before - 1);
    for (; number > 0 && list.seals.size() < command.limit; --number) { list.seals.push_back(seals_[number - 1]); }
    return list;
}

Result<Seal> DayBook::find(const FindSeal& command) const
{
    const auto over = [](const Seal& seal) { return seal.sealed.head.size; };
    const auto first = std::ranges::lower_bound(seals_, raw(command.seq), {}, over);
    if (first == seals_.end()) { return refuse(ErrorCode::receipt_not_ready); }
    return *first;
}

void DayBook::apply(const Transferred& fact, Pocket pocket, bool from_player, WallTime at)
{
    if (!day_) { day_ = day_of(at); }
    const std::size_t code = raw(fact.code);
    CROUPIER_ASSERT(code < sums_.size());
    Sum& sum = sums_[code][raw(pocket)];
    ++sum.transfers;
    sum.amount += fact.amount;
    if (from_player) { sum.from_players += fact.amount; }
}

void DayBook::apply(const DayClosed& fact, Seq seq)
{
    CROUPIER_ASSERT(fact.after == last_closed_ && day_ == fact.day);
    closed_.push_back({seq, fact});
    last_closed_ = seq;
    day_.reset();
    sums_ = {};
}

void DayBook::apply(const DaySealed& fact)
{
    CROUPIER_ASSERT(!closed_.empty() && raw(closed_.front().seq) == fact.head.size);
    seals_.push_back({.number = seals_.size() + 1, .sealed = fact, .report = std::move(closed_.front().report)});
    closed_.pop_front();
}

void DayBook::save(ByteWriter& out) const
{
    out.write(day_);
    for (const auto& pockets : sums_) {
        for (const Sum& sum : pockets) {
            out.write(sum.transfers);
            out.write(sum.amount);
            out.write(sum.from_players);
        }
    }
    out.write(last_closed_);
    out.write(static_cast<std::uint32_t>(closed_.size()));
    for (const Closed& closed : closed_) {
        out.write(closed.seq);
        out.write(closed.report);
    }
    out.write(seals_);
}

bool DayBook::restore(ByteReader& in)
{
    DayBook restored{starts_, key_};
    restored.day_ = in.read<std::optional<std::int64_t>>();
    for (auto& pockets : restored.sums_) {
        for (Sum& sum : pockets) {
            sum.transfers = in.read<std::uint64_t>();
            sum.amount = in.read<std::int64_t>();
            sum.from_players = in.read<std::int64_t>();
        }
    }
    restored.last_closed_ = in.read<Seq>();
    const auto closed = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < closed && !in.failed(); ++i) {
        const auto seq = in.read<Seq>();
        restored.closed_.push_back({seq, in.read<DayClosed>()});
    }
    restored.seals_ = in.read<std::vector<Seal>>();
    if (in.failed()) { return false; }
    *this = std::move(restored);
    return true;
}

}  // namespace croupier::ledger
