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
        if (bet->second != command.stake) { return refuse(ErrorCode::key_conflict); }
        return balance_of(account_of(command.player));  // The same bet again: it stands.
    }
    const auto account = account_for(command.player, true);
    if (!account) { return std::unexpected{account.error()}; }
    if (find(*account)->balance < command.stake) { return refuse(ErrorCode::insufficient_funds); }
    // The round's old figure is replaced by the new one.
    if (const auto covered = bank_covers(0, command.exposure - (*round)->exposure); !covered) {
        return std::unexpected{covered.error()};
    }
    if ((*round)->entries() >= options_.bets_max) { return refuse(ErrorCode::overloaded, kFullRetry); }

    if (accounts_of(command.player).held == AccountId{0}) { open(AccountKind::held, command.player, context); }
    transfer(*account, accounts_of(command.player).held, command.stake, TransferCode::bet, raw(command.round), context);
    context.work.add(BetHeld{command.round, command.player, command.bet, command.stake, command.exposure});
    return balance_of(*account);
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

    if (stands) {
        transfer(accounts.held, accounts.available, bet->second, TransferCode::bet_back, raw(command.round), context);
    }
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
    for (const auto& [key, stake] : round.bets) {
        transfer(accounts_of(key.first).held, bank, stake, TransferCode::stake, raw(command.round), context);
    }
    for (const PlayerWin& win : command.wins) {
        const auto bet = round.bets.lower_bound({win.player, 0});
        CROUPIER_ASSERT(bet != round.bets.end() && bet->first.first == win.player && win.win > 0);
        closed.win += win.win;
        CROUPIER_ASSERT(closed.win <= round.exposure);
        transfer(bank, account_of(win.player), win.win, TransferCode::win, raw(command.round), context);
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
    for (const auto& [key, stake] : round.bets) {
        const Accounts accounts = accounts_of(key.first);
        transfer(accounts.held, accounts.available, stake, TransferCode::bet_back, raw(command.round), context);
    }
    context.work.add(closed);
    return closed;
}

std::vector<PlayerId> Ledger::players_in(RoundId round) const
{
    std::vector<PlayerId> players;
    const auto found = rounds_.find(round);
    if (!found) { return players; }
    for (const auto& [key, stake] : (*found)->bets) {
        if (players.empty() || players.back() != key.first) { players.push_back(key.first); }
    }
    return players;
}

}  // namespace croupier::ledger
