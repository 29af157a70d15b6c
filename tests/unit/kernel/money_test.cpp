#include <catch2/catch.hpp>

#include <limits>

#include "croupier/money.hpp"

using namespace croupier;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
using Sum = std::optional<std::int64_t>;

Money money(std::int64_t minor, std::string_view code) { return Money{minor, Currency::from_code(code).value()}; }

}  // namespace

TEST_CASE("money: sums, differences and products are exact or refused, never wrapped", "[kernel]")
{
    struct Case {
        std::int64_t a, b;
        Sum sum, difference, product;
    };
    const auto cases = std::to_array<Case>({
        {2, 3, 5, -1, 6},
        {0, 0, 0, 0, 0},
        {kMax, 0, kMax, kMax, 0},
        {kMax, 1, std::nullopt, kMax - 1, kMax},
        {kMax, -1, kMax - 1, std::nullopt, -kMax},
        {kMax, kMax, std::nullopt, 0, std::nullopt},
        {kMin, 1, kMin + 1, std::nullopt, kMin},
        {kMin, -1, std::nullopt, kMin + 1, std::nullopt},
        {kMin, kMin, std::nullopt, 0, std::nullopt},
        {kMin, kMax, -1, std::nullopt, std::nullopt},
        {0, kMin, kMin, std::nullopt, 0},
        {3'037'000'500, 3'037'000'500, 6'074'001'000, 0, std::nullopt},
        {3'037'000'499, 3'037'000'499, 6'074'000'998, 0, 9'223'372'030'926'249'001},
    });
    for (const Case& row : cases) {
        INFO(row.a << " and " << row.b);
        CHECK(checked_add(row.a, row.b) == row.sum);
        CHECK(checked_sub(row.a, row.b) == row.difference);
        CHECK(checked_mul(row.a, row.b) == row.product);
    }
}

TEST_CASE("money: amounts of different currencies do not mix", "[kernel]")
{
    CHECK(checked_add(money(1, "EUR"), money(2, "EUR")) == money(3, "EUR"));
    CHECK(checked_sub(money(1, "EUR"), money(2, "EUR")) == money(-1, "EUR"));
    CHECK(checked_add(money(1, "EUR"), money(2, "USD")) == std::nullopt);
    CHECK(checked_sub(money(1, "EUR"), money(1, "USD")) == std::nullopt);
    CHECK(checked_add(money(kMax, "EUR"), money(1, "EUR")) == std::nullopt);
    CHECK(checked_sub(money(kMin, "EUR"), money(1, "EUR")) == std::nullopt);
}

TEST_CASE("money: amounts are written with their currency's decimals", "[kernel]")
{
    struct Case {
        std::int64_t minor;
        const char* code;
        const char* text;
    };
    const auto cases = std::to_array<Case>({
        {1'250, "EUR", "12.50 EUR"},
        {0, "EUR", "0.00 EUR"},
        {5, "EUR", "0.05 EUR"},
        {-5, "EUR", "-0.05 EUR"},
        {99, "EUR", "0.99 EUR"},
        {100, "EUR", "1.00 EUR"},
        {1'250, "JPY", "1250 JPY"},
        {0, "JPY", "0 JPY"},
        {1'250, "KWD", "1.250 KWD"},
        {-1, "KWD", "-0.001 KWD"},
        {1, "BTC", "0.00000001 BTC"},
        {2'100'000'000'000'000, "BTC", "21000000.00000000 BTC"},
        {kMax, "EUR", "92233720368547758.07 EUR"},
        {kMin, "EUR", "-92233720368547758.08 EUR"},
        {kMin, "JPY", "-9223372036854775808 JPY"},
    });
    for (const Case& row : cases) { CHECK(to_string(money(row.minor, row.code)) == row.text); }
}

TEST_CASE("money: a currency is one of the table, by code and by number", "[kernel]")
{
    const Currency euro = Currency::from_code("EUR").value();
    CHECK(euro.code() == "EUR");
    CHECK(euro.exponent() == 2);
    CHECK(euro.number() == 0x455552);
    CHECK(Currency::from_number(euro.number()) == euro);
    for (const char* code : {"", "E", "EURO", "eur", "XXX", "EU\0"}) {
        CHECK(Currency::from_code(code) == std::nullopt);
    }
    CHECK(Currency::from_number(0) == std::nullopt);
    CHECK(Currency::from_number(0xffffffff) == std::nullopt);
    CHECK(Currency{}.code().empty());
}
