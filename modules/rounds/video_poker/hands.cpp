#include "hands.hpp"

#include <algorithm>
#include <bit>

#include "croupier/assert.hpp"

namespace croupier::rounds::video_poker {

namespace {

constexpr std::size_t kCoinsMax = 10;
constexpr std::int64_t kPaysMax = 1'000'000;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::string_view kRankNames = "23456789TJQKA";
constexpr std::uint16_t kAllRanks = (1U << kRanks) - 1;
constexpr std::uint32_t kAceToFive = 0b1'0000'0000'1111;  // The ace and the two … five.
constexpr std::uint32_t kTenToAce = 0b1'1111'0000'0000;
constexpr std::array<std::string_view, kCategories> kNames{"nothing", "pair", "two_pair", "three_of_a_kind", "straight",
    "flush", "full_house", "four_of_a_kind", "straight_flush", "royal_flush"};

bool is_straight(std::uint32_t ranks)
{
    return ranks == kAceToFive || ranks >> static_cast<unsigned>(std::countr_zero(ranks)) == 0b11111;
}

bool has_rank(Category category)
{
    return category == Category::pair || category == Category::two_pair || category == Category::three_of_a_kind
        || category == Category::four_of_a_kind;
}

/// {"J", "Q"} → ranks; all of them where the row does not say.
std::uint16_t read_ranks(const Node& row, std::string_view member, std::vector<std::uint32_t>& names)
{
    if (!row.has(member)) { return kAllRanks; }
    std::uint16_t ranks = 0;
    for (const Node& one : row[member].elements(1, kRanks)) {
        const std::string name = one.text(1);
        const auto rank = name.size() == 1 ? kRankNames.find(name.front()) : std::string_view::npos;
        if (rank == std::string_view::npos) {
            one.fail("a rank: one of 2 3 4 5 6 7 8 9 T J Q K A");
            return ranks;
        }
        const auto bit = static_cast<std::uint16_t>(1U << rank);
        if ((ranks & bit) != 0) { one.fail("each rank once"); }
        ranks |= bit;
        names.push_back(static_cast<std::uint32_t>(rank));
    }
    return ranks;
}

Row read_row(const Node& node, std::size_t coins)
{
    node.members({"hand", "pays"}, {"ranks", "kickers"});
    Row row;
    const auto category = category_named(node["hand"].text(20));
    if (!category) {
        node["hand"].fail("\"pair\", \"two_pair\", \"three_of_a_kind\", \"straight\", \"flush\", \"full_house\", "
                          "\"four_of_a_kind\", \"straight_flush\" or \"royal_flush\"");
        return row;
    }
    row.category = *category;
    if (node.has("ranks") && !has_rank(*category)) { node["ranks"].fail("none: this hand has no rank of its own"); }
    if (node.has("kickers") && *category != Category::four_of_a_kind) {
        node["kickers"].fail("none: only four of a kind has a fifth card that counts");
    }
    row.ranks = read_ranks(node, "ranks", row.names);
    row.kickers = read_ranks(node, "kickers", row.kicker_names);
    for (const Node& pays : node["pays"].elements(coins, coins)) { row.pays.push_back(pays.integer(1, kPaysMax)); }
    return row;
}

}  // namespace

std::string_view name_of(Category category) { return kNames[static_cast<std::size_t>(category)]; }

std::optional<Category> category_named(std::string_view name)
{
    const auto found = std::ranges::find(kNames.begin() + 1, kNames.end(), name);
    if (found == kNames.end()) { return std::nullopt; }
    return static_cast<Category>(found - kNames.begin());
}

Kind kind_of(const Hand& hand)
{
    std::uint64_t counts = 0;  // Four bits a rank.
    std::uint32_t ranks = 0;
    std::uint32_t suits = 0;
    for (const Card card : hand) {
        counts += std::uint64_t{1} << (4 * rank_of(card));
        ranks |= 1U << rank_of(card);
        suits |= 1U << suit_of(card);
    }
    // Bit r of `from(n)`: rank r stands at least n times in the hand, for n = 2, 3, 4.
    const auto at_least = [&](std::uint64_t n) {
        std::uint32_t found = 0;
        for (std::uint32_t left = ranks; left != 0; left &= left - 1) {
            const auto rank = static_cast<std::uint32_t>(std::countr_zero(left));
            if ((counts >> (4 * rank) & 0xF) >= n) { found |= 1U << rank; }
        }
        return found;
    };
    const auto top = [](std::uint32_t set) { return static_cast<std::uint32_t>(std::bit_width(set)) - 1; };
    switch (std::popcount(ranks)) {
        case 5: {
            const bool flush = std::has_single_bit(suits);
            const bool straight = is_straight(ranks);
            if (flush && ranks == kTenToAce) { return {Category::royal_flush}; }
            if (flush && straight) { return {Category::straight_flush}; }
            if (flush) { return {Category::flush}; }
            return {straight ? Category::straight : Category::nothing};
        }
        case 4: return {Category::pair, top(at_least(2))};
        case 3: {
            const std::uint32_t three = at_least(3);
            if (three != 0) { return {Category::three_of_a_kind, top(three)}; }
            return {Category::two_pair, top(at_least(2))};
        }
        default: {
            const std::uint32_t four = at_least(4);
            if (four != 0) { return {Category::four_of_a_kind, top(four), top(ranks & ~four)}; }
            return {Category::full_house};
        }
    }
}

PayTable::PayTable(std::vector<Row> rows) : rows_{std::move(rows)}
{
    for (std::size_t category = 0; category < kCategories; ++category) {
        for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
            for (std::uint32_t kicker = 0; kicker < kRanks; ++kicker) {
                const auto fits = [&](const Row& row) {
                    return static_cast<std::size_t>(row.category) == category && (row.ranks >> rank & 1U) != 0
                        && (row.kickers >> kicker & 1U) != 0;
                };
                const auto found = std::ranges::find_if(rows_, fits);
                by_kind_[category][rank][kicker] = found == rows_.end()
                    ? kNone
                    : static_cast<std::uint8_t>(found - rows_.begin());
            }
        }
    }
}

std::int64_t PayTable::largest(std::size_t coins) const
{
    std::int64_t most = 0;
    for (const Row& row : rows_) { most = std::max(most, row.pays[coins - 1]); }
    return most;
}

Definition read(const Node& root)
{
    Definition definition;
    definition.coins = root["coins"].small(1, kCoinsMax);
    definition.coin = read_stakes(root["coin"]);
    std::vector<Row> rows;
    for (const Node& row : root["hands"].elements(1, PayTable::kRowsMax)) {
        rows.push_back(read_row(row, definition.coins));
        if (root.failed()) { return {}; }
    }
    definition.table = PayTable{std::move(rows)};
    const Node rtp = root["rtp"];
    rtp.members({"ppm", "tolerance_ppm"});
    for (const Node& ppm : rtp["ppm"].elements(definition.coins, definition.coins)) {
        definition.rtp_ppm.push_back(ppm.integer(1, kMillion));
    }
    definition.rtp_tolerance_ppm = rtp["tolerance_ppm"].integer(0, kMillion / 100);
    if (root.failed()) { return {}; }
    const std::int64_t most = definition.table.largest(definition.coins);
    if (definition.coin.max > kWinMax / most) { root["coin"]["max"].fail("a coin whose largest win is below 2^53"); }
    return definition;
}

}  // namespace croupier::rounds::video_poker
