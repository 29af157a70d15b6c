#include "operator_api.hpp"

#include "croupier/json_writer.hpp"
#include "operator_call.hpp"
#include "seal_text.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

constexpr std::uint32_t kPage = 100;

/// The header's key, in quotes (a string of RFC 8941) or bare.
std::optional<std::string> key_of(const ApiRequest& request)
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

/// An account's entries, newest first, with a proof that none is missing among them: versions count down by one, and each
/// balance is the one before plus the amount; the first entry ever starts from nothing.
std::string explanation(const store::StatementQuery& query, Seq at, std::vector<store::StatementRow> rows)
{
    const bool more = rows.size() > kPage;  // The one more is looked at too, and told on the next page.
    bool whole = more || rows.empty() || (rows.back().version == 1 && rows.back().balance_after == rows.back().amount);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        whole = whole && rows[i].version + 1 == rows[i - 1].version
            && rows[i].balance_after + rows[i - 1].amount == rows[i - 1].balance_after;
    }
    if (more) { rows.resize(kPage); }
    std::string out{"{\"player\":"};
    json::write(out, query.player);
    out += ",\"account\":\"";
    out += query.kind == ledger::AccountKind::held ? "held"
        : query.pocket == ledger::Pocket::bonus    ? "bonus"
                                                   : "available";
    out += "\",\"seq\":";
    json::write_number(out, raw(at));
    out += ",\"balance\":";
    json::write_number(out, rows.empty() ? 0 : rows.front().balance_after);
    out += ",\"version\":";
    json::write_number(out, rows.empty() ? 0 : rows.front().version);
    out += ",\"whole\":";
    json::write(out, whole);
    out += ",\"entries\":[";
    for (const store::StatementRow& row : rows) {
        if (&row != &rows.front()) { out += ','; }
        write_entry(out, row);
    }
    out += ']';
    if (more) {
        out += ",\"next\":\"";
        json::write_number(out, rows.back().id);
        out += '"';
    }
    out += '}';
    return out;
}

}  // namespace

bool OperatorApi::handle(ConnectionId call, const ApiRequest& request)
{
    const auto before = refusals_;
    route(call, request);
    return refusals_ == before;
}

void OperatorApi::route(ConnectionId call, const ApiRequest& request)
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

void OperatorApi::look(ConnectionId call, const ApiRequest& request, std::string_view path)
{
    if (path == "holds") { return holds(call, request); }
    if (path == "rounds") { return rounds(call, request); }
    if (path == "adjustments") { return proposals(call); }
    if (path == "trial-balance") { return trial_balance(call, request); }
    if (path == "games") { return games(call); }
    if (path == "days") { return days(call, request); }
    if (path.starts_with("players/")) { return player(call, request, path.substr(8)); }
    refuse(call, {ErrorCode::not_found});
}

void OperatorApi::perform(ConnectionId call, const ApiRequest& request, std::string_view path, OperatorId by)
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

void OperatorApi::player(ConnectionId call, const ApiRequest& request, std::string_view path)
{
    const auto slash = path.find('/');
    const auto number = whole_number(path.substr(0, slash));
    if (!number) { return refuse(call, {ErrorCode::not_found}); }
    const auto id = static_cast<PlayerId>(*number);
    const auto account = send(ledger::GetAccount{id});
    if (!account) { return refuse(call, account.error()); }
    if (slash == std::string_view::npos) { return balance(call, request, id, *account); }
    const std::string_view what = path.substr(slash + 1);
    if (what == "statement") { return answer_statement(call, request, id); }
    if (what == "statement.csv") { return answer_statement_csv(call, request, id); }
    if (what == "explain") { return explain(call, request, id); }
    if (what == "rounds") { return answer_rounds(call, request, id); }
    if (what == "limits") { return limits(call, id); }
    refuse(call, {ErrorCode::not_found});
}

void OperatorApi::balance(
    ConnectionId call, const ApiRequest& request, PlayerId id, const ledger::AccountState& account)
{
    if (request.query.empty()) {
        std::string body{"{\"player\":"};
        json::write(body, id);
        body += ",\"seq\":";
        json::write_number(body, raw(parts_.casino.submitted().seq));
        body += ",\"balance\":";
        json::write_balance(body, account.balance);
        body += ",\"held\":";
        json::write_number(body, account.held);
        body += ",\"state\":\"";
        body += account.closed ? "closed" : account.frozen ? "frozen" : "open";
        body += "\"}";
        return answer(call, 200, std::move(body));
    }
    const auto at = seq_of(request);
    if (!at) { return refuse(call, at.error()); }
    // As it was: what the last entry of each account up to there left.
    using Rows = std::vector<store::StatementRow>;
    const auto ask = [this, id, at = *at](ledger::AccountKind kind, ledger::Pocket pocket, auto done) {
        parts_.views.statement(
            at, {.player = id, .kind = kind, .pocket = pocket, .at = at, .before = {}, .limit = 1}, std::move(done));
    };
    const auto left = [](const Rows& rows) { return rows.empty() ? 0 : rows.front().balance_after; };
    using ledger::AccountKind;
    using ledger::Pocket;
    ask(AccountKind::player, Pocket::cash, answer_with<Rows>(call, [=, this](const Rows& cash) {
        ask(AccountKind::player, Pocket::bonus, answer_with<Rows>(call, [=, this](const Rows& bonus) {
            ask(AccountKind::held, Pocket::cash, answer_with<Rows>(call, [=, this](const Rows& held) {
                ledger::Balance was{.available = left(cash), .currency = account.balance.currency};
                was.bonus = left(bonus);
                for (const Rows& rows : {cash, bonus}) { was.version += rows.empty() ? 0 : rows.front().version; }
                std::string body{"{\"player\":"};
                json::write(body, id);
                body += ",\"seq\":";
                json::write_number(body, raw(*at));
                body += ",\"balance\":";
                json::write_balance(body, was);
                body += ",\"held\":";
                json::write_number(body, left(held));
                body += '}';
                answer(call, 200, std::move(body));
            }));
        }));
    }));
}

