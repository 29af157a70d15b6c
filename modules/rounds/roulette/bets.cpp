#include "bets.hpp"

#include <algorithm>
#include <array>

#include "croupier/assert.hpp"

namespace croupier::rounds::roulette {

namespace {

constexpr std::uint32_t kNumbers = 36;  // Beside the zeros.

constexpr std::array kKinds{
    BetKind{"straight", 1, 35},
    BetKind{"split", 2, 17},
    BetKind{"street", 3, 11},
    BetKind{"trio", 3, 11},
    BetKind{"corner", 4, 8},
    BetKind{"first_four", 4, 8},  // European.
    BetKind{"top_line", 5, 6},    // American.
    BetKind{"six_line", 6, 5},
    BetKind{"column", 1, 2},
    BetKind{"dozen", 1, 2},
    BetKind{"red", 0, 1},
    BetKind{"black", 0, 1},
    BetKind{"even", 0, 1},
    BetKind{"odd", 0, 1},
    BetKind{"low", 0, 1},
    BetKind{"high", 0, 1},
};

constexpr std::array kRed{1U, 3U, 5U, 7U, 9U, 12U, 14U, 16U, 18U, 19U, 21U, 23U, 25U, 27U, 30U, 32U, 34U, 36U};

}  // namespace

const Felt& Felt::of(Wheel wheel)
{
    static const Felt kEuropean{Wheel::european};
    static const Felt kAmerican{Wheel::american};
    return wheel == Wheel::american ? kAmerican : kEuropean;
}

Felt::Felt(Wheel wheel) : pockets_{kNumbers + (wheel == Wheel::american ? 2U : 1U)}
{
    for (const BetKind& kind : kKinds) {
        if (kind.name != (wheel == Wheel::american ? "first_four" : "top_line")) { kinds_.push_back(kind); }
    }
    inside();
    at_the_zeros();
    outside();
    for (std::size_t i = 0; i < bets_.size(); ++i) {
        places_.emplace(std::pair{bets_[i].kind->name, bets_[i].named}, i);
    }
}

void Felt::inside()
{
    for (std::uint32_t n = 0; n < pockets_; ++n) { names("straight", {n}); }
    for (std::uint32_t n = 1; n <= kNumbers; ++n) {
        const bool has_right = n % 3 != 0;
        const bool has_below = n + 3 <= kNumbers;
        if (has_right) { names("split", {n, n + 1}); }
        if (has_below) { names("split", {n, n + 3}); }
        if (has_right && has_below) { names("corner", {n, n + 1, n + 3, n + 4}); }
        if (n % 3 == 1) { names("street", {n, n + 1, n + 2}); }
        if (n % 3 == 1 && has_below) { names("six_line", {n, n + 1, n + 2, n + 3, n + 4, n + 5}); }
    }
}

void Felt::at_the_zeros()
{
    names("split", {0, 1});
    names("split", {0, 2});
    names("trio", {0, 1, 2});
    if (pockets_ <= kDoubleZero) {
        names("split", {0, 3});
        names("trio", {0, 2, 3});
        names("first_four", {0, 1, 2, 3});
        return;
    }
    names("split", {0, kDoubleZero});
    names("split", {2, kDoubleZero});
    names("split", {3, kDoubleZero});
    names("trio", {0, 2, kDoubleZero});
    names("trio", {2, 3, kDoubleZero});
    names("top_line", {0, 1, 2, 3, kDoubleZero});
}

void Felt::outside()
{
    for (std::uint32_t which = 1; which <= 3; ++which) {
        covers("column", {which}, [=](std::uint32_t n) { return (n - 1) % 3 + 1 == which; });
        covers("dozen", {which}, [=](std::uint32_t n) { return (n - 1) / 12 + 1 == which; });
    }
    covers("red", {}, [](std::uint32_t n) { return colour(n) == "red"; });
    covers("black", {}, [](std::uint32_t n) { return colour(n) == "black"; });
    covers("even", {}, [](std::uint32_t n) { return n % 2 == 0; });
    covers("odd", {}, [](std::uint32_t n) { return n % 2 == 1; });
    covers("low", {}, [](std::uint32_t n) { return n <= 18; });
    covers("high", {}, [](std::uint32_t n) { return n >= 19; });
}

void Felt::names(std::string_view kind, std::vector<std::uint32_t> numbers)
{
    Numbers covered;
    for (const auto number : numbers) { covered.set(number); }
    add(kind, std::move(numbers), covered);
}

template <class Test>
void Felt::covers(std::string_view kind, std::vector<std::uint32_t> named, Test test)
{
    Numbers covered;
    for (std::uint32_t n = 1; n <= kNumbers; ++n) { covered.set(n, test(n)); }
    add(kind, std::move(named), covered);
}

void Felt::add(std::string_view kind, std::vector<std::uint32_t> named, const Numbers& covered)
{
    const auto found = std::ranges::find(kinds_, kind, &BetKind::name);
    CROUPIER_ASSERT(found != kinds_.end());
    CROUPIER_ASSERT(named.size() == found->numbers);
    // Fair but for the zeros: what a bet pays fits what it covers, but for the top line, whose five would have to pay 6.2.
    CROUPIER_ASSERT(kind == "top_line" || (found->pays + 1) * static_cast<std::int64_t>(covered.count()) == kNumbers);
    bets_.push_back({.kind = &*found, .named = std::move(named), .covers = covered});
}

const TableBet* Felt::find(std::string_view kind, std::span<const std::uint32_t> named) const
{
    if (named.size() > 6) { return nullptr; }  // No bet names more: do not sort what a stranger sent.
    std::pair<std::string_view, std::vector<std::uint32_t>> key{kind, {named.begin(), named.end()}};
    std::ranges::sort(key.second);
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &bets_[found->second];
}

std::string_view colour(std::uint32_t number)
{
    CROUPIER_ASSERT(number < kPocketsMax);
    if (number == 0 || number == kDoubleZero) { return "green"; }
    return std::ranges::binary_search(kRed, number) ? "red" : "black";
}

}  // namespace croupier::rounds::roulette
