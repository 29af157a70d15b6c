#include "optimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "croupier/assert.hpp"

namespace croupier::rounds::video_poker {

namespace {

constexpr std::size_t kRest = kDeck - kHand;

/// choose[n][k]
constexpr auto kChoose = [] {
    std::array<std::array<std::uint32_t, kHand + 1>, kDeck + 1> choose{};
    for (std::size_t n = 0; n <= kDeck; ++n) {
        choose[n][0] = 1;
        for (std::size_t k = 1; k <= kHand && n > 0; ++k) { choose[n][k] = choose[n - 1][k - 1] + choose[n - 1][k]; }
    }
    return choose;
}();

static_assert(kChoose[kDeck][kHand] == kHands);

/// kWaysADraw for so many cards replaced: how many of its ways one draw is.
constexpr auto kWeight = [] {
    std::array<std::uint64_t, kHand + 1> weight{};
    for (std::size_t k = 0; k <= kHand; ++k) { weight[k] = kWaysADraw / kChoose[kRest][k]; }
    return weight;
}();

static_assert([] {
    for (std::size_t k = 0; k <= kHand; ++k) {
        if (kWeight[k] * kChoose[kRest][k] != kWaysADraw) { return false; }
    }
    return true;
}());

/// Calls visit(hand) for every hand, its cards rising.
template <class Visit>
void each_hand(Visit visit)
{
    Hand hand{};
    for (hand[4] = 4; hand[4] < kDeck; ++hand[4]) {
        for (hand[3] = 3; hand[3] < hand[4]; ++hand[3]) {
            for (hand[2] = 2; hand[2] < hand[3]; ++hand[2]) {
                for (hand[1] = 1; hand[1] < hand[2]; ++hand[1]) {
                    for (hand[0] = 0; hand[0] < hand[1]; ++hand[0]) { visit(hand); }
                }
            }
        }
    }
}

/// How many hands are this one with its suits renamed; 0 for all of them but one.
std::uint64_t alike(const Hand& hand)
{
    std::array<std::uint32_t, kSuits> suits{};
    for (const Card card : hand) { suits[suit_of(card)] |= 1U << rank_of(card); }
    if (!std::ranges::is_sorted(suits, std::ranges::greater{})) { return 0; }
    std::uint64_t ways = 24;
    for (std::size_t i = 0; i < kSuits;) {
        const auto same = static_cast<std::size_t>(std::ranges::count(suits, suits[i]));
        constexpr std::array<std::uint64_t, kSuits + 1> kFactorial{1, 1, 2, 6, 24};
        ways /= kFactorial[same];
        i += same;
    }
    return ways;
}

}  // namespace

/// For every set of up to five cards: the sum of a hand's value over all hands that have them. Several values at once.
class Sums {
public:
    template <class Value>
    Sums(std::size_t values, Value value_of) : values_{values}
    {
        for (std::size_t size = 0; size < kHand; ++size) { by_size_[size].resize(kChoose[kDeck][size] * values_); }
        std::vector<std::int64_t> value(values_);
        each_hand([&](const Hand& hand) {
            std::ranges::fill(value, 0);
            if (!value_of(hand, value.data())) { return; }
            each_smaller(hand, kHand, [&](std::size_t smaller) {
                for (std::size_t i = 0; i < values_; ++i) { by_size_[4][smaller * values_ + i] += value[i]; }
            });
        });
        // A hand that has k cards has 5 - k sets of k + 1 cards with them: it was counted that often.
        for (std::size_t size = 4; size > 0; --size) { shrink(size); }
    }

    /// All values of the hands that have the cards of `hand` (rising) that the mask names. Not for the mask of all five.
    std::span<const std::int64_t> of(const Hand& hand, std::uint32_t mask) const
    {
        std::size_t index = 0;
        std::size_t size = 0;
        for (; mask != 0; mask &= mask - 1) {
            index += kChoose[hand[static_cast<std::size_t>(std::countr_zero(mask))]][++size];
        }
        return std::span{by_size_[size]}.subspan(index * values_, values_);
    }

private:
    template <class Visit>
    static void each_smaller(const Hand& cards, std::size_t size, Visit visit)
    {
        for (std::size_t without = 0; without < size; ++without) {
            std::size_t index = 0;
            std::size_t place = 0;
            for (std::size_t i = 0; i < size; ++i) {
                if (i != without) { index += kChoose[cards[i]][++place]; }
            }
            visit(index);
        }
    }

