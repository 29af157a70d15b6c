#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "play.hpp"
#include "video_poker/hands.hpp"
#include "video_poker/optimal.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;
using namespace croupier::rounds::video_poker;

namespace {

constexpr std::uint16_t kAny = 0x1FFF;
constexpr std::uint16_t kJacksUp = 0x1E00;

/// "AH TS" → cards.
std::vector<Card> cards(const std::string& text)
{
    std::vector<Card> all;
    for (std::size_t i = 0; i + 1 < text.size(); i += 3) {
        const auto rank = std::string_view{"23456789TJQKA"}.find(text[i]);
        const auto suit = std::string_view{"CDHS"}.find(text[i + 1]);
        all.push_back(static_cast<Card>(rank * kSuits + suit));
    }
    return all;
}

Hand hand(const std::string& text)
{
    Hand five{};
    std::ranges::copy(cards(text), five.begin());
    return five;
}

Row row(Category category, std::int64_t pays, std::uint16_t ranks = kAny, std::uint16_t kickers = kAny)
{
    return {.category = category, .ranks = ranks, .kickers = kickers, .pays = {pays}, .names = {}, .kicker_names = {}};
}

double rtp(const PayTable& table)
{
    const auto ways = Optimal{table, 1}.rows();
    long double sum = 0;
    for (std::size_t i = 0; i < table.rows().size(); ++i) {
        sum += static_cast<long double>(ways[i]) * static_cast<long double>(table.rows()[i].pays[0]);
    }
    return static_cast<double>(sum / static_cast<long double>(kWays));
}

/// The values that deal these cards: each card's place among those left.
std::vector<Value> values_of(const std::vector<Card>& dealt)
{
    std::vector<Value> values;
    for (std::size_t i = 0; i < dealt.size(); ++i) {
        Value below = dealt[i];
        for (std::size_t j = 0; j < i; ++j) { below -= dealt[j] < dealt[i] ? 1 : 0; }
        values.push_back(below);
    }
    return values;
}

std::vector<Value> round_of(const std::string& dealt, Value hold, const std::string& drawn)
{
    auto all = cards(dealt);
    for (const Card card : cards(drawn)) { all.push_back(card); }
    auto values = values_of(all);
    values.insert(values.begin() + kHand, hold);
    return values;
}

const std::vector<Bet> kFiveCoins{{"coins", {5}, 25}};

}  // namespace

