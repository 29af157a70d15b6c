#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "croupier/result.hpp"
#include "croupier/time.hpp"
#include "edge.hpp"

/// What HTTP needs of text: pure functions, strict on what comes in.
namespace croupier::edge {

/// Well-formed by RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

struct Target {
    std::string path;                                        ///< Decoded.
    std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order; '+' is a space.
};

/// A request target in origin form ("/a/b?c=d") or absolute form ("http://host/a/b"). nullopt: a bad escape, a byte that
/// must be escaped, a control character, bad UTF-8, a "." or ".." segment, an escaped slash or backslash in the path.
std::optional<Target> parse_target(std::string_view text);

/// Whether a browser page of this Origin may connect: it has the authority of the Host header, or is in `allowed`
/// ("*" there allows any).
bool origin_allowed(std::string_view origin, std::string_view host, std::span<const std::string> allowed);

/// True if the comma-separated list holds the token, exactly.
bool list_holds(std::string_view list, std::string_view token);

/// Whether an Accept-Encoding header allows gzip: named, or by "*", and not with q=0.
bool accepts_gzip(std::string_view accept_encoding);

/// True for what RFC 6455 wants: 16 bytes in base64.
bool websocket_key_valid(std::string_view key) noexcept;

/// The refusal as a problem document (RFC 9457); `status` is the code's own unless given.
HttpResponse problem(ErrorCode code, std::optional<int> status = std::nullopt);

/// The status line and headers of a response, to the empty line.
std::string response_head(const HttpResponse& response, bool keep_alive, WallTime now);

/// "Mon, 23 Nov 2026 11:13:11 GMT"
std::string http_date(WallTime now);

}  // namespace croupier::edge
