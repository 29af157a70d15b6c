#include "scaling.hpp"

#include "croupier/assert.hpp"

namespace croupier::rng {

std::optional<Value> scale(std::uint32_t word, Bound bound) noexcept
{
    CROUPIER_ASSERT(bound >= 1);
    // The product's high half is the value, its low half says where inside that value's interval the word lies.
    const std::uint64_t product = std::uint64_t{word} * bound;
    const auto low = static_cast<std::uint32_t>(product);
    if (low < bound) {  // Cheap test first: the threshold is below the bound, and it costs a division.
        const std::uint32_t threshold = (0U - bound) % bound;  // 2^32 mod bound
        if (low < threshold) { return std::nullopt; }
    }
    return static_cast<Value>(product >> 32);
}

Result<void> scale(
    std::span<const Bound> bounds, std::span<Value> values, Words& words, std::span<std::uint32_t> scratch)
{
    CROUPIER_ASSERT(bounds.size() == values.size());
    CROUPIER_ASSERT(!scratch.empty());
    std::size_t done = 0;
    while (done < bounds.size()) {
        // Each value that is left needs at least one word, so all that is fetched will be used.
        const auto fetched = scratch.first(std::min(scratch.size(), bounds.size() - done));
        if (const auto filled = words.fill(fetched); !filled) { return filled; }
        for (const std::uint32_t word : fetched) {
            if (const auto value = scale(word, bounds[done])) { values[done++] = *value; }
        }
    }
    return {};
}

}  // namespace croupier::rng
