#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config.hpp"

/// The one table of all keys. Reading, checking, printing and documenting the configuration all walk it.
namespace croupier::config {

/// Where a key's value stands in a Config; the alternative is the key's type.
using Slot = std::variant<bool*, std::uint32_t*, std::uint64_t*, std::int64_t*, std::chrono::milliseconds*,
    std::chrono::seconds*, std::string*, std::vector<std::string>*, std::filesystem::path*, Address*, Currency*>;

struct Key {
    std::string_view path;  ///< "section.key"
    Slot (*slot)(Config&);
    std::int64_t min = 0;  ///< Of numbers and durations, inclusive.
    std::int64_t max = 0;
    std::string_view unit{};     ///< "bytes"; empty where there is none.
    std::string_view choices{};  ///< "ctr|hmac": the only strings allowed; empty: any.
    std::string_view doc{};      ///< One sentence.
    bool secret = false;         ///< Never printed, neither as a value nor in an error.
};

std::span<const Key> keys();
std::string_view section_of(const Key& key);
std::string_view name_of(const Key& key);
/// One sentence about a section, for the page.
std::string_view about_section(std::string_view section);
std::vector<std::string_view> split(std::string_view text, char separator);
/// What a value of this key must be: "a whole number from 1 to 1000000".
std::string expected(const Key& key);

/// What holds between keys, each broken rule an error.
std::vector<ConfigError> check_rules(const Config& config);

}  // namespace croupier::config
