#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "croupier/assert.hpp"
#include "croupier/ports.hpp"

/// What games make of uniform values, in whole numbers and without bias. The values themselves come from the rng module, with
/// the bounds that are given here, and stand in the ledger as they were drawn.
namespace croupier::draws {

/// The bounds of the draws for an order of `count` things, each order as probable as any other: count, count - 1, …, 2.
inline std::vector<Bound> shuffle_bounds(Bound count)
{
    std::vector<Bound> bounds;
    for (Bound left = count; left > 1; --left) { bounds.push_back(left); }
    return bounds;
}

/// Orders `things` by values drawn with these bounds: from the end each changes places with one that is not behind it, itself
/// included (Fisher and Yates; Durstenfeld, CACM 7 (1964), algorithm 235).
template <class T>
void shuffle(std::span<T> things, std::span<const Value> values)
{
    CROUPIER_ASSERT(values.size() + 1 == things.size() || (values.empty() && things.empty()));
    std::size_t last = things.size();
    for (const Value value : values) {
        --last;
        CROUPIER_ASSERT(value <= last);
        std::swap(things[last], things[value]);
    }
}

/// The bound of the draw for a choice by weights: their sum, which is at least 1 and fits.
inline Bound choice_bound(std::span<const std::uint32_t> weights)
{
    std::uint64_t sum = 0;
    for (const auto weight : weights) { sum += weight; }
    CROUPIER_ASSERT(sum >= 1 && sum <= 0xFFFFFFFFU);
    return static_cast<Bound>(sum);
}

/// Which one a value below choice_bound() chooses: each of exactly as many values as it weighs.
inline std::size_t choose(std::span<const std::uint32_t> weights, Value value)
{
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (value < weights[i]) { return i; }
        value -= weights[i];
    }
    CROUPIER_ASSERT(false);  // Not below the bound.
    return 0;
}

}  // namespace croupier::draws
