#include "ledger.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "sums.hpp"

namespace croupier::ledger {

namespace {

/// Which sign a balance may take depends on the account's kind only.
bool may_be_negative(AccountKind kind)
{
    switch (kind) {
        case AccountKind::player:
        case AccountKind::held:
        case AccountKind::jackpot:
        case AccountKind::jackpot_reserve:
        case AccountKind::bank: return false;
        case AccountKind::promo:
        case AccountKind::psp:
        case AccountKind::adjustments:
        case AccountKind::conversion: return true;
    }
    return false;
}

}  // namespace

Ledger::Account* Ledger::find(AccountId id)
{
    return raw(id) == 0 || raw(id) > accounts_.size() ? nullptr : &accounts_[raw(id) - 1];
}

const Ledger::Account* Ledger::find(AccountId id) const { return const_cast<Ledger*>(this)->find(id); }

Ledger::Accounts Ledger::accounts_of(PlayerId player, Pocket pocket) const
{
    if (pocket == Pocket::bonus) {
        const auto found = bonus_accounts_.find(player);
        return found == bonus_accounts_.end() ? Accounts{} : found->second;
    }
    return raw(player) == 0 || raw(player) > player_accounts_.size() ? Accounts{} : player_accounts_[raw(player) - 1];
}

AccountId Ledger::house_or_open(AccountKind kind, Pocket pocket, Context& context)
{
    if (house(kind, pocket) == AccountId{0}) { open(kind, PlayerId{0}, context, pocket); }
    return house(kind, pocket);
}

Balance Ledger::balance_of(AccountId id) const
{
    const Account* account = find(id);
    CROUPIER_ASSERT(account != nullptr);
    Balance balance{.available = account->balance, .currency = options_.currency, .version = account->version};
    if (const Account* bonus = find(accounts_of(account->player, Pocket::bonus).available)) {
        balance.bonus = bonus->balance;
        balance.version += bonus->version;
    }
    return balance;
}

void Ledger::open(AccountKind kind, PlayerId player, Context& context, Pocket pocket)
{
    context.work.add(AccountOpened{.account = static_cast<AccountId>(accounts_.size() + 1),
        .kind = kind,
        .pocket = pocket,
        .player = player,
        .currency = options_.currency});
}

void Ledger::transfer(AccountId debit, AccountId credit, std::int64_t amount, TransferCode code,
    std::uint64_t reference, Context& context)
{
    const Account* from = find(debit);
    const Account* to = find(credit);
    CROUPIER_ASSERT(from != nullptr && to != nullptr && from != to && from->pocket == to->pocket);
    CROUPIER_ASSERT(amount > 0 && amount <= kBalanceMax);
    context.work.add(Transferred{.id = context.work.next_transfer(),
        .debit = debit,
        .credit = credit,
        .amount = amount,
        .currency = options_.currency,
        .code = code,
        .reference = reference,
        .debit_after = from->balance - amount,
        .credit_after = to->balance + amount,
        .debit_version = from->version + 1,
        .credit_version = to->version + 1});
}

Result<AccountId> Ledger::account_for(PlayerId player, bool frozen_counts) const
{
    const AccountId account = account_of(player);
    if (account == AccountId{0}) { return refuse(ErrorCode::account_unknown); }
    if (find(account)->closed) { return refuse(ErrorCode::player_closed); }
    if (frozen_counts && find(account)->frozen) { return refuse(ErrorCode::account_frozen); }
    return account;
}

Result<void> Ledger::bank_covers(std::int64_t stake, std::int64_t win_max, std::int64_t owed) const
{
    // The bank must be able to pay the worst outcome out of what it has once it holds the stake, beside the worst that the
    // rounds in play can do.
    const std::int64_t bank_after = find(house(AccountKind::bank))->balance + stake;
    if (bank_after > kBalanceMax || bank_after - rounds_.exposure() - owed < win_max) {
        return refuse(ErrorCode::bank_exposed);
    }
    return {};
}

Result<Balance> Ledger::open_player(const OpenPlayer& command, Context& context)
{
    CROUPIER_ASSERT(raw(command.player) != 0 && account_of(command.player) == AccountId{0});
    open(AccountKind::player, command.player, context);
    return balance_of(account_of(command.player));
}

Result<Balance> Ledger::balance(const GetBalance& command) const
{
    const AccountId account = account_of(command.player);
    if (account == AccountId{0}) { return refuse(ErrorCode::account_unknown); }
    return balance_of(account);
}

Result<AccountState> Ledger::account(const GetAccount& command) const
{
    const Accounts accounts = accounts_of(command.player);
    const Account* available = find(accounts.available);
    if (available == nullptr) { return refuse(ErrorCode::account_unknown); }
    const Account* held = find(accounts.held);
    return AccountState{.balance = balance_of(accounts.available),
        .held = held == nullptr ? 0 : held->balance,
        .frozen = available->frozen,
        .closed = available->closed};
}

Result<Balance> Ledger::take_stake(const TakeStake& command, Context& context)
{
    if (command.stake <= 0 || command.win_max < 0) { return refuse(ErrorCode::amount_invalid); }
    if (raw(command.jackpot) != 0 && command.stake > kJackpotStakeMax) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, true);
    if (!account) { return std::unexpected{account.error()}; }
    const std::int64_t bonus = bonus_of_stake(command.player, command.stake);
    const std::int64_t cash = command.stake - bonus;
    if (find(*account)->balance < cash) { return refuse(ErrorCode::insufficient_funds); }
    // The bank pays cash's share of a win, which is the larger of two halves that do not divide.
    const std::int64_t share = command.win_max - share_of(command.win_max, bonus, command.stake);
    const std::int64_t owed = raw(command.jackpot) == 0 ? 0 : owed_to_jackpot(command.jackpot, cash);
    if (const auto covered = bank_covers(cash, cash == 0 ? 0 : share, owed); !covered) {
        return std::unexpected{covered.error()};
    }
    if (bonus > 0) {
        transfer(accounts_of(command.player, Pocket::bonus).available, house(AccountKind::promo, Pocket::bonus), bonus,
            TransferCode::stake, raw(command.round), context);
    }
    if (cash > 0) {
        transfer(*account, house(AccountKind::bank), cash, TransferCode::stake, raw(command.round), context);
    }
    return balance_of(*account);
}

