#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "croupier/merkle.hpp"
#include "croupier/messages/list.hpp"
#include "croupier/seal.hpp"
#include "croupier/unit.hpp"
#include "game.hpp"
#include "redraws.hpp"

namespace croupier::verify {

/// What an auditor's own books say of a ledger: a second opinion, written apart from the modules that made the facts. It is told
/// every unit in order, and says of each what does not hold: it goes on with what the facts claim.
class Books {
public:
    using Problem = std::function<void(Seq seq, const std::string& what)>;
    using Games = std::map<Hash, std::shared_ptr<const rounds::Game>>;

    /// `games`, by definition: rounds of others are counted, and not played again.
    /// `seal_keys`: whose signatures seals may have; none: signatures are not checked. `audit_keys`: for whom seeds may be kept.
    Books(Games games, std::vector<PublicKey> seal_keys, const AuditKeys& audit_keys, Problem problem)
        : games_{std::move(games)}, seal_keys_{std::move(seal_keys)}, problem_{std::move(problem)}, redraws_{audit_keys}
    {
    }

    /// `hash`: the chain's, at this unit.
    void unit(const UnitContent& content, const Hash& hash);
    /// What only the end shows: sums that are not zero, in a pocket and currency.
    void end();

    std::uint64_t transfers() const noexcept { return transfers_; }
    std::uint64_t accounts() const noexcept { return accounts_.size(); }
    std::uint64_t rounds() const noexcept { return raw(last_round_); }
    /// Decided by seeds that were revealed since, and computed again from them.
    std::uint64_t rounds_proved() const noexcept { return proved_; }
    std::uint64_t rounds_not_played_again() const noexcept { return unknown_games_; }
    const Redraws& redraws() const noexcept { return redraws_; }
    std::uint64_t open_holds() const noexcept { return holds_.size(); }
    std::uint64_t open_rounds() const noexcept { return open_rounds_.size(); }
    std::uint64_t seals() const noexcept { return seals_; }
    std::uint64_t signatures() const noexcept { return signatures_; }
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
        struct Bet {
            std::int64_t stake = 0;
            std::int64_t bonus = 0;  ///< Of the stake.
        };
        std::map<std::pair<PlayerId, std::uint64_t>, Bet> bets;
        std::set<std::pair<PlayerId, std::uint64_t>> rolled_back;
        std::int64_t exposure = 0;
    };
    /// What decides a round, a step.
    using Step = std::variant<rng::Drawn, rounds::Chosen>;
    /// A round that asks its player.
    struct InPlay {
        rounds::Begun fact;
        std::vector<Step> steps;
    };
    struct Settlement {
        RoundId round{};
        std::optional<rounds::Outcome> outcome;  ///< None: it could not be played again.
        std::optional<rounds::ChosenByRule> by_rule;
    };
    /// What moved since the last DayClosed.
    using Flows = std::map<std::tuple<ledger::TransferCode, ledger::Pocket, std::uint32_t>, ledger::Flow>;
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
    void fact(const UnitContent& content, const ledger::BonusBetHeld& fact);
    void fact(const UnitContent& content, const ledger::BetRolledBack& fact);
    void fact(const UnitContent& content, const ledger::RoundClosed& fact);
    void fact(const UnitContent& content, const ledger::DayClosed& fact);
    void fact(const UnitContent& content, const ledger::DaySealed& fact);
    void fact(const UnitContent& content, const ledger::JackpotSet& fact);
    void fact(const UnitContent& content, const ledger::JackpotContributed& fact);
    void fact(const UnitContent& content, const ledger::JackpotWon& fact);
    void fact(const UnitContent& content, const rounds::Settled& fact);
    void fact(const UnitContent& content, const rounds::Voided& fact);
    void fact(const UnitContent& content, const rounds::VersionPlayed& fact);
    void fact(const UnitContent& content, const rounds::Begun& fact);
    void fact(const UnitContent& content, const rounds::Chosen& fact);
    void fact(const UnitContent& content, const rounds::Shown& fact);
    void fact(const UnitContent& content, const rng::StreamOpened& fact);
    void fact(const UnitContent& content, const rng::Seeded& fact);
    void fact(const UnitContent& content, const rng::SeedKept& fact);
    void seed_known(const rng::SeedKept* kept);
    void fact(const UnitContent& content, const rng::Drawn& fact);
    void fact(const UnitContent& content, const rng::DrawnUnnamed& fact);
    void drawn(const rng::Drawn& fact);
    void fact(const UnitContent& content, const fair::Promised& fact);
    void fact(const UnitContent& content, const fair::Begun& fact);
    void fact(const UnitContent& content, const fair::Revealed& fact);
    void fact(const UnitContent& content, const fair::Drawn& fact);
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
    // Days and their seals: days.cpp.
    void flow(const ledger::Transferred& fact, const Account& debit);
    void end_of_unit(const UnitContent& content, const Hash& hash);
    std::vector<ledger::TrialRow> trial() const;

