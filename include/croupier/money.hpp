#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace croupier {

/// An ISO 4217 alphabetic code ("EUR") packed big-endian into three bytes, or one of the codes of money.cpp's table.
/// The table also says how many decimals a major unit has (EUR 2, JPY 0, KWD 3).
class Currency {
public:
    constexpr Currency() noexcept = default;
    /// The currency with this code, if it is in the table; codes are upper case.
    static std::optional<Currency> from_code(std::string_view code) noexcept;
    /// The currency with this packed number (see number()), if it is in the table.
    static std::optional<Currency> from_number(std::uint32_t number) noexcept;

    std::string code() const;
    /// Decimals between minor and major unit, 0 to 8.
    int exponent() const noexcept;
    /// The packed code, as it stands in canonical bytes and in SQL.
    constexpr std::uint32_t number() const noexcept { return number_; }

    friend constexpr auto operator<=>(Currency, Currency) noexcept = default;

private:
    explicit constexpr Currency(std::uint32_t number) noexcept : number_{number} {}
    std::uint32_t number_ = 0;
};

/// A whole number of minor units (cents) of one currency. There is no floating point near money.
struct Money {
    std::int64_t minor = 0;
    Currency currency;

    friend constexpr bool operator==(Money, Money) noexcept = default;
};

/// Sums that leave the range of int64 are nullopt, never wrapped.
std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept;
std::optional<std::int64_t> checked_sub(std::int64_t a, std::int64_t b) noexcept;
std::optional<std::int64_t> checked_mul(std::int64_t a, std::int64_t b) noexcept;
/// Also nullopt when the currencies differ.
std::optional<Money> checked_add(Money a, Money b) noexcept;
std::optional<Money> checked_sub(Money a, Money b) noexcept;

/// For people and logs: "12.50 EUR".
std::string to_string(Money money);

}  // namespace croupier
