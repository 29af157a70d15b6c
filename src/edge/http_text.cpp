#include "http_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "croupier/assert.hpp"

namespace croupier::edge {

namespace {

std::optional<unsigned> hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9') { return static_cast<unsigned>(c - '0'); }
    if (c >= 'a' && c <= 'f') { return static_cast<unsigned>(c - 'a' + 10); }
    if (c >= 'A' && c <= 'F') { return static_cast<unsigned>(c - 'A' + 10); }
    return std::nullopt;
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool starts_ignoring_case(std::string_view text, std::string_view prefix) noexcept
{
    return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// The text up to the separator, which is taken off `rest` together with it.
std::string_view take_until(std::string_view& rest, char separator) noexcept
{
    const auto end = rest.find(separator);
    const auto taken = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return taken;
}

std::string_view trimmed(std::string_view text) noexcept
{
    while (text.starts_with(' ') || text.starts_with('\t')) { text.remove_prefix(1); }
    while (text.ends_with(' ') || text.ends_with('\t')) { text.remove_suffix(1); }
    return text;
}

enum class Part : std::uint8_t { path, query };

std::optional<std::string> decode(std::string_view text, Part part)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) { return std::nullopt; }
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (!high || !low) { return std::nullopt; }
            c = static_cast<char>((*high << 4) | *low);
            i += 2;
            // Decoded, it could no longer be told from a separator.
            if (part == Part::path && (c == '/' || c == '\\')) { return std::nullopt; }
        } else if (c == '+' && part == Part::query) {
            c = ' ';
        } else if (static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '#' || c == '\\') {
            return std::nullopt;
        }
        if (is_control(c)) { return std::nullopt; }
        decoded.push_back(c);
    }
    if (!is_utf8(decoded)) { return std::nullopt; }
    return decoded;
}

bool has_dot_segment(std::string_view path) noexcept
{
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        if (segment == "." || segment == "..") { return true; }
        if (slash == std::string_view::npos) { break; }
        path.remove_prefix(slash + 1);
    }
    return false;
}

/// "http://host:80/path" → "/path"; what has no scheme stays as it is.
std::string_view without_authority(std::string_view target) noexcept
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_ignoring_case(target, scheme)) { continue; }
        const auto path = target.find_first_of("/?", scheme.size());
        return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
    }
    return target;
}

std::string_view reason(int status) noexcept
{
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 422: return "Unprocessable Content";
        case 426: return "Upgrade Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "";
    }
}

void add_header(std::string& head, std::string_view name, std::string_view value)
{
    // A line break in a header would start a second answer: the host never builds one from a client's text.
    CROUPIER_ASSERT(std::ranges::none_of(name, is_control) && std::ranges::none_of(value, is_control));
    head.append(name).append(": ").append(value).append("\r\n");
}

void add_two_digits(std::string& text, unsigned number)
{
    text.push_back(static_cast<char>('0' + number / 10 % 10));
    text.push_back(static_cast<char>('0' + number % 10));
}

}  // namespace

bool is_utf8(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const auto first = byte(i);
        std::size_t more = 0;
        unsigned char low = 0x80;
        unsigned char high = 0xbf;
        if (first < 0x80) {
            more = 0;
        } else if (first >= 0xc2 && first <= 0xdf) {
            more = 1;
        } else if (first >= 0xe0 && first <= 0xef) {
            more = 2;
            if (first == 0xe0) { low = 0xa0; }
            if (first == 0xed) { high = 0x9f; }
        } else if (first >= 0xf0 && first <= 0xf4) {
            more = 3;
            if (first == 0xf0) { low = 0x90; }
            if (first == 0xf4) { high = 0x8f; }
        } else {
            return false;
        }
        if (text.size() - i <= more) { return false; }
        for (std::size_t k = 1; k <= more; ++k) {
            if (byte(i + k) < low || byte(i + k) > high) { return false; }
            low = 0x80;
            high = 0xbf;
        }
        i += more + 1;
    }
    return true;
}