    /// The part of what moved() sums up that is bonus money.
    std::int64_t moved_bonus(
        const UnitContent& content, ledger::TransferCode code, std::uint64_t reference, PlayerId player);
    /// Of a win the bonus pocket gets its share of the stake, rounded down.
    void shared(const UnitContent& content, RoundId round, PlayerId player, std::int64_t stake, std::int64_t bonus);
    // Jackpots: jackpots.cpp.
    /// A jackpot whose terms are known, and what its two accounts must have, in millionths of a minor unit.
    struct Jackpot {
        ledger::JackpotSet set;
        std::uint64_t fund_micros = 0;
        std::uint64_t reserve_micros = 0;
    };
    Jackpot* jackpot(ledger::JackpotId id);
    void jackpot_transfer(const ledger::Transferred& fact);
    void jackpots_settled(const UnitContent& content, const rounds::Settled& fact);
    void end_of_jackpots(const UnitContent& content);

    // Rounds of games: rounds.cpp.
    Round* open_round(RoundId round);
    void next_round(RoundId round);
    void play_again(const rounds::Settled& fact);

    Games games_;
    std::vector<PublicKey> seal_keys_;
    Problem problem_;
    Seq seq_{};
    std::vector<Account> accounts_;
    std::map<PlayerId, std::vector<AccountId>> accounts_of_;
    std::uint64_t transfers_ = 0;
    std::map<HoldId, ledger::Held> holds_;
    std::map<std::pair<PlayerId, ledger::Pocket>, std::int64_t> held_;
    std::map<RoundId, Round> open_rounds_;
    std::map<RoundId, InPlay> in_play_;
    std::set<Hash> versions_;
    HoldId last_hold_{};
    RoundId last_round_{};
    std::uint64_t unknown_games_ = 0;
    std::uint64_t players_ = 0;
    std::map<std::uint64_t, Session> sessions_;
    std::set<std::pair<std::uint64_t, Bytes>> operator_keys_;
    std::vector<Jackpot> jackpots_;
    MerkleEdge tree_;
    Flows flows_;
    std::uint64_t last_closed_ = 0;
    std::deque<ledger::SealedHead> closed_;  ///< What the seals that are to come must say, but for the key.
    std::uint64_t seals_ = 0;
    std::uint64_t signatures_ = 0;
    // Of the unit under way.
    std::optional<ledger::SealedHead> closing_;
    std::vector<Step> drawn_;
    std::optional<Settlement> settled_;   // The last one.
    std::optional<fair::Drawn> decided_;  // The round of it that seeds decided.
    /// A player's seeds of a game; what they decided can be checked once the server's is revealed.
    struct Seeds {
        fair::Promised fact;  ///< Of the pair that decides.
        std::string client_seed;
        std::uint64_t rounds = 0;
        std::vector<fair::Drawn> unproved;
        bool revealed = true;
        std::optional<fair::Promised> next;
    };
    std::map<std::pair<PlayerId, std::string>, Seeds> seeds_;
    std::uint64_t proved_ = 0;  ///< Rounds that a revealed seed decides as they were decided.
    Redraws redraws_;
    std::optional<rng::Seeded> seeded_;   // Just now: what was kept of it may follow.
    std::vector<std::uint64_t> streams_;  // How often each was drawn from; index is the id minus 1.
    /// The round's part in a jackpot.
    struct Share {
        ledger::JackpotContributed fact;
        std::int64_t wins = 0;  ///< What its ticket wins.
        bool told = false;      ///< A JackpotWon says so.
        bool settled = false;
    };
    std::optional<Share> share_;
    std::set<std::uint64_t> explained_;  ///< References of its transfers that a round or hold of it accounts for.
};

}  // namespace croupier::verify
