// What HTTP needs of text. The input's lines are a target, an Origin, a Host and a list.

#include <algorithm>

#include "fuzz.hpp"
#include "http_text.hpp"

namespace {

using namespace croupier::edge;

bool is_clean(std::string_view text)
{
    return is_utf8(text)
        && std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string_view take_line(std::string_view& rest)
{
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

void check_target(std::string_view text)
{
    const auto target = parse_target(text);
    if (!target) { return; }
    CROUPIER_ASSERT(target->path.starts_with('/') && is_clean(target->path));
    CROUPIER_ASSERT(!target->path.contains('\\'));
    CROUPIER_ASSERT(!(target->path + '/').contains("/../") && !(target->path + '/').contains("/./"));
    for (const auto& [name, value] : target->query) { CROUPIER_ASSERT(is_clean(name) && is_clean(value)); }
}

void check_origin(std::string_view origin, std::string_view host)
{
    const std::vector<std::string> any{"*"};
    CROUPIER_ASSERT(origin_allowed(origin, host, any));
    if (origin_allowed(origin, host, {})) { CROUPIER_ASSERT(origin.contains("://") && !host.empty()); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto rest = croupier::fuzz::text_of(data, size);
    check_target(take_line(rest));
    const auto origin = take_line(rest);
    check_origin(origin, take_line(rest));
    const auto list = take_line(rest);
    CROUPIER_ASSERT(!list_holds(list, "a,b"));
    CROUPIER_ASSERT(!accepts_gzip(list) || list.contains('*') || list.size() >= 4);
    CROUPIER_ASSERT(!websocket_key_valid(list) || is_clean(list));
    return 0;
}
