#include "strict_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace croupier::host {

namespace {

constexpr std::size_t kDepthMax = 5;
constexpr std::size_t kValuesMax = 2000;
constexpr std::size_t kMembersMax = 16;  // No frame has more; a bound on the search for duplicates.
constexpr std::size_t kItemsUsual = 4;   // A command has four members.

/// Builds a JsonValue from nlohmann's SAX events; false from any of them ends the parse.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(JsonValue& root) : root_{root} {}

    bool null() override { return place({}) != nullptr; }
    bool boolean(bool value) override { return place({.type = JsonValue::Type::boolean, .boolean = value}) != nullptr; }
    bool number_integer(number_integer_t value) override
    {
        return place({.type = JsonValue::Type::integer, .integer = value}) != nullptr;
    }
    bool number_unsigned(number_unsigned_t value) override
    {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return place({.type = JsonValue::Type::other_number}) != nullptr;
        }
        return number_integer(static_cast<number_integer_t>(value));
    }
    bool number_float(number_float_t, const string_t&) override
    {
        return place({.type = JsonValue::Type::other_number}) != nullptr;
    }
    bool string(string_t& value) override
    {
        return place({.type = JsonValue::Type::text, .text = std::move(value)}) != nullptr;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(JsonValue::Type::object); }
    bool start_array(std::size_t) override { return open(JsonValue::Type::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override
    {
        JsonValue& object = *open_.back();
        if (object.items.size() == kMembersMax || object.member(name) != nullptr) { return false; }
        object.items.push_back({.name = std::move(name)});
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
    JsonValue* place(JsonValue value)
    {
        if (++values_ > kValuesMax) { return nullptr; }
        JsonValue* slot = &root_;
        if (!open_.empty()) {
            JsonValue& parent = *open_.back();
            if (parent.type == JsonValue::Type::array) { parent.items.emplace_back(); }
            slot = &parent.items.back();
        }
        value.name = std::move(slot->name);
        *slot = std::move(value);
        return slot;
    }

    bool open(JsonValue::Type type)
    {
        // Pointers to open values stay valid: a container only grows while the value at its end is closed.
        if (open_.size() == kDepthMax) { return false; }
        JsonValue* slot = place({.type = type});
        if (slot == nullptr) { return false; }
        slot->items.reserve(kItemsUsual);
        open_.push_back(slot);
        return true;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    JsonValue& root_;
    std::vector<JsonValue*> open_;
    std::size_t values_ = 0;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view wanted) const
{
    if (type != Type::object) { return nullptr; }
    const auto found = std::ranges::find(items, wanted, &JsonValue::name);
    return found == items.end() ? nullptr : &*found;
}

bool JsonValue::has_only(std::initializer_list<std::string_view> names) const
{
    return type == Type::object && std::ranges::all_of(items, [&](const JsonValue& item) {
        return std::ranges::find(names, item.name) != names.end();
    });
}

std::optional<std::int64_t> JsonValue::whole(std::int64_t min, std::int64_t max) const
{
    if (type != Type::integer || integer < min || integer > max) { return std::nullopt; }
    return integer;
}

std::optional<JsonValue> parse_json(std::string_view text)
{
    JsonValue root;
    Builder builder{root};
    if (!nlohmann::json::sax_parse(text, &builder)) { return std::nullopt; }
    return root;
}

std::optional<std::uint64_t> whole_number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return value;
}

}  // namespace croupier::host
