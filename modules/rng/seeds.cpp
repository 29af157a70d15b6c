#include "seeds.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace croupier::rng {

Seed::~Seed()
{
    OPENSSL_cleanse(system.data(), system.size());
    OPENSSL_cleanse(port.data(), port.size());
}

FreshSeeds::FreshSeeds(Entropy& port) : port_{&port}, system_{make_rand("SEED-SRC", nullptr)}
{
    if (system_ != nullptr && EVP_RAND_instantiate(system_.get(), kStrength, 0, nullptr, 0, nullptr) != 1) {
        system_.reset();
    }
}

const char* FreshSeeds::next(Seed& seed)
{
    const bool there = system_ != nullptr && EVP_RAND_get_state(system_.get()) == EVP_RAND_STATE_READY
        && EVP_RAND_generate(system_.get(), reinterpret_cast<unsigned char*>(seed.system.data()), Seed::kSize,
               kStrength, 0, nullptr, 0)
            == 1;
    if (!there) { return "the operating system's seed source is not available"; }
    return port_->fill(seed.port) ? nullptr : "the entropy port refused";
}

}  // namespace croupier::rng
