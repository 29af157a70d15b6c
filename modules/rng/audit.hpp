#pragma once

#include <openssl/types.h>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drbg.hpp"

/// Seeds that are kept for an auditor: what a stream was seeded with, in a text of a few lines, encrypted under a key that only the
/// auditor can open. Any RSA tool reads it:
/// `openssl pkeyutl -decrypt -inkey KEY -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256`.
namespace croupier::rng {

struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept;
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

/// An RSA key from PEM, of at least 3072 bits (NIST SP 800-57: 128 bits of security), the public half or both; else what it is
/// not, in a sentence.
std::expected<Key, std::string> read_audit_key(std::string_view pem, bool with_private);
/// SHA-256 of the public key (SubjectPublicKeyInfo, DER): by which it is named.
Hash audit_key_name(const Key& key);

/// What is sealed.
struct SeedNote {
    Mechanism mechanism = Mechanism::hmac;
    std::string instance;
    std::string stream;
    bool reseed = false;  ///< Of a generator that has drawn; else the generator is made with it.
    Seed seed;
};

/// Empty: it cannot be encrypted.
Bytes seal(const SeedNote& note, const Key& key);
/// nullptr: it was not sealed under this key, or is damaged.
std::unique_ptr<SeedNote> open(std::span<const std::byte> sealed, const Key& key);

}  // namespace croupier::rng
