#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "croupier/messages/jackpots.hpp"

namespace croupier::ledger {

inline constexpr std::uint64_t kMicros = 1'000'000;  ///< Of a minor unit.

/// The jackpots: their terms, and the micros that are not yet a whole minor unit.
class JackpotBook {
public:
    /// An account that is filled by micros.
    struct Pot {
        std::uint64_t contributed = 0;  ///< Micros, ever.
        std::uint64_t carry = 0;        ///< Micros that no transfer has moved yet, below 10^6.
        std::int64_t moved = 0;         ///< Minor units that came otherwise, less those that went.

        /// The whole minor units that are full with so many micros more.
        std::int64_t full_with(std::uint64_t micros) const
        {
            return static_cast<std::int64_t>((carry + micros) / kMicros);
        }
    };
    struct Jackpot {
        JackpotSet set;
        Pot fund;
        Pot reserve;
        std::uint64_t wins = 0;
    };
    struct Micros {
        std::uint64_t fund = 0;
        std::uint64_t reserve = 0;
    };

    /// The jackpot with this id, which must be one.
    const Jackpot& at(JackpotId id) const;
    const Jackpot* find(std::string_view name) const;
    const std::vector<Jackpot>& all() const noexcept { return jackpots_; }
    /// What a cash stake contributes while the fund has `balance`.
    static Micros share(const JackpotTerms& terms, std::int64_t cash, std::int64_t balance);

    void apply(const JackpotSet& fact);
    void apply(const JackpotContributed& fact);
    void apply(const JackpotWon& fact);
    /// What is not the whole units of a contribution: seeds and wins.
    void apply(const Transferred& fact);

    /// balance * 10^6 + carry = contributed + moved * 10^6, for each pot.
    void check(const std::function<std::int64_t(AccountId)>& balance) const;
    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    std::vector<Jackpot> jackpots_;  // Index is the id minus 1.
};

}  // namespace croupier::ledger
