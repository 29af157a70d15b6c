#include "bets.hpp"

#include <array>
#include <map>

#include "croupier/assert.hpp"

namespace croupier::rounds::roulette {

namespace {

constexpr std::array kKinds{
    BetKind{"straight", 1, 35},
    BetKind{"split", 2, 17},
    BetKind{"street", 3, 11},
    BetKind{"trio", 3, 11},
    BetKind{"corner", 4, 8},
    BetKind{"first_four", 4, 8},
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

/// Collects the table's bets, by kind and named numbers.
class Table {
public:
    Table()
    {
        inside();
        at_the_zero();
        outside();
    }
    std::vector<TableBet> take() { return std::move(bets_); }

private:
    void inside()
    {
        for (std::uint32_t n = 0; n < kPockets; ++n) { names("straight", {n}); }
        for (std::uint32_t n = 1; n < kPockets; ++n) {
            const bool has_right = n % 3 != 0;
            const bool has_below = n + 3 < kPockets;
            if (has_right) { names("split", {n, n + 1}); }
            if (has_below) { names("split", {n, n + 3}); }
            if (has_right && has_below) { names("corner", {n, n + 1, n + 3, n + 4}); }
            if (n % 3 == 1) { names("street", {n, n + 1, n + 2}); }
            if (n % 3 == 1 && has_below) { names("six_line", {n, n + 1, n + 2, n + 3, n + 4, n + 5}); }
        }
    }

    void at_the_zero()
    {
        for (std::uint32_t n = 1; n <= 3; ++n) { names("split", {0, n}); }
        names("trio", {0, 1, 2});
        names("trio", {0, 2, 3});
        names("first_four", {0, 1, 2, 3});
    }

    void outside()
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

    /// A bet that covers what it names.
    void names(std::string_view kind, std::vector<std::uint32_t> numbers)
    {
        Numbers covered;
        for (const auto number : numbers) { covered.set(number); }
        add(kind, std::move(numbers), covered);
    }

    /// An outside bet: covers some of 1 to 36, never the zero.
    template <class Test>
    void covers(std::string_view kind, std::vector<std::uint32_t> named, Test test)
    {
        Numbers covered;
        for (std::uint32_t n = 1; n < kPockets; ++n) { covered.set(n, test(n)); }
        add(kind, std::move(named), covered);
    }

    void add(std::string_view kind, std::vector<std::uint32_t> named, const Numbers& covered)
    {
        const auto* found = std::ranges::find(kKinds, kind, &BetKind::name);
        CROUPIER_ASSERT(found != kKinds.end());
        CROUPIER_ASSERT(named.size() == found->numbers);
        // Fair but for the zero: what a bet pays fits what it covers, so each returns 36/37.
        CROUPIER_ASSERT((found->pays + 1) * static_cast<std::int64_t>(covered.count()) == kPockets - 1);
        bets_.push_back({.kind = found, .named = std::move(named), .covers = covered});
    }

    std::vector<TableBet> bets_;
};

}  // namespace

std::span<const BetKind> bet_kinds() { return kKinds; }

std::span<const TableBet> table_bets()
{
    static const std::vector<TableBet> kBets = Table{}.take();
    return kBets;
}

const TableBet* find_bet(std::string_view kind, std::span<const std::uint32_t> named)
{
    using Key = std::pair<std::string_view, std::vector<std::uint32_t>>;
    static const auto kByName = [] {
        std::map<Key, const TableBet*> by_name;
        for (const TableBet& bet : table_bets()) { by_name.emplace(Key{bet.kind->name, bet.named}, &bet); }
        return by_name;
    }();
    if (named.size() > 6) { return nullptr; }  // No bet names more: do not sort what a stranger sent.
    Key key{kind, {named.begin(), named.end()}};
    std::ranges::sort(key.second);
    const auto found = kByName.find(key);
    return found == kByName.end() ? nullptr : found->second;
}

std::string_view colour(std::uint32_t number)
{
    CROUPIER_ASSERT(number < kPockets);
    if (number == 0) { return "green"; }
    return std::ranges::binary_search(kRed, number) ? "red" : "black";
}

}  // namespace croupier::rounds::roulette
