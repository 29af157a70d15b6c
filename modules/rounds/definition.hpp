#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game.hpp"

/// Reading a game's definition strictly: every member is asked for, in range, and no other is there.
namespace croupier::rounds {

/// A place in a definition. Once anything failed, everything that is read is empty or the smallest allowed value: read
/// on and look at the error once, at the end. The first error is kept.
class Node {
public:
    Node(const nlohmann::json& value, std::string path, std::optional<DefinitionError>& error)
        : value_{&value}, path_{std::move(path)}, error_{&error}
    {
    }

    /// The object must have these members, may have the optional ones, and has no other.
    void members(
        std::initializer_list<std::string_view> names, std::initializer_list<std::string_view> optional = {}) const;
    bool has(std::string_view name) const { return value_->is_object() && value_->contains(name); }
    Node operator[](std::string_view name) const;
    /// The elements of an array of `min` to `max` elements.
    std::vector<Node> elements(std::size_t min, std::size_t max) const;

    std::int64_t integer(std::int64_t min, std::int64_t max) const;
    bool boolean() const;
    std::uint32_t small(std::uint32_t min, std::uint32_t max) const;
    /// A text of 1 to `max` bytes of printable ASCII.
    std::string text(std::size_t max) const;
    /// A name for machines: a-z, 0-9 and inner '-', at most 40.
    std::string id() const;

    void fail(std::string expected) const;
    bool failed() const { return error_->has_value(); }

private:
    const nlohmann::json* value_;
    std::string path_;
    std::optional<DefinitionError>* error_;
};

/// The JSON object that a definition is; no member is there twice.
std::expected<nlohmann::json, DefinitionError> parse_definition(std::string_view json);

/// What all games say about stakes, in minor units.
struct Stakes {
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::int64_t step = 0;
};
/// {"min": …, "max": …, "step": …}: multiples of the step, at most 10^12.
Stakes read_stakes(const Node& node);

/// No win may be larger than a JavaScript number can hold.
inline constexpr std::int64_t kWinMax = std::int64_t{1} << 53U;

}  // namespace croupier::rounds
