#pragma once

#include "croupier/ports.hpp"

namespace croupier::adapters {

/// The kernel's generator, getrandom(2): blocks until it is seeded, once, early at boot; never afterwards. Has no state
/// of its own, so that any thread may call it.
class OsEntropy final : public Entropy {
public:
    Result<void> fill(std::span<std::byte> out) override;
};

/// The processor's own source of entropy: RDSEED (Intel, AMD), behind which stands a conditioner as SP 800-90B wants it. Only
/// where present(). Refuses when it has none for many tries.
class CpuEntropy final : public Entropy {
public:
    static bool present() noexcept;
    Result<void> fill(std::span<std::byte> out) override;
};

}  // namespace croupier::adapters
