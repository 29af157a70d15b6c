#pragma once

#include <cstdint>

namespace croupier::ledger {

/// Far below the limit of int64, so that sums of a few balances cannot wrap.
inline constexpr std::int64_t kBalanceMax = std::int64_t{1} << 61;

/// The largest stake that takes part in a jackpot: its micros, and sums of millions of them, stay within 64 bits.
inline constexpr std::int64_t kJackpotStakeMax = 1'000'000'000'000;

/// floor(whole * part / all), exactly; 0 of nothing.
inline std::int64_t share_of(std::int64_t whole, std::int64_t part, std::int64_t all)
{
    __extension__ using Wide = __int128;
    return all == 0 ? 0 : static_cast<std::int64_t>(Wide{whole} * part / all);
}

}  // namespace croupier::ledger
