#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/fair.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/ports.hpp"
#include "croupier/result.hpp"

namespace croupier::rounds {

/// What a round asks its player, once: a number below `choices`.
struct Question {
    std::uint32_t choices = 0;
    Value by_rule = 0;  ///< The choice for a player who makes none in time; published with the game's rules.
};

/// A game's mathematics: pure functions of its definition. The same stake, bets, draws and choices give the same outcome, for
/// ever. Amounts are minor units. A game knows nothing of players, balances or time.
///
/// A round is decided by values in order: draws, and, in games that ask their player, the choices between them.
class Game {
public:
    virtual ~Game() = default;

    /// As the lobby shows it. The RTP is computed exactly from the definition when it is loaded.
    virtual const GameInfo& info() const = 0;
    /// SHA-256 of the definition in its canonical form: JSON without white space, members in the order of their names.
    virtual const Hash& definition() const = 0;

    /// How a provably fair game is decided, in one draw; nothing: by the rng.
    virtual std::optional<fair::Scheme> fair() const { return std::nullopt; }

    /// The total stake of the round that is asked for.
    /// Refuses, in this order: bets_invalid, stake_invalid, stake_too_low, stake_too_high.
    virtual Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const = 0;
    /// What these bets return in theory, millionths of the stake, rounded down; under optimal play where there is a choice.
    virtual std::uint32_t rtp_ppm(std::span<const Bet> bets) const
    {
        (void)bets;
        return info().rtp_ppm;
    }
    /// The most this round can pay back; an upper bound over all outcomes, at most the game's cap.
    virtual std::int64_t win_max(std::int64_t total_stake, std::span<const Bet> bets) const = 0;
    /// The bounds of the draws that are needed next, given all values so far; empty: none, the round is complete if it asks
    /// nothing either. The number of steps is bounded by the definition. They belong to the game.
    virtual std::span<const Bound> next_bounds(std::span<const Value> decided) const = 0;
    /// What the player is asked next, given all values so far. A game that asks begins with a draw.
    virtual std::optional<Question> question(std::span<const Value> decided) const
    {
        (void)decided;
        return std::nullopt;
    }
    /// Of a game that asks: its definition in canonical form. Empty: it never asks.
    virtual std::string_view kept_text() const { return {}; }
    /// Whether its rounds wait for their players.
    bool asks() const { return !kept_text().empty(); }
    /// What the values mean. Of a round that is asking: what it shows so far, without a win.
    virtual Outcome evaluate(
        std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> decided) const = 0;
    /// The win of evaluate(), by the same code, without the events that tell it. Only for a complete round.
    virtual std::int64_t win(
        std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> decided) const = 0;
};

/// Why a definition was refused: the path inside the file and what was expected.
struct DefinitionError {
    std::string path;
    std::string expected;
};

/// The game that `json` (the text of a file under config/games/) defines.
std::expected<std::unique_ptr<Game>, DefinitionError> load_game(std::string_view json);

}  // namespace croupier::rounds
