#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "croupier/bytes.hpp"

/// A Merkle tree over a growing list, as certificate transparency has it (RFC 6962, 2.1): whoever knows the root of a tree can be
/// shown that something stands in it, with one hash a level.
namespace croupier {

/// SHA-256(0x00 || data).
Hash merkle_leaf(std::span<const std::byte> data);
/// SHA-256(0x01 || left || right).
Hash merkle_node(const Hash& left, const Hash& right);
/// The root of a tree without leaves: SHA-256 of nothing.
Hash merkle_empty();
/// The number of leaves of the left half: the largest power of two below `leaves`, which is at least 2.
std::uint64_t merkle_split(std::uint64_t leaves);

/// The right edge of a tree: all that is needed to add leaves and to tell the root, a hash for each bit of the size.
class MerkleEdge {
public:
    void add(const Hash& leaf);
    std::uint64_t size() const noexcept { return size_; }
    Hash root() const;

private:
    std::vector<Hash> full_;  // Roots of full subtrees, the largest first: one for each bit of size_ that is set.
    std::uint64_t size_ = 0;
};

/// The root that a path leads to from the leaf at `index` (from 0) in a tree of `size` leaves (RFC 9162, 2.1.3.2). nullopt: no
/// tree of that size has such a path.
std::optional<Hash> merkle_root_by(
    const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> path);

}  // namespace croupier
