#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "croupier/messages/ledger.hpp"
#include "croupier/module.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"
#include "day_book.hpp"
#include "jackpot_book.hpp"
#include "round_book.hpp"

namespace croupier::ledger {

struct Options {
    Currency currency;                   ///< The casino's one currency.
    std::int64_t bank_capital = 0;       ///< Minor units that the owner puts into the bank when the ledger begins.
    std::size_t holds_max = 100'000;     ///< Open holds, over all players.
    std::size_t rounds_max = 10'000;     ///< Rounds in play that take bets over more than one input.
    std::size_t bets_max = 1'000;        ///< Bets a round, those rolled back included.
    std::chrono::minutes day_starts{0};  ///< When a gaming day begins, after midnight UTC.
    std::vector<JackpotTerms> jackpots;  ///< Those offered, by different names.
};

/// Double entry in memory: balances are the fold of AccountOpened and Transferred, and nothing else changes them.
///
/// Always: the sum over all accounts of a pocket is 0, and no transfer crosses pockets; no player's account, no held
/// account and no bank is below zero; a held account holds the sum of its player's open holds and bets; every transfer
/// raises the version of both its accounts by one; a hold is resolved once, a round closed once; the bank can pay the most
/// that all rounds in play can win.
class Ledger {
public:
    /// `key` may be null: it signs the seals.
    explicit Ledger(Options options, SealKey* key = nullptr)
        : options_{std::move(options)}, key_{key}, days_{options_.day_starts, key}
    {
    }

    Result<Balance> open_player(const OpenPlayer& command, Context& context);
    Result<Balance> balance(const GetBalance& command) const;
    Result<AccountState> account(const GetAccount& command) const;
    Result<Balance> take_stake(const TakeStake& command, Context& context);
    Balance pay_win(const PayWin& command, Context& context);
    Balance refund(const Refund& command, Context& context);
    Result<Balance> grant_promo(const GrantPromo& command, Context& context);
    Result<Balance> grant_bonus(const GrantBonus& command, Context& context);
    Result<Balance> convert_bonus(const ConvertBonus& command, Context& context);
    Result<Balance> forfeit_bonus(const ForfeitBonus& command, Context& context);
    Result<Balance> deposit(const Deposit& command, Context& context);
    Result<Balance> adjust(const Adjust& command, Context& context);
    Result<Holding> hold(const Hold& command, Context& context);
    Result<Holding> post_hold(const PostHold& command, Context& context);
    Result<Holding> void_hold(const VoidHold& command, Context& context);
    /// Ends the first hold whose time has come; nullopt: there is none.
    std::optional<Holding> expire_one(Context& context);
    Result<Balance> set_frozen(const SetFrozen& command, Context& context);
    Result<Balance> reverse_deposit(const ReverseDeposit& command, Context& context);
    Result<Balance> close_player(const ClosePlayer& command, Context& context);

    // Rounds in play: round_stakes.cpp.
    Result<RoundInPlay> open_round(const OpenRound& command, Context& context);
    Result<Balance> open_bet(const OpenBet& command, Context& context);
    Result<Balance> hold_bet(const HoldBet& command, Context& context);
    Result<Balance> roll_back_bet(const RollBackBet& command, Context& context);
    Result<RoundClosed> settle_round(const SettleRound& command, Context& context);
    Result<RoundClosed> void_round(const VoidRound& command, Context& context);
    RoundsInPlay rounds_in_play(const ListRounds& command) const { return rounds_.list(command); }
    /// Those who have a bet in the round, each once.
    std::vector<PlayerId> players_in(RoundId round) const;

    Result<DayState> close_day(const CloseDay& command, Context& context) const
    {
        return days_.close(command, trial_balance(), options_.currency, context);
    }
    Result<DaySealed> seal_day(const SealDay& command, Context& context) const { return days_.seal(command, context); }
    Seals seals(const ListSeals& command) const { return days_.list(command); }
    Result<Seal> find_seal(const FindSeal& command) const { return days_.find(command); }

    // Jackpots: jackpots.cpp.
    Jackpots list_jackpots() const;
    Tickets count_tickets(const CountTickets& command) const;
    JackpotShared share_jackpot(const ShareJackpot& command, Context& context);

    LedgerTotals totals() const;
    OpenHolds open_holds(const ListHolds& command) const;
    TrialBalance trial_balance() const;

    /// Opens the house's accounts and funds the bank, where that has not been done.
    void start(Context& context);
    void check() const;

    void apply(const AccountOpened& fact);
    void apply(const Transferred& fact, WallTime at);
    void apply(const Held& fact);
    void apply(const HoldResolved& fact);
    void apply(const FrozenSet& fact);
    void apply(const PlayerClosed& fact);
    void apply(const RoundOpened& fact, WallTime at) { rounds_.apply(fact, at); }
    void apply(const BetHeld& fact) { rounds_.apply(fact); }
    void apply(const BonusBetHeld& fact) { rounds_.apply(fact); }
    void apply(const BetRolledBack& fact) { rounds_.apply(fact); }
    void apply(const RoundClosed& fact) { rounds_.apply(fact); }
    void apply(const DayClosed& fact, Seq seq) { days_.apply(fact, seq); }
    void apply(const DaySealed& fact) { days_.apply(fact); }
    void apply(const JackpotSet& fact) { jackpots_.apply(fact); }
    void apply(const JackpotContributed& fact) { jackpots_.apply(fact); }
    void apply(const JackpotWon& fact) { jackpots_.apply(fact); }

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    static constexpr std::chrono::seconds kFullRetry{1};

