#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "croupier/messages/list.hpp"
#include "croupier/unit.hpp"
#include "game.hpp"

namespace croupier::verify {

/// What an auditor's own books say of a ledger: a second opinion, written apart from the modules that made the facts. It is told
/// every unit in order, and says of each what does not hold: it goes on with what the facts claim.
class Books {
public:
    using Problem = std::function<void(Seq seq, const std::string& what)>;
    using Games = std::map<Hash, std::shared_ptr<const rounds::Game>>;

    /// `games`, by definition: rounds of others are counted, and not played again.
    Books(Games games, Problem problem) : games_{std::move(games)}, problem_{std::move(problem)} {}

    void unit(const UnitContent& content);
    /// What only the end shows: sums that are not zero, in a pocket and currency.
    void end();

    std::uint64_t transfers() const noexcept { return transfers_; }
    std::uint64_t accounts() const noexcept { return accounts_.size(); }
    std::uint64_t rounds() const noexcept { return raw(last_round_); }
    std::uint64_t rounds_not_played_again() const noexcept { return unknown_games_; }
    std::uint64_t open_holds() const noexcept { return holds_.size(); }
    std::uint64_t open_rounds() const noexcept { return open_rounds_.size(); }
    std::map<std::pair<int, std::uint32_t>, std::int64_t> sums() const;

private:
    struct Account {
        ledger::AccountKind kind{};
        ledger::Pocket pocket{};
        Currency currency;
        PlayerId player{};
        std::int64_t balance = 0;
        std::uint64_t version = 0;
        bool closed = false;
    };
    /// A round in play that takes bets over more than one input.
    struct Round {
        std::map<std::pair<PlayerId, std::uint64_t>, std::int64_t> bets;
        std::set<std::pair<PlayerId, std::uint64_t>> rolled_back;
        std::int64_t exposure = 0;
    };
    struct Session {
        PlayerId player{};
        std::uint64_t last_n = 0;
        bool open = true;
    };

    void say(const std::string& what) { problem_(seq_, what); }
    Account* account(AccountId id);
    void transfer(const ledger::Transferred& fact);
    void event(const UnitContent& content, const EventRow& row);
    void request(const RequestRecord& record);

    void fact(const UnitContent& content, const ledger::AccountOpened& fact);
    void fact(const UnitContent& content, const ledger::Held& fact);
    void fact(const UnitContent& content, const ledger::HoldResolved& fact);
    void fact(const UnitContent& content, const ledger::PlayerClosed& fact);
    void fact(const UnitContent& content, const ledger::RoundOpened& fact);
    void fact(const UnitContent& content, const ledger::BetHeld& fact);
    void fact(const UnitContent& content, const ledger::BetRolledBack& fact);
    void fact(const UnitContent& content, const ledger::RoundClosed& fact);
    void fact(const UnitContent& content, const rounds::Settled& fact);
    void fact(const UnitContent& content, const rounds::Voided& fact);
    void fact(const UnitContent& content, const rng::Drawn& fact);
    void fact(const UnitContent& content, const session::PlayerRegistered& fact);
    void fact(const UnitContent& content, const session::Opened& fact);
    void fact(const UnitContent& content, const session::Closed& fact);
    template <class Other>
    void fact(const UnitContent&, const Other&)
    {
    }

    /// The sum of the unit's transfers with this code and reference, from or to this player (or anybody).
    std::int64_t moved(const UnitContent& content, ledger::TransferCode code, std::uint64_t reference,
        std::optional<PlayerId> player = std::nullopt);
    Round* open_round(RoundId round);
    void next_round(RoundId round);
    void play_again(const rounds::Settled& fact);

    Games games_;
    Problem problem_;
    Seq seq_{};
    std::vector<Account> accounts_;
    std::map<PlayerId, std::vector<AccountId>> accounts_of_;
    std::uint64_t transfers_ = 0;
    std::map<HoldId, ledger::Held> holds_;
    std::map<PlayerId, std::int64_t> held_;
    std::map<RoundId, Round> open_rounds_;
    HoldId last_hold_{};
    RoundId last_round_{};
    std::uint64_t unknown_games_ = 0;
    std::uint64_t players_ = 0;
    std::map<std::uint64_t, Session> sessions_;
    std::set<std::pair<std::uint64_t, Bytes>> operator_keys_;
    // Of the unit under way.
    std::vector<rng::Drawn> drawn_;
    std::set<std::uint64_t> explained_;  ///< References of its transfers that a round or hold of it accounts for.
};

}  // namespace croupier::verify
