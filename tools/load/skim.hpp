#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reads the few members that the load tool needs out of a JSON text, in one pass and without building a tree: a load
/// generator that parses fully measures itself.
namespace croupier::load {

/// The end of the value that begins at `at`, npos if it has none. Trusts the inside of a value to be JSON.
std::size_t value_end(std::string_view text, std::size_t at) noexcept;
std::size_t after_space(std::string_view text, std::size_t at) noexcept;

/// Calls member(name, value) for each member of the object; value is the raw text. False: it is not an object.
template <std::invocable<std::string_view, std::string_view> Member>
bool skim(std::string_view object, Member member)
{
    auto at = after_space(object, 0);
    if (at >= object.size() || object[at] != '{') { return false; }
    at = after_space(object, at + 1);
    if (at < object.size() && object[at] == '}') { return true; }
    while (at < object.size() && object[at] == '"') {
        const auto name_end = value_end(object, at);
        if (name_end == std::string_view::npos) { return false; }
        const auto name = object.substr(at + 1, name_end - at - 2);
        at = after_space(object, name_end);
        if (at >= object.size() || object[at] != ':') { return false; }
        at = after_space(object, at + 1);
        const auto end = value_end(object, at);
        if (end == std::string_view::npos) { return false; }
        member(name, object.substr(at, end - at));
        at = after_space(object, end);
        if (at >= object.size()) { return false; }
        if (object[at] == '}') { return true; }
        if (object[at] != ',') { return false; }
        at = after_space(object, at + 1);
    }
    return false;
}

/// A whole number's value.
std::optional<std::int64_t> as_integer(std::string_view value) noexcept;
/// A string's text, without its quotes; what is escaped stays so.
std::string_view as_text(std::string_view value) noexcept;

}  // namespace croupier::load
