#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace croupier {

using Bytes = std::vector<std::byte>;
/// A SHA-256 digest.
using Hash = std::array<std::byte, 32>;

/// SHA-256 of one or two pieces, one after the other (FIPS 180-4).
Hash sha256(std::span<const std::byte> first, std::span<const std::byte> second = {});

inline std::span<const std::byte> as_bytes(std::string_view text) noexcept
{
    return std::as_bytes(std::span{text.data(), text.size()});
}
inline std::string_view as_text(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(std::span<const std::byte> bytes);
/// Two digits a byte, in lower case; nullopt: it is anything else.
std::optional<Bytes> from_hex(std::string_view hex);
/// Likewise, 32 bytes.
std::optional<Hash> hash_from_hex(std::string_view hex);

/// Equality in time that depends on the sizes only; for secrets.
bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

}  // namespace croupier
