#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "croupier/messages/cashier.hpp"

namespace croupier::host {

/// What a line at the admin socket asks for (admin.hpp).
struct BackupLine {
    std::filesystem::path directory;  ///< Absolute.
};
struct EraseLine {
    std::uint64_t player = 0;
};
struct OperatorLine {
    std::optional<cashier::Role> role;  ///< Of a new operator; none: the operator with this token is removed.
    Hash token{};                       ///< SHA-256 of the token; the token itself stays where it was made.
};
BOOST_DESCRIBE_STRUCT(OperatorLine, (), (role, token))
struct ReseedLine {};
using AdminLine = std::variant<BackupLine, EraseLine, OperatorLine, ReseedLine>;

/// The request; otherwise what is wrong with it, for people.
std::expected<AdminLine, std::string> parse_admin_line(std::string_view line);

}  // namespace croupier::host
