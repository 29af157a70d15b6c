#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "calls.hpp"
#include "croupier/messages/session.hpp"

namespace croupier::host {

/// The nickname of a body {"nickname":"…"} with nothing else in it.
std::optional<std::string> parse_nickname(const ApiRequest& request);

/// The players' HTTP calls under /api/v1 (docs/protocol).
class Api : private Calls {
public:
    using Calls::Parts;
    explicit Api(Parts parts) : Calls{std::move(parts)} {}
    const Parts& parts() const noexcept { return parts_; }

    /// Answers any call whose path starts with /api/. False: it was refused, as far as that is known yet.
    bool handle(ConnectionId call, const ApiRequest& request);
    /// The path with nothing in it that decides nothing (a client may have put its token there); answered just as it is.
    static std::string presentable(std::string_view path);

private:
    struct Route;
    static std::span<const Route> routes();
    void route(ConnectionId call, const ApiRequest& request);

    static constexpr std::size_t kUnitBytes = 4096;  // More than a registration or a session takes.

    void register_player(ConnectionId call, const ApiRequest& request);
    void log_in(ConnectionId call, const ApiRequest& request);
    void log_out(ConnectionId call, const ApiRequest& request);
    void games(ConnectionId call, const ApiRequest& request);
    void me(ConnectionId call, const ApiRequest& request);
    void my_rounds(ConnectionId call, const ApiRequest& request);
    void my_round(ConnectionId call, const ApiRequest& request, std::string_view id);
    void jackpots(ConnectionId call, const ApiRequest& request);
    void seals(ConnectionId call, const ApiRequest& request);
    /// Answers with one round, or refuses: round_unknown; overloaded, when the views are behind and may just not know it yet.
    template <class Write>
    store::Queries::Done<std::optional<store::RoundDetail>> answer_round(ConnectionId call, Write write);
    void my_receipt(ConnectionId call, const ApiRequest& request, std::string_view id);
    void answer_receipt(ConnectionId call, Seq unit, const ledger::Seal& seal);
    void my_seeds(ConnectionId call, const ApiRequest& request, std::string_view game);
    void my_statement(ConnectionId call, const ApiRequest& request);
    void my_statement_csv(ConnectionId call, const ApiRequest& request);

    /// Who asks, by the Authorization header. Refuses: not_logged_in, session_unknown.
    Result<session::PlayerInfo> who(const ApiRequest& request);
};

}  // namespace croupier::host
