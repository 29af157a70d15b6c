#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "croupier/codec.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/result.hpp"

namespace croupier::ledger {

/// The rounds in play that take bets over more than one input: the fold of RoundOpened, BetHeld, BetRolledBack and
/// RoundClosed. It says what stands; the ledger moves the money.
class RoundBook {
public:
    /// A player's bet by the player's own number for it.
    using BetKey = std::pair<PlayerId, std::uint64_t>;
    struct Bet {
        std::int64_t stake = 0;
        std::int64_t bonus = 0;  ///< The part of it that is bonus money.

        std::int64_t cash() const noexcept { return stake - bonus; }
    };
    struct Round {
        WallTime opened_at{};
        std::map<BetKey, Bet> bets;    ///< Held.
        std::set<BetKey> rolled_back;  ///< Refused when they come (again).
        std::int64_t held = 0;         ///< The sum of `bets`.
        std::int64_t exposure = 0;     ///< The most that it can pay.

        std::size_t entries() const noexcept { return bets.size() + rolled_back.size(); }
        /// All the bets of a player together.
        Bet of(PlayerId player) const;
    };

    /// Refuses: round_unknown; round_closed, also for one that was played in one input.
    Result<const Round*> find(RoundId round) const;
    static RoundInPlay in_play(RoundId id, const Round& round);
    RoundsInPlay list(const ListRounds& command) const;

    std::size_t open() const noexcept { return rounds_.size(); }
    RoundId last_opened() const noexcept { return last_opened_; }
    /// The most that all of them can pay together. The stakes that they hold are not set against it: a bet may still be
    /// rolled back, and the bank must be able to pay the others all the same.
    std::int64_t exposure() const noexcept { return exposure_; }
    /// The stakes held, by player.
    std::map<PlayerId, Bet> held() const;

    void apply(const RoundOpened& fact, WallTime at);
    void apply(const BetHeld& fact);
    void apply(const BonusBetHeld& fact);
    void apply(const BetRolledBack& fact);
    void apply(const RoundClosed& fact);

    void save(ByteWriter& out) const;
    /// Leaves a failed reader when the bytes are no such book.
    static RoundBook restore(ByteReader& in);

private:
    std::map<RoundId, Round> rounds_;
    RoundId last_opened_{};
    std::int64_t exposure_ = 0;
};

}  // namespace croupier::ledger
