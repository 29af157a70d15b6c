#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "croupier/messages/session.hpp"
#include "croupier/module.hpp"

namespace croupier::session {

struct Options {
    bool demo = false;
    std::string instance;  ///< Names this life of this server; positions of pushes count within it.
    std::chrono::seconds lifetime{30 * 86400};
    std::size_t answers_kept = 16;  ///< Last answers a session, in memory; older ones come from the views.
    std::size_t pushes_kept = 64;   ///< Last own-money pushes a session, for resuming.
    std::size_t welcome_answers_bytes_max = 128 * 1024;  ///< Of the answers that a welcome tells again.
    std::size_t resume_bytes_max = 64 * 1024;            ///< Of the pushes behind it; were they more, it is a snapshot.
    std::uint32_t refusals_max = 1000;                   ///< Recorded refusals a session.
    std::size_t sessions_max = 1'000'000;
    std::size_t sessions_per_player = 5;
    std::size_t players_max = 5'000'000;
};

/// A command's outcome, as it was first answered.
struct Answer {
    std::uint64_t n = 0;
    Hash content{};    ///< SHA-256 of the command.
    std::string text;  ///< The members of the frame: "re":12,"ok":{…}
};
BOOST_DESCRIBE_STRUCT(Answer, (), (n, content, text))

/// A push of own money that a reconnecting client may have missed.
struct LivePush {
    std::uint64_t seq = 0;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(LivePush, (), (seq, text))

/// A session that said hello in this process, as the module's live state has it: a vector of them.
struct LiveSession {
    SessionId session{};
    PlayerId player{};
    ConnectionId connection{};  ///< 0 while disconnected.
    std::uint64_t seq = 0;      ///< Position of the last own-money push.
    std::vector<LivePush> pushes;
};
BOOST_DESCRIBE_STRUCT(LiveSession, (), (session, player, connection, seq, pushes))

/// What the facts say about players and sessions: the durable half of the module, with nothing of connections in it.
class Registry {
public:
    struct Player {
        Sealed nickname;
        bool erased = false;
        SessionId latest{};  ///< The session opened last, and the one before it: their answers are kept.
        SessionId previous{};
        std::vector<SessionId> open;  ///< Oldest first.
    };
    struct Session {
        PlayerId player{};
        Hash token{};
        WallTime expires_at{};
        bool closed = false;
        std::uint64_t last_n = 0;
        std::uint32_t refusals = 0;
        std::vector<Answer> answers;  ///< A ring, at most answers_kept.
        std::size_t oldest = 0;       ///< Where in the ring the oldest stands.

        std::vector<Answer> answers_in_order() const;
    };

    /// `keys` may be null: then nicknames stay sealed and players are not found by name (a shadow for snapshots).
    Registry(const Options& options, Keys* keys) : options_{&options}, keys_{keys} {}

    void apply(const PlayerRegistered& fact);
    void apply(const PlayerErased& fact);
    void apply(const Opened& fact);
    void apply(const Closed& fact);
    void apply(const RequestRecord& fact);

    const Player* player(PlayerId id) const;
    /// 0 if nobody has this nickname (compared without regard to ASCII case).
    PlayerId player_named(std::string_view nickname) const;
    /// Open and not expired at `now`; null otherwise.
    const Session* session(SessionId id, WallTime now) const;
    /// Also of a closed session, as long as it is kept.
    const Session* kept(SessionId id) const;
    SessionId session_of(const Hash& token) const;
    std::string nickname(PlayerId id) const;
    std::size_t players() const noexcept { return players_.size(); }
    std::size_t open_sessions() const noexcept { return open_by_age_.size(); }
    SessionId next_session() const noexcept { return next_session_; }
    /// The open session that was opened first; 0 if none. Lifetimes are equal, so that it also expires first.
    SessionId oldest_open() const;
    /// All open sessions, in the order of their opening.
    const std::set<SessionId>& open_by_age() const noexcept { return open_by_age_; }

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    struct TokenHash {
        std::size_t operator()(const Hash& hash) const noexcept
        {
            std::size_t value = 0;
            std::memcpy(&value, hash.data(), sizeof value);
            return value;
        }
    };

    void forget_if_old(SessionId id);
    void index(PlayerId id);

    const Options* options_;
    Keys* keys_;
    std::vector<Player> players_;  // Index is the id minus 1.
    std::map<SessionId, Session> sessions_;
    std::set<SessionId> open_by_age_;
    SessionId next_session_{1};
    // Only looked up, never iterated: their order cannot reach an output.
    std::unordered_map<std::string, PlayerId> by_name_;
    std::unordered_map<Hash, SessionId, TokenHash> by_token_;
};

/// 2 to 24 letters (any script), digits, inner single spaces, '-', '_', '.'; well-formed UTF-8.
bool valid_nickname(std::string_view nickname);
/// How nicknames are compared: ASCII letters in lower case.
std::string folded(std::string_view nickname);

}  // namespace croupier::session