TEST_CASE("video poker: every hand is what it is, counted over all of them", "[games]")
{
    std::map<Category, std::uint64_t> counts;
    Hand five{};
    for (five[4] = 4; five[4] < kDeck; ++five[4]) {
        for (five[3] = 3; five[3] < five[4]; ++five[3]) {
            for (five[2] = 2; five[2] < five[3]; ++five[2]) {
                for (five[1] = 1; five[1] < five[2]; ++five[1]) {
                    for (five[0] = 0; five[0] < five[1]; ++five[0]) { ++counts[kind_of(five).category]; }
                }
            }
        }
    }
    // As every book on poker has them.
    CHECK(counts[Category::royal_flush] == 4);
    CHECK(counts[Category::straight_flush] == 36);
    CHECK(counts[Category::four_of_a_kind] == 624);
    CHECK(counts[Category::full_house] == 3'744);
    CHECK(counts[Category::flush] == 5'108);
    CHECK(counts[Category::straight] == 10'200);
    CHECK(counts[Category::three_of_a_kind] == 54'912);
    CHECK(counts[Category::two_pair] == 123'552);
    CHECK(counts[Category::pair] == 1'098'240);
    CHECK(counts[Category::nothing] == 1'302'540);
}

TEST_CASE("video poker: the rank that a row asks for", "[games]")
{
    CHECK(kind_of(hand("JH 2C JD 9S 4C")).rank == 9);
    CHECK(kind_of(hand("AH 2C AD 2S AC")).category == Category::full_house);
    CHECK(kind_of(hand("7H 7C AD 7S 7D")).rank == 5);
    CHECK(kind_of(hand("7H 7C AD 7S 7D")).kicker == 12);
    CHECK(kind_of(hand("3H 3C KD KS 7D")).rank == 11);
    CHECK(kind_of(hand("AH 2C 3D 4S 5D")).category == Category::straight);
    CHECK(kind_of(hand("QH KC AD 2S 3D")).category == Category::nothing);  // A straight does not go round.
}

TEST_CASE("video poker: 9/6 Jacks or Better returns what is published, hand by hand", "[games]")
{
    const auto parsed = nlohmann::json::parse(builtin("jacks-or-better.json"));
    std::optional<DefinitionError> error;
    const Definition definition = read(Node{parsed, "", error});
    REQUIRE_FALSE(error.has_value());
    // M. Shackleford, The Wizard of Odds, "9/6 Jacks or Better": combinations of 19 933 230 517 200.
    CHECK(kWays == 19'933'230'517'200);
    CHECK(Optimal{definition.table, 5}.rows()
        == std::vector<std::uint64_t>{493'512'264, 2'178'883'296, 47'093'167'764, 229'475'482'596, 219'554'786'160,
            223'837'565'784, 1'484'003'070'324, 2'576'946'164'148, 4'277'372'890'968, 10'872'274'993'896});
    // And what its file declares for each number of coins (GLI-19 4.7.1: at every stake, under optimal play).
    for (std::size_t coins : {1U, 2U, 5U}) {
        const auto ways = Optimal{definition.table, coins}.rows();
        long double paid = 0;
        for (std::size_t i = 0; i < definition.table.rows().size(); ++i) {
            paid += static_cast<long double>(ways[i])
                * static_cast<long double>(definition.table.rows()[i].pays[coins - 1]);
        }
        const auto ppm = static_cast<double>(paid / static_cast<long double>(kWays) / static_cast<long double>(coins))
            * 1e6;
        CHECK(static_cast<double>(definition.rtp_ppm[coins - 1]) == Approx(ppm).margin(1));
    }
}

TEST_CASE("video poker: other pay tables return what is published for them", "[games]")
{
    using enum Category;
    SECTION("8/5 Bonus Poker: 99.1660 %")
    {
        const PayTable table{{row(royal_flush, 800), row(straight_flush, 50), row(four_of_a_kind, 80, 1U << 12U),
            row(four_of_a_kind, 40, 0b111), row(four_of_a_kind, 25), row(full_house, 8), row(flush, 5),
            row(straight, 4), row(three_of_a_kind, 3), row(two_pair, 2), row(pair, 1, kJacksUp)}};
        CHECK(rtp(table) == Approx(0.991660).margin(5e-7));
    }
    SECTION("9/6 Double Double Bonus, where the fifth card counts: 98.9808 %")
    {
        constexpr std::uint16_t kAce = 1U << 12U;
        const PayTable table{{row(royal_flush, 800), row(straight_flush, 50), row(four_of_a_kind, 400, kAce, 0b111),
            row(four_of_a_kind, 160, kAce), row(four_of_a_kind, 160, 0b111, kAce | 0b111),
            row(four_of_a_kind, 80, 0b111), row(four_of_a_kind, 50), row(full_house, 9), row(flush, 6),
            row(straight, 4), row(three_of_a_kind, 3), row(two_pair, 1), row(pair, 1, kJacksUp)}};
        CHECK(rtp(table) == Approx(0.989808).margin(5e-7));
    }
}

TEST_CASE("video poker: the best hold is the best of all 32, each draw tried", "[games]")
{
    const auto parsed = nlohmann::json::parse(builtin("jacks-or-better.json"));
    std::optional<DefinitionError> error;
    const Definition definition = read(Node{parsed, "", error});
    const Optimal optimal{definition.table, 5};
    std::mt19937_64 random{7};
    for (int trial = 0; trial < 6; ++trial) {
        std::vector<Card> deck(kDeck);
        std::iota(deck.begin(), deck.end(), 0U);
        std::shuffle(deck.begin(), deck.end(), random);
        Hand dealt{};
        std::copy_n(deck.begin(), kHand, dealt.begin());
        std::vector<long double> worth;
        for (std::uint32_t hold = 0; hold < kHolds; ++hold) {
            // All draws, by odometer over the 47 cards left.
            const auto wanted = kHand - static_cast<std::size_t>(std::popcount(hold));
            std::vector<std::size_t> pick(wanted);
            std::iota(pick.begin(), pick.end(), 0U);
            std::int64_t paid = 0;
            std::int64_t draws = 0;
            while (true) {
                Hand end = dealt;
                for (std::size_t i = 0, next = 0; i < kHand; ++i) {
                    if ((hold >> i & 1U) == 0) { end[i] = deck[kHand + pick[next++]]; }
                }
                paid += definition.table.pays(end, 5);
                ++draws;
                std::size_t at = wanted;
                while (at > 0 && pick[at - 1] == 47 - wanted + at - 1) { --at; }
                if (at == 0) { break; }
                ++pick[at - 1];
                for (std::size_t i = at; i < wanted; ++i) { pick[i] = pick[i - 1] + 1; }
            }
            worth.push_back(static_cast<long double>(paid) / static_cast<long double>(draws));
        }
        const auto best = std::ranges::max(worth);
        INFO("hand " << dealt[0] << " " << dealt[1] << " " << dealt[2] << " " << dealt[3] << " " << dealt[4]);
        CHECK(static_cast<double>(worth[optimal.hold(dealt)]) == Approx(static_cast<double>(best)));
    }
}

TEST_CASE("video poker: a hand is dealt, asked about and drawn to", "[games]")
{
    const auto game = load(builtin("jacks-or-better.json"));
    CHECK(game->info().kind == "video-poker");
    CHECK(game->info().rtp_ppm == 983'734);
    CHECK_FALSE(game->kept_text().empty());
    CHECK(load(game->kept_text())->definition() == game->definition());
    CHECK(next(*game, {}) == std::vector<Bound>{52, 51, 50, 49, 48});
    CHECK_FALSE(game->question({}).has_value());

    const auto dealt = values_of(cards("AH KH 2C QH JH"));
    CHECK(next(*game, dealt).empty());
    const auto question = game->question(dealt);
    REQUIRE(question.has_value());
    CHECK(question->choices == 32);
    CHECK(question->by_rule == 31);
    const Outcome so_far = game->evaluate(25, kFiveCoins, dealt);
    CHECK((so_far.events == std::vector<GameEvent>{CardsDealt{cards("AH KH 2C QH JH")}}));
    CHECK(so_far.win == 0);

    auto chosen = dealt;
    chosen.push_back(0b11011);
    CHECK(next(*game, chosen) == std::vector<Bound>{47});
    CHECK_FALSE(game->question(chosen).has_value());
    const auto royal = round_of("AH KH 2C QH JH", 0b11011, "TH");
    CHECK(next(*game, royal).empty());
    const Outcome won = game->evaluate(25, kFiveCoins, royal);
    CHECK((won.events
        == std::vector<GameEvent>{CardsDealt{cards("AH KH 2C QH JH")},
            CardsDrawn{{0, 1, 3, 4}, cards("AH KH TH QH JH")}, HandWin{0, 20'000}}));
    CHECK(won.win == 20'000);
    CHECK(game->win_max(25, kFiveCoins) == 20'000);

    const auto pat = round_of("AH KH 2C QH JH", 31, "");
    CHECK(game->win(25, kFiveCoins, pat) == 0);
    CHECK(next(*game, pat).empty());
}

TEST_CASE(
    "video poker: what replaces a card comes from the cards that are left, each as likely (GLI-19 3.2.3)", "[games]")
{
    const auto game = load(builtin("jacks-or-better.json"));
    std::vector<Value> decided = values_of(cards("2C 3D 4H 5S 7C"));
    decided.push_back(0b01111);
    std::set<Card> seen;
    for (Value value = 0; value < 47; ++value) {
        auto all = decided;
        all.push_back(value);
        const Outcome outcome = game->evaluate(5, std::vector<Bet>{{"coins", {1}, 5}}, all);
        seen.insert(std::get<CardsDrawn>(outcome.events[1]).cards[4]);
    }
    CHECK(seen.size() == 47);
    for (const Card card : cards("2C 3D 4H 5S 7C")) { CHECK_FALSE(seen.contains(card)); }
}

TEST_CASE("video poker: stakes are coins times their value", "[games]")
{
    const auto game = load(builtin("jacks-or-better.json"));
    struct Stake {
        std::vector<Bet> bets;
        std::int64_t stake = 0;
        Result<std::int64_t> total;
    };
    const std::vector<Stake> stakes{
        {kFiveCoins, 0, 25},
        {kFiveCoins, 25, 25},
        {{{"coins", {5}, 5000}}, 0, 5000},
        {{{"coins", {1}, 5}}, 0, 5},
        {{}, 25, refuse(ErrorCode::bets_invalid)},
        {{{"coins", {}, 25}}, 0, refuse(ErrorCode::bets_invalid)},
        {{{"coins", {0}, 25}}, 0, refuse(ErrorCode::bets_invalid)},
        {{{"coins", {6}, 30}}, 0, refuse(ErrorCode::bets_invalid)},
        {{{"red", {5}, 25}}, 0, refuse(ErrorCode::bets_invalid)},
        {{kFiveCoins[0], kFiveCoins[0]}, 0, refuse(ErrorCode::bets_invalid)},
        {{{"coins", {5}, 26}}, 0, refuse(ErrorCode::stake_invalid)},
        {{{"coins", {3}, 25}}, 0, refuse(ErrorCode::stake_invalid)},
        {kFiveCoins, 30, refuse(ErrorCode::stake_invalid)},
        {{{"coins", {5}, 5025}}, 0, refuse(ErrorCode::stake_too_high)},
    };
    for (const Stake& one : stakes) {
        INFO("stake " << one.stake << ", bets " << one.bets.size());
        CHECK(game->total_stake(one.stake, one.bets) == one.total);
    }
}

TEST_CASE("video poker: a definition that says what cannot be is refused at its place", "[games]")
{
    const auto refused = [](const std::function<void(nlohmann::json&)>& change) {
        auto json = nlohmann::json::parse(builtin("jacks-or-better.json"));
        change(json);
        const auto game = load_game(json.dump());
        return game ? std::string{"accepted"} : game.error().path;
    };
    CHECK(refused([](auto&) {}) == "accepted");
    CHECK(refused([](auto& json) { json["hands"][3]["hand"] = "five_of_a_kind"; }) == "/hands/3/hand");
    CHECK(refused([](auto& json) { json["hands"][3]["ranks"] = {"A"}; }) == "/hands/3/ranks");
    CHECK(refused([](auto& json) { json["hands"][8]["kickers"] = {"A"}; }) == "/hands/8/kickers");
    CHECK(refused([](auto& json) { json["hands"][8]["ranks"] = {"J", "1"}; }) == "/hands/8/ranks/1");
    CHECK(refused([](auto& json) { json["hands"][8]["ranks"] = {"J", "J"}; }) == "/hands/8/ranks/1");
    CHECK(refused([](auto& json) { json["hands"][0]["pays"].erase(4); }) == "/hands/0/pays");
    CHECK(refused([](auto& json) { json["rtp"]["ppm"].erase(4); }) == "/rtp/ppm");
    CHECK(refused([](auto& json) { json["coin"]["step"] = 7; }).starts_with("/coin"));
    CHECK(refused([](auto& json) { json["jokers"] = 1; }) != "accepted");
}
