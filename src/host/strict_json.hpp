#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace croupier::host {

/// A JSON value as strictly as money wants it: whole numbers only, no member twice, little depth.
struct JsonValue {
    enum class Type : std::uint8_t { null, boolean, integer, other_number, text, array, object };

    Type type = Type::null;
    bool boolean = false;
    std::int64_t integer = 0;  ///< A fraction, an exponent or a value outside int64 is other_number.
    std::string text;
    std::string name;              ///< Of a member of an object.
    std::vector<JsonValue> items;  ///< An array's elements or an object's members, in the order of the text.

    /// Null if there is no such member, or this is no object.
    const JsonValue* member(std::string_view wanted) const;
    /// Whether every member has one of these names.
    bool has_only(std::initializer_list<std::string_view> names) const;
    /// The value, if it is a whole number from `min` to `max`.
    std::optional<std::int64_t> whole(std::int64_t min, std::int64_t max) const;
};

/// nullopt: not JSON (RFC 8259), a member twice, deeper than 5, more than 16 members in an object, or more than 2000 values.
std::optional<JsonValue> parse_json(std::string_view text);
/// A whole number in decimal digits, as ids stand in JSON strings and paths, and nothing else.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace croupier::host
