#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "croupier/ports.hpp"

namespace croupier::rng {

/// The health tests of NIST SP 800-90B, 4.4, on a source of entropy itself, before anything is made of what it gives. Samples
/// are octets, and the sources that are tested claim full entropy (H = 8 bits a sample). A sound source fails one of
/// 2^40 tests.
class Health {
public:
    /// Repetition count, 4.4.1: C = 1 + ceil(40 / H).
    static constexpr unsigned kRepetitions = 6;
    /// Adaptive proportion, 4.4.2: of W samples, C = 1 + CRITBINOM(W, 2^-H, 1 - 2^-40).
    static constexpr unsigned kWindow = 512;
    static constexpr unsigned kProportion = 19;

    /// False from the first sample on that fails a test.
    bool take(std::span<const std::byte> samples) noexcept;
    bool healthy() const noexcept { return healthy_; }

private:
    bool healthy_ = true;
    bool any_ = false;
    std::byte last_{};
    unsigned repeated_ = 0;
    std::byte first_{};  ///< Of the window.
    unsigned seen_ = 0;  ///< In the window.
    unsigned as_first_ = 0;
};

/// Two sources as one, each under its tests: whoever cannot foretell one of them cannot foretell the result (they are added
/// octet by octet, modulo 2). Fails closed: a source that refuses or fails a test ends it for good.
class TestedEntropy final : public Entropy {
public:
    /// `second` may be null: this machine has none. Runs the start-up tests (SP 800-90B, 4.3: 1024 samples of each).
    explicit TestedEntropy(Entropy& first, Entropy* second);

    Result<void> fill(std::span<std::byte> out) override;
    /// The start-up tests again, on demand.
    bool test();
    bool healthy() const noexcept { return healthy_; }
    bool has_second() const noexcept { return sources_[1].entropy != nullptr; }

private:
    struct Source {
        Entropy* entropy = nullptr;
        Health health;
    };
    bool take(Source& source, std::span<std::byte> out);

    std::array<Source, 2> sources_;
    bool healthy_ = true;
};

}  // namespace croupier::rng
