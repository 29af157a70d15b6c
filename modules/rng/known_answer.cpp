#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "openssl_rand.hpp"

namespace croupier::rng {

namespace {

// NIST CAVP, drbgvectors_no_reseed, COUNT = 0, without personalization and additional input. NIST's answer is the
// output of the second of two generate calls.
struct Vector {
    std::string_view entropy;
    std::string_view nonce;
    std::string_view answer;
};
constexpr Vector kCtrAes256WithDf{.entropy = "36401940fa8b1fba91a1661f211d78a0b9389a74e5bccfece8d766af1a6d3b14",
    .nonce = "496f25b0f1301b4f501be30380a137eb",
    .answer = "5862eb38bd558dd978a696e6df164782ddd887e7e9a6c9f3f1fbafb78941b535"
              "a64912dfd224c6dc7454e5250b3d97165e16260c2faf1cc7735cb75fb4f07e1d"};
constexpr Vector kHmacSha256{.entropy = "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488",
    .nonce = "659ba96c601dc69fc902940805ec0ca8",
    .answer = "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89"
              "d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1"
              "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668"
              "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"};

using Octets = std::vector<unsigned char>;

Octets from_hex(std::string_view hex)
{
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    Octets octets;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        octets.push_back(static_cast<unsigned char>(digit(hex[i]) << 4 | digit(hex[i + 1])));
    }
    return octets;
}

}  // namespace

bool known_answer_holds(Mechanism mechanism)
{
    const Vector& vector = mechanism == Mechanism::ctr ? kCtrAes256WithDf : kHmacSha256;
    Octets entropy = from_hex(vector.entropy);
    Octets nonce = from_hex(vector.nonce);
    const Octets answer = from_hex(vector.answer);

    const RandContext source = make_rand("TEST-RAND", nullptr);
    if (source == nullptr) { return false; }
    unsigned strength = kStrength;
    const std::array params{OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
        OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, entropy.data(), entropy.size()),
        OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_NONCE, nonce.data(), nonce.size()),
        OSSL_PARAM_construct_end()};
    if (EVP_RAND_instantiate(source.get(), kStrength, 0, nullptr, 0, params.data()) != 1) { return false; }

    const RandContext generator = make_drbg(mechanism, source.get());
    if (generator == nullptr) { return false; }
    // A null pointer would stand for OpenSSL's own default string; no personalization is a pointer and length 0.
    constexpr unsigned char kNone = 0;
    if (EVP_RAND_instantiate(generator.get(), kStrength, 0, &kNone, 0, nullptr) != 1) { return false; }
    Octets output(answer.size());
    for (int call = 0; call < 2; ++call) {
        if (EVP_RAND_generate(generator.get(), output.data(), output.size(), kStrength, 0, nullptr, 0) != 1) {
            return false;
        }
    }
    return output == answer;
}

}  // namespace croupier::rng