std::optional<Target> parse_target(std::string_view text)
{
    text = without_authority(text);
    const auto mark = text.find('?');
    const auto path = decode(text.substr(0, mark), Part::path);
    const bool path_complete = text.starts_with('/') || mark == 0;  // "http://host?a=b" has an empty path.
    if (!path || !path_complete || has_dot_segment(*path)) { return std::nullopt; }

    Target target{.path = path->empty() ? "/" : *path, .query = {}};
    auto rest = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = take_until(rest, '&');
        if (pair.empty()) { continue; }
        const auto equals = pair.find('=');
        auto name = decode(pair.substr(0, equals), Part::query);
        auto value = equals == std::string_view::npos ? std::optional<std::string>{""}
                                                      : decode(pair.substr(equals + 1), Part::query);
        if (!name || !value) { return std::nullopt; }
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return target;
}

bool origin_allowed(std::string_view origin, std::string_view host, std::span<const std::string> allowed)
{
    for (const auto& entry : allowed) {
        if (entry == "*" || equal_ignoring_case(entry, origin)) { return true; }
    }
    struct Scheme {
        std::string_view prefix;
        std::string_view default_port;
    };
    for (const auto scheme : {Scheme{"http://", ":80"}, Scheme{"https://", ":443"}}) {
        if (!starts_ignoring_case(origin, scheme.prefix)) { continue; }
        auto own = origin.substr(scheme.prefix.size());
        if (own.ends_with(scheme.default_port)) { own.remove_suffix(scheme.default_port.size()); }
        if (host.ends_with(scheme.default_port)) { host.remove_suffix(scheme.default_port.size()); }
        return !own.empty() && equal_ignoring_case(own, host);
    }
    return false;
}

bool list_holds(std::string_view list, std::string_view token)
{
    while (!list.empty()) {
        if (trimmed(take_until(list, ',')) == token) { return true; }
    }
    return false;
}

bool accepts_gzip(std::string_view accept_encoding)
{
    bool any = false;
    while (!accept_encoding.empty()) {
        auto item = take_until(accept_encoding, ',');
        const auto coding = trimmed(take_until(item, ';'));
        const auto weight = trimmed(item);
        // "q=0", "q=0.0", … : no digit but zero.
        const bool refused = starts_ignoring_case(weight, "q=") && weight.find_first_of("123456789") == weight.npos;
        if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) { return !refused; }
        if (coding == "*") { any = !refused; }
    }
    return any;
}

bool websocket_key_valid(std::string_view key) noexcept
{
    if (key.size() != 24 || !key.ends_with("==")) { return false; }
    return std::ranges::all_of(key.substr(0, 22), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    });
}

HttpResponse problem(ErrorCode code, std::optional<int> status)
{
    const int number = status.value_or(http_status(code));
    HttpResponse response{.status = number, .content_type = "application/problem+json", .body = {}, .headers = {}};
    // Names and meanings are our own constants: nothing in them needs escaping.
    response.body.append(R"({"type":"urn:croupier:error:)").append(name(code));
    response.body.append(R"(","title":")").append(meaning(code));
    response.body.append(R"(","status":)").append(std::to_string(number));
    response.body.append(R"(,"code":")").append(name(code)).append(R"("})");
    return response;
}

std::string response_head(const HttpResponse& response, bool keep_alive, WallTime now)
{
    std::string head;
    head.reserve(256);
    head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason(response.status));
    head.append("\r\nServer: croupier\r\nDate: ").append(http_date(now)).append("\r\n");
    if (!keep_alive) { head.append("Connection: close\r\n"); }
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) {
        head.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
        if (!response.content_type.empty()) { add_header(head, "Content-Type", response.content_type); }
    }
    if (response.gzip) { head.append("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"); }
    for (const auto& [name, value] : response.headers) { add_header(head, name, value); }
    head.append("\r\n");
    return head;
}

std::string http_date(WallTime now)
{
    static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(now - day)};

    std::string text;
    text.reserve(29);
    text.append(kDays[std::chrono::weekday{day}.c_encoding()]).append(", ");
    add_two_digits(text, static_cast<unsigned>(date.day()));
    text.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
    text.append(std::to_string(static_cast<int>(date.year()))).append(" ");
    add_two_digits(text, static_cast<unsigned>(time.hours().count()));
    text.push_back(':');
    add_two_digits(text, static_cast<unsigned>(time.minutes().count()));
    text.push_back(':');
    add_two_digits(text, static_cast<unsigned>(time.seconds().count()));
    text.append(" GMT");
    return text;
}

}  // namespace croupier::edge
