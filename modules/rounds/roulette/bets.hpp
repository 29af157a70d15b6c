#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "croupier/messages/rounds.hpp"

/// The bets of roulette: which there are, what they cover, what they pay.
///
/// The table: the zeros, and below them twelve rows of three; number n stands in row (n - 1) / 3, column (n - 1) % 3.
namespace croupier::rounds::roulette {

enum class Wheel : std::uint8_t {
    european,  ///< 0 to 36.
    american,  ///< And a second zero. The first lies beside 1 and 2, the second beside 2 and 3, each beside the other.
};

/// The number by which the second zero goes: "00".
inline constexpr std::uint32_t kDoubleZero = 37;
inline constexpr std::size_t kPocketsMax = 38;
using Numbers = std::bitset<kPocketsMax>;

struct BetKind {
    std::string_view name;
    std::uint32_t numbers = 0;  ///< How many numbers a player names.
    std::int64_t pays = 0;      ///< To one: a bet that wins returns pays + 1 times its stake.
};

/// One bet that the table takes.
struct TableBet {
    const BetKind* kind = nullptr;
    std::vector<std::uint32_t> named;  ///< Rising.
    Numbers covers;

    /// Red, black, even, odd, low and high: those that la partage is about.
    bool even_money() const { return kind->pays == 1; }
};

/// All bets of one wheel's table.
class Felt {
public:
    static const Felt& of(Wheel wheel);
    // Bets point to kinds of the same table.
    Felt(const Felt&) = delete;
    Felt& operator=(const Felt&) = delete;

    std::uint32_t pockets() const { return pockets_; }
    /// The kinds that it has, in the order of docs/protocol.
    std::span<const BetKind> kinds() const { return kinds_; }
    /// European: 157 of them; American: 161.
    std::span<const TableBet> bets() const { return bets_; }
    /// The bet of this kind that names exactly these numbers, in any order, each once; null if there is none.
    const TableBet* find(std::string_view kind, std::span<const std::uint32_t> named) const;

private:
    explicit Felt(Wheel wheel);
    void inside();
    void at_the_zeros();
    void outside();
    /// A bet that covers what it names.
    void names(std::string_view kind, std::vector<std::uint32_t> numbers);
    /// An outside bet: covers some of 1 to 36, never a zero.
    template <class Test>
    void covers(std::string_view kind, std::vector<std::uint32_t> named, Test test);
    void add(std::string_view kind, std::vector<std::uint32_t> named, const Numbers& covered);

    std::uint32_t pockets_;
    std::vector<BetKind> kinds_;
    std::vector<TableBet> bets_;
    std::map<std::pair<std::string_view, std::vector<std::uint32_t>>, std::size_t> places_;
};

/// "red", "black" or "green".
std::string_view colour(std::uint32_t number);

}  // namespace croupier::rounds::roulette
