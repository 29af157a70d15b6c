#include "croupier/money.hpp"

#include <algorithm>

namespace croupier {

namespace {

struct Known {
    std::string_view code;
    int exponent;
};

// ISO 4217:2015, the exponents of its table A.1; the currencies that casinos are asked for. BTC is not in it (its code would begin with
// an X there) and is what everybody writes; its minor unit is the satoshi.
constexpr std::array kKnown{Known{"AUD", 2}, Known{"BHD", 3}, Known{"BRL", 2}, Known{"BTC", 8}, Known{"CAD", 2},
    Known{"CHF", 2}, Known{"CLP", 0}, Known{"CZK", 2}, Known{"DKK", 2}, Known{"EUR", 2}, Known{"GBP", 2},
    Known{"HUF", 2}, Known{"INR", 2}, Known{"ISK", 0}, Known{"JPY", 0}, Known{"KRW", 0}, Known{"KWD", 3},
    Known{"MXN", 2}, Known{"NOK", 2}, Known{"NZD", 2}, Known{"PLN", 2}, Known{"RON", 2}, Known{"SEK", 2},
    Known{"USD", 2}, Known{"ZAR", 2}};

constexpr std::uint32_t pack(std::string_view code)
{
    std::uint32_t number = 0;
    for (const char letter : code) { number = number << 8 | static_cast<unsigned char>(letter); }
    return number;
}

const Known* find(std::uint32_t number) noexcept
{
    static_assert(std::ranges::is_sorted(kKnown, {}, &Known::code));
    const auto* found = std::ranges::lower_bound(
        kKnown, number, {}, [](const Known& known) { return pack(known.code); });
    return found != kKnown.end() && pack(found->code) == number ? found : nullptr;
}

}  // namespace

std::optional<Currency> Currency::from_code(std::string_view code) noexcept
{
    return code.size() == 3 ? from_number(pack(code)) : std::nullopt;
}

std::optional<Currency> Currency::from_number(std::uint32_t number) noexcept
{
    if (find(number) == nullptr) { return std::nullopt; }
    return Currency{number};
}

std::string Currency::code() const
{
    const Known* known = find(number_);
    return known == nullptr ? std::string{} : std::string{known->code};
}

int Currency::exponent() const noexcept
{
    const Known* known = find(number_);
    return known == nullptr ? 0 : known->exponent;
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept
{
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) { return std::nullopt; }
    return sum;
}

std::optional<std::int64_t> checked_sub(std::int64_t a, std::int64_t b) noexcept
{
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) { return std::nullopt; }
    return difference;
}

std::optional<std::int64_t> checked_mul(std::int64_t a, std::int64_t b) noexcept
{
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) { return std::nullopt; }
    return product;
}

std::optional<Money> checked_add(Money a, Money b) noexcept
{
    const auto sum = a.currency == b.currency ? checked_add(a.minor, b.minor) : std::nullopt;
    if (!sum) { return std::nullopt; }
    return Money{*sum, a.currency};
}

std::optional<Money> checked_sub(Money a, Money b) noexcept
{
    const auto difference = a.currency == b.currency ? checked_sub(a.minor, b.minor) : std::nullopt;
    if (!difference) { return std::nullopt; }
    return Money{*difference, a.currency};
}

std::string to_string(Money money)
{
    const auto exponent = static_cast<std::size_t>(money.currency.exponent());
    // Unsigned, because the smallest int64 has no positive counterpart.
    const auto magnitude = money.minor < 0 ? 0 - static_cast<std::uint64_t>(money.minor)
                                           : static_cast<std::uint64_t>(money.minor);
    std::string digits = std::to_string(magnitude);
    if (digits.size() <= exponent) { digits.insert(0, exponent + 1 - digits.size(), '0'); }
    if (exponent > 0) { digits.insert(digits.size() - exponent, "."); }
    return (money.minor < 0 ? "-" : "") + digits + " " + money.currency.code();
}

}  // namespace croupier
