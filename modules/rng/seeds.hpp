#pragma once

#include <array>
#include <cstddef>

#include "croupier/ports.hpp"
#include "openssl_rand.hpp"

namespace croupier::rng {

/// What one seeding or reseeding of a generator takes in. Wiped when it goes.
struct Seed {
    static constexpr std::size_t kSize =
        48;  ///< 384 bits: entropy and nonce at 256 bits of strength (SP 800-90A, 8.6.7).
    std::array<std::byte, kSize> system{};  ///< The entropy input: OpenSSL's SEED-SRC, the operating system.
    std::array<std::byte, kSize> port{};    ///< The Entropy port, as personalization and additional input.

    Seed() = default;
    ~Seed();
    Seed(const Seed&) = delete;
    Seed& operator=(const Seed&) = delete;
};

/// Where a generator's seeds come from.
class Seeds {
public:
    virtual ~Seeds() = default;
    /// The next one into `seed`. nullptr: done; else what failed, and there is none.
    virtual const char* next(Seed& seed) = 0;
};

/// Fresh ones, each from two sources at once, either of which is enough; neither may fail.
class FreshSeeds final : public Seeds {
public:
    explicit FreshSeeds(Entropy& port);
    const char* next(Seed& seed) override;

private:
    Entropy* port_;
    RandContext system_;
};

}  // namespace croupier::rng
