#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/money.hpp"
#include "croupier/result.hpp"

/// What may be said to the ledger, and what it records.
namespace croupier::ledger {

enum class JackpotId : std::uint32_t {};

/// Whose and what for an account is; its kind says which sign its balance may take.
enum class AccountKind : std::uint8_t {
    player = 1,           ///< A player's spendable money; never below zero.
    bank = 2,             ///< The house's bankroll; never below zero.
    promo = 3,            ///< What the house gave away; may go below zero (its debt is the cost of promotion).
    psp = 4,              ///< Money in and out through payment services; any sign.
    adjustments = 5,      ///< Corrections and the owner's capital; any sign.
    held = 6,             ///< A player's money that holds keep; never below zero, and always the sum of the open holds.
    conversion = 7,       ///< What left one pocket and came into another; any sign.
    jackpot = 8,          ///< What a jackpot pays to the next who wins it; never below zero.
    jackpot_reserve = 9,  ///< What it begins with after that; never below zero.
};
BOOST_DESCRIBE_ENUM(AccountKind, player, bank, promo, psp, adjustments, held, conversion, jackpot, jackpot_reserve)

/// A class of money. Each pocket of a currency sums to zero by itself, and only an explicit conversion crosses pockets.
enum class Pocket : std::uint8_t {
    cash = 1,
    bonus =
        2  ///< Restricted credits: staked first (GLI-19 4.3.5(d)), never paid out; the house's side of it is `promo`.
};
BOOST_DESCRIBE_ENUM(Pocket, cash, bonus)

/// Why money moved.
enum class TransferCode : std::uint16_t {
    capital = 1,
    promo_grant = 2,
    stake = 3,
    win = 4,
    refund = 5,
    deposit = 6,
    adjustment = 7,
    hold = 8,          ///< From available to held.
    release = 9,       ///< Back again.
    withdrawal = 10,   ///< From held to the payment service.
    bonus_grant = 11,  ///< Restricted credits for a player.
    conversion = 12,  ///< Out of one pocket, into another: two transfers of a unit, the first one's id their reference.
    forfeit = 13,     ///< Restricted credits that a player lost.
    reversal = 14,    ///< A deposit that was rolled back: to the payment service.
    contribution = 15,  ///< A jackpot's share of a stake, from the bank.
    jackpot_win = 16,   ///< From a jackpot to who won it.
    bet = 17,           ///< A bet's stake, from available to held until its round ends.
    bet_back = 18,      ///< Back again: the bet was rolled back, or its round voided.
    jackpot_seed = 19   ///< Into a jackpot's fund, from its reserve or the bank.
};
BOOST_DESCRIBE_ENUM(TransferCode, capital, promo_grant, stake, win, refund, deposit, adjustment, hold, release,
    withdrawal, bonus_grant, conversion, forfeit, reversal, contribution, jackpot_win, bet, bet_back, jackpot_seed)

/// Whether a transfer's reference is a round; of hold, release and withdrawal it is a hold.
constexpr bool refers_to_round(TransferCode code)
{
    return code == TransferCode::stake || code == TransferCode::win || code == TransferCode::refund
        || code == TransferCode::contribution || code == TransferCode::jackpot_win || code == TransferCode::bet
        || code == TransferCode::bet_back;
}

/// Fact: an account exists from here on, with balance 0. Ids are given in order, 1, 2, 3, …
struct AccountOpened {
    static constexpr std::string_view kName = "ledger.account_opened";
    static constexpr std::uint16_t kFact = 1;
    AccountId account{};
    AccountKind kind{};
    Pocket pocket{};
    PlayerId player{};  ///< 0 for the house.
    Currency currency;
};
BOOST_DESCRIBE_STRUCT(AccountOpened, (), (account, kind, pocket, player, currency))

/// Fact: `amount` minor units moved from `debit` to `credit`. Stored in its own table.
struct Transferred {
    static constexpr std::string_view kName = "ledger.transferred";
    TransferId id{};
    AccountId debit{};        ///< Loses the amount.
    AccountId credit{};       ///< Gains it.
    std::int64_t amount = 0;  ///< Minor units, 1 … 2^62.
    Currency currency;
    TransferCode code{};
    std::uint64_t reference = 0;   ///< The round (see refers_to_round); the hold of hold, release, withdrawal; else 0.
    std::int64_t debit_after = 0;  ///< Balances once the transfer is done.
    std::int64_t credit_after = 0;
    std::uint64_t debit_version = 0;  ///< How many transfers have touched the account, this one included.
    std::uint64_t credit_version = 0;
};
BOOST_DESCRIBE_STRUCT(Transferred, (),
    (id, debit, credit, amount, currency, code, reference, debit_after, credit_after, debit_version, credit_version))

/// Fact: a hold keeps `amount` of the player's money from here on; the transfer to `held` stands in the same unit. Ids are
/// given in order, 1, 2, 3, …
struct Held {
    static constexpr std::string_view kName = "ledger.held";
    static constexpr std::uint16_t kFact = 10;
    HoldId hold{};
    PlayerId player{};
    std::int64_t amount = 0;
    WallTime expires_at{};  ///< Ledger time from which on it is given back, unless it was resolved before.
};
BOOST_DESCRIBE_STRUCT(Held, (), (hold, player, amount, expires_at))

/// How a hold ended.
enum class Resolution : std::uint8_t { posted = 1, voided = 2, expired = 3 };
BOOST_DESCRIBE_ENUM(Resolution, posted, voided, expired)

/// Fact: the hold has ended. What was posted left the player, the rest was released; the transfers stand in the same unit.
struct HoldResolved {
    static constexpr std::string_view kName = "ledger.hold_resolved";
    static constexpr std::uint16_t kFact = 11;
    HoldId hold{};
    PlayerId player{};
    Resolution how{};
    std::int64_t posted = 0;  ///< 0 unless it was posted.
};
BOOST_DESCRIBE_STRUCT(HoldResolved, (), (hold, player, how, posted))

/// Fact: from here on the player's account takes no stakes, deposits or holds (or takes them again). Wins, refunds and
/// the ends of holds still pass: what was accepted is settled.
struct FrozenSet {
    static constexpr std::string_view kName = "ledger.frozen_set";
    static constexpr std::uint16_t kFact = 12;
    PlayerId player{};
    bool frozen = false;
};
BOOST_DESCRIBE_STRUCT(FrozenSet, (), (player, frozen))

/// Fact: the player's account takes nothing any more, for ever. It was empty, and nothing of it was held.
struct PlayerClosed {
    static constexpr std::string_view kName = "ledger.player_closed";
    static constexpr std::uint16_t kFact = 26;
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(PlayerClosed, (), (player))

/// Fact: a round that takes bets over more than one input is open from here on. A round that is played in one input (a
/// spin) is never open: its facts stand in one unit.
struct RoundOpened {
    static constexpr std::string_view kName = "ledger.round_opened";
    static constexpr std::uint16_t kFact = 27;
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(RoundOpened, (), (round))

/// Fact: a bet stands in an open round; the transfer of its stake to `held` stands in the same unit.
struct BetHeld {
    static constexpr std::string_view kName = "ledger.bet_held";
    static constexpr std::uint16_t kFact = 28;
    RoundId round{};
    PlayerId player{};
    std::uint64_t bet = 0;      ///< The player's own number of it in this round.
    std::int64_t stake = 0;     ///< Minor units.
    std::int64_t exposure = 0;  ///< The most that the whole round can pay from here on.
};
BOOST_DESCRIBE_STRUCT(BetHeld, (), (round, player, bet, stake, exposure))

/// Fact: a bet was rolled back. If it stood, its stake went back in the same unit; if it had not come yet, this is its
/// tombstone: it is refused when it comes.
struct BetRolledBack {
    static constexpr std::string_view kName = "ledger.bet_rolled_back";
    static constexpr std::uint16_t kFact = 29;
    RoundId round{};
    PlayerId player{};
    std::uint64_t bet = 0;
    std::int64_t exposure = 0;  ///< The most that the whole round can pay from here on.
};
BOOST_DESCRIBE_STRUCT(BetRolledBack, (), (round, player, bet, exposure))

/// Fact: so much of the bet that was just held is bonus money.
struct BonusBetHeld {
    static constexpr std::string_view kName = "ledger.bonus_bet_held";
    static constexpr std::uint16_t kFact = 33;
    RoundId round{};
    PlayerId player{};
    std::uint64_t bet = 0;
    std::int64_t bonus = 0;  ///< Minor units, of the bet's stake.
};
BOOST_DESCRIBE_STRUCT(BonusBetHeld, (), (round, player, bet, bonus))

/// How an open round ended.
enum class RoundEnd : std::uint8_t { settled = 1, voided = 2 };
BOOST_DESCRIBE_ENUM(RoundEnd, settled, voided)

/// Fact: an open round has ended, and all its bets with it: each stake went to the bank and the wins were paid, or each went
/// back to its player, in the same unit. So nothing of it is held any more: stakes held = stake + refund.
struct RoundClosed {
    static constexpr std::string_view kName = "ledger.round_closed";
    static constexpr std::uint16_t kFact = 30;
    RoundId round{};
    RoundEnd how{};
    std::int64_t stake = 0;   ///< Taken by the bank, minor units.
    std::int64_t win = 0;     ///< Paid by the bank.
    std::int64_t refund = 0;  ///< Given back.
};
BOOST_DESCRIBE_STRUCT(RoundClosed, (), (round, how, stake, win, refund))

/// What a player can spend, and how many transfers made it so. A higher version is newer.
struct Balance {
    std::int64_t available = 0;  ///< Cash.
    Currency currency;
    std::uint64_t version = 0;
    std::int64_t bonus = 0;  ///< Restricted credits, beside it.

