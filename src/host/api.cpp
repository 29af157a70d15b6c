#include "api.hpp"

#include <algorithm>

#include "croupier/game_json.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/fair.hpp"
#include "croupier/messages/lobby.hpp"
#include "croupier/messages/session.hpp"
#include "croupier/seal.hpp"
#include "frame.hpp"
#include "member_text.hpp"
#include "seal_text.hpp"
#include "strict_json.hpp"
#include "token.hpp"

namespace croupier::host {

namespace {

void write_player(std::string& out, const session::PlayerInfo& info)
{
    out += "\"player\":";
    json::write(out, info.player);
    out += ",\"nickname\":";
    json::write_string(out, info.nickname);
}

}  // namespace

std::optional<std::string> parse_nickname(const ApiRequest& request)
{
    const auto root = parse_json(request.body);
    if (!root || !root->has_only({"nickname"})) { return std::nullopt; }
    const JsonValue* nickname = root->member("nickname");
    if (nickname == nullptr || nickname->type != JsonValue::Type::text) { return std::nullopt; }
    return nickname->text;
}

Result<session::PlayerInfo> Api::who(const ApiRequest& request)
{
    const auto token = bearer(request);
    if (!token) { return std::unexpected{token.error()}; }
    return send(session::Authenticate{*token});
}

bool Api::handle(ConnectionId call, const ApiRequest& request)
{
    const auto before = refusals_;
    route(call, request);
    return refusals_ == before;
}

struct Api::Route {
    std::string_view path;
    std::string_view method;
    void (Api::*handle)(ConnectionId, const ApiRequest&);
};

namespace {

/// What a PUT of me/fair/<game> asks for.
struct WantedSeeds {
    std::uint64_t after = 0;
    std::string client_seed;
};
std::optional<WantedSeeds> parse_seeds(const ApiRequest& request)
{
    const auto root = parse_json(request.body);
    if (!root || root->type != JsonValue::Type::object || !root->has_only({"after", "client_seed"})) {
        return std::nullopt;
    }
    const JsonValue* after = root->member("after");
    const JsonValue* seed = root->member("client_seed");
    const auto index = after == nullptr ? std::nullopt : after->whole(0, std::int64_t{1} << 53U);
    if (!index || seed == nullptr || seed->type != JsonValue::Type::text) { return std::nullopt; }
    return WantedSeeds{static_cast<std::uint64_t>(*index), seed->text};
}

void write_pair(std::string& out, const fair::Pair& pair)
{
    out += "\"seeds\":";
    json::write_number(out, pair.index);
    out += ",\"scheme\":";
    json::write(out, pair.scheme);
    out += ",\"commitment\":\"" + to_hex(pair.commitment) + "\",\"definition\":\"" + to_hex(pair.definition);
    out += "\",\"client_seed\":";
    json::write_string(out, pair.client_seed);
    out += ",\"rounds\":";
    json::write_number(out, pair.rounds);
}

/// {"current":{…}|null,"next":{…}|null,"past":[{…,"server_seed":…}]}
std::string seeds_text(const fair::Pairs& pairs)
{
    std::string out{"{\"current\":"};
    if (pairs.current) {
        out += '{';
        write_pair(out, *pairs.current);
        out += '}';
    } else {
        out += "null";
    }
    // Without entropy just now there is none; it comes with the next question.
    out += ",\"next\":";
    if (pairs.next.index != 0) {
        out += "{\"seeds\":";
        json::write_number(out, pairs.next.index);
        out += ",\"scheme\":";
        json::write(out, pairs.next.scheme);
        out += ",\"commitment\":\"" + to_hex(pairs.next.commitment) + "\",\"definition\":\""
            + to_hex(pairs.next.definition) + "\"}";
    } else {
        out += "null";
    }
    out += ",\"past\":[";
    for (const fair::Past& one : pairs.past) {
        if (&one != &pairs.past.front()) { out += ','; }
        out += '{';
        write_pair(out, one.pair);
        out += ",\"server_seed\":";
        json::write_string(out, one.seed);
        out += '}';
    }
    out += "]}";
    return out;
}

/// As a definition may name its game.
bool is_game_name(std::string_view text)
{
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

constexpr std::string_view kPrefix = "/api/v1/";
constexpr std::string_view kRound = "me/rounds/";
constexpr std::string_view kReceipt = "/receipt";
constexpr std::string_view kFair = "me/fair/";

}  // namespace

std::span<const Api::Route> Api::routes()
{
    static constexpr Route kRoutes[] = {
        {"players", "POST", &Api::register_player},
        {"sessions", "POST", &Api::log_in},
        {"sessions/current", "DELETE", &Api::log_out},
        {"games", "GET", &Api::games},
        {"jackpots", "GET", &Api::jackpots},
        {"seals", "GET", &Api::seals},
        {"me", "GET", &Api::me},
        {"me/rounds", "GET", &Api::my_rounds},
        {"me/statement", "GET", &Api::my_statement},
        {"me/statement.csv", "GET", &Api::my_statement_csv},
    };
    return kRoutes;
}

std::string Api::presentable(std::string_view path)
{
    if (!path.starts_with(kPrefix)) { return "/api/?"; }
    const std::string_view call = path.substr(kPrefix.size());
    if (std::ranges::find(routes(), call, &Route::path) != routes().end()) { return std::string{path}; }
    if (call.starts_with(kFair)) {
        return std::string{kPrefix}.append(kFair).append(
            is_game_name(call.substr(kFair.size())) ? call.substr(kFair.size()) : std::string_view{"?"});
    }
    if (!call.starts_with(kRound)) { return "/api/?"; }
    std::string_view id = call.substr(kRound.size());
    const std::string_view receipt = id.ends_with(kReceipt) ? kReceipt : "";
    id.remove_suffix(receipt.size());
    const bool is_number = std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
    return std::string{kPrefix}.append(kRound).append(is_number ? id : "?").append(receipt);
}

void Api::route(ConnectionId call, const ApiRequest& request)
{
    if (!request.path.starts_with(kPrefix)) { return refuse(call, {ErrorCode::not_found}); }
    const std::string_view path = std::string_view{request.path}.substr(kPrefix.size());
    for (const Route& route : routes()) {
        if (route.path != path) { continue; }
        if (route.method != request.method) { return refuse(call, {ErrorCode::method_not_allowed}); }
        return (this->*route.handle)(call, request);
    }
    if (path.starts_with(kRound)) {
        if (request.method != "GET") { return refuse(call, {ErrorCode::method_not_allowed}); }
        const std::string_view id = path.substr(kRound.size());
        if (id.ends_with(kReceipt)) { return my_receipt(call, request, id.substr(0, id.size() - kReceipt.size())); }
        return my_round(call, request, id);
    }
    if (path.starts_with(kFair)) {
        if (request.method != "GET" && request.method != "PUT") {
            return refuse(call, {ErrorCode::method_not_allowed});
        }
        return my_seeds(call, request, path.substr(kFair.size()));
    }
    refuse(call, {ErrorCode::not_found});
}

void Api::register_player(ConnectionId call, const ApiRequest& request)
{
    const auto nickname = parse_nickname(request);
    if (!nickname) { return refuse(call, {ErrorCode::malformed}); }
    if (const auto busy_now = busy(kUnitBytes)) { return refuse_now(call, *busy_now); }
    const auto registered = send(session::Register{*nickname});
    if (!registered) { return refuse(call, registered.error()); }
    std::string body{'{'};
    write_player(body, *registered);
    body += ",\"balance\":";
    json::write_balance(body, registered->balance);
    body += '}';
    answer(call, 201, std::move(body));
}

void Api::log_in(ConnectionId call, const ApiRequest& request)
{
    const auto nickname = parse_nickname(request);
    if (!nickname) { return refuse(call, {ErrorCode::malformed}); }
    if (const auto busy_now = busy(kUnitBytes)) { return refuse_now(call, *busy_now); }
    const auto token = parts_.tokens.issue();
    if (!token) { return refuse(call, token.error()); }
    const auto logged_in = send(session::LogIn{*nickname, token->hash});
    if (!logged_in) { return refuse(call, logged_in.error()); }
    std::string body{"{\"session\":"};
    json::write(body, logged_in->session);
    body += ",\"token\":\"" + token->text + "\",\"player\":";
    json::write(body, logged_in->player);
    body += ",\"nickname\":";
    json::write_string(body, *nickname);
    body += ",\"expires_at\":";
    json::write_time(body, logged_in->expires_at);
    body += '}';
    answer(call, 201, std::move(body));
}

void Api::log_out(ConnectionId call, const ApiRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto done = send(session::LogOut{*bearer(request)});
    if (!done) { return refuse(call, done.error()); }
    answer(call, 204, {});
}

void Api::games(ConnectionId call, const ApiRequest&)
{
    const auto catalogue = send(lobby::Browse{});
    if (!catalogue) { return refuse(call, catalogue.error()); }
    std::string body{"{\"games\":"};
    json::write_games(body, catalogue->games, parts_.currency);
    body += '}';
    answer(call, 200, std::move(body));
}

void Api::me(ConnectionId call, const ApiRequest& request)
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

void Api::my_rounds(ConnectionId call, const ApiRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    answer_rounds(call, request, player->player);
}

void Api::my_statement(ConnectionId call, const ApiRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    answer_statement(call, request, player->player);
}

void Api::my_statement_csv(ConnectionId call, const ApiRequest& request)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    answer_statement_csv(call, request, player->player);
}

template <class Write>
store::Queries::Done<std::optional<store::RoundDetail>> Api::answer_round(ConnectionId call, Write write)
{
    return [this, call, asked = parts_.store.committed().seq, write = std::move(write)](
               Result<store::Viewed<std::optional<store::RoundDetail>>> viewed) {
        if (!viewed) { return refuse(call, viewed.error()); }
        if (viewed->rows) { return write(&*viewed->rows); }
        // Views that are behind know nothing of what is younger.
        if (viewed->applied_seq < asked) { return refuse(call, {ErrorCode::overloaded, kSoon}); }
        refuse(call, {ErrorCode::round_unknown});
    };
}

void Api::my_round(ConnectionId call, const ApiRequest& request, std::string_view id)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto number = whole_number(id);
    if (!number || !request.query.empty()) { return refuse(call, {ErrorCode::not_found}); }
    parts_.views.round(parts_.store.committed().seq, player->player, static_cast<RoundId>(*number),
        answer_round(call, [this, call](const store::RoundDetail* detail) {
            std::string body{'{'};
            write_round(body, detail->row);
            body += ",\"bets\":";
            json::write(body, detail->bets);
            body += ",\"outcome\":";
            if (detail->shown) {
                json::write(body, *detail->shown);
            } else {
                body += answered(detail->answer, "outcome", "null");
            }
            body += ",\"jackpot\":";
            body += answered(detail->answer, "jackpot", "0");  // One from before there were jackpots has none.
            if (const auto balance = answered(detail->answer, "balance", ""); !balance.empty()) {
                body += ",\"balance\":" + balance;
            }
            body += '}';
            answer(call, 200, std::move(body));
        }));
}

