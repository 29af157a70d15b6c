#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "casino.hpp"
#include "croupier/ports.hpp"
#include "edge.hpp"
#include "gated_outputs.hpp"
#include "croupier/messages/session.hpp"
#include "sqlite_store.hpp"
#include "views_reader.hpp"

namespace croupier::host {

/// The HTTP calls under /api/v1 (docs/protocol). Each that touches the casino is one input; history is asked of the views,
/// off the loop. Every answer is handed to the edge stamped with the seq that it rests on.
class Api {
public:
    /// What the calls reach. All outlive the Api.
    struct Parts {
        Casino& casino;
        edge::Edge& edge;
        GatedOutputs& outputs;
        Clock& clock;
        Entropy& entropy;
        store::ViewsReader& views;
        store::SqliteStore& store;
        Currency currency;
        std::function<bool()> draining;
    };

    explicit Api(Parts parts) : parts_{std::move(parts)} {}

    /// Answers any call whose path starts with /api/. False: it was refused, as far as that is known yet.
    bool handle(ConnectionId call, const edge::HttpRequest& request);

private:
    void route(ConnectionId call, const edge::HttpRequest& request);

    static constexpr std::size_t kUnitBytes = 4096;  // More than a registration or a session takes.
    static constexpr std::chrono::milliseconds kSoon{100};

    void register_player(ConnectionId call, const edge::HttpRequest& request);
    void log_in(ConnectionId call, const edge::HttpRequest& request);
    void log_out(ConnectionId call, const edge::HttpRequest& request);
    void games(ConnectionId call, const edge::HttpRequest& request);
    void me(ConnectionId call, const edge::HttpRequest& request);
    void my_rounds(ConnectionId call, const edge::HttpRequest& request);
    void my_round(ConnectionId call, const edge::HttpRequest& request, std::string_view id);
    void my_statement(ConnectionId call, const edge::HttpRequest& request);

    /// Who asks, by the Authorization header. Refuses: not_logged_in, session_unknown.
    Result<session::PlayerInfo> who(const edge::HttpRequest& request);
    /// Sends a command as one input of its own.
    template <class Command>
    Result<typename Command::Reply> send(const Command& command);
    /// Answers the call with what the views said, or with their refusal.
    template <class Rows, class Write>
    store::ViewsReader::Done<Rows> answer_with(ConnectionId call, Write write);
    void answer(ConnectionId call, int status, std::string body);
    void refuse(ConnectionId call, const Error& error);
    /// A refusal that rests on no state: it does not wait for the disk.
    void refuse_now(ConnectionId call, const Error& error);

    Parts parts_;
    std::uint64_t refusals_ = 0;
};

/// An RFC 9457 problem document for a refusal.
edge::HttpResponse problem(const Error& error);

}  // namespace croupier::host
