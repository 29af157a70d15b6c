#pragma once

#include <functional>
#include <string>
#include <utility>

#include "adapters/log.hpp"
#include "casino.hpp"
#include "croupier/ports.hpp"
#include "edge.hpp"
#include "gated_outputs.hpp"
#include "inputs.hpp"
#include "queries.hpp"
#include "token.hpp"

namespace croupier::host {

/// What the HTTP calls of players and of operators share: what they reach, and how an answer leaves. Each call that touches
/// the casino is one input; history is asked of the views, off the loop. Every answer is handed to the edge stamped with the
/// seq that it rests on.
class Calls {
public:
    /// What the calls reach. All outlive them.
    struct Parts {
        Casino& casino;
        edge::Edge& edge;
        GatedOutputs& outputs;
        Clock& clock;
        Tokens& tokens;
        store::Queries& views;
        Store& store;
        Currency currency;
        const SealKey& seal_key;
        const bool& draining;
        std::function<void(ErrorCode)> refused;  ///< Counts a refusal.
    };

protected:
    explicit Calls(Parts parts) : parts_{std::move(parts)} {}

    static constexpr std::chrono::milliseconds kSoon{100};

    /// Sends a command as one input of its own.
    template <class Command>
    Result<typename Command::Reply> send(const Command& command)
    {
        auto reply = parts_.casino.input(parts_.clock.wall(), parts_.outputs,
            [&](Context& context) { return parts_.casino.bus().send(command, context); });
        log::debug("api", "decided",
            {log::input(parts_.casino.last_input()), {"command", Command::kName}, {"ok", reply.has_value()},
                {"rests_on", raw(parts_.casino.submitted().seq)}});
        parts_.outputs.flush(parts_.edge, parts_.casino.submitted().seq);
        return reply;
    }

    /// Why no unit of about `bytes` can be taken now, if so: the answer to it rests on no state.
    std::optional<Error> busy(std::size_t bytes) const;
    void answer(ConnectionId call, int status, std::string body);
    void refuse(ConnectionId call, const Error& error);
    /// A refusal that rests on no state: it does not wait for the disk.
    void refuse_now(ConnectionId call, const Error& error);

    /// Answers the call with what the views said, or with their refusal.
    template <class Rows, class Write>
    store::Queries::Done<Rows> answer_with(ConnectionId call, Write write)
    {
        return [this, call, write = std::move(write)](Result<store::Viewed<Rows>> viewed) {
            if (!viewed) { return refuse(call, viewed.error()); }
            write(std::move(viewed->rows));
        };
    }
    // History as it was durable when the call came: what the player has been shown is in it.
    void answer_rounds(ConnectionId call, const ApiRequest& request, PlayerId player);
    void answer_statement(ConnectionId call, const ApiRequest& request, PlayerId player);
    /// The same as CSV, up to 10 000 lines a call; a Link header leads to what is older.
    void answer_statement_csv(ConnectionId call, const ApiRequest& request, PlayerId player);

    /// SHA-256 of the bearer token. Refuses: not_logged_in.
    static Result<Hash> bearer(const ApiRequest& request);

    void count_refusal(ErrorCode code)
    {
        ++refusals_;
        parts_.refused(code);
    }

    Parts parts_;
    std::uint64_t refusals_ = 0;
};

/// An RFC 9457 problem document for a refusal.
edge::HttpResponse problem(const Error& error);
/// "?<name>=12", the only parameter of a list; 0 without it, nullopt with anything else.
std::optional<std::uint64_t> only_number(const ApiRequest& request, std::string_view name);
/// A StatementEntry (docs/protocol).
void write_entry(std::string& out, const store::StatementRow& row);
/// The members of a RoundSummary (docs/protocol).
void write_round(std::string& out, const store::RoundRow& row);

}  // namespace croupier::host
