#include <catch2/catch.hpp>

#include <openssl/evp.h>

#include <array>
#include <set>

#include "drbg.hpp"

using namespace croupier;
using namespace croupier::rng;

namespace {

/// Counts what is asked of it, and refuses from the call on that it is told.
class CountedEntropy final : public Entropy {
public:
    explicit CountedEntropy(std::size_t refuse_from = 1000) : refuse_from_{refuse_from} {}

    Result<void> fill(std::span<std::byte> out) override
    {
        ++calls;
        std::ranges::fill(out, std::byte{0});
        if (calls >= refuse_from_) { return refuse(ErrorCode::entropy_unavailable); }
        return {};
    }

    std::size_t calls = 0;

private:
    std::size_t refuse_from_;
};

DrbgOptions options(Mechanism mechanism, bool prediction_resistance = false)
{
    return {.mechanism = mechanism,
        .instance = "test",
        .stream = "lucky-lines/outcome",
        .purpose = "games",
        .prediction_resistance = prediction_resistance};
}

const std::vector<Bound> kFiveReels{32, 32, 30, 31, 37};

}  // namespace

TEST_CASE("rng: OpenSSL gives NIST's known answers", "[rng]")
{
    CHECK(known_answer_holds(Mechanism::ctr));
    CHECK(known_answer_holds(Mechanism::hmac));
}

TEST_CASE("rng: values lie below their bounds, whatever the bounds", "[rng]")
{
    const Mechanism mechanism = GENERATE(Mechanism::ctr, Mechanism::hmac);
    CountedEntropy entropy;
    FreshSeeds seeds{entropy};
    Drbg drbg{options(mechanism), seeds};
    REQUIRE(drbg.ready());
    std::vector<Bound> bounds;
    for (Bound bound = 1; bound <= 2000; ++bound) { bounds.push_back(bound % 3 == 0 ? 0xFFFFFFFFU - bound : bound); }
    std::vector<Value> values(bounds.size(), 7);
    REQUIRE(drbg.draw(bounds, values).has_value());
    for (std::size_t i = 0; i < bounds.size(); ++i) { REQUIRE(values[i] < bounds[i]); }
    REQUIRE(drbg.draws() == 1);
}

TEST_CASE("rng: two generators never give the same, not even with the same names and the same port", "[rng]")
{
    CountedEntropy entropy;
    const std::vector<Bound> bounds(8, 0xFFFFFFFFU);
    std::set<std::vector<Value>> seen;
    for (int i = 0; i < 20; ++i) {
        FreshSeeds seeds{entropy};
        Drbg drbg{options(i % 2 == 0 ? Mechanism::ctr : Mechanism::hmac), seeds};
        std::vector<Value> values(bounds.size());
        for (int draw = 0; draw < 5; ++draw) {
            REQUIRE(drbg.draw(bounds, values).has_value());
            REQUIRE(seen.insert(values).second);
        }
    }
    REQUIRE(seen.size() == 100);
}

TEST_CASE("rng: every value of a roulette wheel is met as often as chance says", "[rng]")
{
    const Mechanism mechanism = GENERATE(Mechanism::ctr, Mechanism::hmac);
    CountedEntropy entropy;
    FreshSeeds seeds{entropy};
    Drbg drbg{options(mechanism), seeds};
    constexpr std::size_t kDraws = 370000;
    std::vector<std::uint64_t> met(37);
    std::vector<Bound> bounds(1000, 37);
    std::vector<Value> values(bounds.size());
    for (std::size_t i = 0; i < kDraws / bounds.size(); ++i) {
        REQUIRE(drbg.draw(bounds, values).has_value());
        for (const Value value : values) { ++met[value]; }
    }
    double chi_square = 0;
    for (const auto count : met) {
        const double off = static_cast<double>(count) - 10000.0;
        chi_square += off * off / 10000.0;
    }
    // 36 degrees of freedom: beyond 100 once in 10^7 runs. A bias that scaling could make is far smaller; its test is exact.
    CHECK(chi_square < 100.0);
    CHECK(chi_square > 5.0);
}

