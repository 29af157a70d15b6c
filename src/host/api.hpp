#pragma once

#include <string>
#include <string_view>

#include "calls.hpp"
#include "croupier/messages/session.hpp"

namespace croupier::host {

/// The players' HTTP calls under /api/v1 (docs/protocol).
class Api : private Calls {
public:
    using Calls::Parts;
    explicit Api(Parts parts) : Calls{std::move(parts)} {}

    /// Answers any call whose path starts with /api/. False: it was refused, as far as that is known yet.
    bool handle(ConnectionId call, const edge::HttpRequest& request);

private:
    void route(ConnectionId call, const edge::HttpRequest& request);

    static constexpr std::size_t kUnitBytes = 4096;  // More than a registration or a session takes.

    void register_player(ConnectionId call, const edge::HttpRequest& request);
    void log_in(ConnectionId call, const edge::HttpRequest& request);
    void log_out(ConnectionId call, const edge::HttpRequest& request);
    void games(ConnectionId call, const edge::HttpRequest& request);
    void me(ConnectionId call, const edge::HttpRequest& request);
    void my_rounds(ConnectionId call, const edge::HttpRequest& request);
    void my_round(ConnectionId call, const edge::HttpRequest& request, std::string_view id);
    void jackpots(ConnectionId call, const edge::HttpRequest& request);
    void seals(ConnectionId call, const edge::HttpRequest& request);
    void my_receipt(ConnectionId call, const edge::HttpRequest& request, std::string_view id);
    void answer_receipt(ConnectionId call, Seq unit, const ledger::Seal& seal);
    void my_statement(ConnectionId call, const edge::HttpRequest& request);
    void my_statement_csv(ConnectionId call, const edge::HttpRequest& request);

    /// Who asks, by the Authorization header. Refuses: not_logged_in, session_unknown.
    Result<session::PlayerInfo> who(const edge::HttpRequest& request);
};

}  // namespace croupier::host
