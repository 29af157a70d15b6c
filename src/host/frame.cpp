#include "frame.hpp"

#include <charconv>

#include "croupier/bytes.hpp"
#include "croupier/json_writer.hpp"
#include "member_text.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kNumberMax = (std::int64_t{1} << 53) - 1;  // What a JavaScript number holds exactly.
constexpr std::int64_t kStakeMax = std::int64_t{1} << 53;
constexpr std::size_t kTextMax = 64;
constexpr std::size_t kBetsMax = 256;
constexpr std::size_t kNumbersMax = 18;
constexpr std::int64_t kNumbersLargest = 100'000;
constexpr std::uint64_t kChoiceMax = 1'000'000;

std::optional<std::string> text_of(const JsonValue& object, std::string_view name, std::size_t size_max = kTextMax)
{
    const JsonValue* value = object.member(name);
    if (value == nullptr || value->type != Type::text || value->text.size() > size_max) { return std::nullopt; }
    return value->text;
}

std::optional<std::uint64_t> number_of(const JsonValue& object, std::string_view name, std::int64_t min)
{
    const JsonValue* value = object.member(name);
    const auto number = value == nullptr ? std::nullopt : value->whole(min, kNumberMax);
    return number ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

std::optional<rounds::Bet> parse_bet(const JsonValue& value)
{
    if (value.type != Type::object || !value.has_only({"kind", "numbers", "stake"})) { return std::nullopt; }
    rounds::Bet bet;
    const auto kind = text_of(value, "kind");
    const JsonValue* stake = value.member("stake");
    const auto amount = stake == nullptr ? std::nullopt : stake->whole(1, kStakeMax);
    if (!kind || !amount) { return std::nullopt; }
    bet.kind = *kind;
    bet.stake = *amount;
    if (const JsonValue* numbers = value.member("numbers")) {
        if (numbers->type != Type::array || numbers->items.size() > kNumbersMax) { return std::nullopt; }
        for (const JsonValue& item : numbers->items) {
            const auto number = item.whole(0, kNumbersLargest);
            if (!number) { return std::nullopt; }
            bet.numbers.push_back(static_cast<std::uint32_t>(*number));
        }
    }
    return bet;
}

Frame parse_spin(const JsonValue& root, std::uint64_t n)
{
    const BadFrame bad{.n = n};
    SpinFrame frame{.n = n};
    const auto game = text_of(root, "game");
    if (!root.has_only({"n", "op", "game", "stake", "bets"}) || !game) { return bad; }
    frame.game = *game;
    const JsonValue* stake = root.member("stake");
    const JsonValue* bets = root.member("bets");
    if (stake == nullptr && bets == nullptr) { return bad; }
    if (stake != nullptr) {
        const auto amount = stake->whole(1, kStakeMax);
        if (!amount) { return bad; }
        frame.stake = *amount;
    }
    if (bets != nullptr) {
        if (bets->type != Type::array || bets->items.empty() || bets->items.size() > kBetsMax) { return bad; }
        for (const JsonValue& item : bets->items) {
            auto bet = parse_bet(item);
            if (!bet) { return bad; }
            frame.bets.push_back(std::move(*bet));
        }
    }
    return frame;
}

Frame parse_choose(const JsonValue& root, std::uint64_t n)
{
    const auto round = text_of(root, "round");
    const auto number = round ? whole_number(*round) : std::nullopt;
    const auto choice = number_of(root, "choice", 0);
    if (!root.has_only({"n", "op", "round", "choice"}) || !number || !choice || *choice > kChoiceMax) {
        return BadFrame{.n = n};
    }
    return ChooseFrame{n, static_cast<RoundId>(*number), static_cast<std::uint32_t>(*choice)};
}

Frame parse_hello(const JsonValue& root, std::uint64_t q)
{
    const BadFrame bad{.q = q};
    HelloFrame frame{.q = q};
    const auto token = text_of(root, "token", 128);
    if (!root.has_only({"q", "op", "token", "resume"}) || !token) { return bad; }
    frame.token = token_hash(*token);
    if (const JsonValue* resume = root.member("resume")) {
        const auto instance = text_of(*resume, "instance");
        const auto seq = number_of(*resume, "seq", 0);
        if (resume->type != Type::object || !resume->has_only({"instance", "seq"}) || !instance || !seq) { return bad; }
        frame.resume = session::Resume{*instance, *seq};
    }
    return frame;
}

}  // namespace

Frame parse_frame(std::string_view text)
{
    const auto root = parse_json(text);
    if (!root || root->type != Type::object) { return BadFrame{}; }
    const bool has_n = root->member("n") != nullptr;
    const bool has_q = root->member("q") != nullptr;
    const auto n = number_of(*root, "n", 1);
    const auto q = number_of(*root, "q", 0);
    if (has_n == has_q || (!n && !q)) { return BadFrame{}; }
    const auto op = text_of(*root, "op");
    if (!op) { return BadFrame{.n = n, .q = q}; }
    if (n) {
        if (*op == "spin") { return parse_spin(*root, *n); }
        if (*op == "choose") { return parse_choose(*root, *n); }
        return BadFrame{.code = ErrorCode::operation_unknown, .n = n};
    }
    if (*op == "hello") { return parse_hello(*root, *q); }
    const bool plain = root->has_only({"q", "op"});
    const auto query = [&](session::QueryKind kind) -> Frame {
        return plain ? Frame{QueryFrame{*q, kind}} : Frame{BadFrame{.q = q}};
    };
    if (*op == "balance") { return query(session::QueryKind::balance); }
    if (*op == "games") { return query(session::QueryKind::games); }
    if (*op == "online") { return query(session::QueryKind::online); }
    if (*op == "open") { return query(session::QueryKind::open); }
    if (*op == "ping") { return plain ? Frame{PingFrame{*q}} : Frame{BadFrame{.q = q}}; }
    return BadFrame{.code = ErrorCode::operation_unknown, .q = q};
}

FrameNumbers skim_numbers(std::string_view text)
{
    const auto number = [](std::string_view digits, std::int64_t min) -> std::optional<std::uint64_t> {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size()) { return std::nullopt; }
        if (value < min || value > kNumberMax) { return std::nullopt; }
        return static_cast<std::uint64_t>(value);
    };
    const auto n = number(member_text(text, "n"), 1);
    const auto q = number(member_text(text, "q"), 0);
    return n && q ? FrameNumbers{} : FrameNumbers{n, q};
}

std::string refusal(std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error)
{
    std::string out{'{'};
    if (n || q) {
        out += n ? "\"re\":" : "\"rq\":";
        json::write_number(out, n ? *n : *q);
        out += ',';
    }
    out += "\"error\":";
    json::write_error(out, error);
    out += '}';
    return out;
}

Hash token_hash(std::string_view token) { return sha256(as_bytes(token)); }

}  // namespace croupier::host
