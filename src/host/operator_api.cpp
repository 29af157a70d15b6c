#include "operator_api.hpp"

#include "croupier/json_writer.hpp"
#include "operator_call.hpp"
#include "seal_text.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

constexpr std::uint32_t kPage = 100;

/// The header's key, in quotes (a string of RFC 8941) or bare.
std::optional<std::string> key_of(const edge::HttpRequest& request)
{
    std::string_view key = request.idempotency_key;
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') { key = key.substr(1, key.size() - 2); }
    return is_request_key(key) ? std::optional<std::string>{key} : std::nullopt;
}

/// {"<name>":[…]} of described structs.
template <class T>
std::string list(std::string_view name, const std::vector<T>& items)
{
    std::string out{"{\""};
    out += name;
    out += "\":";
    json::write(out, items);
    out += '}';
    return out;
}

/// "?after=12", the only parameter of a list; 0 without it.
std::optional<std::uint64_t> after_of(const edge::HttpRequest& request)
{
    std::optional<std::uint64_t> after{0};
    for (const auto& [name, value] : request.query) {
        after = name == "after" ? whole_number(value) : std::nullopt;
        if (!after) { break; }
    }
    return after;
}

}  // namespace

bool OperatorApi::handle(ConnectionId call, const edge::HttpRequest& request)
{
    const auto before = refusals_;
    route(call, request);
    return refusals_ == before;
}

void OperatorApi::route(ConnectionId call, const edge::HttpRequest& request)
{
    const auto token = bearer(request);
    if (!token) { return refuse(call, token.error()); }
    const auto who = send(cashier::Identify{*token});
    if (!who) { return refuse(call, who.error()); }
    const std::string_view path = std::string_view{request.path}.substr(kPrefix.size());
    if (request.method == "GET") { return look(call, request, path); }
    if (request.method == "POST") { return perform(call, request, path, who->id); }
    refuse(call, {ErrorCode::method_not_allowed});
}

void OperatorApi::look(ConnectionId call, const edge::HttpRequest& request, std::string_view path)
{
    if (path == "holds") { return holds(call, request); }
    if (path == "rounds") { return rounds(call, request); }
    if (path == "adjustments") { return proposals(call); }
    if (path == "trial-balance") { return trial_balance(call); }
    if (path == "days") { return days(call, request); }
    if (path.starts_with("players/")) { return player(call, request, path.substr(8)); }
    refuse(call, {ErrorCode::not_found});
}

void OperatorApi::perform(ConnectionId call, const edge::HttpRequest& request, std::string_view path, OperatorId by)
{
    bool known = false;
    const auto operation = parse_operation(path, request.body, known);
    if (!known) { return refuse(call, {ErrorCode::not_found}); }
    const auto key = key_of(request);
    if (!operation || !key || !request.query.empty()) { return refuse(call, {ErrorCode::malformed}); }
    if (const auto busy_now = busy(kUnitBytes)) { return refuse_now(call, *busy_now); }
    const auto done = send(cashier::Perform{by, *key, *operation});
    if (!done) { return refuse(call, done.error()); }
    if (done->repeat) { return repeat(call, by, *key, sha256(to_bytes(*operation))); }
    if (done->result != 0) { return refuse(call, {error_code(done->result).value_or(ErrorCode::internal)}); }
    answer(call, 200, done->answer);
}

void OperatorApi::repeat(ConnectionId call, OperatorId by, std::string_view key, const Hash& content)
{
    // The first may still be on its way to the disk: the views are asked for what was submitted, and wait for it.
    const auto bytes = as_bytes(key);
    parts_.views.request(parts_.casino.submitted().seq, kOperatorScopes | raw(by), Bytes(bytes.begin(), bytes.end()),
        answer_with<std::optional<store::RequestRow>>(
            call, [this, call, content](std::optional<store::RequestRow> first) {
                if (!first) { return refuse(call, {ErrorCode::overloaded, kSoon}); }
                if (first->content_hash != content) { return refuse(call, {ErrorCode::key_conflict}); }
                if (first->result != 0) {
                    return refuse(call, {error_code(first->result).value_or(ErrorCode::internal)});
                }
                answer(call, 200, first->answer);
            }));
}

