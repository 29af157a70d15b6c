#include <catch2/catch.hpp>

#include <deque>
#include <limits>

#include "scaling.hpp"

using namespace croupier;
using namespace croupier::rng;

namespace {

/// Gives the words it was told to give, in order; refuses when they are used up. Counts words and fetches.
class ScriptedWords final : public Words {
public:
    explicit ScriptedWords(std::deque<std::uint32_t> script) : script_{std::move(script)} {}

    Result<void> fill(std::span<std::uint32_t> out) override
    {
        ++fetches;
        for (auto& word : out) {
            if (script_.empty()) { return refuse(ErrorCode::entropy_unavailable); }
            word = script_.front();
            script_.pop_front();
            ++words;
        }
        return {};
    }

    std::size_t words = 0;
    std::size_t fetches = 0;

private:
    std::deque<std::uint32_t> script_;
};

constexpr std::uint64_t kAllWords = std::uint64_t{1} << 32U;

/// The smallest word of those that stand for `value`, discarded ones included: ceil(value * 2^32 / bound).
std::uint32_t first_word(Value value, Bound bound)
{
    return static_cast<std::uint32_t>((value * kAllWords + bound - 1) / bound);
}

}  // namespace

TEST_CASE("scaling: every value has exactly floor(2^32 / bound) words", "[rng]")
{
    // The words of one value are an interval; its discarded words are at its start. So the number of accepted words is
    // found exactly by looking at the interval's edges, for bounds of every kind.
    const Bound bound = GENERATE(1U, 2U, 3U, 5U, 6U, 7U, 10U, 37U, 52U, 100U, 255U, 256U, 257U, 65535U, 65536U, 65537U,
        1000000U, 0x7FFFFFFFU, 0x80000000U, 0x80000001U, 0xFFFFFFFEU, 0xFFFFFFFFU);
    CAPTURE(bound);
    const std::uint64_t share = kAllWords / bound;
    const std::vector<Value> looked_at{0, 1 % bound, bound / 3, bound / 2, bound - 1};
    for (const Value value : looked_at) {
        CAPTURE(value);
        const std::uint64_t begin = first_word(value, bound);
        const std::uint64_t end = value + 1 == bound ? kAllWords : first_word(value + 1, bound);
        REQUIRE(end - begin >= share);
        REQUIRE(end - begin <= share + 1);
        // At most one word too many; if there is one, the first is discarded.
        const auto at_begin = scale(static_cast<std::uint32_t>(begin), bound);
        REQUIRE(at_begin.has_value() == (end - begin == share));
        if (at_begin) { REQUIRE(*at_begin == value); }
        if (end - begin > 1) { REQUIRE(scale(static_cast<std::uint32_t>(begin + 1), bound) == value); }
        if (end - begin > 1) { REQUIRE(scale(static_cast<std::uint32_t>(end - 1), bound) == value); }
    }
}

TEST_CASE(
    "scaling: around every boundary of a roulette wheel's words, exactly the left-over words are discarded", "[rng]")
{
    constexpr Bound kBound = 37;
    std::size_t discarded = 0;
    for (Value value = 0; value < kBound; ++value) {
        const std::uint64_t begin = first_word(value, kBound);
        for (std::uint64_t word = begin > 64 ? begin - 64 : 0; word < begin + 64; ++word) {
            const auto scaled = scale(static_cast<std::uint32_t>(word), kBound);
            if (!scaled) {
                ++discarded;
                REQUIRE(word == begin);
                continue;
            }
            REQUIRE(*scaled == (word >= begin ? value : value - 1));
        }
    }
    REQUIRE(discarded == kAllWords % kBound);  // All that are left over are found, and nothing else.
}

TEST_CASE("scaling: words are used in order, one more for each that is discarded", "[rng]")
{
    // 2^32 = 3 * 0x55555555 + 1: of a bound of 3 exactly one word is discarded, the word 0. Of a bound of 2^31 + 1 those
    // whose product has a low half below 2^31 - 1: it is one less for 0x7FFFFFFE, and just that for 0xFFFFFFFF.
    struct Row {
        const char* why;
        std::deque<std::uint32_t> script;
        std::vector<Bound> bounds;
        std::vector<Value> values;
        std::size_t words;
        std::size_t fetches;
    };
    const std::vector<Row> rows{
        {"nothing is discarded", {1, 0x55555556, 0xFFFFFFFF}, {3, 3, 3}, {0, 1, 2}, 3, 1},
        {"the discarded word comes first", {0, 1}, {3}, {0}, 2, 2},
        {"just below and at the threshold of a large bound", {0x7FFFFFFE, 0xFFFFFFFF}, {0x80000001U}, {0x80000000}, 2,
            2},
        {"discarded several times", {0, 0, 0, 0xAAAAAAAB, 7}, {3}, {2}, 4, 4},
        {"the following values move up by one word", {0, 0x55555556, 0xFFFFFFFF, 1}, {3, 3, 3}, {1, 2, 0}, 4, 2},
        {"a power of two discards nothing", {0, 0x80000000, 0xFFFFFFFF}, {2, 2, 2}, {0, 1, 1}, 3, 1},
        {"a bound of 1 takes one word, whichever", {0, 0xFFFFFFFF}, {1, 1}, {0, 0}, 2, 1},
        {"no bounds take no word", {}, {}, {}, 0, 0},
        {"more values than the scratch holds", {1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, {0, 0, 0, 0, 0}, 5, 2},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        ScriptedWords words{row.script};
        std::vector<Value> values(row.bounds.size());
        std::array<std::uint32_t, 4> scratch{};
        REQUIRE(scale(row.bounds, values, words, scratch).has_value());
        CHECK(values == row.values);
        CHECK(words.words == row.words);
        CHECK(words.fetches == row.fetches);
    }
}

TEST_CASE("scaling: what the words refuse is refused", "[rng]")
{
    ScriptedWords words{{0}};  // Discarded, and then there is no other.
    std::vector<Value> values(1);
    std::array<std::uint32_t, 4> scratch{};
    const auto refused = scale(std::vector<Bound>{3}, values, words, scratch);
    REQUIRE(!refused.has_value());
    REQUIRE(refused.error().code == ErrorCode::entropy_unavailable);
}

TEST_CASE("scaling: a shuffle reaches every order exactly once", "[rng]")
{
    // Fisher-Yates with bounds 5, 4, 3, 2: each tuple of values is one order, so all 120 are met once.
    std::vector<std::vector<int>> orders;
    for (std::uint32_t tuple = 0; tuple < 120; ++tuple) {
        std::vector<int> cards{0, 1, 2, 3, 4};
        std::uint32_t rest = tuple;
        for (Bound bound = 5; bound >= 2; --bound) {
            const Value wanted = rest % bound;
            rest /= bound;
            const auto value = scale(first_word(wanted, bound) + 1, bound);
            REQUIRE(value == wanted);
            std::swap(cards[bound - 1], cards[*value]);
        }
        orders.push_back(cards);
    }
    std::ranges::sort(orders);
    REQUIRE(std::ranges::adjacent_find(orders) == orders.end());
}
