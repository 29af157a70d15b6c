#include <catch2/catch.hpp>

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

DrbgOptions options(Mechanism mechanism, std::uint64_t reseed_after_draws = 4096)
{
    return {.mechanism = mechanism,
        .instance = "test",
        .stream = "0",
        .purpose = "games",
        .reseed_after_draws = reseed_after_draws};
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
    Drbg drbg{options(mechanism), entropy};
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
        Drbg drbg{options(i % 2 == 0 ? Mechanism::ctr : Mechanism::hmac), entropy};
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
    Drbg drbg{options(mechanism), entropy};
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

TEST_CASE("rng: fresh entropy is mixed in after as many draws as told", "[rng]")
{
    CountedEntropy entropy;
    Drbg drbg{options(Mechanism::ctr, 3), entropy};
    REQUIRE(entropy.calls == 1);  // The seed.
    std::vector<Value> values(kFiveReels.size());
    for (int draw = 0; draw < 10; ++draw) { REQUIRE(drbg.draw(kFiveReels, values).has_value()); }
    CHECK(drbg.draws() == 10);
    CHECK(drbg.reseeds() == 3);  // Before draws 4, 7 and 10.
    CHECK(entropy.calls == 4);
    REQUIRE(drbg.reseed().has_value());
    CHECK(drbg.reseeds() == 4);
    for (int draw = 0; draw < 3; ++draw) { REQUIRE(drbg.draw(kFiveReels, values).has_value()); }
    CHECK(drbg.reseeds() == 4);  // A reseed by hand starts the count anew.
}

TEST_CASE("rng: an entropy port that refuses ends the generator, for good", "[rng]")
{
    struct Row {
        const char* why;
        std::size_t refuse_from;
        std::size_t draws;
    };
    const auto row = GENERATE(
        values<Row>({{"at the first seeding", 1, 0}, {"at the first reseed", 2, 2}, {"at the third reseed", 4, 6}}));
    CAPTURE(row.why);
    CountedEntropy entropy{row.refuse_from};
    Drbg drbg{options(Mechanism::ctr, 2), entropy};
    std::vector<Value> values(kFiveReels.size());
    for (std::size_t draw = 0; draw < row.draws; ++draw) {
        REQUIRE(drbg.ready());
        REQUIRE(drbg.draw(kFiveReels, values).has_value());
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
    CHECK(entropy.calls == row.refuse_from);  // Not asked again: only a restart helps.
    CHECK(drbg.draws() == row.draws);
}
