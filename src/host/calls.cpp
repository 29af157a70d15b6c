#include "calls.hpp"

#include "croupier/json_writer.hpp"
#include "frame.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

constexpr std::size_t kPageDefault = 25;
constexpr std::size_t kPageMax = 100;
constexpr std::size_t kCsvMax = 10'000;

/// `before` and `limit` of a history call; nothing else is allowed.
struct Page {
    std::optional<std::uint64_t> before;
    std::size_t limit = kPageDefault;
};
std::optional<Page> parse_page(const ApiRequest& request, std::size_t limit_max = kPageMax)
{
    Page page;
    for (const auto& [name, value] : request.query) {
        const auto number = whole_number(value);
        if (!number) { return std::nullopt; }
        if (name == "before") {
            page.before = number;
        } else if (name == "limit" && *number >= 1 && *number <= limit_max) {
            page.limit = *number;
        } else {
            return std::nullopt;
        }
    }
    return page;
}

void write_money_members(std::string& out, Currency currency)
{
    out += ",\"currency\":\"";
    out += currency.code();
    out += "\",\"exponent\":";
    json::write_number(out, currency.exponent());
}

}  // namespace

void write_entry(std::string& out, const store::StatementRow& row)
{
    out += "{\"transfer\":";
    json::write(out, row.transfer);
    out += ",\"seq\":";
    json::write_number(out, raw(row.seq));
    out += ",\"at\":";
    json::write_time(out, row.at);
    out += ",\"code\":";
    json::write(out, row.code);
    out += ",\"amount\":";
    json::write_number(out, row.amount);
    out += ",\"balance_after\":";
    json::write_number(out, row.balance_after);
    out += ",\"version\":";
    json::write_number(out, row.version);
    if (row.pocket != ledger::Pocket::cash) {
        out += ",\"pocket\":";
        json::write(out, row.pocket);
    }
    if (row.reference != 0) {
        out += ledger::refers_to_round(row.code)           ? ",\"round\":\""
            : row.code == ledger::TransferCode::conversion ? ",\"conversion\":\""
                                                           : ",\"hold\":\"";
        json::write_number(out, row.reference);
        out += '"';
    }
    write_money_members(out, row.currency);
    out += '}';
}

namespace {

/// RFC 4180. All values are numbers and names of ours: nothing needs quotes.
std::string statement_csv(const std::vector<store::StatementRow>& rows)
{
    std::string out{
        "transfer,seq,at,code,amount_minor,balance_after_minor,version,reference,pocket,currency,exponent\r\n"};
    for (const store::StatementRow& row : rows) {
        json::write_number(out, raw(row.transfer));
        out += ',';
        json::write_number(out, raw(row.seq));
        out += ',';
        std::string at;
        json::write_time(at, row.at);
        out.append(at, 1, at.size() - 2);
        out += ',';
        out += boost::describe::enum_to_string(row.code, "unknown");
        out += ',';
        json::write_number(out, row.amount);
        out += ',';
        json::write_number(out, row.balance_after);
        out += ',';
        json::write_number(out, row.version);
        out += ',';
        json::write_number(out, row.reference);
        out += ',';
        out += boost::describe::enum_to_string(row.pocket, "unknown");
        out += ',';
        out += row.currency.code();
        out += ',';
        json::write_number(out, row.currency.exponent());
        out += "\r\n";
    }
    return out;
}

/// {"<name>":[rows],"next":"id"?}: one row more than the page was asked for, to know whether there is a next one.
template <class Row, class Write, class Id>
std::string write_page(std::string_view name, std::vector<Row> rows, std::size_t limit, Write write, Id id)
{
    const bool more = rows.size() > limit;
    if (more) { rows.resize(limit); }
    std::string out{"{\""};
    out += name;
    out += "\":[";
    for (const Row& row : rows) {
        if (&row != &rows.front()) { out += ','; }
        write(out, row);
    }
    out += ']';
    if (more) {
        out += ",\"next\":\"";
        json::write_number(out, id(rows.back()));
        out += '"';
    }
    out += '}';
    return out;
}

}  // namespace

void write_round(std::string& out, const store::RoundRow& row)
{
    out += "\"round\":";
    json::write(out, row.round);
    out += ",\"game\":";
    json::write_string(out, row.game);
    out += ",\"at\":";
    json::write_time(out, row.at);
    out += ",\"stake\":";
    json::write_number(out, row.stake);
    out += ",\"win\":";
    json::write_number(out, row.win);
    out += row.voided ? ",\"status\":\"voided\"" : ",\"status\":\"settled\"";
    write_money_members(out, row.currency);
}

