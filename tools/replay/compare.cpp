#include "compare.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

#include "croupier/codec.hpp"
#include "croupier/json_writer.hpp"
#include "floor.hpp"
#include "frame.hpp"
#include "sessions.hpp"

namespace croupier::replay {

namespace {

using Json = nlohmann::json;
using record::Item;

/// A text that is JSON as JSON, else as a string.
Json text_of(const std::string& text)
{
    Json parsed = Json::parse(text, nullptr, false);
    return parsed.is_discarded() ? Json(text) : parsed;
}

Json headers_of(const std::vector<host::Parameter>& headers)
{
    Json all = Json::object();
    for (const auto& [name, value] : headers) { all[name] = value; }
    return all;
}

std::vector<std::string> segments(std::string_view pointer)
{
    std::vector<std::string> parts;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const auto end = std::min(pointer.find('/'), pointer.size());
        parts.emplace_back(pointer.substr(0, end));
        pointer.remove_prefix(end);
    }
    return parts;
}

/// A described value as JSON: what json_writer makes of it.
template <class T>
Json described(const T& value)
{
    std::string text;
    json::write(text, value);
    return Json::parse(text);
}

Json frame_of(const host::Frame& frame)
{
    if (const auto* hello = std::get_if<host::HelloFrame>(&frame)) {
        Json shown{{"op", "hello"}, {"q", hello->q}, {"token_sha256", to_hex(hello->token)}};
        if (hello->resume) { shown["resume"] = {{"instance", hello->resume->instance}, {"seq", hello->resume->seq}}; }
        return shown;
    }
    if (const auto* spin = std::get_if<host::SpinFrame>(&frame)) {
        Json shown{{"op", "spin"}, {"n", spin->n}, {"game", spin->game}, {"stake", spin->stake}};
        if (!spin->bets.empty()) { shown["bets"] = described(spin->bets); }
        return shown;
    }
    if (const auto* choose = std::get_if<host::ChooseFrame>(&frame)) {
        return {{"op", "choose"}, {"n", choose->n}, {"round", std::to_string(raw(choose->round))},
            {"choice", choose->choice}};
    }
    if (const auto* query = std::get_if<host::QueryFrame>(&frame)) {
        return {{"op", boost::describe::enum_to_string(query->kind, "?")}, {"q", query->q}};
    }
    if (const auto* ping = std::get_if<host::PingFrame>(&frame)) { return {{"op", "ping"}, {"q", ping->q}}; }
    const auto& bad = std::get<host::BadFrame>(frame);
    Json shown{{"bad", name(bad.code)}};
    if (bad.n) { shown["n"] = *bad.n; }
    if (bad.q) { shown["q"] = *bad.q; }
    return shown;
}

struct InputShown {
    Json operator()(const host::Connected& in) const
    {
        return {{"input", "connected"}, {"connection", raw(in.connection)}};
    }
    Json operator()(const host::Framed& in) const
    {
        return {{"input", "frame"}, {"connection", raw(in.connection)}, {"frame", frame_of(in.frame)}};
    }
    Json operator()(const host::RateLimited& in) const
    {
        return {{"input", "rate_limited"}, {"connection", raw(in.connection)}};
    }
    Json operator()(const host::Disconnected& in) const
    {
        return {{"input", "disconnected"}, {"connection", raw(in.connection)}};
    }
    Json operator()(const host::Called& in) const
    {
        Json shown{{"input", "call"}, {"call", raw(in.call)}, {"method", in.request.method}, {"path", in.request.path}};
        if (!in.request.query.empty()) { shown["query"] = headers_of(in.request.query); }
        if (!in.request.body.empty()) { shown["body"] = text_of(in.request.body); }
        if (!in.request.idempotency_key.empty()) { shown["idempotency_key"] = in.request.idempotency_key; }
        return shown;
    }
    Json operator()(const host::Durable& in) const { return {{"input", "durable"}, {"seq", raw(in.seq)}}; }
    Json operator()(const host::Ticked&) const { return {{"input", "tick"}}; }
    Json operator()(const host::EraseAsked& in) const { return {{"input", "erase"}, {"player", raw(in.player)}}; }
    Json operator()(const host::OperatorChanged& in) const
    {
        return {{"input", "operator"}, {"added", in.line.role.has_value()}};
    }
    Json operator()(const host::ReseedAsked&) const { return {{"input", "reseed"}}; }
    Json operator()(const host::GameChanged& input) const { return {{"input", "game changed"}, {"text", input.text}}; }
    Json operator()(const host::DrainAsked&) const { return {{"input", "drain"}}; }
};

}  // namespace