void OperatorApi::player(ConnectionId call, const edge::HttpRequest& request, std::string_view path)
{
    const auto slash = path.find('/');
    const auto number = whole_number(path.substr(0, slash));
    if (!number) { return refuse(call, {ErrorCode::not_found}); }
    const auto id = static_cast<PlayerId>(*number);
    const auto balance = send(ledger::GetBalance{id});
    if (!balance) { return refuse(call, balance.error()); }
    if (slash == std::string_view::npos) {
        std::string body{"{\"player\":"};
        json::write(body, id);
        body += ",\"balance\":";
        json::write_balance(body, *balance);
        body += '}';
        return answer(call, 200, std::move(body));
    }
    const std::string_view what = path.substr(slash + 1);
    if (what == "statement") { return answer_statement(call, request, id); }
    if (what == "rounds") { return answer_rounds(call, request, id); }
    if (what == "limits") { return limits(call, id); }
    refuse(call, {ErrorCode::not_found});
}

void OperatorApi::limits(ConnectionId call, PlayerId id)
{
    const auto known = send(risk::ListLimits{id});
    if (!known) { return refuse(call, known.error()); }
    std::string body{"{\"limits\":["};
    for (const risk::Limit& limit : known->limits) {
        if (&limit != &known->limits.front()) { body += ','; }
        json::write_limit(body, limit);
    }
    body += "]}";
    answer(call, 200, std::move(body));
}

void OperatorApi::holds(ConnectionId call, const edge::HttpRequest& request)
{
    const auto after = after_of(request);
    if (!after) { return refuse(call, {ErrorCode::malformed}); }
    const auto open = send(ledger::ListHolds{static_cast<HoldId>(*after), kPage});
    if (!open) { return refuse(call, open.error()); }
    answer(call, 200, list("holds", open->holds));
}

void OperatorApi::rounds(ConnectionId call, const edge::HttpRequest& request)
{
    const auto after = after_of(request);
    if (!after) { return refuse(call, {ErrorCode::malformed}); }
    const auto open = send(ledger::ListRounds{static_cast<RoundId>(*after), kPage});
    if (!open) { return refuse(call, open.error()); }
    answer(call, 200, list("rounds", open->rounds));
}

void OperatorApi::proposals(ConnectionId call)
{
    const auto waiting = send(cashier::ListProposals{});
    if (!waiting) { return refuse(call, waiting.error()); }
    std::string body{"{\"adjustments\":["};
    for (const cashier::Proposal& proposal : waiting->proposals) {
        if (&proposal != &waiting->proposals.front()) { body += ','; }
        body += "{\"proposal\":\"";
        json::write_number(body, proposal.proposal);
        body += "\",\"operator\":";
        json::write(body, proposal.by);
        body += ",\"player\":";
        json::write(body, proposal.player);
        body += ",\"amount\":";
        json::write_number(body, proposal.amount);
        body += ",\"reason\":";
        json::write(body, proposal.reason);
        body += ",\"ticket\":";
        json::write_string(body, proposal.ticket);
        body += '}';
    }
    body += "]}";
    answer(call, 200, std::move(body));
}

void OperatorApi::trial_balance(ConnectionId call)
{
    const auto trial = send(ledger::GetTrialBalance{});
    if (!trial) { return refuse(call, trial.error()); }
    std::string body{"{\"seq\":"};
    json::write_number(body, raw(parts_.casino.submitted().seq));
    body += ",\"rows\":";
    write_trial(body, trial->rows);
    body += '}';
    answer(call, 200, std::move(body));
}

void OperatorApi::days(ConnectionId call, const edge::HttpRequest& request)
{
    const auto before = before_of(request);
    if (!before) { return refuse(call, {ErrorCode::malformed}); }
    const auto list = send(ledger::ListSeals{*before, kSealsPage});
    if (!list) { return refuse(call, list.error()); }
    std::string body{"{\"days\":["};
    for (const ledger::Seal& seal : list->seals) {
        if (&seal != &list->seals.front()) { body += ','; }
        write_day(body, seal);
    }
    body += "]}";
    answer(call, 200, std::move(body));
}

}  // namespace croupier::host
