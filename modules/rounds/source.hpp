#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "game.hpp"

/// From what a definition is written as to what load_game() takes.
namespace croupier::rounds {

/// The text of a file that stands beside the definition; nullopt: there is none.
using ReadBeside = std::function<std::optional<std::string>(const std::string& name)>;

/// The definition with reel strips that it names as CSV files put in, and with the variant of this jurisdiction merged (RFC 7396);
/// a jurisdiction that it has no variant for, and the empty one, plays it as it is. A definition with neither is left byte for byte.
///
/// CSV: a column a reel, a line a stop, symbols without quotes; a strip that is shorter than others has empty cells at its end.
std::expected<std::string, DefinitionError> resolve(
    std::string_view json, std::string_view jurisdiction, const ReadBeside& read);

/// The strips of a slot's definition as such a file.
std::string strips_csv(std::string_view json);

}  // namespace croupier::rounds
