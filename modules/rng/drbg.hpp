#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "croupier/ports.hpp"
#include "openssl_rand.hpp"
#include "scaling.hpp"
#include "seeds.hpp"

namespace croupier::rng {

struct DrbgOptions {
    Mechanism mechanism = Mechanism::hmac;
    // Who draws, and what for. They become the personalization string: no two streams are alike, even from one seed.
    std::string instance;  ///< One life of one server.
    std::string stream;    ///< The game and what for: "lucky-lines/outcome".
    std::string purpose;   ///< "games", …
    /// Fresh entropy from the operating system before each generate call (SP 800-90A rev. 1, 8.8).
    bool prediction_resistance = false;
};

/// The random numbers of one stream: a DRBG of OpenSSL 3, scaled by rejection (scaling.hpp). Who owns it decides when it is
/// reseeded; it never does so by itself.
///
/// What it gives follows from its options and its seeds alone: whoever has them computes the same again.
///
/// Fails closed: a failed known-answer test, a source that refuses, any call of OpenSSL's that does not succeed, or a
/// state that is not "ready" ends this generator. Its state is wiped, and every draw refuses until a new one is made,
/// that is, until restart. (OpenSSL itself would silently seed a context that lost its state; below it is a Tray, which gives
/// nothing that was not asked for here.)
///
/// One thread's. Allocates when it is made and reseeded, never in a draw.
class Drbg final : private Words {
public:
    /// Seeds. Look at ready() before the first draw. `seeds` outlives it.
    Drbg(DrbgOptions options, Seeds& seeds);
    ~Drbg() override;
    Drbg(const Drbg&) = delete;
    Drbg& operator=(const Drbg&) = delete;

    /// One generate call for up to kWordsAtOnce values, and one more for words that scaling discarded.
    /// Refuses: entropy_unavailable, from the first failure on; all values are then 0.
    Result<void> draw(std::span<const Bound> bounds, std::span<Value> values);
    /// Raw words, before any scaling, for whoever tests the generator. Refuses as draw does.
    Result<void> raw(std::span<std::uint32_t> words);
    /// Mixes in fresh entropy now. Refuses: entropy_unavailable, as draw does.
    Result<void> reseed();

    bool ready() const noexcept { return failure_.empty(); }
    /// What failed first, for the log; empty while all is well.
    std::string_view failure() const noexcept { return failure_; }
    /// Calls of draw that were answered, and reseeds after the first seeding. (OpenSSL's own counters mean other things.)
    std::uint64_t draws() const noexcept { return draws_; }
    std::uint64_t reseeds() const noexcept { return reseeds_; }

    static constexpr std::size_t kWordsAtOnce = 256;

private:
    Result<void> fill(std::span<std::uint32_t> out) override;
    void seed();
    /// Lays the next seed ready for OpenSSL to take it. False: there is none, and it has failed.
    bool lay(Seed& seed);
    bool state_is_ready() const;
    std::unexpected<Error> fail(std::string_view why);

    DrbgOptions options_;
    Seeds* seeds_;
    Tray tray_;  ///< Outlives generator_, which reads from it.
    RandContext generator_;
    std::string failure_;
    std::uint64_t draws_ = 0;
    std::uint64_t reseeds_ = 0;
    std::array<std::uint32_t, kWordsAtOnce> words_{};  ///< Scratch; wiped after each draw.
};

}  // namespace croupier::rng
