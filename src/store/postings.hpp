#pragma once

#include <cstdint>
#include <span>

#include "croupier/bytes.hpp"
#include "croupier/ids.hpp"

/// Which units are whose, as views.db keeps it: one row for all that an owner (a player, a caller) has in one block of units.
namespace croupier::store {

/// One unit of an owner, and what it is found by: a round's id, or the hash of a request's key.
struct Posting {
    Seq seq{};
    std::uint64_t tag = 0;
};

inline constexpr std::uint64_t kBlockUnits = 4096;
inline constexpr std::size_t kPostingBytes = 10;

constexpr std::uint64_t block_of(Seq seq) noexcept { return raw(seq) / kBlockUnits; }

/// Appends ten bytes: the place in the block (two, little-endian), the tag (eight).
inline void pack(const Posting& posting, Bytes& out)
{
    const std::uint64_t place = raw(posting.seq) % kBlockUnits;
    for (const unsigned byte : {0U, 1U}) { out.push_back(static_cast<std::byte>(place >> (8 * byte))); }
    for (unsigned byte = 0; byte < 8; ++byte) { out.push_back(static_cast<std::byte>(posting.tag >> (8 * byte))); }
}

/// The entry at `index` of a block's row.
inline Posting unpack(std::uint64_t block, std::span<const std::byte> entries, std::size_t index) noexcept
{
    const auto bytes = entries.subspan(index * kPostingBytes, kPostingBytes);
    std::uint64_t place = 0;
    std::uint64_t tag = 0;
    for (const unsigned byte : {0U, 1U}) { place |= std::to_integer<std::uint64_t>(bytes[byte]) << (8 * byte); }
    for (unsigned byte = 0; byte < 8; ++byte) { tag |= std::to_integer<std::uint64_t>(bytes[2 + byte]) << (8 * byte); }
    return {.seq = Seq{block * kBlockUnits + place}, .tag = tag};
}

/// FNV-1a, 64 bits (RFC 9923). Two keys may share one: the unit says which key it answers.
constexpr std::uint64_t key_tag(std::span<const std::byte> key) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::byte byte : key) { hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3; }
    return hash;
}

}  // namespace croupier::store