TEST_CASE(
    "rng: fresh entropy is mixed in when it is asked for, in every draw if so configured, and never otherwise (GLI-19 3.3.2(c))",
    "[rng]")
{
    const bool resists = GENERATE(false, true);
    CountedEntropy entropy{10'000};
    FreshSeeds seeds{entropy};
    Drbg drbg{options(Mechanism::hmac, resists), seeds};
    REQUIRE(entropy.calls == 1);  // The seed.
    std::vector<Value> values(kFiveReels.size());
    for (int draw = 0; draw < 1000; ++draw) { REQUIRE(drbg.draw(kFiveReels, values).has_value()); }
    CHECK(drbg.draws() == 1000);
    CHECK(drbg.reseeds() == 0);
    CHECK(entropy.calls == (resists ? 1001 : 1));
    REQUIRE(drbg.reseed().has_value());
    CHECK(drbg.reseeds() == 1);
    CHECK(entropy.calls == (resists ? 1002 : 2));
    REQUIRE(drbg.draw(kFiveReels, values).has_value());
}

TEST_CASE("rng: an entropy port that refuses ends the generator, for good", "[rng]")
{
    const std::size_t refuse_from = GENERATE(1U, 2U, 4U);  // At the first seeding, at the first reseed, at the third.
    CAPTURE(refuse_from);
    CountedEntropy entropy{refuse_from};
    FreshSeeds seeds{entropy};
    Drbg drbg{options(Mechanism::ctr), seeds};
    std::vector<Value> values(kFiveReels.size());
    std::uint64_t draws = 0;
    for (std::size_t reseed = 1; reseed < refuse_from; ++reseed) {
        REQUIRE(drbg.ready());
        REQUIRE(drbg.draw(kFiveReels, values).has_value());
        ++draws;
        CHECK(drbg.reseed().has_value() == (reseed + 1 < refuse_from));
    }
    for (int again = 0; again < 3; ++again) {
        std::ranges::fill(values, 9);
        const auto refused = drbg.draw(kFiveReels, values);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == ErrorCode::entropy_unavailable);
        CHECK(std::ranges::all_of(values, [](Value value) { return value == 0; }));
        CHECK(!drbg.ready());
        CHECK(drbg.failure() == "the entropy port refused");
    }
    CHECK(!drbg.reseed().has_value());
    CHECK(entropy.calls == refuse_from);  // Not asked again: only a restart helps.
    CHECK(drbg.draws() == draws);
}

TEST_CASE("rng: nothing seeds a generator but what was laid ready for it, not even a lost context itself", "[rng]")
{
    const Mechanism mechanism = GENERATE(Mechanism::ctr, Mechanism::hmac);
    std::array<unsigned char, 16> out{};
    const auto generates = [&](const RandContext& drbg) {
        return EVP_RAND_generate(drbg.get(), out.data(), out.size(), kStrength, 0, nullptr, 0) == 1;
    };
    // What OpenSSL does below its own source: a context without state seeds itself, and succeeds.
    const RandContext system = make_rand("SEED-SRC", nullptr);
    REQUIRE(EVP_RAND_instantiate(system.get(), kStrength, 0, nullptr, 0, nullptr) == 1);
    CHECK(generates(make_drbg(mechanism, system.get())));

    Tray tray;
    REQUIRE(tray.context() != nullptr);
    CHECK(!generates(make_drbg(mechanism, tray.context())));
    constexpr std::array<std::byte, Tray::kSize> kSeed{};
    const RandContext drbg = make_drbg(mechanism, tray.context());
    CHECK(EVP_RAND_instantiate(drbg.get(), kStrength, 0, nullptr, 0, nullptr) != 1);
    const RandContext seeded = make_drbg(mechanism, tray.context());
    tray.lay(kSeed);
    REQUIRE(EVP_RAND_instantiate(seeded.get(), kStrength, 0, nullptr, 0, nullptr) == 1);
    CHECK(tray.taken());
    CHECK(generates(seeded));
    CHECK(EVP_RAND_reseed(seeded.get(), 0, nullptr, 0, nullptr, 0) != 1);  // There is no second one.
    tray.lay(kSeed);
    CHECK(!tray.taken());
    CHECK(!generates(make_drbg(mechanism, tray.context())));  // What was not taken is gone.
}

TEST_CASE("rng: raw words are as many as were asked for, and refused as draws are", "[rng]")
{
    CountedEntropy entropy{2};
    FreshSeeds seeds{entropy};
    Drbg drbg{options(Mechanism::ctr), seeds};
    std::vector<std::uint32_t> words(1000);
    REQUIRE(drbg.raw(words).has_value());
    CHECK(std::set<std::uint32_t>(words.begin(), words.end()).size() > 990);
    CHECK(!drbg.reseed().has_value());
    CHECK(!drbg.raw(words).has_value());
}
