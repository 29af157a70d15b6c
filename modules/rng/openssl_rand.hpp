#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

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

/// What a DRBG is seeded from here: a parent that hands on one seed, once, when it is asked for it. Nothing that was not laid in it can
/// seed a generator: not OpenSSL's own schedules, and not a context that lost its state and would silently seed itself anew. (It
/// is an EVP_RAND of a provider inside this program: OpenSSL's own SEED-SRC would not say what it gave.) Outlives what it is the
/// parent of.
class Tray {
public:
    static constexpr std::size_t kSize = 48;

    Tray();
    ~Tray();
    Tray(const Tray&) = delete;
    Tray& operator=(const Tray&) = delete;

    /// Null: OpenSSL does not take it.
    EVP_RAND_CTX* context() const noexcept { return context_.get(); }
    void lay(std::span<const std::byte, kSize> seed) noexcept;
    /// Whether the seed that was laid was taken; one that was not is wiped.
    bool taken() noexcept;
    /// For OpenSSL: copies the seed and wipes it here; 0: there is none, or it is too short or too long.
    std::size_t take(unsigned char* to, std::size_t least, std::size_t most) noexcept;

private:
    std::array<std::byte, kSize> seed_{};
    bool laid_ = false;
    RandContext context_;
};

/// A DRBG of this mechanism below `parent`, configured but not seeded; null on failure. It never reseeds itself, neither
/// by a count of requests nor by time: that is its user's business, who records it.
RandContext make_drbg(Mechanism mechanism, EVP_RAND_CTX* parent);

/// SP 800-90A section 11.3: whether OpenSSL's generator gives NIST's published answer.
bool known_answer_holds(Mechanism mechanism);

}  // namespace croupier::rng