    struct Account {
        AccountKind kind{};
        Pocket pocket{};
        bool frozen = false;
        bool closed = false;
        PlayerId player{};
        std::int64_t balance = 0;
        std::uint64_t version = 0;
    };
    /// A player's accounts; 0: not opened yet.
    struct Accounts {
        AccountId available{};
        AccountId held{};
    };

    Account* find(AccountId id);
    const Account* find(AccountId id) const;
    /// The player's accounts; all 0 if there are none.
    Accounts accounts_of(PlayerId player, Pocket pocket = Pocket::cash) const;
    AccountId account_of(PlayerId player) const { return accounts_of(player).available; }
    /// Whether money may come to, or be staked by, a player. Refuses, in this order: account_unknown, player_closed, and
    /// where `frozen_counts` account_frozen.
    Result<AccountId> account_for(PlayerId player, bool frozen_counts) const;
    /// Whether the bank may take a stake of `stake` into a round that can pay `win_max`, and owes so much besides.
    /// Refuses: bank_exposed.
    Result<void> bank_covers(std::int64_t stake, std::int64_t win_max, std::int64_t owed = 0) const;
    /// The most that a cash stake lets a jackpot ask of the bank: its share, and what would seed it again.
    std::int64_t owed_to_jackpot(JackpotId jackpot, std::int64_t cash) const;
    /// Opens jackpots that are new and funds them, and records terms that have changed.
    void set_jackpots(Context& context);
    /// Moves money into a jackpot's fund, first from its reserve, then from the bank; as far as they go.
    void seed(const JackpotBook::Jackpot& jackpot, Context& context);
    /// An open hold. Refuses: hold_unknown, hold_resolved.
    Result<Held> open_hold(HoldId id) const;
    /// Ends a hold: `posted` of it leaves, the rest is released.
    Holding resolve(const Held& hold, std::int64_t posted, Resolution how, Context& context);
    AccountId house(AccountKind kind, Pocket pocket = Pocket::cash) const { return houses_[raw(pocket)][raw(kind)]; }
    /// The house's account, opened if it is not there.
    AccountId house_or_open(AccountKind kind, Pocket pocket, Context& context);
    /// From which pockets a stake came.
    struct Recipe {
        std::int64_t bonus = 0;
        std::int64_t cash = 0;
    };
    /// What of a stake the player's bonus money pays.
    std::int64_t bonus_of_stake(PlayerId player, std::int64_t stake) const;
    /// The part of a bet's stake that is bonus money, if the bet may be held and the bank could pay so much more.
    Result<std::int64_t> may_hold(PlayerId player, std::int64_t stake, std::int64_t exposure_more) const;
    Balance put(const HoldBet& bet, std::int64_t bonus, Context& context);
    /// Pays a win into the pockets that the stake came from.
    void pay(PlayerId player, RoundId round, std::int64_t win, const Recipe& staked, Context& context);
    void give_back(RoundId round, PlayerId player, const RoundBook::Bet& bet, Context& context);
    Balance balance_of(AccountId id) const;
    void open(AccountKind kind, PlayerId player, Context& context, Pocket pocket = Pocket::cash);
    /// Moves money; everything that could refuse it was checked before.
    void transfer(AccountId debit, AccountId credit, std::int64_t amount, TransferCode code, std::uint64_t reference,
        Context& context);

    Options options_;
    SealKey* key_;
    std::vector<Account> accounts_;                // Index is the id minus 1.
    std::vector<Accounts> player_accounts_;        // Index is the player's id minus 1.
    std::map<PlayerId, Accounts> bonus_accounts_;  // Of those who ever had bonus money.
    static constexpr std::size_t kPockets = 3;     // Their numbers begin with 1, as those of the kinds.
    static constexpr std::size_t kKinds = 10;
    std::array<std::array<AccountId, kKinds>, kPockets> houses_{};
    std::map<HoldId, Held> holds_;  // The open ones.
    std::set<std::pair<WallTime, HoldId>> expiries_;
    HoldId last_hold_{};
    RoundBook rounds_;
    DayBook days_;
    JackpotBook jackpots_;
    struct Sum {
        std::uint64_t accounts = 0;
        std::int64_t balance = 0;

        friend bool operator==(const Sum&, const Sum&) = default;
    };
    std::array<std::array<Sum, kKinds>, kPockets> sums_{};  // By pocket and kind: the trial balance, kept up to date.
    RoundId staked_round_{};  // The round that was staked last, in one input, and how: a win of that input follows it.
    Recipe staked_;
    std::uint64_t transfers_ = 0;
};

}  // namespace croupier::ledger
