#include "api.hpp"

#include <array>
#include <charconv>

#include "adapters/log.hpp"
#include "croupier/game_json.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/lobby.hpp"
#include "croupier/messages/session.hpp"
#include "frame.hpp"
#include "member_text.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

constexpr std::size_t kPageDefault = 25;
constexpr std::size_t kPageMax = 100;

/// base64url without padding (RFC 4648, 5) of 32 random bytes: 256 bits that nobody guesses.
Result<std::string> make_token(Entropy& entropy)
{
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::byte, 32> bytes{};
    if (const auto filled = entropy.fill(bytes); !filled) { return std::unexpected{filled.error()}; }
    std::string token;
    unsigned bits = 0;
    int count = 0;
    for (const std::byte byte : bytes) {
        bits = (bits << 8 | std::to_integer<unsigned>(byte)) & 0xFFFF;
        for (count += 8; count >= 6; count -= 6) { token += kLetters[bits >> (count - 6) & 63]; }
    }
    token += kLetters[bits << (6 - count) & 63];
    return token;
}

std::optional<std::uint64_t> whole_number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return value;
}

/// `before` and `limit` of a history call; nothing else is allowed.
struct Page {
    std::optional<std::uint64_t> before;
    std::size_t limit = kPageDefault;
};
std::optional<Page> parse_page(const edge::HttpRequest& request)
{
    Page page;
    for (const auto& [name, value] : request.query) {
        const auto number = whole_number(value);
        if (!number) { return std::nullopt; }
        if (name == "before") {
            page.before = number;
        } else if (name == "limit" && *number >= 1 && *number <= kPageMax) {
            page.limit = *number;
        } else {
            return std::nullopt;
        }
    }
    return page;
}

/// The nickname of a body {"nickname":"…"} with nothing else in it.
std::optional<std::string> parse_nickname(const edge::HttpRequest& request)
{
    const auto root = parse_json(request.body);
    if (!root || !root->has_only({"nickname"})) { return std::nullopt; }
    const JsonValue* nickname = root->member("nickname");
    if (nickname == nullptr || nickname->type != JsonValue::Type::text) { return std::nullopt; }
    return nickname->text;
}

void write_money_members(std::string& out, Currency currency)
{
    out += ",\"currency\":\"";
    out += currency.code();
    out += "\",\"exponent\":";
    json::write_number(out, currency.exponent());
}

void write_player(std::string& out, const session::PlayerInfo& info)
{
    out += "\"player\":";
    json::write(out, info.player);
    out += ",\"nickname\":";
    json::write_string(out, info.nickname);
}

/// The members of a RoundSummary.
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
    write_money_members(out, row.currency);
}

