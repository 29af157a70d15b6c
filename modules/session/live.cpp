#include "live.hpp"

#include "croupier/assert.hpp"

namespace croupier::session {

Live::Session& Live::at(SessionId id, PlayerId player)
{
    Session& session = live_[id];
    session.player = player;
    return session;
}

Live::Session* Live::find(SessionId id)
{
    const auto found = live_.find(id);
    return found == live_.end() ? nullptr : &found->second;
}

const Live::Session* Live::find(SessionId id) const
{
    const auto found = live_.find(id);
    return found == live_.end() ? nullptr : &found->second;
}

SessionId Live::session_of(ConnectionId connection) const
{
    const auto found = connections_.find(connection);
    return found == connections_.end() ? SessionId{0} : found->second;
}

void Live::attach(SessionId id, ConnectionId connection)
{
    Session* session = find(id);
    CROUPIER_ASSERT(session != nullptr && raw(session->connection) == 0);
    CROUPIER_ASSERT(raw(session_of(connection)) == 0);
    session->connection = connection;
    connections_.emplace(connection, id);
    count(session->player, 1);
}

void Live::detach(ConnectionId connection)
{
    const auto found = connections_.find(connection);
    if (found == connections_.end()) { return; }
    Session* session = find(found->second);
    CROUPIER_ASSERT(session != nullptr && session->connection == connection);
    session->connection = ConnectionId{0};
    connections_.erase(found);
    count(session->player, -1);
}

void Live::forget(SessionId id)
{
    Session* session = find(id);
    if (session == nullptr) { return; }
    if (raw(session->connection) != 0) { detach(session->connection); }
    live_.erase(id);
}

void Live::add(const LiveSession& session)
{
    Session& live = at(session.session, session.player);
    live.seq = session.seq;
    live.pushes.assign(session.pushes.begin(), session.pushes.end());
    if (raw(session.connection) != 0) { attach(session.session, session.connection); }
}

void Live::count(PlayerId player, int change)
{
    int& connections = online_[player];
    connections += change;
    CROUPIER_ASSERT(connections >= 0);
    if (connections == 0) { online_.erase(player); }
}

}  // namespace croupier::session
