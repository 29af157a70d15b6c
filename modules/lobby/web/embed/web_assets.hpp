#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace croupier::web {

/// One file of the web client, as it is linked into the binary. All views are valid for the life of the process.
struct Asset {
    std::string_view path;  ///< As in a request: "/index.html" (also what "/" means), "/app.<hash>.js".
    std::string_view content_type;
    std::span<const std::byte> gzip;  ///< The body, for `Content-Encoding: gzip`; there is no other form.
    std::string_view etag;            ///< With its quotes.
    bool immutable;                   ///< The path holds the content's hash: it may be cached for ever.
    std::string_view policy;          ///< What a page may load: directives of a Content-Security-Policy.
};

/// All files of the web client, sorted by path.
std::span<const Asset> web_assets();
/// What the page that plays a recording ("/replay.html") has beside them.
std::span<const Asset> replay_assets();

}  // namespace croupier::web
