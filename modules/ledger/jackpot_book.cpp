#include "jackpot_book.hpp"

#include <algorithm>
#include <limits>

#include "croupier/assert.hpp"

namespace croupier::ledger {

namespace {

void add(JackpotBook::Pot& pot, std::uint64_t micros)
{
    CROUPIER_ASSERT(micros <= std::numeric_limits<std::uint64_t>::max() - pot.contributed);
    pot.contributed += micros;
    pot.carry = (pot.carry + micros) % kMicros;
}

}  // namespace

const JackpotBook::Jackpot& JackpotBook::at(JackpotId id) const
{
    CROUPIER_ASSERT(raw(id) >= 1 && raw(id) <= jackpots_.size());
    return jackpots_[raw(id) - 1];
}

const JackpotBook::Jackpot* JackpotBook::find(std::string_view name) const
{
    const auto found = std::ranges::find(
        jackpots_, name, [](const Jackpot& one) { return std::string_view{one.set.terms.name}; });
    return found == jackpots_.end() ? nullptr : &*found;
}

JackpotBook::Micros JackpotBook::share(const JackpotTerms& terms, std::int64_t cash, std::int64_t balance)
{
    const auto stake = static_cast<std::uint64_t>(cash);
    const Micros micros{.fund = stake * terms.fund_ppm, .reserve = stake * terms.reserve_ppm};
    const bool full = terms.cap != 0 && balance >= terms.cap;
    return full ? Micros{.fund = 0, .reserve = micros.fund + micros.reserve} : micros;
}

void JackpotBook::apply(const JackpotSet& fact)
{
    if (raw(fact.jackpot) == jackpots_.size() + 1) {
        jackpots_.push_back({.set = fact, .fund = {}, .reserve = {}});
        return;
    }
    JackpotSet& set = jackpots_.at(raw(fact.jackpot) - 1).set;
    CROUPIER_ASSERT(set.fund == fact.fund && set.reserve == fact.reserve && set.terms.name == fact.terms.name);
    set = fact;
}

void JackpotBook::apply(const JackpotContributed& fact)
{
    Jackpot& jackpot = jackpots_.at(raw(fact.jackpot) - 1);
    add(jackpot.fund, fact.fund_micros);
    add(jackpot.reserve, fact.reserve_micros);
}

void JackpotBook::apply(const JackpotWon& fact) { ++jackpots_.at(raw(fact.jackpot) - 1).wins; }

void JackpotBook::apply(const Transferred& fact)
{
    if (fact.code != TransferCode::jackpot_seed && fact.code != TransferCode::jackpot_win) { return; }
    for (Jackpot& jackpot : jackpots_) {
        if (fact.debit == jackpot.set.fund) { jackpot.fund.moved -= fact.amount; }
        if (fact.credit == jackpot.set.fund) { jackpot.fund.moved += fact.amount; }
        if (fact.debit == jackpot.set.reserve) { jackpot.reserve.moved -= fact.amount; }
    }
}

void JackpotBook::check(const std::function<std::int64_t(AccountId)>& balance) const
{
    __extension__ using Wide = __int128;
    const auto holds = [&](const Pot& pot, AccountId account) {
        return Wide{balance(account)} * kMicros + pot.carry == Wide{pot.contributed} + Wide{pot.moved} * kMicros;
    };
    for (const Jackpot& jackpot : jackpots_) {
        CROUPIER_ASSERT(holds(jackpot.fund, jackpot.set.fund) && holds(jackpot.reserve, jackpot.set.reserve));
    }
}

void JackpotBook::save(ByteWriter& out) const
{
    out.write(static_cast<std::uint32_t>(jackpots_.size()));
    for (const Jackpot& jackpot : jackpots_) {
        out.write(jackpot.set);
        out.write(jackpot.wins);
        for (const Pot* pot : {&jackpot.fund, &jackpot.reserve}) {
            out.write(pot->contributed);
            out.write(pot->carry);
            out.write(pot->moved);
        }
    }
}

bool JackpotBook::restore(ByteReader& in)
{
    std::vector<Jackpot> restored;
    const auto count = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        Jackpot& jackpot = restored.emplace_back();
        jackpot.set = in.read<JackpotSet>();
        jackpot.wins = in.read<std::uint64_t>();
        for (Pot* pot : {&jackpot.fund, &jackpot.reserve}) {
            pot->contributed = in.read<std::uint64_t>();
            pot->carry = in.read<std::uint64_t>();
            pot->moved = in.read<std::int64_t>();
        }
    }
    if (in.failed()) { return false; }
    jackpots_ = std::move(restored);
    return true;
}

}  // namespace croupier::ledger
