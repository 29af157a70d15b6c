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
#include "croupier/messages/rounds.hpp"
#include "croupier/module.hpp"
#include "game.hpp"

namespace croupier::rounds {

/// Plays rounds: from the stake to the settlement, in one unit of work. Round ids are given in order, 1, 2, 3, …
class Rounds {
public:
    /// What has been played on one game, ever; for the actual RTP.
    struct Played {
        std::uint64_t rounds = 0;
        std::int64_t stake = 0;
        std::int64_t win = 0;
    };

    /// `closed` names games that are shown but take no stakes.
    Rounds(std::vector<std::shared_ptr<const Game>> games, std::vector<std::string> closed, Bus& bus);

    Result<Spun> spin(const Spin& command, Context& context);
    Games list() const;

    void apply(const Settled& fact);
    void apply(const Voided& fact);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    struct Table {
        std::shared_ptr<const Game> game;
        bool open = true;
        std::optional<ledger::JackpotId> jackpot;  // Once it was asked for; 0: none.
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

    std::map<std::string, Table, std::less<>> games_;
    Bus& bus_;
    RoundId last_round_{};
    std::map<std::string, Played, std::less<>> played_;  // Also of games that are not offered any more.
};

}  // namespace croupier::rounds
