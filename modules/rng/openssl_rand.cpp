#include "openssl_rand.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

namespace croupier::rng {

// The provider of one EVP_RAND, TRAY (provider-rand(7), provider-base(7)). Its contexts hold nothing but where their Tray is.

namespace {

constexpr const char* kTray = "CROUPIER-TRAY";
constexpr const char* kTrayAt = "tray";  // The parameter that says which.

struct TrayContext {
    Tray* tray = nullptr;
};

void* tray_new(void*, void*, const OSSL_DISPATCH*) { return new (std::nothrow) TrayContext; }
void tray_free(void* context) { delete static_cast<TrayContext*>(context); }

int tray_instantiate(void* context, unsigned strength, int, const unsigned char*, std::size_t, const OSSL_PARAM* params)
{
    const OSSL_PARAM* at = OSSL_PARAM_locate_const(params, kTrayAt);
    const void* tray = nullptr;
    if (strength > kStrength || at == nullptr || OSSL_PARAM_get_octet_ptr(at, &tray, nullptr) != 1) { return 0; }
    static_cast<TrayContext*>(context)->tray = static_cast<Tray*>(const_cast<void*>(tray));
    return 1;
}

int tray_uninstantiate(void* context)
{
    static_cast<TrayContext*>(context)->tray = nullptr;
    return 1;
}

// Whoever seeds itself from it asks for a seed; nobody draws from it.
int tray_generate(void*, unsigned char*, std::size_t, unsigned, int, const unsigned char*, std::size_t) { return 0; }

int tray_params(void* context, OSSL_PARAM* params)
{
    const bool ready = static_cast<TrayContext*>(context)->tray != nullptr;
    const std::array<std::pair<const char*, unsigned>, 3> known{{{OSSL_RAND_PARAM_STRENGTH, kStrength},
        {OSSL_RAND_PARAM_STATE, ready ? EVP_RAND_STATE_READY : EVP_RAND_STATE_UNINITIALISED},
        {OSSL_RAND_PARAM_MAX_REQUEST, 0}}};
    return std::ranges::all_of(known, [params](const auto& one) {
        OSSL_PARAM* const wanted = OSSL_PARAM_locate(params, one.first);
        if (wanted == nullptr) { return true; }
        if (wanted->data_type == OSSL_PARAM_INTEGER) {
            return OSSL_PARAM_set_int(wanted, static_cast<int>(one.second)) == 1;
        }
        return wanted->data_size == sizeof(std::size_t) ? OSSL_PARAM_set_size_t(wanted, one.second) == 1
                                                        : OSSL_PARAM_set_uint(wanted, one.second) == 1;
    });
}

std::size_t tray_seed(
    void* context, unsigned char** to, int, std::size_t least, std::size_t most, int, const unsigned char*, std::size_t)
{
    Tray* const tray = static_cast<TrayContext*>(context)->tray;
    if (tray == nullptr) { return 0; }
    auto* const buffer = static_cast<unsigned char*>(OPENSSL_secure_malloc(Tray::kSize));
    const std::size_t size = buffer == nullptr ? 0 : tray->take(buffer, least, most);
    if (size == 0) {
        OPENSSL_secure_clear_free(buffer, Tray::kSize);
        return 0;
    }
    *to = buffer;
    return size;
}

void tray_clear(void*, unsigned char* seed, std::size_t) { OPENSSL_secure_clear_free(seed, Tray::kSize); }

template <class Function>
OSSL_DISPATCH entry(int id, Function* function)
{
    return {id, reinterpret_cast<void (*)()>(function)};
}

const OSSL_ALGORITHM* tray_algorithms(void*, int operation, int* no_cache)
{
    static const std::array kCalls{entry(OSSL_FUNC_RAND_NEWCTX, tray_new), entry(OSSL_FUNC_RAND_FREECTX, tray_free),
        entry(OSSL_FUNC_RAND_INSTANTIATE, tray_instantiate), entry(OSSL_FUNC_RAND_UNINSTANTIATE, tray_uninstantiate),
        entry(OSSL_FUNC_RAND_GENERATE, tray_generate), entry(OSSL_FUNC_RAND_GET_CTX_PARAMS, tray_params),
        entry(OSSL_FUNC_RAND_GET_SEED, tray_seed), entry(OSSL_FUNC_RAND_CLEAR_SEED, tray_clear),
        OSSL_DISPATCH{0, nullptr}};
    static const std::array kAlgorithms{OSSL_ALGORITHM{kTray, "provider=croupier", kCalls.data(), nullptr},
        OSSL_ALGORITHM{nullptr, nullptr, nullptr, nullptr}};
    *no_cache = 0;
    return operation == OSSL_OP_RAND ? kAlgorithms.data() : nullptr;
}

int tray_provider(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** calls, void** context)
{
    static const std::array kCalls{
        entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, tray_algorithms), OSSL_DISPATCH{0, nullptr}};
    *calls = kCalls.data();
    *context = nullptr;
    return 1;
}

/// A library context of its own, so that nothing else in the program finds a source of that kind. Lives as long as the process.
OSSL_LIB_CTX* tray_library()
{
    static OSSL_LIB_CTX* const kLibrary = [] {
        OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
        const bool there = made != nullptr && OSSL_PROVIDER_add_builtin(made, "croupier", tray_provider) == 1
            && OSSL_PROVIDER_load(made, "croupier") != nullptr;
        return there ? made : nullptr;
    }();
    return kLibrary;
}

}  // namespace

Tray::Tray()
{
    EVP_RAND* const algorithm = tray_library() == nullptr ? nullptr : EVP_RAND_fetch(tray_library(), kTray, nullptr);
    if (algorithm == nullptr) { return; }
    context_.reset(EVP_RAND_CTX_new(algorithm, nullptr));
    EVP_RAND_free(algorithm);
    void* self = this;
    const std::array params{OSSL_PARAM_construct_octet_ptr(kTrayAt, &self, 0), OSSL_PARAM_construct_end()};
    if (context_ != nullptr && EVP_RAND_instantiate(context_.get(), kStrength, 0, nullptr, 0, params.data()) != 1) {
        context_.reset();
    }
}

Tray::~Tray() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

void Tray::lay(std::span<const std::byte, kSize> seed) noexcept
{
    std::ranges::copy(seed, seed_.begin());
    laid_ = true;
}

bool Tray::taken() noexcept
{
    OPENSSL_cleanse(seed_.data(), seed_.size());
    return !std::exchange(laid_, false);
}

std::size_t Tray::take(unsigned char* to, std::size_t least, std::size_t most) noexcept
{
    if (!laid_ || least > kSize || most < kSize) { return 0; }
    std::ranges::copy(std::as_bytes(std::span{seed_}), reinterpret_cast<std::byte*>(to));
    static_cast<void>(taken());
    return kSize;
}

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
