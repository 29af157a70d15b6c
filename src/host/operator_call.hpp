#pragma once

#include <optional>
#include <string_view>

#include "croupier/messages/cashier.hpp"

namespace croupier::host {

/// The operation of a POST under /api/v1/operator/, by the path behind that and the body; nullopt: malformed, in a member, a
/// range or the shape. `known` says whether there is such a path at all.
std::optional<cashier::Operation> parse_operation(std::string_view path, std::string_view body, bool& known);

/// Whether this may be a request's key: 1 to 64 visible letters, and no quote.
bool is_request_key(std::string_view key);

}  // namespace croupier::host