    friend bool operator==(const Balance&, const Balance&) = default;
};
BOOST_DESCRIBE_STRUCT(Balance, (), (available, currency, version, bonus))

/// Opens a player's account. Refuses: nothing; opening twice is a bug of the caller.
struct OpenPlayer {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.OpenPlayer";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(OpenPlayer, (), (player))

/// A player's balance now. Refuses: account_unknown.
struct GetBalance {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.GetBalance";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(GetBalance, (), (player))

/// A player's account as an auditor sees it.
struct AccountState {
    Balance balance;
    std::int64_t held = 0;  ///< What holds and bets keep, minor units.
    bool frozen = false;
    bool closed = false;
};
BOOST_DESCRIBE_STRUCT(AccountState, (), (balance, held, frozen, closed))

/// Refuses: account_unknown.
struct GetAccount {
    using Reply = AccountState;
    static constexpr std::string_view kName = "ledger.GetAccount";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(GetAccount, (), (player))

// Bonus money. A stake is taken from the bonus pocket as far as that goes, the rest from cash, and a round remembers how: what comes
// back goes the way it came. A refund gives each pocket its part; of a win the bonus pocket gets
// floor(win * stake from bonus / stake), cash the rest. So the bank, which is cash, is never asked for more than cash's share.

/// Takes a stake from the player into the bank, if the bank could then pay `win_max` beside what the open rounds can win.
/// Refuses, in this order: amount_invalid, account_unknown, player_closed, account_frozen, insufficient_funds, bank_exposed.
struct TakeStake {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.TakeStake";
    PlayerId player{};
    RoundId round{};
    std::int64_t stake = 0;
    std::int64_t win_max =
        0;  ///< The most this round can pay, minor units; jackpots, which have their own money, not counted.
    JackpotId
        jackpot{};  ///< The one it takes part in, 0: none. The bank must then also have its share, and what seeds it again.
};
BOOST_DESCRIBE_STRUCT(TakeStake, (), (player, round, stake, win_max, jackpot))

/// Pays a win from the bank. 0 moves nothing. The stake's check made sure that the bank can pay: a win that it cannot
/// pay, or an unknown player, is a bug and ends the process. Refuses: nothing.
struct PayWin {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.PayWin";
    PlayerId player{};
    RoundId round{};
    std::int64_t win = 0;
};
BOOST_DESCRIBE_STRUCT(PayWin, (), (player, round, win))

/// Gives the stake of a voided round back. As with PayWin, a refund that cannot be made is a bug. Refuses: nothing.
struct Refund {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.Refund";
    PlayerId player{};
    RoundId round{};
    std::int64_t stake = 0;
};
BOOST_DESCRIBE_STRUCT(Refund, (), (player, round, stake))

/// Sums over all accounts, recomputed on demand; for the trial balance and for checks, not for the hot path.
struct LedgerTotals {
    std::int64_t sum = 0;      ///< Over all accounts of the currency: always 0.
    std::int64_t players = 0;  ///< What the house owes its players.
    std::int64_t bank = 0;
    std::int64_t promo = 0;
    std::uint64_t accounts = 0;
    std::uint64_t transfers = 0;  ///< Made since the ledger began.
};
BOOST_DESCRIBE_STRUCT(LedgerTotals, (), (sum, players, bank, promo, accounts, transfers))

/// Refuses: nothing.
struct GetTotals {
    using Reply = LedgerTotals;
    static constexpr std::string_view kName = "ledger.GetTotals";
};
BOOST_DESCRIBE_STRUCT(GetTotals, (), ())

/// Gives promotional money from `promo` to a player.
/// Refuses, in this order: amount_invalid, account_unknown, player_closed, amount_overflow.
struct GrantPromo {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.GrantPromo";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(GrantPromo, (), (player, amount))

/// Gives restricted credits to a player, from the bonus pocket's `promo`.
/// Refuses, in this order: amount_invalid, account_unknown, player_closed, amount_overflow.
struct GrantBonus {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.GrantBonus";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(GrantBonus, (), (player, amount))

/// Turns restricted credits into cash. Refuses, in this order: amount_invalid, account_unknown, player_closed, insufficient_funds,
/// amount_overflow.
struct ConvertBonus {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.ConvertBonus";
    PlayerId player{};
    std::optional<std::int64_t> amount;  ///< None: all that there is.
};
BOOST_DESCRIBE_STRUCT(ConvertBonus, (), (player, amount))

/// Takes restricted credits back, all that there are. Refuses, in this order: account_unknown, player_closed, insufficient_funds
/// (there are none).
struct ForfeitBonus {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.ForfeitBonus";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ForfeitBonus, (), (player))

/// Money came in through a payment service: from `psp` to the player.
/// Refuses, in this order: amount_invalid, account_unknown, player_closed, account_frozen, amount_overflow.
struct Deposit {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.Deposit";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(Deposit, (), (player, amount))

/// Corrects a balance: from `adjustments` to the player, or back when the amount is negative.
/// Refuses, in this order: amount_invalid (0), account_unknown, player_closed, insufficient_funds, amount_overflow.
struct Adjust {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.Adjust";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(Adjust, (), (player, amount))

/// What is left to spend beside a hold, and the hold.
struct Holding {
    HoldId hold{};
    std::int64_t amount = 0;  ///< What it kept, or what of it was posted.
    PlayerId player{};
    Balance balance;
};
BOOST_DESCRIBE_STRUCT(Holding, (), (hold, amount, player, balance))

/// Reserves money of a player, until PostHold, VoidHold or `expires_at`, whichever comes first.
/// Refuses, in this order: amount_invalid, account_unknown, player_closed, account_frozen, insufficient_funds; overloaded, when too
/// many are open.
struct Hold {
    using Reply = Holding;
    static constexpr std::string_view kName = "ledger.Hold";
    PlayerId player{};
    std::int64_t amount = 0;
    WallTime expires_at{};
};
BOOST_DESCRIBE_STRUCT(Hold, (), (player, amount, expires_at))

/// The held money leaves through the payment service, all of it or a part; the rest is released.
/// Refuses, in this order: hold_unknown, hold_resolved, amount_invalid (below 1, or more than is held).
struct PostHold {
    using Reply = Holding;
    static constexpr std::string_view kName = "ledger.PostHold";
    HoldId hold{};
    std::optional<std::int64_t> amount;  ///< None: all of it.
};
BOOST_DESCRIBE_STRUCT(PostHold, (), (hold, amount))

/// The held money is the player's again. Refuses, in this order: hold_unknown, hold_resolved.
struct VoidHold {
    using Reply = Holding;
    static constexpr std::string_view kName = "ledger.VoidHold";
    HoldId hold{};
};
BOOST_DESCRIBE_STRUCT(VoidHold, (), (hold))

/// How many holds an ExpireHolds ended.
struct HoldsExpired {
    std::uint64_t holds = 0;
};
BOOST_DESCRIBE_STRUCT(HoldsExpired, (), (holds))

/// Ends the holds whose time has come by this input's time, in the order of that time and then of their ids; a bounded
/// number a call. Refuses: nothing.
struct ExpireHolds {
    using Reply = HoldsExpired;
    static constexpr std::string_view kName = "ledger.ExpireHolds";
};
BOOST_DESCRIBE_STRUCT(ExpireHolds, (), ())

/// Freezes a player's account, or thaws it. Refuses: account_unknown.
struct SetFrozen {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.SetFrozen";
    PlayerId player{};
    bool frozen = false;
};
BOOST_DESCRIBE_STRUCT(SetFrozen, (), (player, frozen))

/// Takes back what a payment service reported by mistake: from the player to `psp`. Refuses, in this order: amount_invalid,
/// account_unknown, insufficient_funds (it has been spent: that is for people to settle, by a correction).
struct ReverseDeposit {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.ReverseDeposit";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(ReverseDeposit, (), (player, amount))

/// Ends a player's account for ever. Refuses, in this order: account_unknown, player_closed, account_not_empty (money is there,
/// or held).
struct ClosePlayer {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.ClosePlayer";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ClosePlayer, (), (player))

// Rounds that take bets over more than one input, as a table's do: opened, bet on, then settled or voided as a whole. A bet's
// stake stays the player's, held, until its round ends; the bank must be able to pay what all open rounds can win.
//
// The rule for what comes late: a bet on a round that has ended, its rollback, a second settlement and a win for it are all
// refused as round_closed. What a closed round paid is corrected by an adjustment, never by opening it again.

/// An open round, as the ledger knows it.
struct RoundInPlay {
    RoundId round{};
    WallTime opened_at{};
    std::uint64_t bets = 0;
    std::int64_t held = 0;      ///< The stakes of its bets.
    std::int64_t exposure = 0;  ///< The most that it can pay.
};
BOOST_DESCRIBE_STRUCT(RoundInPlay, (), (round, opened_at, bets, held, exposure))

/// Refuses: overloaded, when too many are open. A round's number is above all that were opened before; another is a bug.
struct OpenRound {
    using Reply = RoundInPlay;
    static constexpr std::string_view kName = "ledger.OpenRound";
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(OpenRound, (), (round))

/// Opens a round and holds its only bet, number 1, in one step: all is refused or all is done.
/// Refuses, in this order: what TakeStake refuses; overloaded, when too many rounds are open.
struct OpenBet {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.OpenBet";
    RoundId round{};
    PlayerId player{};
    std::int64_t stake = 0;
    std::int64_t win_max = 0;  ///< The most that the round can pay.
};
BOOST_DESCRIBE_STRUCT(OpenBet, (), (round, player, stake, win_max))

/// Holds a bet's stake. The same bet twice is held once, and answered alike.
/// Refuses, in this order: amount_invalid, round_unknown, round_closed, bet_rolled_back, key_conflict (the bet stands, with another
/// stake), then what TakeStake refuses; overloaded, when the round has as many bets as it may.
struct HoldBet {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.HoldBet";
    RoundId round{};
    PlayerId player{};
    std::uint64_t bet = 0;
    std::int64_t stake = 0;
    std::int64_t exposure = 0;  ///< The most that the whole round can pay with it, over all outcomes, as its game says.
};
BOOST_DESCRIBE_STRUCT(HoldBet, (), (round, player, bet, stake, exposure))

/// Gives a bet back, also one that has not come yet: then it will be refused. Twice is once.
/// Refuses, in this order: account_unknown, round_unknown, round_closed; overloaded, when the round has as many bets as it may.
struct RollBackBet {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.RollBackBet";
    RoundId round{};
    PlayerId player{};
    std::uint64_t bet = 0;
    std::int64_t exposure = 0;  ///< The most that the round can pay without it: never more than with it.
};
BOOST_DESCRIBE_STRUCT(RollBackBet, (), (round, player, bet, exposure))

/// What one player wins in a round.
struct PlayerWin {
    PlayerId player{};
    std::int64_t win = 0;  ///< Minor units, at least 1.
};
BOOST_DESCRIBE_STRUCT(PlayerWin, (), (player, win))

/// Takes all stakes of a round into the bank, pays the wins and closes it, all at once. A win above the round's exposure, or
/// for somebody without a bet, is a bug. Refuses, in this order: round_unknown, round_closed.
struct SettleRound {
    using Reply = RoundClosed;
    static constexpr std::string_view kName = "ledger.SettleRound";
    RoundId round{};
    std::vector<PlayerWin> wins;
};
BOOST_DESCRIBE_STRUCT(SettleRound, (), (round, wins))

/// Gives all stakes of a round back and closes it. Refuses, in this order: round_unknown, round_closed.
struct VoidRound {
    using Reply = RoundClosed;
    static constexpr std::string_view kName = "ledger.VoidRound";
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(VoidRound, (), (round))

/// The rounds that are open, by number, after `after`; at most `limit`. Refuses: nothing.
struct RoundsInPlay {
    std::vector<RoundInPlay> rounds;
};
BOOST_DESCRIBE_STRUCT(RoundsInPlay, (), (rounds))
struct ListRounds {
    using Reply = RoundsInPlay;
    static constexpr std::string_view kName = "ledger.ListRounds";
    RoundId after{};
    std::uint32_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListRounds, (), (after, limit))

/// The holds that are open, by id, after `after`; at most `limit`.
struct OpenHolds {
    std::vector<Held> holds;
};
BOOST_DESCRIBE_STRUCT(OpenHolds, (), (holds))
struct ListHolds {
    using Reply = OpenHolds;
    static constexpr std::string_view kName = "ledger.ListHolds";
    HoldId after{};
    std::uint32_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListHolds, (), (after, limit))

/// A trial balance: the sums of the accounts, by kind and pocket. They add up to 0 in each pocket.
struct TrialRow {
    AccountKind kind{};
    Pocket pocket{};
    Currency currency;
    std::uint64_t accounts = 0;
    std::int64_t balance = 0;

    friend bool operator==(const TrialRow&, const TrialRow&) = default;
};
BOOST_DESCRIBE_STRUCT(TrialRow, (), (kind, pocket, currency, accounts, balance))
struct TrialBalance {
    std::vector<TrialRow> rows;
};
BOOST_DESCRIBE_STRUCT(TrialBalance, (), (rows))

/// Refuses: nothing.
struct GetTrialBalance {
    using Reply = TrialBalance;
    static constexpr std::string_view kName = "ledger.GetTrialBalance";
};
BOOST_DESCRIBE_STRUCT(GetTrialBalance, (), ())

/// Event: a player's balance is another one now. Published once per transfer of a player's account.
struct BalanceChanged {
    static constexpr std::string_view kName = "ledger.BalanceChanged";
    PlayerId player{};
    Balance balance;
};
BOOST_DESCRIBE_STRUCT(BalanceChanged, (), (player, balance))

}  // namespace croupier::ledger
