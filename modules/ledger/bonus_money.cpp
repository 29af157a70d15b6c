#include <algorithm>

#include "croupier/assert.hpp"
#include "ledger.hpp"
#include "sums.hpp"

// Restricted credits: a pocket of their own, staked before cash, won by the recipe of the stake, never paid out.

namespace croupier::ledger {

std::int64_t Ledger::bonus_of_stake(PlayerId player, std::int64_t stake) const
{
    if (bonus_accounts_.empty()) { return 0; }
    const Account* bonus = find(accounts_of(player, Pocket::bonus).available);
    return bonus == nullptr ? 0 : std::min(bonus->balance, stake);
}

void Ledger::pay(PlayerId player, RoundId round, std::int64_t win, const Recipe& staked, Context& context)
{
    const std::int64_t bonus = share_of(win, staked.bonus, staked.bonus + staked.cash);
    if (bonus > 0) {
        transfer(house(AccountKind::promo, Pocket::bonus), accounts_of(player, Pocket::bonus).available, bonus,
            TransferCode::win, raw(round), context);
    }
    if (win > bonus) {
        transfer(house(AccountKind::bank), account_of(player), win - bonus, TransferCode::win, raw(round), context);
    }
}

Result<Balance> Ledger::grant_bonus(const GrantBonus& command, Context& context)
{
    if (command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    const Account* bonus = find(accounts_of(command.player, Pocket::bonus).available);
    const Account* promo = find(house(AccountKind::promo, Pocket::bonus));
    if (command.amount > kBalanceMax - (bonus == nullptr ? 0 : bonus->balance)
        || command.amount > kBalanceMax + (promo == nullptr ? 0 : promo->balance)) {
        return refuse(ErrorCode::amount_overflow);
    }
    const AccountId from = house_or_open(AccountKind::promo, Pocket::bonus, context);
    if (bonus == nullptr) { open(AccountKind::player, command.player, context, Pocket::bonus); }
    transfer(from, accounts_of(command.player, Pocket::bonus).available, command.amount, TransferCode::bonus_grant, 0,
        context);
    return balance_of(*account);
}

Result<Balance> Ledger::convert_bonus(const ConvertBonus& command, Context& context)
{
    if (command.amount && *command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    const AccountId bonus = accounts_of(command.player, Pocket::bonus).available;
    const std::int64_t there = bonus == AccountId{0} ? 0 : find(bonus)->balance;
    const std::int64_t amount = command.amount.value_or(there);
    if (amount == 0 || amount > there) { return refuse(ErrorCode::insufficient_funds); }
    const Account* given = find(house(AccountKind::conversion, Pocket::cash));
    if (amount > kBalanceMax - find(*account)->balance
        || amount > kBalanceMax + (given == nullptr ? 0 : given->balance)) {
        return refuse(ErrorCode::amount_overflow);
    }
    const AccountId out = house_or_open(AccountKind::conversion, Pocket::bonus, context);
    const AccountId in = house_or_open(AccountKind::conversion, Pocket::cash, context);
    const std::uint64_t link = raw(context.work.next_transfer());
    transfer(bonus, out, amount, TransferCode::conversion, link, context);
    transfer(in, *account, amount, TransferCode::conversion, link, context);
    return balance_of(*account);
}

Result<Balance> Ledger::forfeit_bonus(const ForfeitBonus& command, Context& context)
{
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    const AccountId bonus = accounts_of(command.player, Pocket::bonus).available;
    const std::int64_t there = bonus == AccountId{0} ? 0 : find(bonus)->balance;
    if (there == 0) { return refuse(ErrorCode::insufficient_funds); }
    transfer(bonus, house(AccountKind::promo, Pocket::bonus), there, TransferCode::forfeit, 0, context);
    return balance_of(*account);
}

}  // namespace croupier::ledger
