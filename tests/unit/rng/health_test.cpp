#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "health.hpp"
#include "seeded_random.hpp"

using namespace croupier;
using namespace croupier::rng;

namespace {

/// P(X > k) for X binomial(n, p).
double beyond(unsigned n, double p, unsigned k)
{
    double sum = 0;
    for (unsigned i = k + 1; i <= n; ++i) {
        sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) + i * std::log(p)
            + (n - i) * std::log1p(-p));
    }
    return sum;
}

/// Sound for so many octets, then the same one again and again.
class StuckEntropy final : public Entropy {
public:
    explicit StuckEntropy(std::size_t sound) : sound_{sound} {}
    Result<void> fill(std::span<std::byte> out) override
    {
        for (std::byte& octet : out) {
            octet = given_ < sound_ ? static_cast<std::byte>(given_ * 167 + given_ / 256) : std::byte{0x5A};
            ++given_;
        }
        return {};
    }

private:
    std::size_t sound_;
    std::size_t given_ = 0;
};

class NoEntropy final : public Entropy {
public:
    Result<void> fill(std::span<std::byte>) override { return refuse(ErrorCode::entropy_unavailable); }
};

}  // namespace

TEST_CASE("health: the cut-offs are those of SP 800-90B for H = 8 and one false alarm in 2^40", "[rng]")
{
    const double alpha = std::exp2(-40);
    CHECK(Health::kRepetitions == 1 + 40 / 8);
    // CRITBINOM is the least k with P(X <= k) >= 1 - alpha; the cut-off is one more.
    CHECK(beyond(Health::kWindow, 1.0 / 256, Health::kProportion - 1) <= alpha);
    CHECK(beyond(Health::kWindow, 1.0 / 256, Health::kProportion - 2) > alpha);
}

TEST_CASE("health: a sample that repeats is noticed at the sixth, and never forgiven (SP 800-90B 4.4.1)", "[rng]")
{
    Health health;
    const std::vector<std::byte> five(5, std::byte{7});
    CHECK(health.take(five));
    const std::byte other{8};
    CHECK(health.take({&other, 1}));
    CHECK(health.take(five));
    const std::byte same{7};
    CHECK(!health.take({&same, 1}));
    CHECK(!health.take({&other, 1}));
    CHECK(!health.healthy());
}

TEST_CASE("health: a value that is too frequent in its window is noticed at the nineteenth (SP 800-90B 4.4.2)", "[rng]")
{
    const auto sample = [](unsigned i, unsigned often) {
        return i % 20 == 0 && i / 20 < often ? std::byte{1} : static_cast<std::byte>(2 + i % 251);
    };
    for (const unsigned often : {18U, 19U}) {
        Health health;
        for (unsigned i = 0; i < Health::kWindow; ++i) {
            const std::byte one = sample(i, often);
            health.take({&one, 1});
        }
        CHECK(health.healthy() == (often < 19));
    }
}

TEST_CASE("health: each source is tested, at the start and while it runs; one that fails ends both", "[rng]")
{
    fakes::SeededEntropy sound{1};
    std::array<std::byte, 48> seed{};
    SECTION("both sound: the result is neither of them")
    {
        fakes::SeededEntropy other{2};
        TestedEntropy tested{sound, &other};
        REQUIRE(tested.healthy());
        REQUIRE(tested.fill(seed).has_value());
        fakes::SeededEntropy again{1};
        std::array<std::byte, 1024> start{};
        std::array<std::byte, 48> first{};
        REQUIRE(again.fill(start).has_value());
        REQUIRE(again.fill(first).has_value());
        CHECK(first != seed);
        CHECK(tested.test());
    }
    SECTION("the second is stuck from the beginning")
    {
        StuckEntropy stuck{0};
        TestedEntropy tested{sound, &stuck};
        CHECK(!tested.healthy());
        CHECK(!tested.fill(seed).has_value());
    }
    SECTION("the second refuses")
    {
        NoEntropy none;
        TestedEntropy tested{sound, &none};
        CHECK(!tested.healthy());
    }
    SECTION("the first gets stuck later: nothing of it is given out")
    {
        StuckEntropy stuck{1024 + 48};
        TestedEntropy tested{stuck, nullptr};
        REQUIRE(tested.fill(seed).has_value());
        seed.fill(std::byte{9});
        CHECK(!tested.fill(seed).has_value());
        CHECK(std::ranges::all_of(seed, [](std::byte octet) { return octet == std::byte{0}; }));
        CHECK(!tested.fill(seed).has_value());
    }
}
