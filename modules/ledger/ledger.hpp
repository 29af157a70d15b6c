#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "croupier/messages/ledger.hpp"
#include "croupier/module.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"

namespace croupier::ledger {

struct Options {
    Currency currency;              ///< The casino's one currency.
    std::int64_t bank_capital = 0;  ///< Minor units that the owner puts into the bank when the ledger begins.
};

/// Double entry in memory: balances are the fold of AccountOpened and Transferred, and nothing else changes them.
///
/// Always: the sum over all accounts of the currency is 0; no player's account and no bank is below zero; every transfer
/// raises the version of both its accounts by one.
class Ledger {
public:
    explicit Ledger(Options options) : options_{options} {}

    Result<Balance> open_player(const OpenPlayer& command, Context& context);
    Result<Balance> balance(const GetBalance& command) const;
    Result<Balance> take_stake(const TakeStake& command, Context& context);
    Balance pay_win(const PayWin& command, Context& context);
    Balance refund(const Refund& command, Context& context);
    Result<Balance> grant_promo(const GrantPromo& command, Context& context);
    LedgerTotals totals() const;

    /// Opens the house's accounts and funds the bank, where that has not been done.
    void start(Context& context);
    void check() const;

    void apply(const AccountOpened& fact);
    void apply(const Transferred& fact);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    struct Account {
        AccountKind kind{};
        PlayerId player{};
        std::int64_t balance = 0;
        std::uint64_t version = 0;
    };

    Account* find(AccountId id);
    const Account* find(AccountId id) const;
    /// The player's account; 0 if there is none.
    AccountId account_of(PlayerId player) const;
    AccountId house(AccountKind kind) const;
    Balance balance_of(AccountId id) const;
    void open(AccountKind kind, PlayerId player, Context& context);
    /// Moves money; everything that could refuse it was checked before.
    void transfer(AccountId debit, AccountId credit, std::int64_t amount, TransferCode code, std::uint64_t reference,
        Context& context);

    Options options_;
    std::vector<Account> accounts_;           // Index is the id minus 1.
    std::vector<AccountId> player_accounts_;  // Index is the player's id minus 1; 0: none.
    std::uint64_t transfers_ = 0;
};

}  // namespace croupier::ledger
