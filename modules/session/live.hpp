#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "croupier/ids.hpp"
#include "sessions.hpp"

namespace croupier::session {

/// Which connection belongs to which session, and the pushes that a reconnecting client may have missed. Nothing here
/// survives this process: after a restart, positions belong to another instance and clients get a snapshot.
class Live {
public:
    using Push = LivePush;
    struct Session {
        PlayerId player{};
        ConnectionId connection{};  ///< 0 while disconnected.
        std::uint64_t seq = 0;      ///< Position of the last own-money push.
        std::deque<Push> pushes;    ///< The last of them, oldest first.
    };

    /// The session's live state, made on the first hello.
    Session& at(SessionId id, PlayerId player);
    Session* find(SessionId id);
    const Session* find(SessionId id) const;
    /// 0 if the connection has not said hello.
    SessionId session_of(ConnectionId connection) const;

    void attach(SessionId id, ConnectionId connection);
    /// The session stays, so that its client can resume.
    void detach(ConnectionId connection);
    /// The session has ended: nothing of it is kept.
    void forget(SessionId id);

    /// Puts a session back that another Live had.
    void add(const LiveSession& session);
    /// Players with at least one connection.
    std::size_t players_online() const noexcept { return online_.size(); }
    const std::map<ConnectionId, SessionId>& connections() const noexcept { return connections_; }

private:
    void count(PlayerId player, int change);

    std::map<ConnectionId, SessionId> connections_;  // Ordered: broadcasts go out in this order.
    std::unordered_map<SessionId, Session> live_;    // Looked up only.
    std::unordered_map<PlayerId, int> online_;       // Looked up only: connections a player.
};

}  // namespace croupier::session
