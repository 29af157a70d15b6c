#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <set>

#include "play.hpp"
#include "roulette/bets.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;
using namespace croupier::rounds::roulette;

namespace {

const Felt& felt() { return Felt::of(Wheel::european); }

std::unique_ptr<Game> game() { return load(builtin("european-roulette.json")); }

using Named = std::vector<std::uint32_t>;

int row(std::uint32_t n) { return static_cast<int>((n - 1) / 3); }
int column(std::uint32_t n) { return static_cast<int>((n - 1) % 3); }

/// How many rows and columns of the table the numbers stretch over; none of them is the zero.
std::pair<int, int> box(const Named& numbers)
{
    const auto rows = std::ranges::minmax(numbers, {}, row);
    const auto columns = std::ranges::minmax(numbers, {}, column);
    return {row(rows.max) - row(rows.min) + 1, column(columns.max) - column(columns.min) + 1};
}

/// Whether the rules know this set of different numbers, rising, under this kind: said by the shape it has on the table.
bool by_the_rules(std::string_view kind, const Named& numbers)
{
    const bool zero = numbers.front() == 0;
    if (kind == "straight") { return numbers.size() == 1; }
    if (kind == "split") {
        if (numbers.size() != 2) { return false; }
        return zero ? numbers[1] <= 3 : (box(numbers) == std::pair{1, 2} || box(numbers) == std::pair{2, 1});
    }
    if (kind == "street") { return numbers.size() == 3 && !zero && box(numbers) == std::pair{1, 3}; }
    if (kind == "trio") { return numbers == Named{0, 1, 2} || numbers == Named{0, 2, 3}; }
    if (kind == "corner") { return numbers.size() == 4 && !zero && box(numbers) == std::pair{2, 2}; }
    if (kind == "first_four") { return numbers == Named{0, 1, 2, 3}; }
    if (kind == "six_line") { return numbers.size() == 6 && !zero && box(numbers) == std::pair{2, 3}; }
    return false;
}

constexpr std::array kInside{"straight", "split", "street", "trio", "corner", "first_four", "six_line"};

void check_all_kinds(const Named& numbers, std::size_t& known)
{
    for (const char* kind : kInside) {
        const TableBet* found = felt().find(kind, numbers);
        if ((found != nullptr) != by_the_rules(kind, numbers)) {
            CAPTURE(kind, numbers);
            REQUIRE((found != nullptr) == by_the_rules(kind, numbers));
        }
        if (found == nullptr) { continue; }
        ++known;
        REQUIRE(found->covers.count() == numbers.size());
        for (const auto number : numbers) { REQUIRE(found->covers.test(number)); }
    }
}

}  // namespace

TEST_CASE("roulette: of all sets of up to four numbers exactly those that lie together are inside bets", "[games]")
{
    std::size_t known = 0;
    for (std::uint32_t a = 0; a < 37; ++a) {
        check_all_kinds({a}, known);
        for (std::uint32_t b = a + 1; b < 37; ++b) {
            check_all_kinds({a, b}, known);
            for (std::uint32_t c = b + 1; c < 37; ++c) {
                check_all_kinds({a, b, c}, known);
                for (std::uint32_t d = c + 1; d < 37; ++d) { check_all_kinds({a, b, c, d}, known); }
            }
        }
    }
    CHECK(known == 37 + 60 + 12 + 2 + 22 + 1);
}

TEST_CASE("roulette: of any two rows exactly those that touch are a six line", "[games]")
{
    std::size_t known = 0;
    for (std::uint32_t first = 1; first < 37; ++first) {
        for (std::uint32_t second = first + 3; second + 2 < 37; ++second) {
            check_all_kinds({first, first + 1, first + 2, second, second + 1, second + 2}, known);
        }
    }
    CHECK(known == 11);
    CHECK(felt().bets().size() == 37 + 60 + 12 + 2 + 22 + 1 + 11 + 3 + 3 + 6);
}

