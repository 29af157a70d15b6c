#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/money.hpp"
#include "croupier/result.hpp"

/// What may be said to the ledger, and what it records.
namespace croupier::ledger {

/// Whose and what for an account is; its kind says which sign its balance may take.
enum class AccountKind : std::uint8_t {
    player = 1,       ///< A player's spendable money; never below zero.
    bank = 2,         ///< The house's bankroll; never below zero.
    promo = 3,        ///< What the house gave away; may go below zero (its debt is the cost of promotion).
    psp = 4,          ///< Money in and out through payment services; any sign.
    adjustments = 5,  ///< Corrections and the owner's capital; any sign.
};
BOOST_DESCRIBE_ENUM(AccountKind, player, bank, promo, psp, adjustments)

/// A class of money. Only an explicit conversion may cross pockets; this ledger has one pocket so far.
enum class Pocket : std::uint8_t { cash = 1 };
BOOST_DESCRIBE_ENUM(Pocket, cash)

/// Why money moved.
enum class TransferCode : std::uint16_t { capital = 1, promo_grant = 2, stake = 3, win = 4, refund = 5 };
BOOST_DESCRIBE_ENUM(TransferCode, capital, promo_grant, stake, win, refund)

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
    std::uint64_t reference = 0;   ///< The round, for stake and win; else 0.
    std::int64_t debit_after = 0;  ///< Balances once the transfer is done.
    std::int64_t credit_after = 0;
    std::uint64_t debit_version = 0;  ///< How many transfers have touched the account, this one included.
    std::uint64_t credit_version = 0;
};
BOOST_DESCRIBE_STRUCT(Transferred, (),
    (id, debit, credit, amount, currency, code, reference, debit_after, credit_after, debit_version, credit_version))

/// What a player can spend, and how many transfers made it so. A higher version is newer.
struct Balance {
    std::int64_t available = 0;
    Currency currency;
    std::uint64_t version = 0;

    friend bool operator==(const Balance&, const Balance&) = default;
};
BOOST_DESCRIBE_STRUCT(Balance, (), (available, currency, version))

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

/// Takes a stake from the player into the bank, if the bank could then pay `win_max`.
/// Refuses, in this order: amount_invalid, account_unknown, insufficient_funds, bank_exposed.
struct TakeStake {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.TakeStake";
    PlayerId player{};
    RoundId round{};
    std::int64_t stake = 0;
    std::int64_t win_max = 0;  ///< The most this round can pay, minor units.
};
BOOST_DESCRIBE_STRUCT(TakeStake, (), (player, round, stake, win_max))

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
/// Refuses: amount_invalid, account_unknown, amount_overflow.
struct GrantPromo {
    using Reply = Balance;
    static constexpr std::string_view kName = "ledger.GrantPromo";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(GrantPromo, (), (player, amount))

/// Event: a player's balance is another one now. Published once per transfer of a player's account.
struct BalanceChanged {
    static constexpr std::string_view kName = "ledger.BalanceChanged";
    PlayerId player{};
    Balance balance;
};
BOOST_DESCRIBE_STRUCT(BalanceChanged, (), (player, balance))

}  // namespace croupier::ledger
