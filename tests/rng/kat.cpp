// croupier-rng-kat FILE…: does this machine's OpenSSL, through which the games draw, give NIST's known answers?
// For tests and labs only: the entropy comes from the files.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "rsp.hpp"

namespace {

using namespace croupier::kat;

struct Free {
    void operator()(EVP_RAND_CTX* context) const noexcept { EVP_RAND_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_RAND_CTX, Free>;

Context make(const char* name, EVP_RAND_CTX* parent)
{
    EVP_RAND* algorithm = EVP_RAND_fetch(nullptr, name, nullptr);
    if (algorithm == nullptr) { return nullptr; }
    Context context{EVP_RAND_CTX_new(algorithm, parent)};
    EVP_RAND_free(algorithm);
    return context;
}

/// A generator that is fed by a record.
class Generator {
public:
    /// Null: OpenSSL has no such generator.
    static std::unique_ptr<Generator> of(const Section& section)
    {
        static constexpr const char* kNames[] = {"CTR-DRBG", "HMAC-DRBG", "HASH-DRBG"};
        std::unique_ptr<Generator> generator{new Generator};
        generator->source_ = make("TEST-RAND", nullptr);
        generator->context_ = make(kNames[static_cast<std::size_t>(section.mechanism)], generator->source_.get());
        if (!generator->source_ || !generator->context_ || !generator->configure(section)) { return nullptr; }
        generator->resists_ = section.prediction_resistance ? 1 : 0;
        generator->strength_ = EVP_RAND_get_strength(generator->context_.get());
        unsigned strength = 256;
        const std::array params{
            OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength), OSSL_PARAM_construct_end()};
        if (EVP_RAND_instantiate(generator->source_.get(), 256, 0, nullptr, 0, params.data()) != 1) { return nullptr; }
        return generator;
    }

    bool instantiate(Octets entropy, Octets nonce, const Octets& personalization)
    {
        return feed(OSSL_RAND_PARAM_TEST_ENTROPY, entropy) && feed(OSSL_RAND_PARAM_TEST_NONCE, nonce)
            && EVP_RAND_instantiate(
                   context_.get(), strength_, resists_, data(personalization), personalization.size(), nullptr)
            == 1;
    }
    bool reseed(Octets entropy, const Octets& additional)
    {
        return feed(OSSL_RAND_PARAM_TEST_ENTROPY, entropy)
            && EVP_RAND_reseed(context_.get(), resists_, nullptr, 0, data(additional), additional.size()) == 1;
    }
    bool generate(const Octets* entropy, const Octets& additional, Octets& out)
    {
        if (entropy != nullptr) {
            Octets fresh = *entropy;
            if (!feed(OSSL_RAND_PARAM_TEST_ENTROPY, fresh)) { return false; }
        }
        return EVP_RAND_generate(
                   context_.get(), out.data(), out.size(), strength_, resists_, data(additional), additional.size())
            == 1;
    }

private:
    Generator() = default;

    // A null pointer would stand for OpenSSL's own default string; nothing is a pointer and length 0.
    static const unsigned char* data(const Octets& octets)
    {
        static constexpr unsigned char kNone = 0;
        return octets.empty() ? &kNone : octets.data();
    }
    bool feed(const char* what, Octets& octets)
    {
        if (octets.empty()) { return true; }
        const std::array params{
            OSSL_PARAM_construct_octet_string(what, octets.data(), octets.size()), OSSL_PARAM_construct_end()};
        return EVP_RAND_CTX_set_params(source_.get(), params.data()) == 1;
    }
    bool configure(const Section& section)
    {
        std::string algorithm = section.algorithm;
        std::string mac = "HMAC";
        int derivation_function = section.derivation_function ? 1 : 0;
        std::array<OSSL_PARAM, 3> params{
            OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
        if (section.mechanism == Mechanism::ctr) {
            algorithm += "-CTR";
            params[0] = OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, algorithm.data(), 0);
            params[1] = OSSL_PARAM_construct_int(OSSL_DRBG_PARAM_USE_DF, &derivation_function);
        } else {
            if (algorithm != "SHA-1") { algorithm.replace(0, 4, "SHA2-"); }
            params[0] = OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST, algorithm.data(), 0);
            if (section.mechanism == Mechanism::hmac) {
                params[1] = OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_MAC, mac.data(), 0);
            }
        }
        return EVP_RAND_CTX_set_params(context_.get(), params.data()) == 1;
    }