void Api::my_seeds(ConnectionId call, const ApiRequest& request, std::string_view game)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    if (!is_game_name(game) || !request.query.empty()) { return refuse(call, {ErrorCode::not_found}); }
    // Whoever looks for the first time is promised a pair: that is a fact, too.
    if (const auto busy_now = busy(kUnitBytes)) { return refuse_now(call, *busy_now); }
    if (request.method == "GET") {
        const auto pairs = send(fair::Show{player->player, std::string{game}});
        if (!pairs) { return refuse(call, pairs.error()); }
        return answer(call, 200, seeds_text(*pairs));
    }
    const auto wanted = parse_seeds(request);
    if (!wanted) { return refuse(call, {ErrorCode::malformed}); }
    const auto pairs = send(fair::Rotate{player->player, std::string{game}, wanted->after, wanted->client_seed});
    if (!pairs) { return refuse(call, pairs.error()); }
    answer(call, 200, seeds_text(*pairs));
}

void Api::jackpots(ConnectionId call, const ApiRequest&)
{
    const auto list = send(ledger::ListJackpots{});
    if (!list) { return refuse(call, list.error()); }
    std::string body{"{\"jackpots\":["};
    for (const ledger::JackpotState& one : list->jackpots) {
        if (&one != &list->jackpots.front()) { body += ','; }
        body += "{\"name\":";
        json::write_string(body, one.terms.name);
        body += ",\"games\":";
        json::write(body, one.terms.games);
        body += ",\"amount\":";
        json::write_number(body, one.amount);
        body += ",\"wins\":";
        json::write_number(body, one.wins);
        body += ",\"fund_ppm\":";
        json::write_number(body, one.terms.fund_ppm);
        body += ",\"reserve_ppm\":";
        json::write_number(body, one.terms.reserve_ppm);
        body += ",\"seed\":";
        json::write_number(body, one.terms.seed);
        body += ",\"odds\":";
        json::write_number(body, one.terms.odds);
        body += ",\"currency\":\"";
        body += one.currency.code();
        body += "\",\"exponent\":";
        json::write_number(body, one.currency.exponent());
        body += '}';
    }
    body += "]}";
    answer(call, 200, std::move(body));
}

