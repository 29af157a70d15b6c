#include <algorithm>

#include "croupier/assert.hpp"
#include "ledger.hpp"
#include "sums.hpp"

// Jackpots: funded by shares of cash stakes, won by a ticket, seeded again.

namespace croupier::ledger {

void Ledger::set_jackpots(Context& context)
{
    for (const JackpotTerms& terms : options_.jackpots) {
        const auto* known = jackpots_.find(terms.name);
        if (known == nullptr) {
            const auto fund = static_cast<AccountId>(accounts_.size() + 1);
            open(AccountKind::jackpot, PlayerId{0}, context);
            open(AccountKind::jackpot_reserve, PlayerId{0}, context);
            const auto id = static_cast<JackpotId>(jackpots_.all().size() + 1);
            context.work.add(JackpotSet{.jackpot = id, .fund = fund, .reserve = next(fund), .terms = terms});
        } else if (known->set.terms != terms) {
            JackpotSet changed = known->set;
            changed.terms = terms;
            context.work.add(std::move(changed));
        }
        // One that the bank could not seed at all is seeded by a later start.
        const auto& jackpot = *jackpots_.find(terms.name);
        if (find(jackpot.set.fund)->version == 0) { seed(jackpot, context); }
    }
    for (const auto& jackpot : jackpots_.all()) {
        JackpotSet withdrawn = jackpot.set;
        const auto& name = withdrawn.terms.name;
        if (withdrawn.terms.games.empty()
            || std::ranges::find(options_.jackpots, name, &JackpotTerms::name) != options_.jackpots.end()) {
            continue;
        }
        withdrawn.terms.games.clear();
        context.work.add(std::move(withdrawn));
    }
}

void Ledger::seed(const JackpotBook::Jackpot& jackpot, Context& context)
{
    const JackpotSet set = jackpot.set;
    const auto move = [&](AccountId from, std::int64_t there) {
        const std::int64_t amount = std::min(set.terms.seed - find(set.fund)->balance, there);
        if (amount > 0) { transfer(from, set.fund, amount, TransferCode::jackpot_seed, 0, context); }
    };
    move(set.reserve, find(set.reserve)->balance);
    const AccountId bank = house(AccountKind::bank);
    move(bank, find(bank)->balance - rounds_.exposure());
}

std::int64_t Ledger::owed_to_jackpot(JackpotId id, std::int64_t cash) const
{
    if (cash == 0) { return 0; }
    const auto& jackpot = jackpots_.at(id);
    const auto micros = JackpotBook::share(jackpot.set.terms, cash, find(jackpot.set.fund)->balance);
    const std::int64_t to_reserve = jackpot.reserve.full_with(micros.reserve);
    const std::int64_t lacks = jackpot.set.terms.seed - find(jackpot.set.reserve)->balance - to_reserve;
    return jackpot.fund.full_with(micros.fund) + to_reserve + std::max<std::int64_t>(lacks, 0);
}

Tickets Ledger::count_tickets(const CountTickets& command) const
{
    CROUPIER_ASSERT(command.round == staked_round_);
    const std::uint32_t odds = jackpots_.at(command.jackpot).set.terms.odds;
    return {.held = static_cast<std::uint32_t>(std::min<std::int64_t>(staked_.cash, odds)), .of = odds};
}

JackpotShared Ledger::share_jackpot(const ShareJackpot& command, Context& context)
{
    const Tickets tickets = count_tickets({command.jackpot, command.round});
    const AccountId account = account_of(command.player);
    CROUPIER_ASSERT(account != AccountId{0} && tickets.held > 0 && command.ticket < tickets.of);
    const auto& jackpot = jackpots_.at(command.jackpot);
    const JackpotSet set = jackpot.set;
    const auto micros = JackpotBook::share(set.terms, staked_.cash, find(set.fund)->balance);
    const std::int64_t to_fund = jackpot.fund.full_with(micros.fund);
    const std::int64_t to_reserve = jackpot.reserve.full_with(micros.reserve);
    context.work.add(JackpotContributed{command.jackpot, command.round, micros.fund, micros.reserve});
    const AccountId bank = house(AccountKind::bank);
    if (to_fund > 0) { transfer(bank, set.fund, to_fund, TransferCode::contribution, raw(command.round), context); }
    if (to_reserve > 0) {
        transfer(bank, set.reserve, to_reserve, TransferCode::contribution, raw(command.round), context);
    }
    const std::int64_t amount = command.ticket < tickets.held ? find(set.fund)->balance : 0;
    if (amount == 0) { return {.won = 0, .balance = balance_of(account)}; }
    context.work.add(JackpotWon{command.jackpot, command.round, command.player, command.ticket, amount});
    transfer(set.fund, account, amount, TransferCode::jackpot_win, raw(command.round), context);
    seed(jackpot, context);
    return {.won = amount, .balance = balance_of(account)};
}

Jackpots Ledger::list_jackpots() const
{
    Jackpots list;
    for (const auto& jackpot : jackpots_.all()) {
        list.jackpots.push_back({.jackpot = jackpot.set.jackpot,
            .terms = jackpot.set.terms,
            .amount = find(jackpot.set.fund)->balance,
            .reserve = find(jackpot.set.reserve)->balance,
            .wins = jackpot.wins,
            .currency = options_.currency});
    }
    return list;
}

}  // namespace croupier::ledger
