#include <catch2/catch.hpp>

#include "croupier/merkle.hpp"
#include "croupier/unit.hpp"

using namespace croupier;

namespace {

/// The tree as RFC 6962, 2.1 defines it: MTH.
Hash root_by_definition(std::span<const Hash> leaves)
{
    if (leaves.empty()) { return sha256({}); }
    if (leaves.size() == 1) { return leaves.front(); }
    std::size_t left = 1;
    while (left * 2 < leaves.size()) { left *= 2; }
    return merkle_node(root_by_definition(leaves.first(left)), root_by_definition(leaves.subspan(left)));
}

/// PATH, of the same section.
std::vector<Hash> path_by_definition(std::size_t index, std::span<const Hash> leaves)
{
    if (leaves.size() == 1) { return {}; }
    std::size_t left = 1;
    while (left * 2 < leaves.size()) { left *= 2; }
    const bool in_left = index < left;
    auto path = in_left ? path_by_definition(index, leaves.first(left))
                        : path_by_definition(index - left, leaves.subspan(left));
    path.push_back(root_by_definition(in_left ? leaves.subspan(left) : leaves.first(left)));
    return path;
}

std::vector<Hash> some_leaves(std::size_t count)
{
    std::vector<Hash> leaves;
    leaves.reserve(count);
    for (std::size_t i = 0; i < count; ++i) { leaves.push_back(merkle_leaf(as_bytes(std::to_string(i)))); }
    return leaves;
}

}  // namespace

TEST_CASE("merkle: roots are those of certificate transparency's own examples", "[kernel]")
{
    const std::vector<std::string> inputs{
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::map<std::size_t, std::string> roots{
        {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
    MerkleEdge edge;
    CHECK(to_hex(edge.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (const std::string& input : inputs) {
        edge.add(merkle_leaf(from_hex(input).value()));
        const auto known = roots.find(edge.size());
        if (known != roots.end()) { CHECK(to_hex(edge.root()) == known->second); }
    }
}

TEST_CASE("merkle: every leaf of every tree is proved by its path, and by no other", "[kernel]")
{
    const auto leaves = some_leaves(70);
    MerkleEdge edge;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const auto tree = std::span{leaves}.first(size);
        edge.add(tree.back());
        const Hash root = root_by_definition(tree);
        REQUIRE(edge.root() == root);
        for (std::size_t index = 0; index < size; ++index) {
            auto path = path_by_definition(index, tree);
            CHECK(merkle_root_by(tree[index], index, size, path) == root);
            // Another place, another leaf, a step too many or too few: never this root.
            CHECK(merkle_root_by(tree[index], (index + 1) % (size + 1), size, path) != root);
            CHECK(merkle_root_by(merkle_leaf(as_bytes("forged")), index, size, path) != root);
            path.push_back(root);
            CHECK(merkle_root_by(tree[index], index, size, path) == std::nullopt);
            path.pop_back();
            if (path.empty()) { continue; }
            path.front()[0] ^= std::byte{1};
            CHECK(merkle_root_by(tree[index], index, size, path) != root);
            path.pop_back();
            CHECK(merkle_root_by(tree[index], index, size, path) != root);
        }
    }
    CHECK(merkle_root_by(leaves[0], 0, 0, {}) == std::nullopt);
}

TEST_CASE("merkle: a unit's leaf is that of what its receipt shows", "[kernel]")
{
    UnitContent content;
    content.seq = Seq{42};
    content.at = from_micros(1'795'460'520'000'000);
    content.request = {.scope = 7, .key = Bytes(8), .content_hash = sha256({}), .result = 0, .answer = "\"re\":1"};
    const Hash hash = sha256(as_bytes("chain"));
    const ReceiptLeaf leaf{hash, content.seq, content.at, content.request};
    CHECK(unit_leaf(hash, content) == merkle_leaf(to_bytes(leaf)));
}

TEST_CASE("bytes: hexadecimal digits there and back, and nothing else", "[kernel]")
{
    const Hash hash = sha256({});
    CHECK(from_hex(to_hex(hash)) == Bytes(hash.begin(), hash.end()));
    CHECK(from_hex("") == Bytes{});
    for (const char* wrong : {"0", "0g", "0A", " 0", "0x"}) { CHECK(from_hex(wrong) == std::nullopt); }
    CHECK(hash_from_hex(to_hex(hash)) == hash);
    CHECK(hash_from_hex("00") == std::nullopt);
}
