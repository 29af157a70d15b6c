#include "croupier/assert.hpp"
#include "ledger.hpp"

// Bets of rounds in play: their stakes are held, one round's all together taken or given back.

namespace croupier::ledger {

Result<RoundInPlay> Ledger::open_round(const OpenRound& command, Context& context)
{
    CROUPIER_ASSERT(command.round > rounds_.last_opened());
    if (rounds_.open() >= options_.rounds_max) { return refuse(ErrorCode::overloaded, kFullRetry); }
    context.work.add(RoundOpened{command.round});
    return RoundBook::in_play(command.round, **rounds_.find(command.round));
}

Result<Balance> Ledger::hold_bet(const HoldBet& command, Context& context)
{
    if (command.stake <= 0 || command.exposure < 0) { return refuse(ErrorCode::amount_invalid); }
    const auto round = rounds_.find(command.round);
    if (!round) { return std::unexpected{round.error()}; }
    const RoundBook::BetKey key{command.player, command.bet};
    if ((*round)->rolled_back.contains(key)) { return refuse(ErrorCode::bet_rolled_back); }
    if (const auto bet = (*round)->bets.find(key); bet != (*round)->bets.end()) {
        if (bet->second.stake != command.stake) { return refuse(ErrorCode::key_conflict); }
        return balance_of(account_of(command.player));  // The same bet again: it stands.
    }
    // The round's old figure is replaced by the new one.
    const auto bonus = may_hold(command.player, command.stake, command.exposure - (*round)->exposure);
    if (!bonus) { return std::unexpected{bonus.error()}; }
    if ((*round)->entries() >= options_.bets_max) { return refuse(ErrorCode::overloaded, kFullRetry); }
    return put(command, *bonus, context);
}

Result<Balance> Ledger::open_bet(const OpenBet& command, Context& context)
{
    CROUPIER_ASSERT(command.round > rounds_.last_opened());
    if (command.stake <= 0 || command.win_max < 0) { return refuse(ErrorCode::amount_invalid); }
    const auto bonus = may_hold(command.player, command.stake, command.win_max);
    if (!bonus) { return std::unexpected{bonus.error()}; }
    if (rounds_.open() >= options_.rounds_max) { return refuse(ErrorCode::overloaded, kFullRetry); }
    context.work.add(RoundOpened{command.round});
    return put({command.round, command.player, 1, command.stake, command.win_max}, *bonus, context);
}

Result<std::int64_t> Ledger::may_hold(PlayerId player, std::int64_t stake, std::int64_t exposure_more) const
{
    const auto account = account_for(player, true);
    if (!account) { return std::unexpected{account.error()}; }
    const std::int64_t bonus = bonus_of_stake(player, stake);
    if (find(*account)->balance < stake - bonus) { return refuse(ErrorCode::insufficient_funds); }
    if (const auto covered = bank_covers(0, exposure_more); !covered) { return std::unexpected{covered.error()}; }
    return bonus;
}

Balance Ledger::put(const HoldBet& command, std::int64_t bonus, Context& context)
{
    for (const auto& [pocket, part] : {std::pair{Pocket::bonus, bonus}, {Pocket::cash, command.stake - bonus}}) {
        if (part == 0) { continue; }
        if (accounts_of(command.player, pocket).held == AccountId{0}) {
            open(AccountKind::held, command.player, context, pocket);
        }
        const Accounts accounts = accounts_of(command.player, pocket);
        transfer(accounts.available, accounts.held, part, TransferCode::bet, raw(command.round), context);
    }
    context.work.add(BetHeld{command.round, command.player, command.bet, command.stake, command.exposure});
    if (bonus > 0) { context.work.add(BonusBetHeld{command.round, command.player, command.bet, bonus}); }
    return balance_of(account_of(command.player));
}

Result<Balance> Ledger::roll_back_bet(const RollBackBet& command, Context& context)
{
    const Accounts accounts = accounts_of(command.player);
    if (accounts.available == AccountId{0}) { return refuse(ErrorCode::account_unknown); }
    const auto round = rounds_.find(command.round);
    if (!round) { return std::unexpected{round.error()}; }
    const RoundBook::BetKey key{command.player, command.bet};
    if ((*round)->rolled_back.contains(key)) { return balance_of(accounts.available); }
    const auto bet = (*round)->bets.find(key);
    const bool stands = bet != (*round)->bets.end();
    if (!stands && (*round)->entries() >= options_.bets_max) { return refuse(ErrorCode::overloaded, kFullRetry); }

    if (stands) { give_back(command.round, command.player, bet->second, context); }
    const std::int64_t exposure = stands ? command.exposure : (*round)->exposure;
    context.work.add(BetRolledBack{command.round, command.player, command.bet, exposure});
    return balance_of(accounts.available);
}

Result<RoundClosed> Ledger::settle_round(const SettleRound& command, Context& context)
{
    const auto found = rounds_.find(command.round);
    if (!found) { return std::unexpected{found.error()}; }
    const RoundBook::Round& round = **found;

    RoundClosed closed{.round = command.round, .how = RoundEnd::settled, .stake = round.held};
    const AccountId bank = house(AccountKind::bank);
    for (const auto& [key, bet] : round.bets) {
        if (bet.bonus > 0) {
            transfer(accounts_of(key.first, Pocket::bonus).held, house(AccountKind::promo, Pocket::bonus), bet.bonus,
                TransferCode::stake, raw(command.round), context);
        }
        if (bet.cash() > 0) {
            transfer(accounts_of(key.first).held, bank, bet.cash(), TransferCode::stake, raw(command.round), context);
        }
    }
    for (const PlayerWin& win : command.wins) {
        const RoundBook::Bet staked = round.of(win.player);
        CROUPIER_ASSERT(staked.stake > 0 && win.win > 0);
        closed.win += win.win;
        CROUPIER_ASSERT(closed.win <= round.exposure);
        pay(win.player, command.round, win.win, {.bonus = staked.bonus, .cash = staked.cash()}, context);
    }
    context.work.add(closed);
    return closed;
}

Result<RoundClosed> Ledger::void_round(const VoidRound& command, Context& context)
{
    const auto found = rounds_.find(command.round);
    if (!found) { return std::unexpected{found.error()}; }
    const RoundBook::Round& round = **found;

    const RoundClosed closed{.round = command.round, .how = RoundEnd::voided, .refund = round.held};
    for (const auto& [key, bet] : round.bets) { give_back(command.round, key.first, bet, context); }
    context.work.add(closed);
    return closed;
}

void Ledger::give_back(RoundId round, PlayerId player, const RoundBook::Bet& bet, Context& context)
{
    for (const auto& [pocket, part] : {std::pair{Pocket::bonus, bet.bonus}, {Pocket::cash, bet.cash()}}) {
        if (part == 0) { continue; }
        const Accounts accounts = accounts_of(player, pocket);
        transfer(accounts.held, accounts.available, part, TransferCode::bet_back, raw(round), context);
    }
}

std::vector<PlayerId> Ledger::players_in(RoundId round) const
{
    std::vector<PlayerId> players;
    const auto found = rounds_.find(round);
    if (!found) { return players; }
    for (const auto& [key, bet] : (*found)->bets) {
        if (players.empty() || players.back() != key.first) { players.push_back(key.first); }
    }
    return players;
}

}  // namespace croupier::ledger