void Api::seals(ConnectionId call, const ApiRequest& request)
{
    const auto before = only_number(request, "before");
    if (!before) { return refuse(call, {ErrorCode::malformed}); }
    const auto list = send(ledger::ListSeals{*before, kSealsPage});
    if (!list) { return refuse(call, list.error()); }
    std::string body{"{\"public_key\":"};
    json::write_string(body, to_pem(parts_.seal_key.public_key()));
    body += ",\"seals\":[";
    for (const ledger::Seal& seal : list->seals) {
        if (&seal != &list->seals.front()) { body += ','; }
        body += '{';
        write_seal(body, seal);
        body += '}';
    }
    body += "]}";
    answer(call, 200, std::move(body));
}

void Api::my_receipt(ConnectionId call, const ApiRequest& request, std::string_view id)
{
    const auto player = who(request);
    if (!player) { return refuse(call, player.error()); }
    const auto number = whole_number(id);
    if (!number || !request.query.empty()) { return refuse(call, {ErrorCode::not_found}); }
    parts_.views.round(parts_.store.committed().seq, player->player, static_cast<RoundId>(*number),
        answer_round(call, [this, call](const store::RoundDetail* detail) {
            const auto seal = send(ledger::FindSeal{detail->row.seq});
            if (!seal) { return refuse(call, seal.error()); }
            answer_receipt(call, detail->row.seq, *seal);
        }));
}

void Api::answer_receipt(ConnectionId call, Seq unit, const ledger::Seal& seal)
{
    parts_.views.inclusion(unit, seal.sealed.head.size,
        answer_with<std::optional<store::Inclusion>>(
            call, [this, call, seal](std::optional<store::Inclusion> inclusion) {
                if (!inclusion) { return refuse(call, {ErrorCode::receipt_not_ready, kSoon}); }
                // A unit that answers an operator, who voided the round, names them and their key: not for the player to see.
                if ((inclusion->leaf.request.scope & kOperatorScopes) != 0) {
                    return refuse(call, {ErrorCode::round_voided});
                }
                answer(call, 200, receipt(*inclusion, seal));
            }));
}

}  // namespace croupier::host
