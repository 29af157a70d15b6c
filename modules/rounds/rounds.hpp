#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/bus.hpp"
#include "croupier/messages/jackpots.hpp"
#include "croupier/messages/rng.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/module.hpp"
#include "game.hpp"
#include "in_play.hpp"
#include "options.hpp"
#include "pace.hpp"

namespace croupier::rounds {

/// Plays rounds: from the stake to the settlement in one unit of work, or, of games that ask their player, in several, with
/// the stake held in between. Round ids are given in order, 1, 2, 3, …
class Rounds {
public:
    Rounds(std::vector<std::shared_ptr<const Game>> games, const Options& options, Bus& bus);

    Result<Spun> spin(const Spin& command, Context& context);
    Result<Spun> choose(const Choose& command, Context& context);
    Result<ledger::RoundClosed> end(RoundId round, Context& context);
    OpenRounds list_open(PlayerId player, Context& context) const;
    Finished finish_overdue(Context& context);
    Games list() const;
    Result<GameInfo> offer(const Offer& command, Context& context);
    Tallies tallies() const;
    PlayReport report() const;

    void apply(const VersionPlayed& fact) { in_play_.apply(fact); }
    void apply(const Begun& fact, WallTime at);
    void apply(const rng::Drawn& fact) { in_play_.apply(fact); }
    void apply(const Chosen& fact) { in_play_.apply(fact); }
    void apply(const Settled& fact, WallTime at);
    void apply(const ledger::JackpotWon& fact) { jackpot_won_ = {fact.round, fact.amount}; }
    void apply(const Voided& fact);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    struct Table {
        std::shared_ptr<const Game> game;
        bool open = true;
        std::optional<ledger::JackpotId> jackpot;  // Once it was asked for; 0: none.
        Tally tally;                               // Of this process; no part of the state.
    };

    /// The jackpot that the game takes part in; which one that is, does not change while this process lives.
    ledger::JackpotId jackpot_of(const std::string& name, Table& table, Context& context);
    struct Draws {
        std::vector<Value> game;
        std::optional<Value> ticket;  // Of the jackpot, if the stake holds any.
        std::optional<DecidedBySeeds> seeds;
        std::uint16_t steps = 0;  // Of the rng.
    };
    /// All draws of the round, a step a call: the game's, then the jackpot's. Refuses: entropy_unavailable.
    Result<Draws> draw(RoundId round, PlayerId player, const Game& game, ledger::JackpotId jackpot, Context& context);
    Result<Draws> draw_by_seeds(RoundId round, PlayerId player, const Game& game, Context& context);
    Result<Draws> draw_by_rng(RoundId round, const Game& game, Context& context);

    /// What is asked before a stake is looked at: the game's own rules, the house's, and the player's limits.
    Result<std::int64_t> stake_of(const Spin& command, const Table& table, Context& context) const;
    Result<Spun> play_at_once(const Spin& command, Table& table, std::int64_t stake, Context& context);
    Result<Spun> begin(const Spin& command, const Game& game, std::int64_t stake, Context& context);
    /// Draws what a round in play needs, to its next question or to its end. Refuses: round_voided.
    Result<Spun> play_on(RoundId id, Context& context);
    Spun settle(RoundId id, const Game& game, Context& context);
    /// What can be told of a round that waits.
    Spun waiting(RoundId id, const Game& game, Context& context) const;
    /// For monitoring: `game` is the version on which it was played.
    static void tally(Tally& tally, const Settled& settled, const Game& game);
    void tally_voided(const std::string& game);
    std::unexpected<Error> give_back(RoundId id, Context& context);
    void start(const std::string& game, PlayerId player, WallTime at);
    std::chrono::milliseconds cycle_of(const Game& game) const;
    /// Of a round that begins now. One that was in play has its number already.
    void number(RoundId round);

    std::map<std::string, Table, std::less<>> games_;
    Options options_;
    Bus& bus_;
    InPlay in_play_;
    Pace pace_;
    RoundId last_round_{};
    struct Played {
        std::uint64_t rounds = 0;
        std::int64_t stake = 0;
        std::int64_t win = 0;
        std::int64_t jackpot = 0;
        WallTime first{};
        WallTime last{};
    };
    std::pair<RoundId, std::int64_t> jackpot_won_;  // By the round that is settled next, in the same unit.
    // Ever, also of games and versions that are not offered any more.
    std::map<std::pair<std::string, Hash>, Played> played_;
    std::map<std::string, VoidedRounds> voided_;
};

}  // namespace croupier::rounds
