#include "openssl_rand.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <ctime>
#include <string>

namespace croupier::rng {

void FreeRand::operator()(EVP_RAND_CTX* context) const noexcept
{
    EVP_RAND_CTX_free(context);  // Wipes the state.
}

RandContext make_rand(const char* name, EVP_RAND_CTX* parent)
{
    EVP_RAND* algorithm = EVP_RAND_fetch(nullptr, name, nullptr);
    if (algorithm == nullptr) { return nullptr; }
    RandContext context{EVP_RAND_CTX_new(algorithm, parent)};
    EVP_RAND_free(algorithm);  // The context holds its own reference.
    return context;
}

RandContext make_drbg(Mechanism mechanism, EVP_RAND_CTX* parent)
{
    const bool ctr = mechanism == Mechanism::ctr;
    RandContext context = make_rand(ctr ? "CTR-DRBG" : "HMAC-DRBG", parent);
    if (context == nullptr) { return nullptr; }

    std::string cipher = "AES-256-CTR";
    std::string mac = "HMAC";
    std::string digest = "SHA256";
    int derivation_function = 1;
    unsigned reseed_requests = 0;    // 0: no limit by count; OpenSSL's count is not exact.
    std::time_t reseed_seconds = 0;  // 0: nor by time.
    const OSSL_PARAM by_time = OSSL_PARAM_construct_time_t(OSSL_DRBG_PARAM_RESEED_TIME_INTERVAL, &reseed_seconds);
    const OSSL_PARAM by_count = OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_REQUESTS, &reseed_requests);
    const std::array ctr_params{OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, cipher.data(), 0),
        OSSL_PARAM_construct_int(OSSL_DRBG_PARAM_USE_DF, &derivation_function), by_count, by_time,
        OSSL_PARAM_construct_end()};
    const std::array hmac_params{OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_MAC, mac.data(), 0),
        OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST, digest.data(), 0), by_count, by_time,
        OSSL_PARAM_construct_end()};
    if (EVP_RAND_CTX_set_params(context.get(), ctr ? ctr_params.data() : hmac_params.data()) != 1) { return nullptr; }
    return context;
}

}  // namespace croupier::rng
