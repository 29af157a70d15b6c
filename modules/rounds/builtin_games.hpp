#pragma once

#include <span>
#include <string_view>

namespace croupier::rounds {

/// A file of config/games/, as it was when this program was built.
struct BuiltinGame {
    std::string_view file;  ///< "lucky-lines.json"
    std::string_view text;
};

/// The games that need no file, by file name.
std::span<const BuiltinGame> builtin_games();

}  // namespace croupier::rounds