TEST_CASE("roulette: numbers may come in any order, each once", "[games]")
{
    struct Row {
        const char* why;
        const char* kind;
        Named numbers;
        bool known;
    };
    const std::vector<Row> rows{
        {"a corner upside down", "corner", {21, 20, 18, 17}, true},
        {"a six line shuffled", "six_line", {36, 31, 35, 32, 34, 33}, true},
        {"the first four shuffled", "first_four", {3, 0, 2, 1}, true},
        {"one number twice", "split", {17, 17}, false},
        {"one number too many", "split", {17, 18, 18}, false},
        {"a number that is none", "straight", {37}, false},
        {"a number that would wrap", "straight", {0xFFFFFFFF}, false},
        {"none", "straight", {}, false},
        {"round the table's edge", "split", {3, 4}, false},
        {"a corner round the edge", "corner", {3, 4, 6, 7}, false},
        {"below the last row", "street", {37, 38, 39}, false},
        {"zero beside 4", "split", {0, 4}, false},
        {"a street is not a trio", "trio", {1, 2, 3}, false},
        {"a trio is not a street", "street", {0, 1, 2}, false},
        {"a trio of 0, 1, 3 does not lie together", "trio", {0, 1, 3}, false},
        {"the first four are not a corner", "corner", {0, 1, 2, 3}, false},
        {"a column by number", "column", {3}, true},
        {"column 0", "column", {0}, false},
        {"dozen 4", "dozen", {4}, false},
        {"a column without", "column", {}, false},
        {"a colour", "red", {}, true},
        {"a colour with a number", "red", {1}, false},
        {"no such kind", "basket", {0, 1, 2}, false},
        {"kinds are written small", "Red", {}, false},
        {"no kind", "", {}, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        CHECK((felt().find(row.kind, row.numbers) != nullptr) == row.known);
    }
}

TEST_CASE("roulette: outside bets cover what they say, never the zero", "[games]")
{
    struct Row {
        const char* kind;
        Named named;
        std::set<std::uint32_t> covers;
    };
    const std::vector<Row> rows{
        {"column", {1}, {1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34}},
        {"column", {2}, {2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35}},
        {"column", {3}, {3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36}},
        {"dozen", {1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
        {"dozen", {2}, {13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}},
        {"dozen", {3}, {25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36}},
        {"red", {}, {1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36}},
        {"black", {}, {2, 4, 6, 8, 10, 11, 13, 15, 17, 20, 22, 24, 26, 28, 29, 31, 33, 35}},
        {"even", {}, {2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36}},
        {"odd", {}, {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35}},
        {"low", {}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}},
        {"high", {}, {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.kind, row.named);
        const TableBet* bet = felt().find(row.kind, row.named);
        REQUIRE(bet != nullptr);
        for (std::uint32_t number = 0; number < 37; ++number) {
            CHECK(bet->covers.test(number) == row.covers.contains(number));
        }
    }
}

TEST_CASE("roulette: every bet returns exactly 36/37, over all numbers", "[games]")
{
    const auto table = game();
    CHECK(table->info().rtp_ppm == 972972);  // 36/37, rounded down.
    for (const TableBet& bet : felt().bets()) {
        const std::vector<Bet> bets{{std::string{bet.kind->name}, bet.named, 10}};
        CAPTURE(bet.kind->name, bet.named);
        std::int64_t returned = 0;
        for (Value number = 0; number < 37; ++number) {
            returned += table->evaluate(10, bets, std::vector<Value>{number}).win;
        }
        REQUIRE(returned == 36 * 10);
    }
}

TEST_CASE("roulette: payouts are those of docs/protocol", "[games]")
{
    const std::map<std::string_view, std::int64_t> pays{{"straight", 35}, {"split", 17}, {"street", 11}, {"trio", 11},
        {"corner", 8}, {"first_four", 8}, {"six_line", 5}, {"column", 2}, {"dozen", 2}, {"red", 1}, {"black", 1},
        {"even", 1}, {"odd", 1}, {"low", 1}, {"high", 1}};
    CHECK(felt().kinds().size() == pays.size());
    for (const BetKind& kind : felt().kinds()) {
        CAPTURE(kind.name);
        CHECK(kind.pays == pays.at(kind.name));
    }
}

TEST_CASE("roulette: outcomes that were computed by hand", "[games]")
{
    const auto table = game();
    CHECK(next(*table, {}) == std::vector<Bound>{37});
    CHECK(table->next_bounds(std::vector<Value>{17}).empty());
    const std::vector<Bet> bets{
        {"straight", {17}, 100}, {"red", {}, 50}, {"split", {17, 20}, 30}, {"straight", {17}, 10}};
    const std::vector<GameEvent> on_17{PocketHit{17, "black"}, BetResult{0, 100, 3600}, BetResult{1, 50, 0},
        BetResult{2, 30, 540}, BetResult{3, 10, 360}};
    CHECK((table->evaluate(190, bets, std::vector<Value>{17}) == Outcome{on_17, 190, 4500}));
    const std::vector<GameEvent> on_0{
        PocketHit{0, "green"}, BetResult{0, 100, 0}, BetResult{1, 50, 0}, BetResult{2, 30, 0}, BetResult{3, 10, 0}};
    CHECK((table->evaluate(190, bets, std::vector<Value>{0}) == Outcome{on_0, 190, 0}));
    const std::vector<GameEvent> on_1{
        PocketHit{1, "red"}, BetResult{0, 100, 0}, BetResult{1, 50, 100}, BetResult{2, 30, 0}, BetResult{3, 10, 0}};
    CHECK((table->evaluate(190, bets, std::vector<Value>{1}) == Outcome{on_1, 190, 100}));
}

TEST_CASE("roulette: the largest win is the best number's, and every outcome adds up", "[games]")
{
    const auto table = game();
    std::mt19937_64 random{37};
    for (int round = 0; round < 300; ++round) {
        std::vector<Bet> bets(std::uniform_int_distribution<std::size_t>{1, 30}(random));
        std::int64_t stake = 0;
        for (Bet& bet : bets) {
            const auto which = std::uniform_int_distribution<std::size_t>{0, felt().bets().size() - 1}(random);
            bet = {std::string{felt().bets()[which].kind->name}, felt().bets()[which].named,
                10 * std::uniform_int_distribution<std::int64_t>{1, 100}(random)};
            std::ranges::shuffle(bet.numbers, random);
            stake += bet.stake;
        }
        REQUIRE(table->total_stake(0, bets) == stake);
        REQUIRE(table->total_stake(stake, bets) == stake);
        std::int64_t best = 0;
        for (Value number = 0; number < 37; ++number) {
            const std::vector<Value> drawn{number};
            const Outcome outcome = table->evaluate(stake, bets, drawn);
            REQUIRE(outcome.stake == stake);
            REQUIRE(outcome.win == win_told(outcome));
            REQUIRE((outcome == table->evaluate(stake, bets, drawn)));
            best = std::max(best, outcome.win);
        }
        REQUIRE(table->win_max(stake, bets) == best);
    }
}

TEST_CASE("roulette: bets are refused for the first reason that applies", "[games]")
{
    const auto table = game();
    constexpr auto kHuge = std::numeric_limits<std::int64_t>::max() / 10 * 10;
    struct Row {
        const char* why;
        std::int64_t stake;
        std::vector<Bet> bets;
        std::optional<ErrorCode> refusal;
    };
    const std::vector<Row> rows{
        {"the smallest bet", 0, {{"red", {}, 10}}, std::nullopt},
        {"all the table takes", 0, {{"red", {}, 50000}, {"black", {}, 50000}}, std::nullopt},
        {"the sum may be given", 30, {{"red", {}, 10}, {"odd", {}, 20}}, std::nullopt},
        {"no bets", 10, {}, ErrorCode::bets_invalid},
        {"as many bets as are allowed", 0, std::vector<Bet>(157, {"red", {}, 10}), std::nullopt},
        {"one bet more", 0, std::vector<Bet>(158, {"red", {}, 10}), ErrorCode::bets_invalid},
        {"an unknown bet comes before a bad stake", 0, {{"red", {}, -1}, {"split", {1, 36}, 10}},
            ErrorCode::bets_invalid},
        {"nothing staked", 0, {{"red", {}, 0}}, ErrorCode::stake_invalid},
        {"negative", 0, {{"red", {}, -10}}, ErrorCode::stake_invalid},
        {"off the step", 0, {{"red", {}, 15}}, ErrorCode::stake_invalid},
        {"not the sum", 20, {{"red", {}, 10}}, ErrorCode::stake_invalid},
        {"a negative sum", -10, {{"red", {}, 10}}, ErrorCode::stake_invalid},
        {"above the table's maximum", 0, {{"red", {}, 100010}}, ErrorCode::stake_too_high},
        {"above it together", 0, {{"red", {}, 100000}, {"odd", {}, 10}}, ErrorCode::stake_too_high},
        {"a sum beyond 64 bits", 0, {{"red", {}, kHuge}, {"odd", {}, kHuge}}, ErrorCode::stake_too_high},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto stake = table->total_stake(row.stake, row.bets);
        REQUIRE(stake.has_value() == !row.refusal.has_value());
        if (!stake) { CHECK(stake.error().code == *row.refusal); }
    }
    auto dear = nlohmann::json::parse(builtin("european-roulette.json"));
    dear["stake"]["min"] = 50;
    const auto refused = load(dear.dump())->total_stake(0, std::vector<Bet>{{"red", {}, 50}, {"odd", {}, 40}});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == ErrorCode::stake_too_low);
}

TEST_CASE("roulette: an American table has the bets of two zeros, and none of one", "[games]")
{
    const Felt& american = Felt::of(Wheel::american);
    CHECK(american.bets().size() == 38 + 57 + 5 + 12 + 3 + 22 + 1 + 11 + 3 + 3 + 6);
    struct Row {
        const char* kind;
        Named numbers;
        bool known;
    };
    const std::vector<Row> rows{{"straight", {37}, true}, {"straight", {38}, false}, {"split", {0, 37}, true},
        {"split", {0, 1}, true}, {"split", {0, 2}, true}, {"split", {0, 3}, false}, {"split", {1, 37}, false},
        {"split", {37, 2}, true}, {"split", {3, 37}, true}, {"split", {36, 37}, false}, {"trio", {0, 1, 2}, true},
        {"trio", {37, 0, 2}, true}, {"trio", {2, 3, 37}, true}, {"trio", {0, 2, 3}, false}, {"trio", {0, 1, 37}, false},
        {"top_line", {0, 1, 2, 3, 37}, true}, {"top_line", {0, 1, 2, 3, 4}, false}, {"first_four", {0, 1, 2, 3}, false},
        {"street", {37, 1, 2}, false}, {"corner", {17, 18, 20, 21}, true}};
    for (const Row& row : rows) {
        CAPTURE(row.kind, row.numbers);
        CHECK((american.find(row.kind, row.numbers) != nullptr) == row.known);
    }
    CHECK(felt().find("top_line", Named{0, 1, 2, 3, 37}) == nullptr);
    for (const TableBet& bet : american.bets()) {
        if (bet.kind->numbers < 2) { continue; }  // What is outside covers what it covers on a European table.
        CHECK(bet.covers.count() == bet.kind->numbers);
    }
}

TEST_CASE("roulette: what each bet returns over all pockets, and what players are told (GLI-19 4.7.1)", "[games]")
{
    struct Row {
        const char* file;
        std::int64_t most;   ///< Of two staked, over all pockets.
        std::int64_t evens;  ///< Of bets that pay even money.
        std::int64_t poorest;
        std::uint32_t rtp_ppm;
    };
    // La partage returns half of what is lost to the zero: 36/37 and a half 37th. The top line's five of 38 pay 7 times.
    for (const Row& row : {Row{"european-roulette.json", 72, 72, 72, 972972},
             Row{"french-roulette.json", 72, 73, 72, 972972}, Row{"american-roulette.json", 72, 72, 70, 921052}}) {
        CAPTURE(row.file);
        const auto table = load(builtin(row.file));
        CHECK(table->info().rtp_ppm == row.rtp_ppm);
        const bool american = table->next_bounds({})[0] == 38;
        for (const TableBet& bet : Felt::of(american ? Wheel::american : Wheel::european).bets()) {
            const std::vector<Bet> bets{{std::string{bet.kind->name}, bet.named, 20}};
            std::int64_t returned = 0;
            for (Value number = 0; number < (american ? 38 : 37); ++number) {
                const std::vector<Value> drawn{number};
                returned += table->evaluate(20, bets, drawn).win;
                REQUIRE(table->win(20, bets, drawn) == table->evaluate(20, bets, drawn).win);
            }
            CAPTURE(bet.kind->name, bet.named);
            const bool poor = bet.kind->name == "top_line";
            REQUIRE(returned == 10 * (poor ? row.poorest : bet.even_money() ? row.evens : row.most));
        }
    }
}

TEST_CASE("roulette: la partage gives half of an even-money stake back when the zero falls", "[games]")
{
    const auto table = load(builtin("french-roulette.json"));
    const std::vector<Bet> bets{{"red", {}, 50}, {"low", {}, 10}, {"dozen", {1}, 30}, {"straight", {0}, 10}};
    const std::vector<GameEvent> on_0{
        PocketHit{0, "green"}, BetResult{0, 50, 25}, BetResult{1, 10, 5}, BetResult{2, 30, 0}, BetResult{3, 10, 360}};
    CHECK((table->evaluate(100, bets, std::vector<Value>{0}) == Outcome{on_0, 100, 390}));
    CHECK(table->win_max(100, bets) == 390);
    CHECK(table->win_max(50, std::vector<Bet>{{"red", {}, 50}}) == 100);
}
