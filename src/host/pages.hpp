#pragma once

#include "edge.hpp"

namespace croupier::host {

/// The web client's files, embedded into this binary; 404 for anything else.
edge::HttpResponse page(const edge::HttpRequest& request);
/// The same client within the page that plays a recording: "/" is that page.
edge::HttpResponse replay_page(const edge::HttpRequest& request);

}  // namespace croupier::host
