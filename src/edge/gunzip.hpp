#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace croupier::edge {

/// The content of a gzip file (RFC 1952) of one member. nullopt: it is none, or it is damaged.
std::optional<std::string> gunzip(std::string_view file);

}  // namespace croupier::edge