void OperatorApi::explain(ConnectionId call, const ApiRequest& request, PlayerId id)
{
    store::StatementQuery query{
        .player = id, .pocket = ledger::Pocket::cash, .at = {}, .before = {}, .limit = kPage + 1};
    for (const auto& [name, value] : request.query) {
        const auto number = whole_number(value);
        if (name == "account" && (value == "available" || value == "held" || value == "bonus")) {
            query.kind = value == "held" ? ledger::AccountKind::held : ledger::AccountKind::player;
            query.pocket = value == "bonus" ? ledger::Pocket::bonus : ledger::Pocket::cash;
        } else if (name == "at" && number && *number >= 1) {
            query.at = Seq{*number};
        } else if (name == "before" && number) {
            query.before = number;
        } else {
            return refuse(call, {ErrorCode::malformed});
        }
    }
    const Seq committed = parts_.store.committed().seq;
    if (query.at.value_or(committed) > committed) { return refuse(call, {ErrorCode::not_found}); }
    parts_.views.statement(committed, query,
        answer_with<std::vector<store::StatementRow>>(call, [=, this](std::vector<store::StatementRow> rows) {
            answer(call, 200, explanation(query, query.at.value_or(committed), std::move(rows)));
        }));
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

void OperatorApi::holds(ConnectionId call, const ApiRequest& request)
{
    const auto after = only_number(request, "after");
    if (!after) { return refuse(call, {ErrorCode::malformed}); }
    const auto open = send(ledger::ListHolds{static_cast<HoldId>(*after), kPage});
    if (!open) { return refuse(call, open.error()); }
    answer(call, 200, list("holds", open->holds));
}

void OperatorApi::rounds(ConnectionId call, const ApiRequest& request)
{
    const auto after = only_number(request, "after");
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

void OperatorApi::trial_balance(ConnectionId call, const ApiRequest& request)
{
    const auto tell = [this, call](Seq seq, const std::vector<ledger::TrialRow>& rows) {
        std::string body{"{\"seq\":"};
        json::write_number(body, raw(seq));
        body += ",\"rows\":";
        write_trial(body, rows);
        body += '}';
        answer(call, 200, std::move(body));
    };
    if (request.query.empty()) {
        const auto trial = send(ledger::GetTrialBalance{});
        if (!trial) { return refuse(call, trial.error()); }
        return tell(parts_.casino.submitted().seq, trial->rows);
    }
    const auto at = seq_of(request);
    if (!at) { return refuse(call, at.error()); }
    using Rows = std::optional<std::vector<ledger::TrialRow>>;
    parts_.views.trial(*at, answer_with<Rows>(call, [=, this](const Rows& rows) {
        if (!rows) { return refuse(call, {ErrorCode::overloaded, kSoon}); }
        tell(*at, *rows);
    }));
}

void OperatorApi::games(ConnectionId call)
{
    const auto report = send(rounds::GetReport{});
    if (!report) { return refuse(call, report.error()); }
    std::string body{"{\"versions\":["};
    for (const rounds::PlayedVersion& one : report->versions) {
        if (&one != &report->versions.front()) { body += ','; }
        body += "{\"game\":";
        json::write_string(body, one.game);
        body += ",\"definition\":\"" + to_hex(one.definition) + "\",\"rounds\":";
        json::write_number(body, one.rounds);
        body += ",\"stake\":";
        json::write_number(body, one.stake);
        body += ",\"win\":";
        json::write_number(body, one.win);
        body += ",\"jackpot\":";
        json::write_number(body, one.jackpot);
        body += ",\"first\":";
        json::write_time(body, one.first);
        body += ",\"last\":";
        json::write_time(body, one.last);
        if (one.rtp_ppm) {
            body += ",\"rtp_ppm\":";
            json::write_number(body, *one.rtp_ppm);
        }
        body += '}';
    }
    body += "],\"voided\":";
    json::write(body, report->voided);
    body += '}';
    answer(call, 200, std::move(body));
}

Result<Seq> OperatorApi::seq_of(const ApiRequest& request) const
{
    if (request.query.size() != 1 || request.query.front().name != "at") {
        return croupier::refuse(ErrorCode::malformed);
    }
    const auto number = whole_number(request.query.front().value);
    if (!number || *number == 0) { return croupier::refuse(ErrorCode::malformed); }
    if (Seq{*number} > parts_.store.committed().seq) { return croupier::refuse(ErrorCode::not_found); }
    return Seq{*number};
}

void OperatorApi::days(ConnectionId call, const ApiRequest& request)
{
    const auto before = only_number(request, "before");
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
