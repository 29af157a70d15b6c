#include "croupier/draws.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace croupier;

namespace {

/// Calls `with` for every tuple of values below the bounds.
template <class With>
void for_every(const std::vector<Bound>& bounds, With with)
{
    std::vector<Value> values(bounds.size(), 0);
    while (true) {
        with(values);
        std::size_t i = 0;
        while (i < bounds.size() && ++values[i] == bounds[i]) { values[i++] = 0; }
        if (i == bounds.size()) { return; }
    }
}

}  // namespace

TEST_CASE("draws: a shuffle reaches every order exactly once (GLI-19 3.2.3)", "[rng]")
{
    std::size_t factorial = 1;
    for (Bound count = 1; count <= 7; ++count) {
        factorial *= count;
        std::set<std::vector<int>> orders;
        std::size_t tried = 0;
        for_every(draws::shuffle_bounds(count), [&](const std::vector<Value>& values) {
            std::vector<int> things(count);
            std::iota(things.begin(), things.end(), 0);
            draws::shuffle(std::span{things}, values);
            orders.insert(things);
            ++tried;
        });
        CHECK(tried == factorial);
        CHECK(orders.size() == factorial);
    }
    std::vector<int> none;
    draws::shuffle(std::span{none}, draws::shuffle_bounds(0));
    CHECK(draws::shuffle_bounds(52).size() == 51);
}

TEST_CASE("draws: a choice by weights takes each as often as it weighs, exactly (GLI-19 3.2.3)", "[rng]")
{
    const std::vector<std::uint32_t> weights{3, 0, 1, 5, 0};
    const Bound bound = draws::choice_bound(weights);
    REQUIRE(bound == 9);
    std::vector<std::uint32_t> chosen(weights.size());
    for (Value value = 0; value < bound; ++value) { ++chosen[draws::choose(weights, value)]; }
    CHECK(chosen == weights);
    const std::vector<std::uint32_t> large{0x80000000U, 0x7FFFFFFFU};
    CHECK(draws::choice_bound(large) == 0xFFFFFFFFU);
    CHECK(draws::choose(large, 0x7FFFFFFFU) == 0);
    CHECK(draws::choose(large, 0x80000000U) == 1);
    CHECK(draws::choose(large, 0xFFFFFFFEU) == 1);
}
