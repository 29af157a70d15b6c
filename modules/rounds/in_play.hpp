#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/messages/rng.hpp"
#include "croupier/messages/rounds.hpp"
#include "game.hpp"

namespace croupier::rounds {

/// The rounds that wait for their player's choice, at most one a player, and every version of a game that such rounds were
/// ever played on: the fold of VersionPlayed, Begun, rng::Drawn, Chosen, Settled and Voided.
class InPlay {
public:
    struct Round {
        Begun begun;
        std::vector<Value> decided;  ///< Draws and choices, in order.
        std::uint16_t steps = 0;     ///< Draws made, of the rng.
    };

    /// nullptr: it is not in play.
    const Round* find(RoundId round) const;
    /// The round that the player has in play; 0: none.
    RoundId of(PlayerId player) const;
    /// The one whose player has had all the time there was, and of several the one whose time ended first.
    std::optional<RoundId> overdue(WallTime now) const;
    bool knows(const Hash& definition) const { return versions_.contains(definition); }
    /// nullptr: this build cannot read that version.
    const Game* version(const Hash& definition) const;

    void apply(const VersionPlayed& fact);
    void apply(const Begun& fact);
    void apply(const rng::Drawn& fact);
    void apply(const Chosen& fact);
    /// False: the round is not in play.
    bool end(RoundId round);

    void save(ByteWriter& out) const;
    /// Leaves a failed reader when the bytes are no such rounds.
    static InPlay restore(ByteReader& in);

private:
    struct Version {
        std::string text;
        std::unique_ptr<Game> game;
    };

    void index(const Begun& begun);

    std::map<RoundId, Round> rounds_;
    std::map<PlayerId, RoundId> by_player_;
    std::set<std::pair<WallTime, RoundId>> by_time_;
    std::map<Hash, Version> versions_;
};
BOOST_DESCRIBE_STRUCT(InPlay::Round, (), (begun, decided, steps))

}  // namespace croupier::rounds
