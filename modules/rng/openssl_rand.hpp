#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>

/// OpenSSL's generators, as drbg.cpp and known_answer.cpp use them.
namespace croupier::rng {

/// The two generators of NIST SP 800-90A rev. 1 that are offered, each at its full strength of 256 bits.
enum class Mechanism : std::uint8_t {
    ctr,   ///< CTR_DRBG, AES-256, with derivation function (10.2.1).
    hmac,  ///< HMAC_DRBG, SHA-256 (10.1.2); some five times slower.
};

inline constexpr unsigned kStrength = 256;

struct FreeRand {
    void operator()(EVP_RAND_CTX* context) const noexcept;
};
using RandContext = std::unique_ptr<EVP_RAND_CTX, FreeRand>;

/// OpenSSL's generator of this name, with no state yet; null on failure. The names are literals in this module: OpenSSL
/// also offers "TEST-RAND", which gives what it is told.
RandContext make_rand(const char* name, EVP_RAND_CTX* parent);

/// A DRBG of this mechanism below `parent`, configured but not seeded; null on failure. It never reseeds itself, neither
/// by a count of requests nor by time: that is its user's business, who records it.
RandContext make_drbg(Mechanism mechanism, EVP_RAND_CTX* parent);

/// SP 800-90A section 11.3: whether OpenSSL's generator gives NIST's published answer.
bool known_answer_holds(Mechanism mechanism);

}  // namespace croupier::rng