edge::HttpResponse problem(const Error& error)
{
    edge::HttpResponse response{.status = http_status(error.code), .content_type = "application/problem+json"};
    std::string& out = response.body;
    out = "{\"type\":\"urn:croupier:error:";
    out += name(error.code);
    out += "\",\"title\":";
    json::write_string(out, meaning(error.code));
    out += ",\"status\":";
    json::write_number(out, response.status);
    out += ",\"code\":\"";
    out += name(error.code);
    out += '"';
    if (error.retry_after) {
        out += ",\"retry_after_ms\":";
        json::write_number(out, error.retry_after->count());
        // RFC 9110, 10.2.3: whole seconds, rounded up.
        response.headers.emplace_back("Retry-After", std::to_string((error.retry_after->count() + 999) / 1000));
    }
    out += '}';
    if (response.status == 401) { response.headers.emplace_back("WWW-Authenticate", "Bearer"); }
    return response;
}

std::optional<std::uint64_t> only_number(const ApiRequest& request, std::string_view name)
{
    std::optional<std::uint64_t> number{0};
    for (const auto& [given, value] : request.query) {
        number = given == name ? whole_number(value) : std::nullopt;
        if (!number) { break; }
    }
    return number;
}

std::optional<Error> Calls::busy(std::size_t bytes) const
{
    if (parts_.draining) { return Error{ErrorCode::draining}; }
    if (parts_.store.admits(Admission::new_work, bytes)) { return std::nullopt; }
    return Error{parts_.store.disk_low() ? ErrorCode::disk_low : ErrorCode::overloaded, kSoon};
}

void Calls::answer(ConnectionId call, int status, std::string body)
{
    parts_.edge.respond(call, parts_.casino.submitted().seq,
        {.status = status, .body = std::move(body), .headers = {{"Cache-Control", "no-store"}}});
}

void Calls::refuse(ConnectionId call, const Error& error)
{
    count_refusal(error.code);
    // A refusal rests on state like any other answer; one that read none may leave at once.
    const bool stateless = error.code == ErrorCode::malformed || error.code == ErrorCode::draining
        || error.code == ErrorCode::not_found || error.code == ErrorCode::method_not_allowed;
    parts_.edge.respond(call, stateless ? Seq{0} : parts_.casino.submitted().seq, problem(error));
}

void Calls::refuse_now(ConnectionId call, const Error& error)
{
    count_refusal(error.code);
    parts_.edge.respond(call, Seq{0}, problem(error));
}

Result<Hash> Calls::bearer(const ApiRequest& request)
{
    if (!request.token) { return croupier::refuse(ErrorCode::not_logged_in); }
    return *request.token;
}

void Calls::answer_rounds(ConnectionId call, const ApiRequest& request, PlayerId player)
{
    const auto page = parse_page(request);
    if (!page) { return refuse(call, {ErrorCode::malformed}); }
    const auto before = page->before ? std::optional{static_cast<RoundId>(*page->before)} : std::nullopt;
    parts_.views.rounds(parts_.store.committed().seq, player, before, page->limit + 1,
        answer_with<std::vector<store::RoundRow>>(
            call, [this, call, limit = page->limit](std::vector<store::RoundRow> rows) {
                answer(call, 200,
                    write_page(
                        "rounds", std::move(rows), limit,
                        [](std::string& out, const store::RoundRow& row) {
                            out += '{';
                            write_round(out, row);
                            out += '}';
                        },
                        [](const store::RoundRow& row) { return raw(row.round); }));
            }));
}

void Calls::answer_statement(ConnectionId call, const ApiRequest& request, PlayerId player)
{
    const auto page = parse_page(request);
    if (!page) { return refuse(call, {ErrorCode::malformed}); }
    parts_.views.statement(parts_.store.committed().seq,
        {.player = player, .at = {}, .before = page->before, .limit = page->limit + 1},
        answer_with<std::vector<store::StatementRow>>(
            call, [this, call, limit = page->limit](std::vector<store::StatementRow> rows) {
                answer(call, 200,
                    write_page("entries", std::move(rows), limit, write_entry,
                        [](const store::StatementRow& row) { return row.id; }));
            }));
}

void Calls::answer_statement_csv(ConnectionId call, const ApiRequest& request, PlayerId player)
{
    auto page = parse_page(request, kCsvMax);
    if (!page) { return refuse(call, {ErrorCode::malformed}); }
    if (request.query.empty()) { page->limit = kCsvMax; }
    parts_.views.statement(parts_.store.committed().seq,
        {.player = player, .at = {}, .before = page->before, .limit = page->limit + 1},
        answer_with<std::vector<store::StatementRow>>(
            call, [this, call, path = request.path, limit = page->limit](std::vector<store::StatementRow> rows) {
                edge::HttpResponse response{.content_type = "text/csv; charset=utf-8; header=present",
                    .body = {},
                    .headers = {{"Cache-Control", "no-store"}}};
                if (rows.size() > limit) {
                    rows.resize(limit);
                    std::string next{"<" + path + "?limit="};
                    json::write_number(next, limit);
                    next += "&before=";
                    json::write_number(next, rows.back().id);
                    response.headers.emplace_back("Link", next + ">; rel=\"next\"");  // RFC 8288.
                }
                response.body = statement_csv(rows);
                parts_.edge.respond(call, parts_.casino.submitted().seq, std::move(response));
            }));
}

}  // namespace croupier::host
