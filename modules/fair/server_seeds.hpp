#pragma once

#include "croupier/fair.hpp"
#include "croupier/ports.hpp"

namespace croupier::fair {

/// Server seeds from the operating system's entropy and from nothing else, sealed under their player's key at once: in the clear
/// they are in memory while they are used, and never leave before they are revealed. `entropy` and `keys` outlive it.
class ServerSeeds final : public FairSeeds {
public:
    ServerSeeds(Entropy& entropy, Keys& keys) : entropy_{entropy}, keys_{keys} {}

    Result<Made> make(PlayerId player, const Hash& definition) override;
    Result<std::vector<Value>> draw(const Sealed& seed, Scheme scheme, std::string_view client_seed,
        std::uint64_t nonce, std::span<const Bound> bounds) override;
    Result<std::string> reveal(const Sealed& seed) override;

private:
    Entropy& entropy_;
    Keys& keys_;
};

}  // namespace croupier::fair
