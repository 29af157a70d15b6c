#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace croupier {

/// What a refusal does to the request that got it.
enum class Finality : std::uint8_t {
    /// Recorded nothing, consumed no key: the same request may be sent again and may then succeed.
    transient,
    /// A decision. For a money command it is recorded and its key is consumed: a repeat gets the same refusal.
    final_,
};

// Every refusal there is: name, stable number, finality, HTTP status, meaning. Numbers are never reused.
// 1xx the request itself · 2xx players and sessions · 3xx games and rounds · 4xx money · 5xx risk · 6xx the house's own
#define CROUPIER_ERROR_CODES(X) \
    X(malformed, 100, transient, 400, "The request is not well formed.") \
    X(too_large, 101, transient, 413, "The request is larger than allowed.") \
    X(operation_unknown, 102, transient, 400, "There is no such operation.") \
    X(not_logged_in, 103, transient, 401, "A valid session is needed first.") \
    X(out_of_order, 104, transient, 409, "The command number is not the next one of this session.") \
    X(in_flight, 105, transient, 409, "The same request is still being decided.") \
    X(rate_limited, 106, transient, 429, "Too many requests; slow down.") \
    X(overloaded, 107, transient, 503, "The server is at its limit; try again shortly.") \
    X(draining, 108, transient, 503, "The server is shutting down and takes no new rounds.") \
    X(disk_low, 109, transient, 503, "The server is short of disk space and takes no new stakes.") \
    X(not_found, 110, transient, 404, "There is nothing at this address.") \
    X(method_not_allowed, 111, transient, 405, "This address does not take that method.") \
    X(origin_refused, 112, transient, 403, "Requests from this origin are refused.") \
    X(not_available, 113, transient, 503, "The module that answers this is not enabled here.") \
    X(key_conflict, 120, final_, 422, "This request key was already used with another content.") \
    X(nickname_taken, 200, final_, 409, "This nickname is taken.") \
    X(nickname_invalid, 201, final_, 400, "A nickname has 2 to 24 letters, digits, spaces, '-', '_' or '.'.") \
    X(demo_only, 202, final_, 403, "This is offered in demo mode only.") \
    X(session_unknown, 203, final_, 401, "There is no such session, or it has ended.") \
    X(player_unknown, 204, final_, 404, "There is no such player.") \
    X(player_closed, 205, final_, 403, "This player's account is closed.") \
    X(forbidden, 206, final_, 403, "This is not allowed.") \
    X(game_unknown, 300, final_, 404, "There is no such game.") \
    X(game_closed, 301, final_, 409, "This game is closed.") \
    X(stake_invalid, 302, final_, 400, "This stake is not one that the game takes.") \
    X(stake_too_low, 303, final_, 400, "The stake is below the game's minimum.") \
    X(stake_too_high, 304, final_, 400, "The stake is above the game's maximum.") \
    X(bets_invalid, 305, final_, 400, "A bet is not one that the game knows.") \
    X(round_unknown, 306, final_, 404, "There is no such round.") \
    X(round_voided, 307, final_, 503, "The round could not be finished; its stake was given back.") \
    X(round_closed, 308, final_, 409, "This round has ended; what it paid stands.") \
    X(bet_rolled_back, 309, final_, 409, "This bet was rolled back.") \
    X(receipt_not_ready, 310, transient, 409, "This round's day is not sealed yet; the receipt comes with it.") \
    X(seeds_changed, 311, transient, 409, "Other seeds decide this game by now.") \
    X(round_open, 312, final_, 409, "Another round of this player waits for a choice.") \
    X(choice_invalid, 313, final_, 400, "The round does not ask for such a choice.") \
    X(too_soon, 314, transient, 429, "The last game began a moment ago; the next one may begin a little later.") \
    X(insufficient_funds, 400, final_, 402, "The balance is lower than the stake.") \
    X(amount_invalid, 401, final_, 400, "An amount is a positive whole number of minor units.") \
    X(amount_overflow, 402, final_, 400, "The amount is larger than an account can hold.") \
    X(account_unknown, 403, final_, 404, "There is no such account.") \
    X(currency_mismatch, 404, final_, 400, "The accounts hold different currencies.") \
    X(bank_exposed, 405, final_, 409, "The bank could not pay this round's largest win.") \
    X(account_frozen, 406, final_, 403, "This account is frozen.") \
    X(hold_unknown, 407, final_, 404, "There is no such hold.") \
    X(hold_resolved, 408, final_, 409, "This hold has been resolved already.") \
    X(proposal_unknown, 409, final_, 404, "There is no such proposal, or it has been decided.") \
    X(same_operator, 410, final_, 403, "A second person has to confirm this.") \
    X(account_not_empty, 417, final_, 409, "There is still money on this account, or held.") \
    X(rolled_back, 418, final_, 409, "This request was rolled back.") \
    X(not_reversible, 419, final_, 409, "This cannot be rolled back; correct it with an adjustment.") \
    X(nothing_to_seal, 420, final_, 409, "Nothing has moved since the last seal.") \
    X(risk_refused, 500, final_, 403, "A limit on play refuses this stake.") \
    X(limit_reached, 501, final_, 403, "A limit that was set for this player refuses this.") \
    X(entropy_unavailable, 600, transient, 503, "The random number generator is not in a state to be used.") \
    X(internal, 601, transient, 500, "The server failed; the event is logged.")

enum class ErrorCode : std::uint16_t {
#define X(name, number, finality, http, meaning) name = number,
    CROUPIER_ERROR_CODES(X)
#undef X
};

/// The code's stable name, as it stands in protocols: "insufficient_funds".
std::string_view name(ErrorCode code) noexcept;
/// One English sentence for people; clients decide by the name, never by this.
std::string_view meaning(ErrorCode code) noexcept;
/// The HTTP status that carries this code.
int http_status(ErrorCode code) noexcept;
/// The one predicate that decides whether a refusal is recorded and consumes its key. True: it did neither.
bool is_transient(ErrorCode code) noexcept;
/// The code with this number; nullopt if there is none.
std::optional<ErrorCode> error_code(std::uint16_t number) noexcept;

/// A refusal: a value, never an exception.
struct Error {
    ErrorCode code;
    /// When to try again; only on transient codes, and only where the server knows.
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return refuse(ErrorCode::game_unknown);` in any function that returns a Result.
inline std::unexpected<Error> refuse(
    ErrorCode code, std::optional<std::chrono::milliseconds> retry_after = std::nullopt)
{
    return std::unexpected{Error{code, retry_after}};
}

}  // namespace croupier