Json presented(const Happened& item)
{
    ByteReader in{item.body};
    Json shown{{"kind", name(item.kind)}};
    const auto connection = [&] { shown["connection"] = in.read<std::uint64_t>(); };
    const auto rests_on = [&] { shown["rests_on"] = in.read<std::uint64_t>(); };
    switch (item.kind) {
        case Item::frame:
            connection();
            rests_on();
            shown["text"] = text_of(in.read<std::string>());
            break;
        case Item::chatter:
            connection();
            rests_on();
            shown["topic"] = in.read<std::string>();
            shown["text"] = text_of(in.read<std::string>());
            break;
        case Item::frame_now:
            connection();
            shown["text"] = text_of(in.read<std::string>());
            break;
        case Item::close_after:
            connection();
            rests_on();
            shown["code"] = in.read<std::uint16_t>();
            shown["reason"] = in.read<std::string>();
            break;
        case Item::close:
            connection();
            shown["code"] = in.read<std::uint16_t>();
            shown["reason"] = in.read<std::string>();
            break;
        case Item::response:
            connection();
            rests_on();
            shown["status"] = in.read<std::uint16_t>();
            shown["content_type"] = in.read<std::string>();
            shown["text"] = text_of(in.read<std::string>());
            shown["headers"] = headers_of(in.read<std::vector<host::Parameter>>());
            break;
        case Item::unit:
            shown["seq"] = in.read<std::uint64_t>();
            shown["hash"] = to_hex(in.read<std::array<std::byte, 8>>());
            break;
        case Item::drew:
            shown["code"] = in.read<std::uint16_t>();
            shown["values"] = in.read<std::vector<Value>>();
            break;
        case Item::state: shown["hash"] = to_hex(item.body); break;
        case Item::refused: break;
        case Item::frame_digest:
            connection();
            rests_on();
            shown["digest"] = in.read<std::uint64_t>();
            break;
        case Item::seeded: shown["code"] = in.read<std::uint16_t>(); break;
        case Item::fair_drew:
            shown["code"] = in.read<std::uint16_t>();
            (void)in.read<std::int64_t>();  // When to ask again.
            if (shown["code"] == 0) { shown["values"] = in.read<std::vector<Value>>(); }
            break;
        case Item::disk_low:
        case Item::erased: shown["answer"] = in.read<bool>(); break;
        default: shown["bytes"] = to_hex(item.body); break;
    }
    return shown;
}

Json presented(const Step& step)
{
    if (const auto* viewed = std::get_if<Viewed>(&step.input)) {
        return {{"input", "viewed"}, {"question", viewed->question}, {"bytes", viewed->answer.size()}};
    }
    return std::visit(InputShown{}, std::get<host::Input>(step.input));
}

namespace {

/// Of a frame with its text.
struct FrameParts {
    std::span<const std::byte> head;  ///< Connection, and what it rests on.
    std::string_view text;
};
FrameParts parts_of(const Happened& frame)
{
    ByteReader in{frame.body};
    const auto head = in.raw(8 + 8);
    return {head, as_text(in.raw(in.read<std::uint32_t>()))};
}

}  // namespace

Happened digested(const Happened& frame)
{
    if (frame.kind != Item::frame) { return frame; }
    const auto [head, text] = parts_of(frame);
    Happened digest{.kind = Item::frame_digest, .body = {head.begin(), head.end()}};
    ByteWriter{digest.body}.write(host::frame_digest(text));
    return digest;
}

bool agree(const std::vector<Happened>& then, const std::vector<Happened>& now)
{
    auto told = now.begin();
    for (const Happened& item : then) {
        if (!is_told(item.kind)) { continue; }
        if (told == now.end()) { return false; }
        const Happened& mine = *told++;
        if (item.kind == Item::frame_digest && mine.kind == Item::frame) {
            const auto [head, text] = parts_of(mine);
            ByteReader in{item.body};
            if (!std::ranges::equal(in.raw(head.size()), head)
                || in.read<std::uint64_t>() != host::frame_digest(text)) {
                return false;
            }
        } else if (item != mine) {
            return false;
        }
    }
    return told == now.end();
}

std::vector<Difference> differences(const std::vector<Happened>& then, const std::vector<Happened>& now)
{
    std::vector<const Happened*> told;
    for (const Happened& item : then) {
        if (is_told(item.kind)) { told.push_back(&item); }
    }
    std::vector<Difference> all;
    for (std::size_t i = 0; i < std::max(told.size(), now.size()); ++i) {
        Difference one;
        if (i < told.size()) { one.then = *told[i]; }
        if (i < now.size()) { one.now = now[i]; }
        if (one.then && one.now && one.then->kind == Item::frame_digest && *one.then == digested(*one.now)) {
            continue;
        }
        if (one.then != one.now) { all.push_back(std::move(one)); }
    }
    return all;
}

