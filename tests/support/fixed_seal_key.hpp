#pragma once

#include <algorithm>

#include "croupier/ports.hpp"

namespace croupier::fakes {

/// A key that always signs alike, with what is no true signature.
class FixedSealKey final : public SealKey {
public:
    std::array<std::byte, 32> public_key() const override { return sha256(as_bytes("seal key")); }
    std::array<std::byte, 64> sign(std::span<const std::byte> message) override
    {
        std::array<std::byte, 64> signature{};
        std::ranges::copy(sha256(message), signature.begin());
        return signature;
    }
};

}  // namespace croupier::fakes
