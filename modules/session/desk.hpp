#pragma once

#include "croupier/bus.hpp"
#include "croupier/messages/session.hpp"
#include "croupier/ports.hpp"
#include "croupier/work.hpp"
#include "live.hpp"
#include "sessions.hpp"

namespace croupier::session {

/// Where players meet the casino: decides about registrations, sessions and numbered commands, and writes their frames.
class Desk {
public:
    Desk(Options options, Keys* keys, Bus& bus)
        : options_{std::move(options)}, keys_{keys}, bus_{bus}, registry_{options_, keys}
    {
    }

    Result<PlayerInfo> register_player(const Register& command, Context& context);
    Result<LoggedIn> log_in(const LogIn& command, Context& context);
    Result<PlayerInfo> authenticate(const Authenticate& command, Context& context);
    Result<Done> log_out(const LogOut& command, Context& context);
    Result<Done> hello(const Hello& command, Context& context);
    Result<Done> play(const Play& command, Context& context);
    Result<Done> choose(const Choose& command, Context& context);
    Result<Done> ask(const Ask& command, Context& context);
    Result<Done> old_answer(const OldAnswer& command, Context& context);
    Result<Done> disconnect(const Disconnect& command, Context& context);
    Result<Done> erase(const Erase& command, Context& context);
    Result<Done> sweep(Context& context);
    Result<Done> announce_drain(Context& context);
    Counts counts() const;

    void balance_changed(const ledger::BalanceChanged& event, Context& context);
    void games_changed(Context& context);
    void online_announced(std::uint64_t players, Context& context);

    /// Oldest session first.
    std::vector<LiveSession> live() const;
    /// What live() said in another desk of the same state. False: it cannot be true of this one.
    bool restore_live(const std::vector<LiveSession>& sessions);

    Registry& registry() noexcept { return registry_; }
    const Registry& registry() const noexcept { return registry_; }

private:
    Result<PlayerInfo> info(PlayerId player, SessionId session, Context& context);
    /// Command n of a session: `make(player)` says what is asked of the rounds. Refuses: not_logged_in, session_unknown.
    template <class Make>
    Result<Done> decide(ConnectionId connection, std::uint64_t n, Context& context, Make make);
    /// A command that was decided before: its first answer, or key_conflict.
    void repeat(const Registry::Session& session, SessionId id, ConnectionId connection, std::uint64_t n,
        const Hash& content, Context& context);
    void end_session(SessionId id, Context& context);
    /// The open sessions without a connection, oldest first.
    std::vector<SessionId> oldest_idle(std::size_t count_max);
    void presence_changed(Context& context);
    /// Everybody who is connected; `push(seq)` is the frame for one at that position.
    template <class Push>
    void tell_all(std::string_view topic, Context& context, const Push& push);

    Options options_;
    Keys* keys_;
    Bus& bus_;
    Registry registry_;
    Live live_;
    // Whose command is being decided: its reply tells the balance, so it needs no push. Valid for one input.
    SessionId acting_{};
    InputId acting_input_{};
};

}  // namespace croupier::session
