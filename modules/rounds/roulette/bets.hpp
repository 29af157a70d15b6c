#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "croupier/messages/rounds.hpp"

/// The bets of European roulette: which there are, what they cover, what they pay.
///
/// The table: 0, and below it twelve rows of three; number n stands in row (n - 1) / 3, column (n - 1) % 3.
namespace croupier::rounds::roulette {

inline constexpr std::uint32_t kPockets = 37;
using Numbers = std::bitset<kPockets>;

struct BetKind {
    std::string_view name;
    std::uint32_t numbers = 0;  ///< How many numbers a player names.
    std::int64_t pays = 0;      ///< To one: a bet that wins returns pays + 1 times its stake.
};

/// All kinds, in the order of docs/protocol.
std::span<const BetKind> bet_kinds();

/// One bet that the table takes.
struct TableBet {
    const BetKind* kind = nullptr;
    std::vector<std::uint32_t> named;  ///< Rising.
    Numbers covers;
};

/// All bets that the table takes: 157 of them.
std::span<const TableBet> table_bets();

/// The table's bet of this kind that names exactly these numbers, in any order, each once; null if there is none.
const TableBet* find_bet(std::string_view kind, std::span<const std::uint32_t> named);

/// "red", "black" or "green".
std::string_view colour(std::uint32_t number);

}  // namespace croupier::rounds::roulette
