#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace croupier::definitions {

/// The definition in this file, as rounds::load_game() takes it: with its strips, which may stand in CSV files beside it, and as the
/// jurisdiction plays it (rounds::resolve). Else what is wrong: the file, the path in it and what was expected.
std::expected<std::string, std::string> read(const std::filesystem::path& file, std::string_view jurisdiction);

/// The same of a text that stands in no folder.
std::expected<std::string, std::string> read_text(
    const std::string& name, std::string_view text, std::string_view jurisdiction);

}  // namespace croupier::definitions
