#pragma once

#include <boost/container/static_vector.hpp>
#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
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

/// What a reel shows, top to bottom: symbol ids. In place, since a round has as many as it has reels, and each spin shows them.
using Column = boost::container::static_vector<std::uint32_t, 8>;

/// The reels stopped. grid[reel][row].
struct ReelsStopped {
    static constexpr std::string_view kEvent = "reels";
    std::vector<std::uint32_t> stops;
    std::vector<Column> grid;
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

/// The reels that show the respin's symbol are held, and the others spin again; they have stopped with the next "reels".
struct Respun {
    static constexpr std::string_view kEvent = "respin";
    std::vector<std::uint32_t> held;  ///< Reels, from 0 on the left.
    std::uint32_t left = 0;           ///< Respins that may still come.
    friend bool operator==(const Respun&, const Respun&) = default;
};
BOOST_DESCRIBE_STRUCT(Respun, (), (held, left))

/// A pick is won: one of so many closed boxes, all alike.
struct PickWon {
    static constexpr std::string_view kEvent = "pick";
    std::uint32_t boxes = 0;
    friend bool operator==(const PickWon&, const PickWon&) = default;
};
BOOST_DESCRIBE_STRUCT(PickWon, (), (boxes))

/// The player picked a box, and what was in each is shown.
struct Picked {
    static constexpr std::string_view kEvent = "picked";
    std::uint32_t box = 0;
    std::int64_t win = 0;
    std::vector<std::int64_t> wins;  ///< Of each box; wins[box] is `win`.
    friend bool operator==(const Picked&, const Picked&) = default;
};
BOOST_DESCRIBE_STRUCT(Picked, (), (box, win, wins))

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

/// A card: its rank, 0 the two … 12 the ace, times 4, and its suit: 0 clubs, 1 diamonds, 2 hearts, 3 spades.
using Card = std::uint32_t;

/// Five cards were dealt.
struct CardsDealt {
    static constexpr std::string_view kEvent = "deal";
    std::vector<Card> cards;
    friend bool operator==(const CardsDealt&, const CardsDealt&) = default;
};
BOOST_DESCRIBE_STRUCT(CardsDealt, (), (cards))

/// The player held cards of the hand, by place (0 … 4), and the others were replaced: this is the hand now.
struct CardsDrawn {
    static constexpr std::string_view kEvent = "draw";
    std::vector<std::uint32_t> held;
    std::vector<Card> cards;
    friend bool operator==(const CardsDrawn&, const CardsDrawn&) = default;
};
BOOST_DESCRIBE_STRUCT(CardsDrawn, (), (held, cards))

/// The hand pays.
struct HandWin {
    static constexpr std::string_view kEvent = "hand";
    std::uint32_t row = 0;  ///< Index into the definition's pay table.
    std::int64_t win = 0;
    friend bool operator==(const HandWin&, const HandWin&) = default;
};
BOOST_DESCRIBE_STRUCT(HandWin, (), (row, win))

/// The player did not choose in time, so the game's own rule did (GLI-19 4.16.3). The last event.
struct ChosenByRule {
    static constexpr std::string_view kEvent = "chosen_by_rule";
    std::uint32_t choice = 0;
    friend bool operator==(const ChosenByRule&, const ChosenByRule&) = default;
};
BOOST_DESCRIBE_STRUCT(ChosenByRule, (), (choice))

/// Of a provably fair round: which pair of seeds and which nonce decided it (docs/fair.md). The last event.
struct DecidedBySeeds {
    static constexpr std::string_view kEvent = "fair";
    std::uint64_t seeds = 0;
    std::uint64_t nonce = 0;
    friend bool operator==(const DecidedBySeeds&, const DecidedBySeeds&) = default;
};
BOOST_DESCRIBE_STRUCT(DecidedBySeeds, (), (seeds, nonce))

using GameEvent =
    std::variant<ReelsStopped, LineWin, ScatterWin, FreeSpinsAwarded, FreeSpin, Capped, PocketHit, BetResult, WaysWin,
        DiceRolled, DecidedBySeeds, CardsDealt, CardsDrawn, HandWin, ChosenByRule, Respun, PickWon, Picked>;

struct Outcome {
    std::vector<GameEvent> events;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (events, stake, win))

/// What a round in play waits for: the player's choice, a number below `choices`; what each means is the game's
/// (docs/protocol).
struct Awaited {
    std::uint32_t choices = 0;
    WallTime until{};  ///< Then the game's published rule chooses.
};
BOOST_DESCRIBE_STRUCT(Awaited, (), (choices, until))

/// A round, as its player hears of it: settled, or in play. Of one in play `win` is 0 and the outcome is what it shows so far.
struct Spun {
    RoundId round{};
    std::string game;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    std::int64_t jackpot = 0;  ///< Won beside `win`, from a jackpot.
    Outcome outcome;
    ledger::Balance balance;
    std::optional<Awaited> awaits;  ///< None: it is settled.
};
BOOST_DESCRIBE_STRUCT(Spun, (), (round, game, stake, win, jackpot, outcome, balance, awaits))

/// Plays a round: from stake to settlement in one unit of work, or, of a game that asks its player to choose, up to the first
/// choice; the stake is then held.
/// Refuses, in this order: game_unknown, game_closed, round_open (another one of the player waits for a choice), bets_invalid,
/// stake_invalid, stake_too_low, stake_too_high, too_soon, then what risk::CheckStake and ledger::TakeStake (or ledger::OpenBet)
/// refuse; and round_voided when the draw failed after the stake.
struct Spin {
    using Reply = Spun;
    static constexpr std::string_view kName = "rounds.Spin";
    PlayerId player{};
    std::string game;
    std::int64_t stake = 0;  ///< The total. With bets: 0, or exactly their sum.
    std::vector<Bet> bets;
};
BOOST_DESCRIBE_STRUCT(Spin, (), (player, game, stake, bets))

/// Makes the choice that a round waits for, and plays on: to the next one, or to the settlement.
/// Refuses, in this order: round_unknown (also another player's), round_closed, choice_invalid; and round_voided when the draw
/// failed, or the version of the game that it is played on can no longer be read.
struct Choose {
    using Reply = Spun;
    static constexpr std::string_view kName = "rounds.Choose";
    PlayerId player{};
    RoundId round{};
    std::uint32_t choice = 0;
};
BOOST_DESCRIBE_STRUCT(Choose, (), (player, round, choice))

/// The player's rounds that wait for a choice: at most one.
struct OpenRounds {
    std::vector<Spun> rounds;
};
BOOST_DESCRIBE_STRUCT(OpenRounds, (), (rounds))

/// Refuses: nothing.
struct ListOpen {
    using Reply = OpenRounds;
    static constexpr std::string_view kName = "rounds.ListOpen";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ListOpen, (), (player))

/// Ends a round in play and gives its stakes back, one of a game or one that the ledger alone has.
/// Refuses: what ledger::VoidRound refuses.
struct Void {
    using Reply = ledger::RoundClosed;
    static constexpr std::string_view kName = "rounds.Void";
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(Void, (), (round))

struct Finished {
    bool one = false;  ///< There was one.
};
BOOST_DESCRIBE_STRUCT(Finished, (), (one))

/// Finishes the round whose player's time to choose ended first, if there is one whose time is over, by its game's rule: up to its
/// end or to its next question, which is overdue as well. Refuses: nothing.
struct FinishOverdue {
    using Reply = Finished;
    static constexpr std::string_view kName = "rounds.FinishOverdue";
};
BOOST_DESCRIBE_STRUCT(FinishOverdue, (), ())

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

/// Fact: a round that had its stake could not be played to its end; the stake went back in the same unit of work.
struct Voided {
    static constexpr std::string_view kName = "rounds.voided";
    static constexpr std::uint16_t kFact = 4;
    RoundId round{};
    PlayerId player{};
    std::string game;
    std::int64_t stake = 0;
};
BOOST_DESCRIBE_STRUCT(Voided, (), (round, player, game, stake))

/// Fact: this version of a game, whose rounds go over several inputs, is played for the first time. A round ends on the version
/// on which it began, whatever the game's file says by then.
struct VersionPlayed {
    static constexpr std::string_view kName = "rounds.version_played";
    static constexpr std::uint16_t kFact = 44;
    Hash definition{};
    std::string text;  ///< The definition in canonical form; `definition` is its SHA-256.
};
BOOST_DESCRIBE_STRUCT(VersionPlayed, (), (definition, text))

/// Fact: a round is in play. Its stake is held in the same unit (ledger::BetHeld), and its draws follow there.
struct Begun {
    static constexpr std::string_view kName = "rounds.begun";
    static constexpr std::uint16_t kFact = 45;
    RoundId round{};
    PlayerId player{};
    std::string game;
    Hash definition{};
    std::int64_t stake = 0;
    std::vector<Bet> bets;
    WallTime until{};  ///< When the game's rule chooses, if the player has not.
};
BOOST_DESCRIBE_STRUCT(Begun, (), (round, player, game, definition, stake, bets, until))

/// Fact: a round in play got the choice it waited for. What is drawn for it follows in the same unit.
struct Chosen {
    static constexpr std::string_view kName = "rounds.chosen";
    static constexpr std::uint16_t kFact = 46;
    RoundId round{};
    std::uint32_t choice = 0;
    bool by_rule = false;  ///< The player did not choose in time.
};
BOOST_DESCRIBE_STRUCT(Chosen, (), (round, choice, by_rule))

/// Fact: what a round showed that was finished by rule. Of every other round that stands in the answer to its player.
struct Shown {
    static constexpr std::string_view kName = "rounds.shown";
    static constexpr std::uint16_t kFact = 47;
    RoundId round{};
    Outcome outcome;
};
BOOST_DESCRIBE_STRUCT(Shown, (), (round, outcome))

/// A game as the lobby shows it.
struct GameInfo {
    std::string game;
    std::string name;
    std::string kind;           ///< "slot", "roulette", "dice" or "video-poker"
    std::uint32_t rtp_ppm = 0;  ///< Theoretical return to player, millionths, computed from the definition.
    std::int64_t stake_min = 0;
    std::int64_t stake_max = 0;
    std::int64_t stake_step = 0;
    bool open = true;
    std::uint32_t cycle_ms = 0;   ///< From the start of a player's round to the next one's, at least.
    std::uint32_t choice_ms = 0;  ///< How long a round waits for its player's choice; 0: it never does.
    std::string definition_json;  ///< What a client needs to draw the game: a JSON object (docs/protocol).
};
BOOST_DESCRIBE_STRUCT(GameInfo, (),
    (game, name, kind, rtp_ppm, stake_min, stake_max, stake_step, open, cycle_ms, choice_ms, definition_json))

/// What the rounds of one game returned that this process settled, against theory. A round's return is its win over its stake;
/// each counts alike, whatever was staked.
struct Tally {
    std::string game;
    bool asks = false;  ///< Its players choose: those who do not choose best return less than theory.
    std::uint64_t rounds = 0;
    std::uint64_t voided = 0;
    std::int64_t stake = 0;               ///< Minor units.
    std::int64_t win = 0;                 ///< Jackpots not counted: they have their own money.
    std::uint64_t returned_ppm = 0;       ///< The sum of the rounds' returns, millionths.
    std::uint64_t expected_ppm = 0;       ///< The sum of what their bets return in theory.
    std::uint64_t squared_deviation = 0;  ///< The sum of (return - expected)^2, millionths.
};
BOOST_DESCRIBE_STRUCT(
    Tally, (), (game, asks, rounds, voided, stake, win, returned_ppm, expected_ppm, squared_deviation))

struct Tallies {
    std::vector<Tally> games;
};
BOOST_DESCRIBE_STRUCT(Tallies, (), (games))

/// What was played of one version of a game, ever: a version that returns something else is another game in every report
/// (GLI-19 A.6.1, 2.9.2).
struct PlayedVersion {
    std::string game;
    Hash definition{};
    std::uint64_t rounds = 0;              ///< Settled.
    std::int64_t stake = 0;                ///< Minor units.
    std::int64_t win = 0;                  ///< Jackpots not counted.
    std::int64_t jackpot = 0;              ///< Won beside it, from jackpots.
    WallTime first{};                      ///< When the first of these rounds was settled …
    WallTime last{};                       ///< … and the last.
    std::optional<std::uint32_t> rtp_ppm;  ///< In theory, of the poorest bet; of a version that is offered now.
};
BOOST_DESCRIBE_STRUCT(PlayedVersion, (), (game, definition, rounds, stake, win, jackpot, first, last, rtp_ppm))

/// Rounds of a game that a malfunction voided, ever.
struct VoidedRounds {
    std::string game;
    std::uint64_t rounds = 0;
    std::int64_t stake = 0;  ///< Given back.
};
BOOST_DESCRIBE_STRUCT(VoidedRounds, (), (game, rounds, stake))

struct PlayReport {
    std::vector<PlayedVersion> versions;  ///< By game, then definition.
    std::vector<VoidedRounds> voided;     ///< By game.
};
BOOST_DESCRIBE_STRUCT(PlayReport, (), (versions, voided))

/// Refuses: nothing.
struct GetReport {
    using Reply = PlayReport;
    static constexpr std::string_view kName = "rounds.GetReport";
};
BOOST_DESCRIBE_STRUCT(GetReport, (), ())

/// Of every game that is offered, for monitoring (GLI-19 A.6.1): it decides nothing. Refuses: nothing.
struct GetTallies {
    using Reply = Tallies;
    static constexpr std::string_view kName = "rounds.GetTallies";
};
BOOST_DESCRIBE_STRUCT(GetTallies, (), ())

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

/// Offers another version of a game that is offered here, from its next round on: for a studio, in demo mode; elsewhere a changed
/// definition is offered from the next start on. Rounds that are in play end on the version on which they began.
/// Refuses: malformed (it is no definition), game_unknown.
struct Offer {
    using Reply = GameInfo;
    static constexpr std::string_view kName = "rounds.Offer";
    std::string text;  ///< As in a file under config/games.
};
BOOST_DESCRIBE_STRUCT(Offer, (), (text))

/// Event: another version of a game is offered.
struct Offered {
    static constexpr std::string_view kName = "rounds.Offered";
    std::string game;
    Hash definition{};
    std::optional<fair::Scheme> scheme;  ///< How seeds decide it; none: it is the rng's.
};
BOOST_DESCRIBE_STRUCT(Offered, (), (game, definition, scheme))

}  // namespace croupier::rounds
