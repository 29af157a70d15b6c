#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/ports.hpp"

/// What may be said to the rounds module, and what it records. Amounts are minor units of the casino's currency.
namespace croupier::rounds {

/// One bet of a round. A slot has none (its stake is enough); docs/protocol lists roulette's kinds.
struct Bet {
    std::string kind;
    std::vector<std::uint32_t> numbers;
    std::int64_t stake = 0;

    friend bool operator==(const Bet&, const Bet&) = default;
};
BOOST_DESCRIBE_STRUCT(Bet, (), (kind, numbers, stake))

// The events of an outcome, in the order in which a client shows them.

/// The reels stopped. grid[reel][row], top to bottom: symbol ids.
struct ReelsStopped {
    static constexpr std::string_view kEvent = "reels";
    std::vector<std::uint32_t> stops;
    std::vector<std::vector<std::uint32_t>> grid;
    friend bool operator==(const ReelsStopped&, const ReelsStopped&) = default;
};
BOOST_DESCRIBE_STRUCT(ReelsStopped, (), (stops, grid))

struct LineWin {
    static constexpr std::string_view kEvent = "line";
    std::uint32_t line = 0;  ///< Index into the definition's lines.
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;
    std::int64_t win = 0;
    friend bool operator==(const LineWin&, const LineWin&) = default;
};
BOOST_DESCRIBE_STRUCT(LineWin, (), (line, symbol, count, win))

/// One symbol's win in a game of ways.
struct WaysWin {
    static constexpr std::string_view kEvent = "ways";
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;  ///< Reels from the left that show it.
    std::int64_t ways = 0;    ///< Choices of one cell on each of them; one with wilds counts as often as they multiply.
    std::int64_t win = 0;     ///< Of all of them.
    friend bool operator==(const WaysWin&, const WaysWin&) = default;
};
BOOST_DESCRIBE_STRUCT(WaysWin, (), (symbol, count, ways, win))

struct ScatterWin {
    static constexpr std::string_view kEvent = "scatter";
    std::uint32_t symbol = 0;
    std::uint32_t count = 0;
    std::int64_t win = 0;
    friend bool operator==(const ScatterWin&, const ScatterWin&) = default;
};
BOOST_DESCRIBE_STRUCT(ScatterWin, (), (symbol, count, win))

struct FreeSpinsAwarded {
    static constexpr std::string_view kEvent = "free_spins";
    std::uint32_t awarded = 0;
    std::uint32_t left = 0;
    friend bool operator==(const FreeSpinsAwarded&, const FreeSpinsAwarded&) = default;
};
BOOST_DESCRIBE_STRUCT(FreeSpinsAwarded, (), (awarded, left))

struct FreeSpin {
    static constexpr std::string_view kEvent = "free_spin";
    std::uint32_t index = 0;  ///< 1, 2, 3, …
    std::uint32_t left = 0;
    friend bool operator==(const FreeSpin&, const FreeSpin&) = default;
};
BOOST_DESCRIBE_STRUCT(FreeSpin, (), (index, left))

/// The game's cap cut the round's win down to `win`.
struct Capped {
    static constexpr std::string_view kEvent = "capped";
    std::int64_t win = 0;
    friend bool operator==(const Capped&, const Capped&) = default;
};
BOOST_DESCRIBE_STRUCT(Capped, (), (win))

/// The ball fell. colour: "red", "black" or "green".
struct PocketHit {
    static constexpr std::string_view kEvent = "pocket";
    std::uint32_t number = 0;
    std::string colour;
    friend bool operator==(const PocketHit&, const PocketHit&) = default;
};
BOOST_DESCRIBE_STRUCT(PocketHit, (), (number, colour))

struct BetResult {
    static constexpr std::string_view kEvent = "bet";
    std::uint32_t index = 0;
    std::int64_t stake = 0;
    std::int64_t win = 0;  ///< What comes back, stake included; 0 if the bet lost.
    friend bool operator==(const BetResult&, const BetResult&) = default;
};
BOOST_DESCRIBE_STRUCT(BetResult, (), (index, stake, win))

/// The number that fell.
struct DiceRolled {
    static constexpr std::string_view kEvent = "roll";
    std::uint32_t number = 0;
    friend bool operator==(const DiceRolled&, const DiceRolled&) = default;
};
BOOST_DESCRIBE_STRUCT(DiceRolled, (), (number))

/// Of a provably fair round: which pair of seeds and which nonce decided it (docs/fair.md). The last event.
struct DecidedBySeeds {
    static constexpr std::string_view kEvent = "fair";
    std::uint64_t seeds = 0;
    std::uint64_t nonce = 0;
    friend bool operator==(const DecidedBySeeds&, const DecidedBySeeds&) = default;
};
BOOST_DESCRIBE_STRUCT(DecidedBySeeds, (), (seeds, nonce))

using GameEvent = std::variant<ReelsStopped, LineWin, ScatterWin, FreeSpinsAwarded, FreeSpin, Capped, PocketHit,
    BetResult, WaysWin, DiceRolled, DecidedBySeeds>;

struct Outcome {
    std::vector<GameEvent> events;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (events, stake, win))

/// A settled round, as its player hears of it.
struct Spun {
    RoundId round{};
    std::string game;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    std::int64_t jackpot = 0;  ///< Won beside `win`, from a jackpot.
    Outcome outcome;
    ledger::Balance balance;
};
BOOST_DESCRIBE_STRUCT(Spun, (), (round, game, stake, win, jackpot, outcome, balance))

/// Plays one round from stake to settlement, in one unit of work.
/// Refuses, in this order: game_unknown, game_closed, bets_invalid, stake_invalid, stake_too_low, stake_too_high,
/// then what risk::CheckStake and ledger::TakeStake refuse; and round_voided when the draw failed after the stake.
struct Spin {
    using Reply = Spun;
    static constexpr std::string_view kName = "rounds.Spin";
    PlayerId player{};
    std::string game;
    std::int64_t stake = 0;  ///< The total. With bets: 0, or exactly their sum.
    std::vector<Bet> bets;
};
BOOST_DESCRIBE_STRUCT(Spin, (), (player, game, stake, bets))

/// Fact: a round was played and settled. The outcome follows from the game's definition, the bets and the draws.
struct Settled {
    static constexpr std::string_view kName = "rounds.settled";
    static constexpr std::uint16_t kFact = 3;
    RoundId round{};
    PlayerId player{};
    std::string game;
    Hash definition{};  ///< SHA-256 of the game's definition in canonical form, as it was when the round was played.
    std::int64_t stake = 0;
    std::int64_t win = 0;
    std::vector<Bet> bets;
};
BOOST_DESCRIBE_STRUCT(Settled, (), (round, player, game, definition, stake, win, bets))

/// Fact: a round that had its stake could not be drawn; the stake went back in the same unit of work.
struct Voided {
    static constexpr std::string_view kName = "rounds.voided";
    static constexpr std::uint16_t kFact = 4;
    RoundId round{};
    PlayerId player{};
    std::string game;
    std::int64_t stake = 0;
};
BOOST_DESCRIBE_STRUCT(Voided, (), (round, player, game, stake))

/// A game as the lobby shows it.
struct GameInfo {
    std::string game;
    std::string name;
    std::string kind;           ///< "slot", "roulette" or "dice"
    std::uint32_t rtp_ppm = 0;  ///< Theoretical return to player, millionths, computed from the definition.
    std::int64_t stake_min = 0;
    std::int64_t stake_max = 0;
    std::int64_t stake_step = 0;
    bool open = true;
    std::string definition_json;  ///< What a client needs to draw the game: a JSON object (docs/protocol).
};
BOOST_DESCRIBE_STRUCT(
    GameInfo, (), (game, name, kind, rtp_ppm, stake_min, stake_max, stake_step, open, definition_json))

struct Games {
    std::vector<GameInfo> games;
};
BOOST_DESCRIBE_STRUCT(Games, (), (games))

/// All games, by name. Refuses: nothing.
struct ListGames {
    using Reply = Games;
    static constexpr std::string_view kName = "rounds.ListGames";
};
BOOST_DESCRIBE_STRUCT(ListGames, (), ())

}  // namespace croupier::rounds
