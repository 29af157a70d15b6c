#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "croupier/ports.hpp"

/// From raw 32-bit words to uniform values in [0, bound), exactly: by rejection, never by rounding. Integers only.
namespace croupier::rng {

/// Where raw words come from: uniform over all 2^32 values and independent of each other.
class Words {
public:
    virtual ~Words() = default;
    /// Fills all of `out`, or refuses; then nothing in it is valid.
    virtual Result<void> fill(std::span<std::uint32_t> out) = 0;
};

/// The value in [0, bound) that `word` stands for; nullopt: this word must be discarded and another one taken.
///
/// Lemire's method (arXiv:1805.10941): of the 2^32 words exactly floor(2^32 / bound) stand for each value, and the
/// 2^32 mod bound that are left over are discarded. A bound of 1 takes every word.
std::optional<Value> scale(std::uint32_t word, Bound bound) noexcept;

/// Fills values[i] from [0, bounds[i]). Words are used strictly in order, one a value and one more for each discarded
/// word, also for a bound of 1; none is fetched that is not used. They are fetched through `scratch`, which must not be
/// empty and holds used words afterwards. Without a rejection that is one fetch per scratch.size() values.
/// Refuses what `words` refuses; then no value is valid.
Result<void> scale(
    std::span<const Bound> bounds, std::span<Value> values, Words& words, std::span<std::uint32_t> scratch);

}  // namespace croupier::rng
