#include "skim.hpp"

#include <charconv>

namespace croupier::load {

namespace {

std::size_t string_end(std::string_view text, std::size_t at) noexcept
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

}  // namespace

std::size_t after_space(std::string_view text, std::size_t at) noexcept
{
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) { ++at; }
    return at;
}

std::size_t value_end(std::string_view text, std::size_t at) noexcept
{
    if (at >= text.size()) { return std::string_view::npos; }
    if (text[at] == '"') { return string_end(text, at); }
    if (text[at] != '{' && text[at] != '[') {
        const auto end = text.find_first_of(",}] \n\r\t", at);
        return end == at ? std::string_view::npos : std::min(end, text.size());
    }
    std::size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at = string_end(text, at);
                if (at == std::string_view::npos) { return at; }
                continue;
            case '{':
            case '[': ++depth; break;
            case '}':
            case ']':
                --depth;
                if (depth == 0) { return at + 1; }
                break;
            default: break;
        }
        ++at;
    }
    return std::string_view::npos;
}

std::optional<std::int64_t> as_integer(std::string_view value) noexcept
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) { return std::nullopt; }
    return number;
}

std::string_view as_text(std::string_view value) noexcept
{
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') { return {}; }
    return value.substr(1, value.size() - 2);
}

}  // namespace croupier::load
