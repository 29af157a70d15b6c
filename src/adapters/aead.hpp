#pragma once

#include "croupier/ports.hpp"

namespace croupier::adapters {

/// AES-256-GCM (NIST SP 800-38D): the ciphertext with its 16 bytes of tag behind it.
Bytes aead_seal(
    std::span<const std::byte, 32> key, std::span<const std::byte, 12> nonce, std::span<const std::byte> plain);
/// The plain value; nullopt when the ciphertext is not authentic under this key and nonce.
std::optional<Bytes> aead_open(
    std::span<const std::byte, 32> key, std::span<const std::byte, 12> nonce, std::span<const std::byte> ciphertext);

}  // namespace croupier::adapters
