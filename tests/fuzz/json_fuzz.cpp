// Strict JSON: what is accepted is JSON, within its limits, and no object has a member twice.

#include <nlohmann/json.hpp>

#include <set>

#include "fuzz.hpp"
#include "strict_json.hpp"

namespace {

using croupier::host::JsonValue;

/// How many values there are in it.
std::size_t check(const JsonValue& value, std::size_t depth)
{
    const bool container = value.type == JsonValue::Type::array || value.type == JsonValue::Type::object;
    CROUPIER_ASSERT(container || value.items.empty());
    CROUPIER_ASSERT(!container || depth < 5);
    std::set<std::string_view> names;
    std::size_t count = 1;
    for (const JsonValue& item : value.items) {
        if (value.type == JsonValue::Type::object) {
            CROUPIER_ASSERT(names.insert(item.name).second);
            CROUPIER_ASSERT(value.member(item.name) == &item);
        }
        count += check(item, depth + 1);
    }
    CROUPIER_ASSERT(names.size() <= 16);
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = croupier::fuzz::text_of(data, size);
    const auto value = croupier::host::parse_json(text);
    if (!value) { return 0; }
    CROUPIER_ASSERT(nlohmann::json::accept(text));
    CROUPIER_ASSERT(check(*value, 0) <= 2000);
    return 0;
}