    Context source_;  // Outlives the generator below it.
    Context context_;
    unsigned strength_ = 0;
    int resists_ = 0;
};

std::string hex(const Octets& octets)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char octet : octets) { out.append({kDigits[octet >> 4U], kDigits[octet & 15U]}); }
    return out;
}

/// Empty: the record's answer came. Otherwise what came instead.
std::string run(Generator& generator, const Section& section, const Record& record)
{
    Octets entropy;
    Octets nonce;
    Octets personalization;
    Octets entropy_reseed;
    std::optional<Octets> additional;
    std::optional<Octets> fresh;
    Octets output(section.returned_octets.value_or(record.fields.back().value.size()));
    bool ready = false;
    for (const auto& [name, value, line] : record.fields) {
        if (name == "EntropyInput") {
            entropy = value;
        } else if (name == "Nonce") {
            nonce = value;
        } else if (name == "PersonalizationString") {
            personalization = value;
        } else if (name == "ReturnedBits") {
            return value == output ? "" : "expected " + hex(value) + "\n  got      " + hex(output);
        } else {
            if (!ready && !generator.instantiate(entropy, nonce, personalization)) {
                return "it cannot be instantiated";
            }
            ready = true;
            if (name == "EntropyInputReseed") { entropy_reseed = value; }
            if (name == "AdditionalInputReseed" && !generator.reseed(entropy_reseed, value)) {
                return "it cannot be reseeded";
            }
            if (name == "AdditionalInput") { additional = value; }
            if (name == "EntropyInputPR") { fresh = value; }
            if (!additional || (section.prediction_resistance && !fresh)) { continue; }
            if (!generator.generate(fresh ? &*fresh : nullptr, *additional, output)) { return "it does not generate"; }
            additional.reset();
            fresh.reset();
        }
    }
    return "the record has no answer";
}

std::string title(const Section& section)
{
    static constexpr const char* kNames[] = {"CTR_DRBG ", "HMAC_DRBG ", "Hash_DRBG "};
    std::string text = kNames[static_cast<std::size_t>(section.mechanism)] + section.algorithm;
    if (section.mechanism == Mechanism::ctr) { text += section.derivation_function ? " use df" : " no df"; }
    const bool reseeded = !section.records.empty()
        && std::ranges::any_of(
            section.records.front().fields, [](const Field& field) { return field.name == "EntropyInputReseed"; });
    return text
        + (section.prediction_resistance ? ", prediction resistance"
                : reseeded               ? ", reseeded"
                                         : ", not reseeded");
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 2 || std::string_view{argv[1]}.starts_with("--")) {
        std::fprintf(argc < 2 ? stderr : stdout,
            "usage: croupier-rng-kat FILE…\n"
            "Known answers of NIST's CAVP (.rsp) for CTR_DRBG, HMAC_DRBG and Hash_DRBG, against this machine's OpenSSL.\n"
            "0: all came, 1: some did not, 2: a file cannot be read, or nothing in it could be tried\n");
        return argc < 2 ? 2 : 0;
    }
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t untried = 0;
    for (int i = 1; i < argc; ++i) {
        const auto sections = read_rsp(argv[i]);
        if (!sections) {
            std::fprintf(stderr, "croupier-rng-kat: %s\n", sections.error().c_str());
            return 2;
        }
        for (const Section& section : *sections) {
            if (!Generator::of(section)) {
                untried += section.records.size();
                std::printf("%-58s %zu not offered by OpenSSL\n", title(section).c_str(), section.records.size());
                continue;
            }
            std::size_t wrong = 0;
            for (const Record& record : section.records) {
                const auto generator = Generator::of(section);
                const std::string problem = run(*generator, section, record);
                if (problem.empty()) { continue; }
                ++wrong;
                std::printf("%s:%zu: COUNT %s\n  %s\n", argv[i], record.line, record.count.c_str(), problem.c_str());
            }
            std::printf(
                "%-58s %zu passed, %zu failed\n", title(section).c_str(), section.records.size() - wrong, wrong);
            passed += section.records.size() - wrong;
            failed += wrong;
        }
    }
    std::printf("%zu passed, %zu failed, %zu not tried\n", passed, failed, untried);
    if (failed > 0) { return 1; }
    return passed > 0 ? 0 : 2;
}
