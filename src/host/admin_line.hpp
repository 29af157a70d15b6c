#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace croupier::host {

/// What a line at the admin socket asks for (admin.hpp).
struct BackupLine {
    std::filesystem::path directory;  ///< Absolute.
};
struct EraseLine {
    std::uint64_t player = 0;
};
using AdminLine = std::variant<BackupLine, EraseLine>;

/// The request; otherwise what is wrong with it, for people.
std::expected<AdminLine, std::string> parse_admin_line(std::string_view line);

}  // namespace croupier::host
