#include "drbg.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <utility>

#include "croupier/assert.hpp"
#include "croupier/bytes.hpp"

namespace croupier::rng {

namespace {

const unsigned char* octets(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Drbg::Drbg(DrbgOptions options, Seeds& seeds) : options_{std::move(options)}, seeds_{&seeds} { seed(); }

Drbg::~Drbg()
{
    generator_.reset();  // Before its parent.
}

bool Drbg::lay(Seed& seed)
{
    if (const char* const why = seeds_->next(seed)) {
        (void)fail(why);
        return false;
    }
    tray_.lay(seed.system);
    return true;
}

void Drbg::seed()
{
    if (tray_.context() == nullptr) {
        (void)fail("a generator cannot be seeded here");
        return;
    }
    generator_ = make_drbg(options_.mechanism, tray_.context());
    if (generator_ == nullptr) {
        (void)fail("the generator is not available");
        return;
    }
    Seed fresh;
    if (!lay(fresh)) { return; }
    // The fixed part comes first and its parts are counted, so that no two triples of names are written alike.
    Bytes personalization;
    for (const std::string& part : {std::string{"croupier"}, options_.instance, options_.stream, options_.purpose}) {
        const std::string counted = std::to_string(part.size()) + ":" + part + "/";
        const auto bytes = as_bytes(counted);
        personalization.insert(personalization.end(), bytes.begin(), bytes.end());
    }
    personalization.insert(personalization.end(), fresh.port.begin(), fresh.port.end());
    const int seeded = EVP_RAND_instantiate(generator_.get(), kStrength, options_.prediction_resistance ? 1 : 0,
        octets(personalization), personalization.size(), nullptr);
    OPENSSL_cleanse(personalization.data(), personalization.size());
    if (!tray_.taken() || seeded != 1 || !state_is_ready()) { (void)fail("seeding failed"); }
}

Result<void> Drbg::draw(std::span<const Bound> bounds, std::span<Value> values)
{
    CROUPIER_ASSERT(bounds.size() == values.size());
    std::ranges::fill(values, 0);
    if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
    const auto drawn = scale(bounds, values, *this, words_);
    OPENSSL_cleanse(words_.data(), std::min(words_.size(), bounds.size()) * sizeof(words_[0]));
    if (!drawn) {
        std::ranges::fill(values, 0);  // A draw is whole or not at all.
        return drawn;
    }
    ++draws_;
    return {};
}

Result<void> Drbg::raw(std::span<std::uint32_t> words)
{
    for (std::size_t at = 0; at < words.size(); at += kWordsAtOnce) {
        if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
        if (const auto filled = fill(words.subspan(at, std::min(kWordsAtOnce, words.size() - at))); !filled) {
            return filled;
        }
    }
    return {};
}

Result<void> Drbg::reseed()
{
    if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
    if (!state_is_ready()) { return fail("the generator lost its state"); }
    Seed fresh;
    if (!lay(fresh)) { return refuse(ErrorCode::entropy_unavailable); }
    const int reseeded = EVP_RAND_reseed(generator_.get(), 0, nullptr, 0, octets(fresh.port), fresh.port.size());
    if (!tray_.taken() || reseeded != 1 || !state_is_ready()) { return fail("reseeding failed"); }
    ++reseeds_;
    return {};
}

Result<void> Drbg::fill(std::span<std::uint32_t> out)
{
    if (!state_is_ready()) { return fail("the generator lost its state"); }
    const auto bytes = std::as_writable_bytes(out);
    static_assert(sizeof(words_) <= 65536, "OpenSSL splits larger requests silently");
    auto* const to = reinterpret_cast<unsigned char*>(bytes.data());
    int generated = 0;
    if (options_.prediction_resistance) {
        Seed fresh;
        if (!lay(fresh)) { return refuse(ErrorCode::entropy_unavailable); }
        generated = EVP_RAND_generate(
            generator_.get(), to, bytes.size(), kStrength, 1, octets(fresh.port), fresh.port.size());
        if (!tray_.taken()) { generated = 0; }
    } else {
        generated = EVP_RAND_generate(generator_.get(), to, bytes.size(), kStrength, 0, nullptr, 0);
    }
    if (generated != 1) { return fail("generating failed"); }
    if (!state_is_ready()) { return fail("the generator lost its state"); }
    return {};
}

bool Drbg::state_is_ready() const
{
    // Asked each time: a context without state would try to seed itself anew, without our personalization.
    return generator_ != nullptr && EVP_RAND_get_state(generator_.get()) == EVP_RAND_STATE_READY;
}

std::unexpected<Error> Drbg::fail(std::string_view why)
{
    if (failure_.empty()) { failure_ = why; }
    generator_.reset();
    CROUPIER_ASSERT(!ready());
    return refuse(ErrorCode::entropy_unavailable);
}

}  // namespace croupier::rng