void write_entry(std::string& out, const store::StatementRow& row)
{
    out += "{\"transfer\":";
    json::write(out, row.transfer);
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
    if (row.reference != 0) {
        out += ",\"round\":\"";
        json::write_number(out, row.reference);
        out += '"';
    }
    write_money_members(out, row.currency);
    out += '}';
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

void Api::answer(ConnectionId call, int status, std::string body)
{
    parts_.edge.respond(call, parts_.casino.submitted().seq,
        {.status = status, .body = std::move(body), .headers = {{"Cache-Control", "no-store"}}});
}

void Api::refuse(ConnectionId call, const Error& error)
{
    ++refusals_;
    // A refusal rests on state like any other answer; one that read none may leave at once.
    const bool stateless = error.code == ErrorCode::malformed || error.code == ErrorCode::draining
        || error.code == ErrorCode::not_found || error.code == ErrorCode::method_not_allowed;
    parts_.edge.respond(call, stateless ? Seq{0} : parts_.casino.submitted().seq, problem(error));
}

void Api::refuse_now(ConnectionId call, const Error& error)
{
    ++refusals_;
    parts_.edge.respond(call, Seq{0}, problem(error));
}

template <class Command>
Result<typename Command::Reply> Api::send(const Command& command)
{
    auto reply = parts_.casino.input(parts_.clock.wall(), parts_.outputs,
        [&](Context& context) { return parts_.casino.bus().send(command, context); });
    log::debug("api", "decided",
        {log::input(parts_.casino.last_input()), {"command", Command::kName}, {"ok", reply.has_value()},
            {"rests_on", raw(parts_.casino.submitted().seq)}});
    parts_.outputs.flush(parts_.edge, parts_.casino.submitted().seq);
    return reply;
}

Result<session::PlayerInfo> Api::who(const edge::HttpRequest& request)
{
    static constexpr std::string_view kScheme = "Bearer ";
    const std::string_view header = request.authorization;
    if (!header.starts_with(kScheme)) { return croupier::refuse(ErrorCode::not_logged_in); }
    return send(session::Authenticate{token_hash(header.substr(kScheme.size()))});
}

bool Api::handle(ConnectionId call, const edge::HttpRequest& request)
{
    const auto before = refusals_;
    route(call, request);
    return refusals_ == before;
}

void Api::route(ConnectionId call, const edge::HttpRequest& request)
{
    static constexpr std::string_view kPrefix = "/api/v1/";
    static constexpr std::string_view kRound = "me/rounds/";
    if (!request.path.starts_with(kPrefix)) { return refuse(call, {ErrorCode::not_found}); }
    const std::string_view path = std::string_view{request.path}.substr(kPrefix.size());
    struct Route {
        std::string_view path;
        std::string_view method;
        void (Api::*handle)(ConnectionId, const edge::HttpRequest&);
    };
    static constexpr Route kRoutes[] = {
        {"players", "POST", &Api::register_player},
        {"sessions", "POST", &Api::log_in},
        {"sessions/current", "DELETE", &Api::log_out},
        {"games", "GET", &Api::games},
        {"me", "GET", &Api::me},
        {"me/rounds", "GET", &Api::my_rounds},
        {"me/statement", "GET", &Api::my_statement},
    };
    for (const Route& route : kRoutes) {
        if (route.path != path) { continue; }
        if (route.method != request.method) { return refuse(call, {ErrorCode::method_not_allowed}); }
        return (this->*route.handle)(call, request);
    }
    if (path.starts_with(kRound)) {
        if (request.method != "GET") { return refuse(call, {ErrorCode::method_not_allowed}); }
        return my_round(call, request, path.substr(kRound.size()));
    }
    refuse(call, {ErrorCode::not_found});
}

void Api::register_player(ConnectionId call, const edge::HttpRequest& request)
{
    const auto nickname = parse_nickname(request);
    if (!nickname) { return refuse(call, {ErrorCode::malformed}); }
    if (parts_.draining()) { return refuse(call, {ErrorCode::draining}); }
    if (!parts_.store.admits(Admission::new_work, kUnitBytes)) {
        return refuse_now(call, {parts_.store.disk_low() ? ErrorCode::disk_low : ErrorCode::overloaded, kSoon});
    }
    const auto registered = send(session::Register{*nickname});
    if (!registered) { return refuse(call, registered.error()); }
    std::string body{'{'};
    write_player(body, *registered);
    body += ",\"balance\":";
    json::write_balance(body, registered->balance);
    body += '}';
    answer(call, 201, std::move(body));
}

void Api::log_in(ConnectionId call, const edge::HttpRequest& request)
{
    const auto nickname = parse_nickname(request);
    if (!nickname) { return refuse(call, {ErrorCode::malformed}); }
    if (parts_.draining()) { return refuse(call, {ErrorCode::draining}); }
    if (!parts_.store.admits(Admission::new_work, kUnitBytes)) {
        return refuse_now(call, {parts_.store.disk_low() ? ErrorCode::disk_low : ErrorCode::overloaded, kSoon});
    }
    const auto token = make_token(parts_.entropy);
    if (!token) { return refuse(call, token.error()); }
    const auto logged_in = send(session::LogIn{*nickname, token_hash(*token)});
    if (!logged_in) { return refuse(call, logged_in.error()); }
    std::string body{"{\"session\":"};
    json::write(body, logged_in->session);
    body += ",\"token\":\"" + *token + "\",\"player\":";
    json::write(body, logged_in->player);
    body += ",\"nickname\":";
    json::write_string(body, *nickname);
    body += ",\"expires_at\":";
    json::write_time(body, logged_in->expires_at);
    body += '}';
    answer(call, 201, std::move(body));
}

void Api::log_out(ConnectionId call, const edge::HttpRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto done = send(session::LogOut{token_hash(std::string_view{request.authorization}.substr(7))});
    if (!done) { return refuse(call, done.error()); }
    answer(call, 204, {});
}

void Api::games(ConnectionId call, const edge::HttpRequest&)
{
    const auto catalogue = send(lobby::Browse{});
    if (!catalogue) { return refuse(call, catalogue.error()); }
    std::string body{"{\"games\":"};
    json::write_games(body, catalogue->games, parts_.currency);
    body += '}';
    answer(call, 200, std::move(body));
}

void Api::me(ConnectionId call, const edge::HttpRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    std::string body{'{'};
    write_player(body, *player);
    body += ",\"session\":";
    json::write(body, player->session);
    body += ",\"balance\":";
    json::write_balance(body, player->balance);
    body += '}';
    answer(call, 200, std::move(body));
}

// History is asked for as it was durable when the call came: what the player has been shown is in it.

template <class Rows, class Write>
store::ViewsReader::Done<Rows> Api::answer_with(ConnectionId call, Write write)
{
    return [this, call, write](Result<store::Viewed<Rows>> viewed) {
        if (!viewed) { return refuse(call, viewed.error()); }
        write(std::move(viewed->rows));
    };
}

void Api::my_rounds(ConnectionId call, const edge::HttpRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto page = parse_page(request);
    if (!page) { return refuse(call, {ErrorCode::malformed}); }
    const auto before = page->before ? std::optional{static_cast<RoundId>(*page->before)} : std::nullopt;
    parts_.views.rounds(parts_.store.committed().seq, player->player, before, page->limit + 1,
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

void Api::my_round(ConnectionId call, const edge::HttpRequest& request, std::string_view id)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto number = whole_number(id);
    if (!number || !request.query.empty()) { return refuse(call, {ErrorCode::not_found}); }
    parts_.views.round(parts_.store.committed().seq, player->player, static_cast<RoundId>(*number),
        answer_with<std::optional<store::RoundDetail>>(call, [this, call](std::optional<store::RoundDetail> detail) {
            if (!detail) { return refuse(call, {ErrorCode::round_unknown}); }
            std::string body{'{'};
            write_round(body, detail->row);
            body += ",\"bets\":";
            json::write(body, detail->bets);
            body += ",\"outcome\":";
            body += outcome_of(detail->answer);
            body += '}';
            answer(call, 200, std::move(body));
        }));
}

void Api::my_statement(ConnectionId call, const edge::HttpRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto page = parse_page(request);
    if (!page) { return refuse(call, {ErrorCode::malformed}); }
    parts_.views.statement(parts_.store.committed().seq, player->player, page->before, page->limit + 1,
        answer_with<std::vector<store::StatementRow>>(
            call, [this, call, limit = page->limit](std::vector<store::StatementRow> rows) {
                answer(call, 200,
                    write_page("entries", std::move(rows), limit, write_entry,
                        [](const store::StatementRow& row) { return row.id; }));
            }));
}

}  // namespace croupier::host
