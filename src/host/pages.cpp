#include "pages.hpp"

#include <algorithm>

#include "api.hpp"
#include "croupier/bytes.hpp"
#include "web_assets.hpp"

namespace croupier::host {

namespace {

const web::Asset* find(std::span<const web::Asset> assets, std::string_view path)
{
    const auto found = std::ranges::find(assets, path, &web::Asset::path);
    return found == assets.end() ? nullptr : &*found;
}

edge::HttpResponse answer(const edge::HttpRequest& request, const web::Asset* found)
{
    if (found == nullptr) { return problem({ErrorCode::not_found}); }
    edge::HttpResponse response{.content_type = std::string{found->content_type},
        .headers = {{"ETag", std::string{found->etag}},
            {"Cache-Control", found->immutable ? "public, max-age=31536000, immutable" : "no-cache"},
            {"Content-Security-Policy",
                std::string{found->policy} + "; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
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

}  // namespace

edge::HttpResponse page(const edge::HttpRequest& request)
{
    return answer(request, find(web::web_assets(), request.path == "/" ? "/index.html" : request.path));
}

edge::HttpResponse replay_page(const edge::HttpRequest& request)
{
    const auto* own = find(web::replay_assets(), request.path == "/" ? "/replay.html" : request.path);
    return answer(request, own != nullptr ? own : find(web::web_assets(), request.path));
}

}  // namespace croupier::host
