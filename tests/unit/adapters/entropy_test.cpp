#include <catch2/catch.hpp>

#include "adapters/clock.hpp"
#include "adapters/entropy.hpp"

using namespace croupier;

TEST_CASE("entropy: all of a large buffer is filled, and never twice the same", "[adapters]")
{
    adapters::OsEntropy entropy;
    Bytes first(100'000);
    Bytes second(100'000);
    REQUIRE(entropy.fill(first).has_value());
    REQUIRE(entropy.fill(second).has_value());
    CHECK(first != second);
    // 64 zero bytes in a row would be chance once in 2^512.
    CHECK(std::ranges::search(first, Bytes(64)).empty());
    CHECK(entropy.fill({}).has_value());
}

TEST_CASE("clock: the steady clock never steps back and the wall clock is of this century", "[adapters]")
{
    adapters::SystemClock clock;
    SteadyTime before = clock.steady();
    for (int i = 0; i < 1'000; ++i) {
        const SteadyTime now = clock.steady();
        REQUIRE(now >= before);
        before = now;
    }
    CHECK(clock.wall() > from_micros(1'700'000'000'000'000));
    CHECK(clock.wall() < from_micros(4'000'000'000'000'000));
}
