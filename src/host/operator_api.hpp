#pragma once

#include <string_view>

#include "calls.hpp"
#include "croupier/messages/cashier.hpp"

namespace croupier::host {

/// The operators' HTTP calls under /api/v1/operator/ (docs/protocol): who they are is said by a bearer token that
/// `croupier init` or `croupier operator add` made. Each call that changes something carries an Idempotency-Key and is decided once
/// under it (draft-ietf-httpapi-idempotency-key-header): a repeat gets the first answer, the same key with another content
/// key_conflict.
class OperatorApi : private Calls {
public:
    static constexpr std::string_view kPrefix = "/api/v1/operator/";

    explicit OperatorApi(Parts parts) : Calls{std::move(parts)} {}

    /// Answers a call whose path starts with kPrefix. False: it was refused, as far as that is known yet.
    bool handle(ConnectionId call, const ApiRequest& request);

private:
    static constexpr std::size_t kUnitBytes = 4096;  // More than an operation takes.

    void route(ConnectionId call, const ApiRequest& request);
    void look(ConnectionId call, const ApiRequest& request, std::string_view path);
    void perform(ConnectionId call, const ApiRequest& request, std::string_view path, OperatorId by);
    void repeat(ConnectionId call, OperatorId by, std::string_view key, const Hash& content);
    void player(ConnectionId call, const ApiRequest& request, std::string_view path);
    void limits(ConnectionId call, PlayerId id);
    void holds(ConnectionId call, const ApiRequest& request);
    void rounds(ConnectionId call, const ApiRequest& request);
    void proposals(ConnectionId call);
    void trial_balance(ConnectionId call, const ApiRequest& request);
    void games(ConnectionId call);
    void balance(ConnectionId call, const ApiRequest& request, PlayerId id, const ledger::AccountState& account);
    void explain(ConnectionId call, const ApiRequest& request, PlayerId id);
    /// "?at=812", the only parameter. Refuses: malformed; not_found, when the ledger is not that far.
    Result<Seq> seq_of(const ApiRequest& request) const;
    void days(ConnectionId call, const ApiRequest& request);
};

}  // namespace croupier::host
