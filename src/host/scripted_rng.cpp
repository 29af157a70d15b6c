#include "scripted_rng.hpp"

#include <algorithm>
#include <limits>

#include "strict_json.hpp"

namespace croupier::host {

bool ScriptedRng::script(std::string stream, std::vector<Value> values)
{
    if (waiting_ == kScriptsMax) { return false; }
    scripts_[std::move(stream)].push_back(std::move(values));
    ++waiting_;
    return true;
}

Result<void> ScriptedRng::draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values)
{
    const auto found = scripts_.find(stream);
    if (found == scripts_.end()) { return inner_.draw(stream, bounds, values); }
    const std::vector<Value> scripted = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) { scripts_.erase(found); }
    --waiting_;
    const bool fits = std::ranges::equal(scripted, bounds, std::ranges::less{});
    told_(stream, fits);
    if (!fits) { return inner_.draw(stream, bounds, values); }
    std::ranges::copy(scripted, values.begin());
    return {};
}

std::optional<ScriptedDraw> parse_scripted_draw(std::string_view json)
{
    using Type = JsonValue::Type;
    const auto root = parse_json(json);
    if (!root || root->type != Type::object || !root->has_only({"stream", "values"})) { return std::nullopt; }
    const JsonValue* stream = root->member("stream");
    const JsonValue* values = root->member("values");
    const bool there = stream != nullptr && stream->type == Type::text && values != nullptr
        && values->type == Type::array;
    if (!there) { return std::nullopt; }
    ScriptedDraw draw{.stream = stream->text, .values = {}};
    for (const JsonValue& item : values->items) {
        const auto value = item.whole(0, std::numeric_limits<Value>::max());
        if (!value) { return std::nullopt; }
        draw.values.push_back(static_cast<Value>(*value));
    }
    return draw;
}

}  // namespace croupier::host
