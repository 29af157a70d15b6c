#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "definition.hpp"

/// Poker hands of five cards from one deck of 52, and what a pay table gives for them.
namespace croupier::rounds::video_poker {

inline constexpr std::uint32_t kDeck = 52;
inline constexpr std::size_t kHand = 5;
inline constexpr std::uint32_t kRanks = 13;
inline constexpr std::uint32_t kSuits = 4;
inline constexpr std::uint32_t kHolds = 1U << kHand;  ///< Ways to hold cards of a hand: bit i is the card at place i.

constexpr std::uint32_t rank_of(Card card) noexcept { return card / kSuits; }
constexpr std::uint32_t suit_of(Card card) noexcept { return card % kSuits; }

using Hand = std::array<Card, kHand>;

enum class Category : std::uint8_t {
    nothing,
    pair,
    two_pair,
    three_of_a_kind,
    straight,
    flush,
    full_house,
    four_of_a_kind,
    straight_flush,
    royal_flush,
};
inline constexpr std::size_t kCategories = 10;

/// What a hand is. The ace is high, or low in a straight from the ace to the five.
struct Kind {
    Category category = Category::nothing;
    std::uint32_t rank = 0;    ///< Of the pair, the three or the four of a kind; of two pairs the higher; 0 otherwise.
    std::uint32_t kicker = 0;  ///< The rank of the fifth card beside four of a kind; 0 otherwise.
};
Kind kind_of(const Hand& hand);

/// A line of the pay table. A hand gets the first row that it fits.
struct Row {
    Category category{};
    std::uint16_t ranks = 0;           ///< Bit r: of rank r; all of them where the file names none.
    std::uint16_t kickers = 0;         ///< The same for the fifth card beside four of a kind.
    std::vector<std::int64_t> pays;    ///< For one coin, two coins, …: in coins.
    std::vector<std::uint32_t> names;  ///< The ranks as the file gives them, for the client; empty: any.
    std::vector<std::uint32_t> kicker_names;
};

/// Rows by hand, in constant time.
class PayTable {
public:
    static constexpr std::uint8_t kNone = 255;
    static constexpr std::size_t kRowsMax = 16;

    explicit PayTable(std::vector<Row> rows);
    const std::vector<Row>& rows() const noexcept { return rows_; }
    /// The row that the hand gets, or kNone.
    std::uint8_t row_of(const Hand& hand) const
    {
        const Kind kind = kind_of(hand);
        return by_kind_[static_cast<std::size_t>(kind.category)][kind.rank][kind.kicker];
    }
    /// In coins, for so many coins.
    std::int64_t pays(const Hand& hand, std::size_t coins) const
    {
        const auto row = row_of(hand);
        return row == kNone ? 0 : rows_[row].pays[coins - 1];
    }
    std::int64_t largest(std::size_t coins) const;

private:
    std::vector<Row> rows_;
    std::array<std::array<std::array<std::uint8_t, kRanks>, kRanks>, kCategories> by_kind_{};
};

/// The name of a category in definitions: "full_house".
std::string_view name_of(Category category);
std::optional<Category> category_named(std::string_view name);

/// A definition, read strictly: modules/rounds/README.md says what stands in it.
struct Definition {
    Stakes coin;            ///< What one coin is worth.
    std::size_t coins = 0;  ///< At most so many a hand.
    PayTable table{{}};
    std::vector<std::int64_t> rtp_ppm;  ///< Declared, for one coin, two coins, …
    std::int64_t rtp_tolerance_ppm = 0;
};
/// Empty, and the node failed, when it is no such definition.
Definition read(const Node& root);

}  // namespace croupier::rounds::video_poker
