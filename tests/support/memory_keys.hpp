#pragma once

#include <limits>
#include <set>

#include "croupier/assert.hpp"
#include "croupier/codec.hpp"
#include "croupier/ports.hpp"

namespace croupier::fakes {

/// Keys derived from a seed. A stream of SHA-256 stands in for the cipher: it hides, authenticates and repeats.
class MemoryKeys final : public Keys {
public:
    explicit MemoryKeys(std::uint64_t seed = 1) : seed_{seed} {}

    Result<Sealed> seal(std::uint64_t key_id, std::span<const std::byte> plain) override
    {
        CROUPIER_ASSERT(key_id >= 1);
        if (erased_.contains(key_id)) { return refuse(ErrorCode::player_unknown); }
        if (key_id > durable_to_) { return refuse(ErrorCode::overloaded, std::chrono::milliseconds{100}); }
        Sealed sealed{.key_id = key_id, .nonce = {}, .ciphertext = Bytes(plain.begin(), plain.end())};
        ++seals_;
        std::memcpy(sealed.nonce.data(), &seals_, sizeof(seals_));
        mix(sealed, sealed.ciphertext);
        const Hash tag = tag_of(sealed, sealed.ciphertext);
        sealed.ciphertext.insert(sealed.ciphertext.end(), tag.begin(), tag.begin() + kTag);
        return sealed;
    }

    std::optional<Bytes> unseal(const Sealed& sealed) override
    {
        if (sealed.key_id == 0 || erased_.contains(sealed.key_id) || sealed.ciphertext.size() < kTag) {
            return std::nullopt;
        }
        Bytes plain(sealed.ciphertext.begin(), sealed.ciphertext.end() - kTag);
        const Hash tag = tag_of(sealed, plain);
        if (!std::equal(tag.begin(), tag.begin() + kTag, sealed.ciphertext.end() - kTag)) { return std::nullopt; }
        mix(sealed, plain);
        return plain;
    }

    bool erase(std::uint64_t key_id) override
    {
        return key_id >= 1 && key_id <= durable_to_ && erased_.insert(key_id).second;
    }

    /// Keys beyond this one are not durable yet: sealing under them is refused with overloaded.
    void set_durable_to(std::uint64_t key_id) { durable_to_ = key_id; }

private:
    static constexpr std::ptrdiff_t kTag = 16;

    Hash block(const Sealed& sealed, std::uint64_t index) const
    {
        Bytes input = to_bytes(sealed.nonce);
        ByteWriter writer{input};
        writer.write(seed_);
        writer.write(sealed.key_id);
        writer.write(index);
        return sha256(input);
    }
    Hash tag_of(const Sealed& sealed, std::span<const std::byte> hidden) const
    {
        return sha256(block(sealed, std::numeric_limits<std::uint64_t>::max()), hidden);
    }
    void mix(const Sealed& sealed, Bytes& bytes) const
    {
        for (std::size_t i = 0; i < bytes.size(); ++i) { bytes[i] ^= block(sealed, i / 32)[i % 32]; }
    }

    std::uint64_t seed_;
    std::uint64_t seals_ = 0;
    std::uint64_t durable_to_ = std::numeric_limits<std::uint64_t>::max();
    std::set<std::uint64_t> erased_;
};

}  // namespace croupier::fakes
