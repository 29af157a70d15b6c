#include <catch2/catch.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <vector>

#include "redraws.hpp"
#include "seeded_random.hpp"
#include "streams.hpp"

using namespace croupier;
using rng::SeedReason;

namespace {

std::string pem_of(EVP_PKEY* key, bool with_private)
{
    BIO* out = BIO_new(BIO_s_mem());
    const int written = with_private ? PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr)
                                     : PEM_write_bio_PUBKEY(out, key);
    REQUIRE(written == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string pem{text, static_cast<std::size_t>(size)};
    BIO_free(out);
    return pem;
}

/// An auditor's pair of keys.
struct Pair {
    explicit Pair(unsigned bits = 3072)
    {
        EVP_PKEY* key = EVP_RSA_gen(bits);
        REQUIRE(key != nullptr);
        open = pem_of(key, false);
        secret = pem_of(key, true);
        EVP_PKEY_free(key);
    }
    std::string open;
    std::string secret;
};

const Pair& auditor()
{
    static const Pair kPair;
    return kPair;
}

verify::AuditKeys keys_of(const Pair& pair)
{
    verify::AuditKeys keys;
    auto key = rng::read_audit_key(pair.secret, true).value();
    const Hash name = rng::audit_key_name(key);
    keys.emplace(name, std::move(key));
    return keys;
}

/// Some of a stream's life, as facts.
struct Life {
    std::vector<std::variant<rng::Seeded, rng::SeedKept, rng::Drawn>> facts;
    std::uint64_t draws = 0;

    explicit Life(rng::Mechanism mechanism) : mechanism_{mechanism} { begin(); }

    void begin()
    {
        streams_ = std::make_unique<rng::Streams>(
            rng::StreamsOptions{.mechanism = mechanism_, .instance = "0123456789abcdef", .audit_key = auditor().open},
            entropy_, nullptr);
        REQUIRE(streams_->ready());
        seed(SeedReason::start);
    }
    void seed(SeedReason reason)
    {
        auto kept = streams_->seed(kName);
        REQUIRE(kept.has_value());
        REQUIRE(kept->sealed.size() == 384);
        facts.emplace_back(rng::Seeded{rng::StreamId{1}, draws, reason});
        facts.emplace_back(rng::SeedKept{rng::StreamId{1}, *kept});
    }
    void draw(std::vector<Bound> bounds)
    {
        std::vector<Value> values(bounds.size());
        REQUIRE(streams_->draw(kName, bounds, values).has_value());
        facts.emplace_back(rng::Drawn{rng::StreamId{1}, ++draws, RoundId{draws}, 0, std::move(bounds), values});
    }