    void shrink(std::size_t size)
    {
        auto& into = by_size_[size - 1];
        const auto& from = by_size_[size];
        Hand cards{};
        for (std::size_t i = 0; i < size; ++i) { cards[i] = static_cast<Card>(i); }
        for (std::size_t index = 0; index < kChoose[kDeck][size]; ++index) {
            each_smaller(cards, size, [&](std::size_t smaller) {
                for (std::size_t i = 0; i < values_; ++i) { into[smaller * values_ + i] += from[index * values_ + i]; }
            });
            // The next set in this numbering: the first card that can rise does, those below it start again.
            std::size_t place = 0;
            while (place + 1 < size && cards[place] + 1 == cards[place + 1]) {
                cards[place] = static_cast<Card>(place);
                ++place;
            }
            ++cards[place];
        }
        const auto times = static_cast<std::int64_t>(kHand - size + 1);
        for (std::int64_t& sum : into) {
            CROUPIER_ASSERT(sum % times == 0);
            sum /= times;
        }
    }

    std::size_t values_;
    std::array<std::vector<std::int64_t>, kHand> by_size_;  // [set * values + value]
};

namespace {

std::size_t replaced(std::uint32_t hold) { return kHand - static_cast<std::size_t>(std::popcount(hold)); }

/// The best way to hold a hand whose cards rise.
std::uint32_t best_hold(const Sums& pays, const Hand& hand, std::int64_t as_dealt)
{
    constexpr std::uint32_t kAll = kHolds - 1;
    std::array<std::int64_t, kHolds> sums{};
    for (std::uint32_t mask = 0; mask < kAll; ++mask) { sums[mask] = pays.of(hand, mask).front(); }
    sums[kAll] = as_dealt;
    // From sums over hands that have some cards to sums over hands that have them and none of the other cards dealt: what
    // may come of holding just these.
    for (std::uint32_t bit = 1; bit < kHolds; bit <<= 1U) {
        for (std::uint32_t mask = 0; mask < kHolds; ++mask) {
            if ((mask & bit) == 0) { sums[mask] -= sums[mask | bit]; }
        }
    }
    std::uint32_t best = 0;
    std::uint64_t most = 0;
    for (std::uint32_t hold = 0; hold < kHolds; ++hold) {
        const auto worth = static_cast<std::uint64_t>(sums[hold]) * kWeight[replaced(hold)];
        if (worth > most || hold == 0) {
            most = worth;
            best = hold;
        }
    }
    return best;
}

}  // namespace

Optimal::Optimal(const PayTable& table, std::size_t coins) : table_{table}, coins_{coins}
{
    pays_ = std::make_unique<Sums>(1, [&](const Hand& hand, std::int64_t* value) {
        *value = table_.pays(hand, coins_);
        return *value != 0;
    });
}

Optimal::~Optimal() = default;

std::vector<std::uint64_t> Optimal::rows() const
{
    const std::size_t rows = table_.rows().size();
    const Sums ends{rows, [&](const Hand& hand, std::int64_t* value) {
                        const auto row = table_.row_of(hand);
                        if (row == PayTable::kNone) { return false; }
                        value[row] = 1;
                        return true;
                    }};
    std::vector<std::uint64_t> ways(rows + 1);
    std::vector<std::int64_t> sums(rows);
    each_hand([&](const Hand& hand) {
        const std::uint64_t hands = alike(hand);
        if (hands == 0) { return; }
        const std::uint32_t hold = best_hold(*pays_, hand, table_.pays(hand, coins_));
        const std::uint32_t others = ~hold & (kHolds - 1);
        std::ranges::fill(sums, 0);
        // Those that have the cards held, less those that also have one of the others, plus those that have two of them, …
        for (std::uint32_t also = others;; also = (also - 1) & others) {
            const std::int64_t sign = std::popcount(also) % 2 == 0 ? 1 : -1;
            if ((hold | also) != kHolds - 1) {
                const auto of = ends.of(hand, hold | also);
                for (std::size_t row = 0; row < rows; ++row) { sums[row] += sign * of[row]; }
            } else if (const auto row = table_.row_of(hand); row != PayTable::kNone) {
                sums[row] += sign;
            }
            if (also == 0) { break; }
        }
        for (std::size_t row = 0; row < rows; ++row) {
            ways[row] += static_cast<std::uint64_t>(sums[row]) * kWeight[replaced(hold)] * hands;
        }
    });
    ways[rows] = kWays;
    for (std::size_t row = 0; row < rows; ++row) { ways[rows] -= ways[row]; }
    return ways;
}

std::uint32_t Optimal::hold(const Hand& hand) const
{
    std::array<std::uint32_t, kHand> places{0, 1, 2, 3, 4};
    std::ranges::sort(places, {}, [&](std::uint32_t place) { return hand[place]; });
    Hand rising{};
    for (std::size_t i = 0; i < kHand; ++i) { rising[i] = hand[places[i]]; }
    const std::uint32_t best = best_hold(*pays_, rising, table_.pays(hand, coins_));
    std::uint32_t hold = 0;
    for (std::size_t i = 0; i < kHand; ++i) {
        if ((best >> i & 1U) != 0) { hold |= 1U << places[i]; }
    }
    return hold;
}

}  // namespace croupier::rounds::video_poker
