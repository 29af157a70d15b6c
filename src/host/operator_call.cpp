#include "operator_call.hpp"

#include <algorithm>
#include <vector>

#include "strict_json.hpp"

namespace croupier::host {

namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kAmountMax = (std::int64_t{1} << 53) - 1;  // What a JavaScript number holds exactly.
constexpr std::size_t kReferenceMax = 64;
constexpr std::size_t kKeyMax = 64;

/// A reference of another system: letters, digits and . _ : - so that nobody writes a person's name there.
std::optional<std::string> reference(const JsonValue& root, std::string_view name)
{
    const JsonValue* value = root.member(name);
    if (value == nullptr || value->type != Type::text) { return std::nullopt; }
    const std::string& text = value->text;
    const bool fits = !text.empty() && text.size() <= kReferenceMax && std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9')
            || letter == '.' || letter == '_' || letter == ':' || letter == '-';
    });
    return fits ? std::optional{text} : std::nullopt;
}

/// An id as ids stand in the protocol: a string of digits.
std::optional<std::uint64_t> id(const JsonValue& root, std::string_view name)
{
    const JsonValue* value = root.member(name);
    return value != nullptr && value->type == Type::text ? whole_number(value->text) : std::nullopt;
}

std::optional<std::int64_t> amount(const JsonValue& root, std::int64_t min)
{
    const JsonValue* value = root.member("amount");
    return value == nullptr ? std::nullopt : value->whole(min, kAmountMax);
}

template <class Movement>
std::optional<cashier::Operation> movement(const JsonValue& root)
{
    const auto player = id(root, "player");
    const auto money = amount(root, 1);
    const auto payment = reference(root, "payment");
    if (!root.has_only({"player", "amount", "payment"}) || !player || !money || !payment) { return std::nullopt; }
    return Movement{static_cast<PlayerId>(*player), *money, *payment};
}

std::optional<cashier::Operation> adjustment(const JsonValue& root)
{
    const auto player = id(root, "player");
    const auto money = amount(root, -kAmountMax);
    const auto ticket = reference(root, "ticket");
    const JsonValue* why = root.member("reason");
    cashier::Reason reason{};
    if (!root.has_only({"player", "amount", "reason", "ticket"}) || !player || !money || !ticket || why == nullptr
        || why->type != Type::text || !boost::describe::enum_from_string(why->text.c_str(), reason)) {
        return std::nullopt;
    }
    return cashier::Adjust{static_cast<PlayerId>(*player), *money, reason, *ticket};
}

std::optional<cashier::Operation> bonus(const JsonValue& root)
{
    const auto player = id(root, "player");
    const auto credits = amount(root, 1);
    const auto ticket = reference(root, "ticket");
    if (!root.has_only({"player", "amount", "ticket"}) || !player || !credits || !ticket) { return std::nullopt; }
    return cashier::GrantBonus{static_cast<PlayerId>(*player), *credits, *ticket};
}

/// {"amount":…?}: none means all.
std::optional<cashier::Operation> conversion(const JsonValue& root, PlayerId player)
{
    const auto credits = amount(root, 1);
    if (!root.has_only({"amount"}) || (root.member("amount") != nullptr && !credits)) { return std::nullopt; }
    return cashier::ConvertBonus{player, credits};
}

std::optional<cashier::Operation> limit(const JsonValue& root, PlayerId player)
{
    cashier::SetLimit wanted{.player = player};
    const auto read = [&](std::string_view name, auto& into) {
        const JsonValue* value = root.member(name);
        return value != nullptr && value->type == Type::text
            && boost::describe::enum_from_string(value->text.c_str(), into);
    };
    wanted.amount = amount(root, 0);
    if (!root.has_only({"measure", "period", "amount"}) || !read("measure", wanted.measure)
        || !read("period", wanted.period) || (root.member("amount") != nullptr && !wanted.amount)) {
        return std::nullopt;
    }
    return wanted;
}