    static constexpr const char* kName = "lucky-lines/outcome";

private:
    rng::Mechanism mechanism_;
    fakes::SeededEntropy entropy_;
    std::unique_ptr<rng::Streams> streams_;
};

/// A start, a reseed, and another process.
Life long_life(rng::Mechanism mechanism = rng::Mechanism::hmac)
{
    Life life{mechanism};
    // Among them bounds for which every second word is discarded.
    for (int i = 0; i < 40; ++i) { life.draw({32, 37, 1, 0x80000001U, 52, 0x80000001U}); }
    life.seed(SeedReason::scheduled);
    for (int i = 0; i < 3; ++i) { life.draw(std::vector<Bound>(300, 0xFFFFFFFFU)); }
    life.begin();
    life.draw({10'000});
    life.seed(SeedReason::forced);
    life.draw({10'000});
    return life;
}

struct Audit {
    explicit Audit(verify::AuditKeys with) : keys{std::move(with)}, redraws{keys}
    {
        redraws.opened({rng::StreamId{1}, Life::kName});
    }
    void take(const Life& life)
    {
        const auto say = [&](const std::string& what) { said.push_back(what); };
        for (std::size_t i = 0; i < life.facts.size(); ++i) {
            if (const auto* seeded = std::get_if<rng::Seeded>(&life.facts[i])) {
                redraws.seeded(
                    *seeded, i + 1 < life.facts.size() ? std::get_if<rng::SeedKept>(&life.facts[i + 1]) : nullptr, say);
            } else if (const auto* drawn = std::get_if<rng::Drawn>(&life.facts[i])) {
                redraws.drawn(*drawn, say);
            }
        }
    }
    verify::AuditKeys keys;
    verify::Redraws redraws;
    std::vector<std::string> said;
};

}  // namespace

TEST_CASE("redraws: who has the auditor's key computes every draw again, over reseeds and restarts", "[verify]")
{
    const auto life = long_life(GENERATE(rng::Mechanism::hmac, rng::Mechanism::ctr));
    Audit audit{keys_of(auditor())};
    audit.take(life);
    CHECK(audit.said.empty());
    CHECK(audit.redraws.agreed() == life.draws);
    CHECK(audit.redraws.not_computed() == 0);
}

TEST_CASE("redraws: nobody else computes any of them", "[verify]")
{
    const auto life = long_life();
    Audit without{{}};
    without.take(life);
    Audit other{keys_of(Pair{})};
    other.take(life);
    for (const Audit* audit : {&without, &other}) {
        CHECK(audit->said.empty());
        CHECK(audit->redraws.agreed() == 0);
        CHECK(audit->redraws.not_computed() == life.draws);
    }
}

TEST_CASE("redraws: a value that was not drawn, and a draw that was left out, are told", "[verify]")
{
    Life life = long_life();
    std::vector<std::size_t> draws;
    for (std::size_t i = 0; i < life.facts.size(); ++i) {
        if (std::holds_alternative<rng::Drawn>(life.facts[i])) { draws.push_back(i); }
    }
    const std::size_t which = GENERATE(0U, 7U, 42U, 43U);
    const bool left_out = GENERATE(false, true);
    if (left_out) {
        life.facts.erase(life.facts.begin() + static_cast<std::ptrdiff_t>(draws[which]));
    } else {
        auto& drawn = std::get<rng::Drawn>(life.facts[draws[which]]);
        drawn.values.front() = (drawn.values.front() + 1) % drawn.bounds.front();
    }
    Audit audit{keys_of(auditor())};
    audit.take(life);
    // The last draw before a restart has none behind it that its absence would show; the count of the stream's draws does.
    CHECK(audit.said.size() == (left_out && which == 42U ? 0 : 1));
}

TEST_CASE("redraws: a seed that cannot be the one that it says it is, is told", "[verify]")
{
    Life life = long_life();
    const auto kept = [&](std::size_t i) -> rng::SeedKept& { return std::get<rng::SeedKept>(life.facts.at(i)); };
    SECTION("one whose text was changed") { kept(1).seed.sealed[100] ^= std::byte{1}; }
    SECTION("a reseed's in the place of the start's") { kept(1).seed = kept(43).seed; }
    Audit audit{keys_of(auditor())};
    audit.take(life);
    CHECK(audit.said.size() == 1);
    CHECK(audit.redraws.agreed() == 2);  // Of the second process.
}

TEST_CASE("rng: an auditor's key is RSA of at least 3072 bits, and goes with no prediction resistance", "[rng]")
{
    fakes::SeededEntropy entropy;
    const auto failure = [&](std::string key, bool resists) {
        return rng::Streams{
            {.instance = "test", .prediction_resistance = resists, .audit_key = std::move(key)}, entropy, nullptr}
            .failure();
    };
    CHECK(failure(auditor().open, false).empty());
    CHECK(failure(auditor().open, true) == "the auditor's key: not with prediction resistance");
    for (const std::string& no_key : {std::string{"no key"}, Pair{2048}.open, auditor().secret}) {
        CHECK(failure(no_key, false) == "the auditor's key: not a public RSA key of at least 3072 bits in PEM");
    }
}