Balance Ledger::pay_win(const PayWin& command, Context& context)
{
    const AccountId account = account_of(command.player);
    CROUPIER_ASSERT(account != AccountId{0} && command.win >= 0);
    if (command.win == 0) { return balance_of(account); }
    CROUPIER_ASSERT(command.round == staked_round_);
    pay(command.player, command.round, command.win, staked_, context);
    return balance_of(account);
}

Balance Ledger::refund(const Refund& command, Context& context)
{
    const AccountId account = account_of(command.player);
    CROUPIER_ASSERT(account != AccountId{0} && command.round == staked_round_);
    CROUPIER_ASSERT(command.stake > 0 && command.stake == staked_.bonus + staked_.cash);
    const Recipe staked = staked_;
    if (staked.bonus > 0) {
        transfer(house(AccountKind::promo, Pocket::bonus), accounts_of(command.player, Pocket::bonus).available,
            staked.bonus, TransferCode::refund, raw(command.round), context);
    }
    if (staked.cash > 0) {
        transfer(house(AccountKind::bank), account, staked.cash, TransferCode::refund, raw(command.round), context);
    }
    return balance_of(account);
}

Result<Balance> Ledger::grant_promo(const GrantPromo& command, Context& context)
{
    if (command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    const AccountId promo = house(AccountKind::promo);
    if (command.amount > kBalanceMax - find(*account)->balance || command.amount > kBalanceMax + find(promo)->balance) {
        return refuse(ErrorCode::amount_overflow);
    }
    transfer(promo, *account, command.amount, TransferCode::promo_grant, 0, context);
    return balance_of(*account);
}

Result<Balance> Ledger::deposit(const Deposit& command, Context& context)
{
    if (command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, true);
    if (!account) { return std::unexpected{account.error()}; }
    const AccountId psp = house(AccountKind::psp);
    if (command.amount > kBalanceMax - find(*account)->balance || command.amount > kBalanceMax + find(psp)->balance) {
        return refuse(ErrorCode::amount_overflow);
    }
    transfer(psp, *account, command.amount, TransferCode::deposit, 0, context);
    return balance_of(*account);
}

Result<Balance> Ledger::adjust(const Adjust& command, Context& context)
{
    if (command.amount == 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    const AccountId adjustments = house(AccountKind::adjustments);
    const std::int64_t player_has = find(*account)->balance;
    const std::int64_t house_has = find(adjustments)->balance;
    if (command.amount < 0) {
        if (command.amount < -player_has) { return refuse(ErrorCode::insufficient_funds); }
        if (-command.amount > kBalanceMax - house_has) { return refuse(ErrorCode::amount_overflow); }
        transfer(*account, adjustments, -command.amount, TransferCode::adjustment, 0, context);
    } else {
        if (command.amount > kBalanceMax - player_has || command.amount > kBalanceMax + house_has) {
            return refuse(ErrorCode::amount_overflow);
        }
        transfer(adjustments, *account, command.amount, TransferCode::adjustment, 0, context);
    }
    return balance_of(*account);
}

Result<Balance> Ledger::reverse_deposit(const ReverseDeposit& command, Context& context)
{
    if (command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const AccountId account = account_of(command.player);
    if (account == AccountId{0}) { return refuse(ErrorCode::account_unknown); }
    if (find(account)->balance < command.amount) { return refuse(ErrorCode::insufficient_funds); }
    const AccountId psp = house(AccountKind::psp);
    CROUPIER_ASSERT(command.amount <= kBalanceMax - find(psp)->balance);  // What it was taken from had room for it.
    transfer(account, psp, command.amount, TransferCode::reversal, 0, context);
    return balance_of(account);
}

Result<Balance> Ledger::close_player(const ClosePlayer& command, Context& context)
{
    const auto account = account_for(command.player, false);
    if (!account) { return std::unexpected{account.error()}; }
    for (const Pocket pocket : {Pocket::cash, Pocket::bonus}) {
        const Accounts accounts = accounts_of(command.player, pocket);
        for (const AccountId id : {accounts.available, accounts.held}) {
            if (id != AccountId{0} && find(id)->balance != 0) { return refuse(ErrorCode::account_not_empty); }
        }
    }
    context.work.add(PlayerClosed{command.player});
    return balance_of(*account);
}

Result<Holding> Ledger::hold(const Hold& command, Context& context)
{
    if (command.amount <= 0) { return refuse(ErrorCode::amount_invalid); }
    const auto account = account_for(command.player, true);
    if (!account) { return std::unexpected{account.error()}; }
    if (find(*account)->balance < command.amount) { return refuse(ErrorCode::insufficient_funds); }
    if (holds_.size() >= options_.holds_max) { return refuse(ErrorCode::overloaded, kFullRetry); }

    if (accounts_of(command.player).held == AccountId{0}) { open(AccountKind::held, command.player, context); }
    const HoldId id = next(last_hold_);
    transfer(*account, accounts_of(command.player).held, command.amount, TransferCode::hold, raw(id), context);
    context.work.add(Held{id, command.player, command.amount, command.expires_at});
    return Holding{id, command.amount, command.player, balance_of(*account)};
}

Result<Held> Ledger::open_hold(HoldId id) const
{
    if (raw(id) == 0 || id > last_hold_) { return refuse(ErrorCode::hold_unknown); }
    const auto found = holds_.find(id);
    if (found == holds_.end()) { return refuse(ErrorCode::hold_resolved); }
    return found->second;
}

Holding Ledger::resolve(const Held& hold, std::int64_t posted, Resolution how, Context& context)
{
    CROUPIER_ASSERT(posted >= 0 && posted <= hold.amount);
    const Accounts accounts = accounts_of(hold.player);
    if (posted > 0) {
        transfer(accounts.held, house(AccountKind::psp), posted, TransferCode::withdrawal, raw(hold.hold), context);
    }
    if (posted < hold.amount) {
        transfer(
            accounts.held, accounts.available, hold.amount - posted, TransferCode::release, raw(hold.hold), context);
    }
    context.work.add(HoldResolved{hold.hold, hold.player, how, posted});
    return Holding{hold.hold, posted, hold.player, balance_of(accounts.available)};
}

Result<Holding> Ledger::post_hold(const PostHold& command, Context& context)
{
    const auto hold = open_hold(command.hold);
    if (!hold) { return std::unexpected{hold.error()}; }
    const std::int64_t amount = command.amount.value_or(hold->amount);
    if (amount < 1 || amount > hold->amount) { return refuse(ErrorCode::amount_invalid); }
    return resolve(*hold, amount, Resolution::posted, context);
}

Result<Holding> Ledger::void_hold(const VoidHold& command, Context& context)
{
    const auto hold = open_hold(command.hold);
    if (!hold) { return std::unexpected{hold.error()}; }
    return resolve(*hold, 0, Resolution::voided, context);
}

std::optional<Holding> Ledger::expire_one(Context& context)
{
    if (expiries_.empty() || expiries_.begin()->first > context.now) { return std::nullopt; }
    const Held hold = holds_.at(expiries_.begin()->second);
    return resolve(hold, 0, Resolution::expired, context);
}

Result<Balance> Ledger::set_frozen(const SetFrozen& command, Context& context)
{
    const AccountId account = account_of(command.player);
    if (account == AccountId{0}) { return refuse(ErrorCode::account_unknown); }
    if (find(account)->frozen != command.frozen) { context.work.add(FrozenSet{command.player, command.frozen}); }
    return balance_of(account);
}

OpenHolds Ledger::open_holds(const ListHolds& command) const
{
    OpenHolds open;
    for (auto hold = holds_.upper_bound(command.after); hold != holds_.end() && open.holds.size() < command.limit;
        ++hold) {
        open.holds.push_back(hold->second);
    }
    return open;
}

TrialBalance Ledger::trial_balance() const
{
    TrialBalance trial;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        for (std::size_t pocket = 0; pocket < kPockets; ++pocket) {
            const Sum& sum = sums_[pocket][kind];
            if (sum.accounts == 0) { continue; }
            trial.rows.push_back({.kind = static_cast<AccountKind>(kind),
                .pocket = static_cast<Pocket>(pocket),
                .currency = options_.currency,
                .accounts = sum.accounts,
                .balance = sum.balance});
        }
    }
    return trial;
}

LedgerTotals Ledger::totals() const
{
    LedgerTotals totals{.accounts = accounts_.size(), .transfers = transfers_};
    for (const Account& account : accounts_) {
        const auto sum = checked_add(totals.sum, account.balance);
        CROUPIER_ASSERT(sum.has_value());
        totals.sum = *sum;
        if (account.pocket != Pocket::cash) { continue; }
        if (account.kind == AccountKind::player || account.kind == AccountKind::held) {
            totals.players += account.balance;
        }
        if (account.kind == AccountKind::bank) { totals.bank += account.balance; }
        if (account.kind == AccountKind::promo) { totals.promo += account.balance; }
    }
    return totals;
}

void Ledger::start(Context& context)
{
    for (const AccountKind kind : {AccountKind::bank, AccountKind::promo, AccountKind::psp, AccountKind::adjustments}) {
        if (house(kind) == AccountId{0}) { open(kind, PlayerId{0}, context); }
    }
    const AccountId bank = house(AccountKind::bank);
    if (find(bank)->version == 0 && options_.bank_capital > 0) {
        transfer(house(AccountKind::adjustments), bank, options_.bank_capital, TransferCode::capital, 0, context);
    }
    set_jackpots(context);
}

void Ledger::check() const
{
    CROUPIER_ASSERT(totals().sum == 0);
    decltype(sums_) sums{};
    std::map<PlayerId, RoundBook::Bet> held = rounds_.held();
    for (const auto& [id, hold] : holds_) { held[hold.player].stake += hold.amount; }
    std::array<std::int64_t, kPockets> pockets{};
    for (const Account& account : accounts_) {
        CROUPIER_ASSERT(account.balance >= 0 || may_be_negative(account.kind));
        Sum& sum = sums[raw(account.pocket)][raw(account.kind)];
        ++sum.accounts;
        sum.balance += account.balance;
        pockets[raw(account.pocket)] += account.balance;
        if (account.kind != AccountKind::held) { continue; }
        const auto found = held.find(account.player);
        const RoundBook::Bet kept = found == held.end() ? RoundBook::Bet{} : found->second;
        CROUPIER_ASSERT(account.balance == (account.pocket == Pocket::cash ? kept.cash() : kept.bonus));
    }
    CROUPIER_ASSERT(std::ranges::all_of(pockets, [](std::int64_t sum) { return sum == 0; }));
    CROUPIER_ASSERT(sums == sums_ && expiries_.size() == holds_.size());
    jackpots_.check([&](AccountId id) { return find(id)->balance; });
    CROUPIER_ASSERT(rounds_.exposure() == 0 || find(house(AccountKind::bank))->balance >= rounds_.exposure());
}

void Ledger::apply(const AccountOpened& fact)
{
    CROUPIER_ASSERT(raw(fact.account) == accounts_.size() + 1);
    CROUPIER_ASSERT(fact.currency == options_.currency);  // A ledger is opened with the currency it began with.
    accounts_.push_back(Account{.kind = fact.kind, .pocket = fact.pocket, .player = fact.player});
    ++sums_[raw(fact.pocket)][raw(fact.kind)].accounts;
    // There may be many of these: JackpotSet says whose they are.
    if (fact.kind == AccountKind::jackpot || fact.kind == AccountKind::jackpot_reserve) { return; }
    if (raw(fact.player) == 0) {
        AccountId& house = houses_[raw(fact.pocket)][raw(fact.kind)];
        CROUPIER_ASSERT(house == AccountId{0});
        house = fact.account;
        return;
    }
    if (fact.pocket == Pocket::cash && player_accounts_.size() < raw(fact.player)) {
        player_accounts_.resize(raw(fact.player));
    }
    Accounts& accounts = fact.pocket == Pocket::cash ? player_accounts_[raw(fact.player) - 1]
                                                     : bonus_accounts_[fact.player];
    AccountId& account = fact.kind == AccountKind::held ? accounts.held : accounts.available;
    CROUPIER_ASSERT(account == AccountId{0});
    account = fact.account;
}

void Ledger::apply(const Transferred& fact, WallTime at)
{
    Account* debit = find(fact.debit);
    Account* credit = find(fact.credit);
    CROUPIER_ASSERT(debit != nullptr && credit != nullptr && debit != credit);
    debit->balance -= fact.amount;
    credit->balance += fact.amount;
    sums_[raw(debit->pocket)][raw(debit->kind)].balance -= fact.amount;
    sums_[raw(credit->pocket)][raw(credit->kind)].balance += fact.amount;
    ++debit->version;
    ++credit->version;
    ++transfers_;
    if (fact.code == TransferCode::stake) {
        if (raw(staked_round_) != fact.reference) { staked_ = {}; }
        staked_round_ = RoundId{fact.reference};
        (debit->pocket == Pocket::bonus ? staked_.bonus : staked_.cash) += fact.amount;
    }
    jackpots_.apply(fact);
    days_.apply(fact, debit->pocket, debit->kind == AccountKind::player || debit->kind == AccountKind::held, at);
    // The fact says what the balances became: a fold that disagrees has lost or doubled a fact.
    CROUPIER_ASSERT(debit->balance == fact.debit_after && credit->balance == fact.credit_after);
    CROUPIER_ASSERT(debit->version == fact.debit_version && credit->version == fact.credit_version);
    CROUPIER_ASSERT(debit->balance >= 0 || may_be_negative(debit->kind));
}

void Ledger::apply(const Held& fact)
{
    CROUPIER_ASSERT(fact.hold == next(last_hold_) && fact.amount > 0);
    last_hold_ = fact.hold;
    holds_.emplace(fact.hold, fact);
    expiries_.emplace(fact.expires_at, fact.hold);
}

void Ledger::apply(const HoldResolved& fact)
{
    const auto found = holds_.find(fact.hold);
    CROUPIER_ASSERT(found != holds_.end() && found->second.player == fact.player);  // A hold is resolved once.
    CROUPIER_ASSERT(fact.posted <= found->second.amount);
    expiries_.erase({found->second.expires_at, fact.hold});
    holds_.erase(found);
}

void Ledger::apply(const FrozenSet& fact)
{
    Account* account = find(account_of(fact.player));
    CROUPIER_ASSERT(account != nullptr);
    account->frozen = fact.frozen;
}

void Ledger::apply(const PlayerClosed& fact)
{
    Account* account = find(account_of(fact.player));
    CROUPIER_ASSERT(account != nullptr && !account->closed && account->balance == 0);
    account->closed = true;
}

void Ledger::save(ByteWriter& out) const
{
    out.write(options_.currency);
    out.write(transfers_);
    out.write(static_cast<std::uint32_t>(accounts_.size()));
    for (const Account& account : accounts_) {
        out.write(account.kind);
        out.write(account.pocket);
        out.write(account.frozen);
        out.write(account.closed);
        out.write(account.player);
        out.write(account.balance);
        out.write(account.version);
    }
    out.write(last_hold_);
    out.write(static_cast<std::uint32_t>(holds_.size()));
    for (const auto& [id, hold] : holds_) { out.write(hold); }
    rounds_.save(out);
    days_.save(out);
    jackpots_.save(out);
}

bool Ledger::restore(ByteReader& in)
{
    if (in.read<Currency>() != options_.currency) { return false; }
    Ledger restored{options_, key_};
    restored.transfers_ = in.read<std::uint64_t>();
    const auto count = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        Account account;
        account.kind = in.read<AccountKind>();
        account.pocket = in.read<Pocket>();
        account.frozen = in.read<bool>();
        account.closed = in.read<bool>();
        account.player = in.read<PlayerId>();
        account.balance = in.read<std::int64_t>();
        account.version = in.read<std::uint64_t>();
        if (in.failed() || raw(account.player) > count) { return false; }
        restored.apply(AccountOpened{
            static_cast<AccountId>(i + 1), account.kind, account.pocket, account.player, options_.currency});
        restored.accounts_.back() = account;
        restored.sums_[raw(account.pocket)][raw(account.kind)].balance += account.balance;
    }
    restored.last_hold_ = in.read<HoldId>();
    const auto holds = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < holds && !in.failed(); ++i) {
        const auto hold = in.read<Held>();
        restored.expiries_.emplace(hold.expires_at, hold.hold);
        restored.holds_.emplace(hold.hold, hold);
    }
    restored.rounds_ = RoundBook::restore(in);
    if (!restored.days_.restore(in) || !restored.jackpots_.restore(in)) { return false; }
    *this = std::move(restored);
    return true;
}

}  // namespace croupier::ledger
