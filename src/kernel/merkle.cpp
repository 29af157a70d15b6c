#include "croupier/merkle.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "croupier/assert.hpp"

namespace croupier {

Hash merkle_leaf(std::span<const std::byte> data)
{
    static constexpr std::array kPrefix{std::byte{0}};
    return sha256(kPrefix, data);
}

Hash merkle_node(const Hash& left, const Hash& right)
{
    std::array<std::byte, 1 + 2 * sizeof(Hash)> bytes{std::byte{1}};
    std::ranges::copy(left, bytes.begin() + 1);
    std::ranges::copy(right, bytes.begin() + 1 + sizeof(Hash));
    return sha256(bytes);
}

Hash merkle_empty() { return sha256({}); }

std::uint64_t merkle_split(std::uint64_t leaves)
{
    CROUPIER_ASSERT(leaves >= 2);
    return std::bit_floor(leaves - 1);
}

void MerkleEdge::add(const Hash& leaf)
{
    Hash node = leaf;
    // Like a carry in a sum: each full subtree of the same size is joined.
    for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
        node = merkle_node(full_.back(), node);
        full_.pop_back();
    }
    full_.push_back(node);
    ++size_;
}

Hash MerkleEdge::root() const
{
    if (full_.empty()) { return merkle_empty(); }
    Hash root = full_.back();
    for (auto left = full_.rbegin() + 1; left != full_.rend(); ++left) { root = merkle_node(*left, root); }
    return root;
}

std::optional<Hash> merkle_root_by(
    const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> path)
{
    if (index >= size) { return std::nullopt; }
    std::uint64_t node = index;
    std::uint64_t last = size - 1;
    Hash hash = leaf;
    for (const Hash& sibling : path) {
        if (last == 0) { return std::nullopt; }
        if ((node & 1) != 0 || node == last) {
            hash = merkle_node(sibling, hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = merkle_node(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 ? std::optional{hash} : std::nullopt;
}

}  // namespace croupier
