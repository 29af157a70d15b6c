#include "pages.hpp"

#include <algorithm>

#include "api.hpp"
#include "croupier/bytes.hpp"
#include "web_assets.hpp"

namespace croupier::host {

edge::HttpResponse page(const edge::HttpRequest& request)
{
    const std::string_view path = request.path == "/" ? std::string_view{"/index.html"}
                                                      : std::string_view{request.path};
    const auto assets = web::web_assets();
    const auto found = std::ranges::find(assets, path, &web::Asset::path);
    if (found == assets.end()) { return problem({ErrorCode::not_found}); }
    edge::HttpResponse response{.content_type = std::string{found->content_type},
        .headers = {{"ETag", std::string{found->etag}},
            {"Cache-Control", found->immutable ? "public, max-age=31536000, immutable" : "no-cache"},
            {"Content-Security-Policy",
                "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
            {"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}},
        .gzip = true};
    if (request.if_none_match == found->etag) {
        response.status = 304;
        response.gzip = false;
        return response;
    }
    response.body.assign(as_text(found->gzip));
    return response;
}

}  // namespace croupier::host
