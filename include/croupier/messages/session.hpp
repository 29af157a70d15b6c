#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/ports.hpp"
#include "croupier/time.hpp"

/// What may be said to the session module, and what it records: players, their sessions, and the commands and queries of
/// the protocol croupier.v1. A session's token never reaches a module: only its SHA-256 does.
namespace croupier::session {

/// The command was taken care of; what the client is told went out as frames.
struct Done {};
BOOST_DESCRIBE_STRUCT(Done, (), ())

struct PlayerInfo {
    PlayerId player{};
    std::string nickname;  ///< Personal: never logged. Empty once erased.
    SessionId session{};   ///< 0 where there is none.
    ledger::Balance balance;
};
BOOST_DESCRIBE_STRUCT(PlayerInfo, (), (player, nickname, session, balance))

/// Opens a player's account under a nickname. Demo mode only.
/// Refuses: demo_only, nickname_invalid, nickname_taken, overloaded (keys are being made, or players_max).
struct Register {
    using Reply = PlayerInfo;
    static constexpr std::string_view kName = "session.Register";
    std::string nickname;
};
BOOST_DESCRIBE_STRUCT(Register, (), (nickname))

struct LoggedIn {
    SessionId session{};
    PlayerId player{};
    WallTime expires_at{};
};
BOOST_DESCRIBE_STRUCT(LoggedIn, (), (session, player, expires_at))

/// Opens a session. Demo mode only: a nickname is enough. The oldest session of a player who has too many is ended; when
/// there are sessions_max over all players, the oldest one that has no connection is.
/// Refuses: demo_only, player_unknown, overloaded (sessions_max, and each has a connection).
struct LogIn {
    using Reply = LoggedIn;
    static constexpr std::string_view kName = "session.LogIn";
    std::string nickname;
    Hash token{};  ///< SHA-256 of the token.
};
BOOST_DESCRIBE_STRUCT(LogIn, (), (nickname, token))

/// Who holds this token? Refuses: session_unknown.
struct Authenticate {
    using Reply = PlayerInfo;
    static constexpr std::string_view kName = "session.Authenticate";
    Hash token{};
};
BOOST_DESCRIBE_STRUCT(Authenticate, (), (token))

/// Ends the session and closes its connection. Refuses: session_unknown.
struct LogOut {
    using Reply = Done;
    static constexpr std::string_view kName = "session.LogOut";
    Hash token{};
};
BOOST_DESCRIBE_STRUCT(LogOut, (), (token))

/// Where a client left off: the last push it saw.
struct Resume {
    std::string instance;
    std::uint64_t seq = 0;
};
BOOST_DESCRIBE_STRUCT(Resume, (), (instance, seq))

/// First frame of a connection: attaches it to a session and welcomes it. Refuses: session_unknown.
struct Hello {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Hello";
    ConnectionId connection{};
    std::uint64_t q = 0;
    Hash token{};
    std::optional<Resume> resume;
};
BOOST_DESCRIBE_STRUCT(Hello, (), (connection, q, token, resume))

/// Command n of the connection's session: play a round. The answer, or the refusal, goes out as a frame.
/// Refuses: not_logged_in.
struct Play {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Play";
    ConnectionId connection{};
    std::uint64_t n = 0;  ///< 1 … 2^53 - 1
    std::string game;
    std::int64_t stake = 0;
    std::vector<rounds::Bet> bets;
};
BOOST_DESCRIBE_STRUCT(Play, (), (connection, n, game, stake, bets))

/// Command n of the connection's session: make the choice that a round waits for. As Play otherwise.
struct Choose {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Choose";
    ConnectionId connection{};
    std::uint64_t n = 0;
    RoundId round{};
    std::uint32_t choice = 0;
};
BOOST_DESCRIBE_STRUCT(Choose, (), (connection, n, round, choice))

enum class QueryKind : std::uint8_t { balance = 1, games = 2, online = 3, open = 4 };
BOOST_DESCRIBE_ENUM(QueryKind, balance, games, online, open)

/// A question, answered by a frame and forgotten. Refuses: not_logged_in.
struct Ask {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Ask";
    ConnectionId connection{};
    std::uint64_t q = 0;
    QueryKind kind{};
};
BOOST_DESCRIBE_STRUCT(Ask, (), (connection, q, kind))

/// What the views know of an old command that is no longer in memory (the answer to Outputs::look_up).
struct OldAnswer {
    using Reply = Done;
    static constexpr std::string_view kName = "session.OldAnswer";
    ConnectionId connection{};
    std::uint64_t n = 0;
    Hash content{};        ///< Of the frame that asked.
    bool found = false;    ///< False: the views are behind; the client may ask again.
    Hash content_first{};  ///< Of the frame that was decided.
    std::string answer;
};
BOOST_DESCRIBE_STRUCT(OldAnswer, (), (connection, n, content, found, content_first, answer))

/// A connection is gone. Refuses: nothing.
struct Disconnect {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Disconnect";
    ConnectionId connection{};
};
BOOST_DESCRIBE_STRUCT(Disconnect, (), (connection))

/// Forgets a player's personal data: the key is erased, the facts stay whole. Refuses: player_unknown.
struct Erase {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Erase";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(Erase, (), (player))

/// Time passed: ends sessions that are past their lifetime, a bounded number a call. Refuses: nothing.
struct Sweep {
    using Reply = Done;
    static constexpr std::string_view kName = "session.Sweep";
};
BOOST_DESCRIBE_STRUCT(Sweep, (), ())

/// Tells every connection that the server is stopping. Refuses: nothing.
struct AnnounceDrain {
    using Reply = Done;
    static constexpr std::string_view kName = "session.AnnounceDrain";
};
BOOST_DESCRIBE_STRUCT(AnnounceDrain, (), ())

/// How many there are now; for metrics, and for the keys that the next players need.
struct Counts {
    std::uint64_t players = 0;  ///< Ever registered; the last PlayerId given.
    std::uint64_t sessions_open = 0;
    std::uint64_t players_online = 0;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (players, sessions_open, players_online))

/// Refuses: nothing.
struct GetCounts {
    using Reply = Counts;
    static constexpr std::string_view kName = "session.GetCounts";
};
BOOST_DESCRIBE_STRUCT(GetCounts, (), ())

/// Event: the number of players with a connection changed.
struct PresenceChanged {
    static constexpr std::string_view kName = "session.PresenceChanged";
    std::uint64_t players = 0;
};
BOOST_DESCRIBE_STRUCT(PresenceChanged, (), (players))

/// Fact: a player exists. The nickname is sealed under the player's own key.
struct PlayerRegistered {
    static constexpr std::string_view kName = "session.player_registered";
    static constexpr std::uint16_t kFact = 6;
    PlayerId player{};
    Sealed nickname;
};
BOOST_DESCRIBE_STRUCT(PlayerRegistered, (), (player, nickname))

/// Fact: the player's key was erased; the nickname cannot be read any more, and the player cannot log in.
struct PlayerErased {
    static constexpr std::string_view kName = "session.player_erased";
    static constexpr std::uint16_t kFact = 7;
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(PlayerErased, (), (player))

/// Fact: a session is open until `expires_at`, for whoever holds the token with this hash.
struct Opened {
    static constexpr std::string_view kName = "session.opened";
    static constexpr std::uint16_t kFact = 8;
    SessionId session{};
    PlayerId player{};
    Hash token{};
    WallTime expires_at{};
};
BOOST_DESCRIBE_STRUCT(Opened, (), (session, player, token, expires_at))

/// Fact: a session has ended. Its last answers stay until the player opens the session after the next.
struct Closed {
    static constexpr std::string_view kName = "session.closed";
    static constexpr std::uint16_t kFact = 9;
    SessionId session{};
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(Closed, (), (session, player))

}  // namespace croupier::session
