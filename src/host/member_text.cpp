#include "member_text.hpp"

#include <algorithm>

namespace croupier::host {

namespace {

constexpr auto kNone = std::string_view::npos;

std::size_t after_space(std::string_view text, std::size_t at)
{
    const auto found = text.find_first_not_of(" \t\r\n", at);
    return found == kNone ? text.size() : found;
}

bool is_at(std::string_view text, std::size_t at, char letter) { return at < text.size() && text[at] == letter; }

/// The end of the string whose opening quote is at `at`.
std::size_t string_end(std::string_view text, std::size_t at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') { return at + 1; }
        if (text[at] == '\\') { ++at; }
    }
    return kNone;
}

/// The end of the value that begins at `at`; none if it is not closed.
std::size_t value_end(std::string_view text, std::size_t at)
{
    std::size_t depth = 0;
    while (at < text.size()) {
        const char letter = text[at];
        if (letter == '{' || letter == '[') {
            ++depth;
            ++at;
        } else if (letter == '}' || letter == ']') {
            if (depth == 0) { return kNone; }
            --depth;
            ++at;
        } else if (letter == '"') {
            at = string_end(text, at);
        } else if (depth == 0) {
            return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
        } else {
            at = text.find_first_of("{}[]\"", at);
        }
        if (depth == 0) { return at; }
    }
    return kNone;
}

}  // namespace

std::string_view member_text(std::string_view object, std::string_view name)
{
    std::size_t at = after_space(object, 0);
    if (!is_at(object, at, '{')) { return {}; }
    do {
        at = after_space(object, at + 1);
        if (!is_at(object, at, '"')) { return {}; }
        const auto name_end = string_end(object, at);
        if (name_end == kNone) { return {}; }
        const bool wanted = object.substr(at + 1, name_end - at - 2) == name;
        at = after_space(object, name_end);
        if (!is_at(object, at, ':')) { return {}; }
        at = after_space(object, at + 1);
        const auto end = value_end(object, at);
        if (end == kNone) { return {}; }
        if (wanted) { return object.substr(at, end - at); }
        at = after_space(object, end);
    } while (is_at(object, at, ','));
    return {};
}

std::string answered(std::string_view answer, std::string_view name, std::string_view otherwise)
{
    const std::string whole = "{" + std::string{answer} + "}";
    const auto member = member_text(member_text(whole, "ok"), name);
    return std::string{member.empty() ? otherwise : member};
}

}  // namespace croupier::host