std::expected<Accepted, std::string> Accepted::load(const std::filesystem::path& file)
{
    std::ifstream in{file};
    if (!in) { return std::unexpected{file.string() + ": cannot be read"}; }
    Accepted accepted;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        const auto hash = line.find('#');
        std::istringstream words{line.substr(0, hash)};
        std::string kind;
        std::string path;
        std::string more;
        if (!(words >> kind)) { continue; }
        const auto refuse = [&](std::string_view why) {
            return std::unexpected{file.string() + ":" + std::to_string(number) + ": " + std::string{why}};
        };
        if (!(words >> path) || words >> more || (path != "*" && !path.starts_with('/'))) {
            return refuse("expected a kind, a JSON pointer or \"*\", and \"# why\"");
        }
        if (hash == std::string::npos || line.find_first_not_of(" \t", hash + 1) == std::string::npos) {
            return refuse("expected a reason behind \"#\"");
        }
        accepted.rules_.push_back(
            {.kind = kind, .path = path == "*" ? std::vector<std::string>{} : segments(path), .all = path == "*"});
    }
    return accepted;
}

bool Accepted::covers(std::string_view kind, std::string_view pointer) const
{
    const auto parts = segments(pointer);
    return std::ranges::any_of(rules_, [&](const Rule& rule) {
        if (rule.kind != kind) { return false; }
        return rule.all
            || (rule.path.size() <= parts.size()
                && std::ranges::equal(rule.path, std::span{parts}.first(rule.path.size()),
                    [](const std::string& wanted, const std::string& part) {
                        return wanted == "*" || wanted == part;
                    }));
    });
}

bool Accepted::covers(const Difference& difference) const
{
    if (!difference.then || !difference.now || difference.then->kind != difference.now->kind) {
        const auto whole = [&](const std::optional<Happened>& item) { return !item || covers(name(item->kind), ""); };
        return whole(difference.then) && whole(difference.now);
    }
    const Json patch = Json::diff(presented(*difference.then), presented(*difference.now));
    return std::ranges::all_of(patch,
        [&](const Json& change) { return covers(name(difference.then->kind), change["path"].get<std::string>()); });
}

std::string told(const Difference& difference)
{
    if (!difference.then) { return "  told now only:  " + presented(*difference.now).dump() + "\n"; }
    if (!difference.now) { return "  told then only: " + presented(*difference.then).dump() + "\n"; }
    const Json then = presented(*difference.then);
    const Json now = presented(*difference.now);
    if (difference.then->kind != difference.now->kind) {
        return "  then: " + then.dump() + "\n  now:  " + now.dump() + "\n";
    }
    std::string out = "  " + std::string{name(difference.then->kind)} + " " + then.dump() + "\n";
    for (const Json& change : Json::diff(then, now)) {
        const auto path = change["path"].get<std::string>();
        const Json::json_pointer pointer{path};
        const std::string was = change["op"] == "add" ? "nothing" : then.at(pointer).dump();
        const std::string is = change["op"] == "remove" ? "nothing" : change["value"].dump();
        out += "    " + path + ": expected " + was + ", got " + is + "\n";
    }
    return out;
}

void Who::learn(const host::Opening& opening)
{
    const auto parts = from_bytes<std::vector<host::LivePart>>(opening.live).value_or(std::vector<host::LivePart>{});
    const auto found = std::ranges::find(parts, "session", &host::LivePart::name);
    if (found == parts.end()) { return; }
    const auto sessions = from_bytes<std::vector<session::LiveSession>>(found->bytes);
    for (const auto& live : sessions.value_or(std::vector<session::LiveSession>{})) {
        if (raw(live.connection) == 0) { continue; }
        people_[live.connection] = {std::to_string(raw(live.player)), std::to_string(raw(live.session))};
    }
}

void Who::learn(const std::vector<Happened>& happened)
{
    for (const Happened& item : happened) {
        if (item.kind != Item::frame) { continue; }
        ByteReader in{item.body};
        const auto connection = in.read<ConnectionId>();
        static_cast<void>(in.read<Seq>());
        const auto text = in.read<std::string>();
        if (text.find("\"op\":\"hello\"") == std::string::npos) { continue; }
        const Json frame = text_of(text);
        if (!frame.is_object() || !frame.contains("ok") || !frame["ok"].contains("session")) { continue; }
        people_[connection] = {frame["ok"].value("player", ""), frame["ok"].value("session", "")};
    }
}

const Who::Person* Who::find(ConnectionId connection) const
{
    const auto found = people_.find(connection);
    return found == people_.end() ? nullptr : &found->second;
}

std::optional<ConnectionId> Who::connection_of(const std::string& session) const
{
    for (const auto& [connection, person] : people_) {
        if (person.session == session) { return connection; }
    }
    return std::nullopt;
}

ConnectionId connection_of(const Step& step)
{
    const auto* input = std::get_if<host::Input>(&step.input);
    if (input == nullptr) { return ConnectionId{}; }
    return std::visit(
        []<class In>(const In& in) {
            if constexpr (requires { in.connection; }) {
                return in.connection;
            } else if constexpr (requires { in.call; }) {
                return in.call;
            } else {
                return ConnectionId{};
            }
        },
        *input);
}

std::string clock_time(WallTime at)
{
    std::string text;
    json::write_time(text, at);
    return text.substr(12, 15);
}

}  // namespace croupier::replay