/// A key as the Idempotency-Key header takes it.
std::optional<cashier::Operation> rollback(const JsonValue& root)
{
    const JsonValue* key = root.member("key");
    if (!root.has_only({"key"}) || key == nullptr || key->type != Type::text || !is_request_key(key->text)) {
        return std::nullopt;
    }
    return cashier::RollBack{key->text};
}

std::optional<cashier::Operation> approval(const JsonValue& root, HoldId hold)
{
    if (!root.has_only({"amount"})) { return std::nullopt; }
    const auto money = amount(root, 1);
    if (root.member("amount") != nullptr && !money) { return std::nullopt; }
    return cashier::Approve{hold, money};
}

}  // namespace

bool is_request_key(std::string_view key)
{
    return !key.empty() && key.size() <= kKeyMax
        && std::ranges::all_of(key, [](char letter) { return letter > ' ' && letter < 0x7f && letter != '"'; });
}

std::optional<cashier::Operation> parse_operation(std::string_view path, std::string_view body, bool& known)
{
    // "withdrawals/12/approve": what, which, and what to do with it.
    std::vector<std::string_view> parts;
    while (parts.size() < 4) {
        const auto end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        if (end == path.size()) { break; }
        path.remove_prefix(end + 1);
    }
    const std::string_view what = parts[0];
    const std::string_view verb = parts.size() == 3 ? parts[2] : std::string_view{};
    const auto is = [&](std::string_view noun, std::string_view wanted) {
        return what == noun && verb == wanted && parts.size() == (wanted.empty() ? 1 : 3);
    };
    const auto which = parts.size() == 3 ? whole_number(parts[1]) : std::optional<std::uint64_t>{0};
    const auto root = parse_json(body.empty() ? std::string_view{"{}"} : body);
    const bool whole = root && root->type == Type::object;
    const bool bare = whole && root->items.empty();

    known = true;
    if (is("deposits", "")) { return whole ? movement<cashier::Deposit>(*root) : std::nullopt; }
    if (is("withdrawals", "")) { return whole ? movement<cashier::Withdraw>(*root) : std::nullopt; }
    if (is("adjustments", "")) { return whole ? adjustment(*root) : std::nullopt; }
    if (is("rollbacks", "")) { return whole ? rollback(*root) : std::nullopt; }
    if (is("bonuses", "")) { return whole ? bonus(*root) : std::nullopt; }
    if (is("days", "")) { return bare ? std::optional<cashier::Operation>{cashier::CloseDay{}} : std::nullopt; }
    known = which.has_value();
    if (!known) { return std::nullopt; }
    if (is("withdrawals", "approve")) { return whole ? approval(*root, static_cast<HoldId>(*which)) : std::nullopt; }
    if (is("players", "limits")) { return whole ? limit(*root, static_cast<PlayerId>(*which)) : std::nullopt; }
    if (is("players", "convert-bonus")) {
        return whole ? conversion(*root, static_cast<PlayerId>(*which)) : std::nullopt;
    }
    std::optional<cashier::Operation> operation;
    if (is("players", "forfeit-bonus")) { operation = cashier::ForfeitBonus{static_cast<PlayerId>(*which)}; }
    if (is("withdrawals", "reject")) { operation = cashier::Reject{static_cast<HoldId>(*which)}; }
    if (is("adjustments", "confirm")) { operation = cashier::Confirm{*which}; }
    if (is("adjustments", "decline")) { operation = cashier::Decline{*which}; }
    if (is("players", "freeze")) { operation = cashier::Freeze{static_cast<PlayerId>(*which), true}; }
    if (is("players", "thaw")) { operation = cashier::Freeze{static_cast<PlayerId>(*which), false}; }
    if (is("players", "close")) { operation = cashier::ClosePlayer{static_cast<PlayerId>(*which)}; }
    if (is("rounds", "void")) { operation = cashier::VoidRound{static_cast<RoundId>(*which)}; }
    known = operation.has_value();
    return bare ? operation : std::nullopt;
}

}  // namespace croupier::host
