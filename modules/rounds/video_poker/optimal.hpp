#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hands.hpp"

/// What a pay table returns to a player who holds what is best on average: computed for every hand and every way to hold its
/// cards, in whole numbers.
namespace croupier::rounds::video_poker {

/// Of how many equally likely ways a round can go the figures here are counts: hands dealt, times the least common multiple
/// of the ways in which 0 … 5 cards are replaced from the other 47.
inline constexpr std::uint64_t kHands = 2'598'960;
inline constexpr std::uint64_t kWaysADraw = 7'669'695;
inline constexpr std::uint64_t kWays = kHands * kWaysADraw;

/// The sum over all hands that hold some cards, for every choice of at most five of them.
class Sums;

/// One pay table, played with so many coins.
class Optimal {
public:
    Optimal(const PayTable& table, std::size_t coins);
    ~Optimal();
    Optimal(const Optimal&) = delete;
    Optimal& operator=(const Optimal&) = delete;

    /// Of kWays, how many end in each row of the table; the last element: in none. Where two ways to hold are equally good,
    /// the one with the smaller number is played.
    std::vector<std::uint64_t> rows() const;
    /// The best way to hold these cards: bit i for the card at place i.
    std::uint32_t hold(const Hand& hand) const;

private:
    const PayTable& table_;
    std::size_t coins_;
    std::unique_ptr<Sums> pays_;
};

}  // namespace croupier::rounds::video_poker
