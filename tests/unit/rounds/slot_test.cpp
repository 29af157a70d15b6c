#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "play.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;

namespace {

// On every reel a symbol of interest stands between blanks, so that a stop shows it alone, in the middle row.
constexpr std::string_view kByHand = R"({
  "kind": "slot", "game": "by-hand", "name": "By Hand",
  "stake": {"min": 40, "max": 4000, "step": 40}, "rows": 3, "rtp": {"ppm": 500000, "tolerance_ppm": 500000},
  "symbols": [{"name": "a", "kind": "regular"}, {"name": "b", "kind": "regular"}, {"name": "x", "kind": "regular"},
              {"name": "w", "kind": "wild"}, {"name": "s", "kind": "scatter"}],
  "lines": [[1,1,1,1,1], [0,0,0,0,0], [2,2,2,2,2], [1,1,1,0,0]],
  "strips": [["x","a","x","x","b","x","x","w","x","x","s","x","x","x","x"],
             ["x","a","x","x","b","x","x","w","x","x","s","x","x","x","x"],
             ["x","a","x","x","b","x","x","w","x","x","s","x","x","x","x"],
             ["x","a","x","x","b","x","x","w","x","x","s","x","x","x","x"],
             ["x","a","x","x","b","x","x","w","x","x","s","x","x","x","x"]],
  "pays": [{"symbol": "a", "count": 2, "times": 1}, {"symbol": "a", "count": 3, "times": 5},
           {"symbol": "a", "count": 4, "times": 20}, {"symbol": "a", "count": 5, "times": 100},
           {"symbol": "b", "count": 3, "times": 15}, {"symbol": "b", "count": 4, "times": 17},
           {"symbol": "b", "count": 5, "times": 40},
           {"symbol": "w", "count": 3, "times": 12}, {"symbol": "w", "count": 4, "times": 40},
           {"symbol": "w", "count": 5, "times": 600}],
  "scatter_pays": [{"count": 3, "times": 2}, {"count": 4, "times": 5}],
  "free_spins": {"awards": [{"count": 3, "spins": 2}], "multiplier": 3, "limit": 3},
  "win_cap": 100
})";

constexpr std::uint32_t kA = 0;
constexpr std::uint32_t kB = 1;
constexpr std::uint32_t kX = 2;
constexpr std::uint32_t kW = 3;
constexpr std::uint32_t kS = 4;

/// Stops from one letter a reel: what stands in the middle; A and Z show an a in the top and the bottom row.
std::vector<Value> stops(const std::vector<std::string_view>& spins)
{
    std::vector<Value> drawn;
    for (const std::string_view spin : spins) {
        for (const char letter : spin) {
            switch (letter) {
                case 'a': drawn.push_back(0); break;
                case 'b': drawn.push_back(3); break;
                case 'w': drawn.push_back(6); break;
                case 's': drawn.push_back(9); break;
                case 'x': drawn.push_back(12); break;
                case 'A': drawn.push_back(1); break;
                case 'Z': drawn.push_back(14); break;  // The window goes round the strip's end.
                default: throw std::logic_error{"no such letter"};
            }
        }
    }
    return drawn;
}

std::vector<GameEvent> without_reels(const Outcome& outcome)
{
    std::vector<GameEvent> events;
    std::ranges::copy_if(outcome.events, std::back_inserter(events),
        [](const GameEvent& event) { return !std::holds_alternative<ReelsStopped>(event); });
    return events;
}

/// The rules as a client reads them, from the public definition.
struct Book {
    struct Pay {
        std::uint32_t symbol;
        std::size_t count;
        std::int64_t times;
    };
    explicit Book(const nlohmann::json& json) : lines(json["lines"]), multiplier(json["free_spins"]["multiplier"])
    {
        for (const auto& pay : json["pays"]) { pays.push_back({pay["symbol"], pay["count"], pay["times"]}); }
        for (const auto& symbol : json["symbols"]) {
            if (symbol["kind"] == "wild") { wild = symbol["id"]; }
        }
    }

    /// What a line pays: the best of all entries that it fulfils, looked at one by one.
    std::int64_t pay(const ReelsStopped& reels, std::size_t line) const
    {
        std::int64_t best = 0;
        for (const Pay& entry : pays) {
            bool all = true;
            for (std::size_t reel = 0; reel < entry.count; ++reel) {
                const auto shown = reels.grid[reel][lines[line][reel]];
                all = all && (shown == wild || shown == entry.symbol);
            }
            if (all) { best = std::max(best, entry.times); }
        }
        return best;
    }

    std::vector<std::vector<std::size_t>> lines;
    std::int64_t multiplier;
    std::vector<Pay> pays;
    std::uint32_t wild = 0;
};

}  // namespace

TEST_CASE("slot: outcomes that were computed by hand", "[games]")
{
    const auto game = load(kByHand);
    struct Row {
        const char* why;
        std::vector<std::string_view> spins;
        std::vector<GameEvent> events;
        std::int64_t win;
    };
    // The stake is 80: 20 a line.
    const std::vector<Row> rows{
        {"nothing", {"xxxxx"}, {}, 0},
        {"two from the left; every line that shows them pays", {"aaxxx"},
            {LineWin{0, kA, 2, 20}, LineWin{3, kA, 2, 20}}, 40},
        {"not from the right", {"xxaaa"}, {}, 0},
        {"not with a gap", {"axaaa"}, {}, 0},
        {"five, and three on the line that turns up", {"aaaaa"}, {LineWin{0, kA, 5, 2000}, LineWin{3, kA, 3, 100}},
            2100},
        {"on the line that turns up alone", {"aaaAA"}, {LineWin{0, kA, 3, 100}, LineWin{3, kA, 5, 2000}}, 2100},
        {"in the top row", {"AAAAx"}, {LineWin{1, kA, 4, 400}}, 400},
        {"in the bottom row, round the strips' end", {"ZZZxx"}, {LineWin{2, kA, 3, 100}}, 100},
        {"the wild stands for another", {"awaxx"}, {LineWin{0, kA, 3, 100}, LineWin{3, kA, 3, 100}}, 200},
        {"the wild begins a run", {"wabxx"}, {LineWin{0, kA, 2, 20}, LineWin{3, kA, 2, 20}}, 40},
        {"the wild ends a run", {"bbwxx"}, {LineWin{0, kB, 3, 300}, LineWin{3, kB, 3, 300}}, 600},
        {"three wilds stand for what pays more than wilds do", {"wwwxx"},
            {LineWin{0, kB, 3, 300}, LineWin{3, kB, 3, 300}}, 600},
        {"four wilds pay more than four of anything", {"wwwwx"}, {LineWin{0, kW, 4, 800}, LineWin{3, kB, 3, 300}},
            1100},
        {"four wilds pay more than the longer run of a poorer symbol", {"wwwwa"},
            {LineWin{0, kA, 5, 2000}, LineWin{3, kB, 3, 300}}, 2300},
        {"of equal pays the longer run counts", {"wwwwb"}, {LineWin{0, kB, 5, 800}, LineWin{3, kB, 3, 300}}, 1100},
        {"wilds alone, before a symbol that they cannot lengthen", {"wwaxx"},
            {LineWin{0, kA, 3, 100}, LineWin{3, kA, 3, 100}}, 200},
        {"a scatter breaks a line, and the wild does not stand for it", {"wsaxx"}, {}, 0},
        {"two wilds before a scatter are two of what pays for two", {"wwsxx"},
            {LineWin{0, kA, 2, 20}, LineWin{3, kA, 2, 20}}, 40},
        {"two scatters are nothing", {"sxsxx"}, {}, 0},
        {"three scatters pay on the stake, and free spins follow; their wins are trebled", {"sxsxs", "aaxxx", "xxxxx"},
            {ScatterWin{kS, 3, 160}, FreeSpinsAwarded{2, 2}, FreeSpin{1, 1}, LineWin{0, kA, 2, 60},
                LineWin{3, kA, 2, 60}, FreeSpin{2, 0}},
            280},
        {"five scatters count as the four that are named", {"sssss", "xxxxx", "xxxxx"},
            {ScatterWin{kS, 5, 400}, FreeSpinsAwarded{2, 2}, FreeSpin{1, 1}, FreeSpin{2, 0}}, 400},
        {"a retrigger is cut at the limit of three, and the next one awards nothing",
            {"sssxx", "sssxx", "xxsss", "xxxxx"},
            {ScatterWin{kS, 3, 160}, FreeSpinsAwarded{2, 2}, FreeSpin{1, 1}, ScatterWin{kS, 3, 480},
                FreeSpinsAwarded{1, 2}, FreeSpin{2, 1}, ScatterWin{kS, 3, 480}, FreeSpin{3, 0}},
            1120},
        {"the cap cuts the round to a hundred stakes", {"wwwww"},
            {LineWin{0, kW, 5, 12000}, LineWin{3, kB, 3, 300}, Capped{8000}}, 8000},
        {"the cap is of the round, not of a spin", {"sssxx", "aaaaa", "aaaaa"},
            {ScatterWin{kS, 3, 160}, FreeSpinsAwarded{2, 2}, FreeSpin{1, 1}, LineWin{0, kA, 5, 6000},
                LineWin{3, kA, 3, 300}, FreeSpin{2, 0}, LineWin{0, kA, 5, 6000}, LineWin{3, kA, 3, 300}, Capped{8000}},
            8000},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto drawn = stops(row.spins);
        REQUIRE(game->next_bounds(drawn).empty());
        const Outcome outcome = game->evaluate(80, {}, drawn);
        CHECK(outcome.stake == 80);
        CHECK(outcome.win == row.win);
        CHECK((without_reels(outcome) == row.events));
    }
}

TEST_CASE("slot: the reels are told by column, top to bottom, round the strip's end", "[games]")
{
    const auto game = load(kByHand);
    const Outcome outcome = game->evaluate(40, {}, std::vector<Value>{0, 1, 14, 13, 6});
    const ReelsStopped expected{
        .stops = {0, 1, 14, 13, 6}, .grid = {{kX, kA, kX}, {kA, kX, kX}, {kX, kX, kA}, {kX, kX, kX}, {kX, kW, kX}}};
    REQUIRE((outcome.events == std::vector<GameEvent>{expected}));
}

TEST_CASE("slot: each step asks for all the stops that are known to be needed", "[games]")
{
    const auto game = load(kByHand);
    const auto bounds = [](std::size_t spins) { return std::vector<Bound>(5 * spins, 15); };
    CHECK(next(*game, {}) == bounds(1));
    CHECK(game->next_bounds(stops({"xxxxx"})).empty());
    CHECK(next(*game, stops({"sssxx"})) == bounds(2));
    CHECK(game->next_bounds(stops({"sssxx", "xxxxx", "xxxxx"})).empty());
    CHECK(next(*game, stops({"sssxx", "xxxxx", "sssxx"})) == bounds(1));
    CHECK(next(*game, stops({"sssxx", "sssxx", "sssxx"})) == bounds(1));  // Cut at the limit of three.
    CHECK(game->next_bounds(stops({"sssxx", "sssxx", "sssxx", "sssxx"})).empty());
}

TEST_CASE("slot: a stake is refused for the first reason that applies", "[games]")
{
    const auto game = load(builtin("lucky-lines.json"));
    struct Row {
        const char* why;
        std::int64_t stake;
        std::vector<Bet> bets;
        std::optional<ErrorCode> refusal;
    };
    const std::vector<Row> rows{
        {"the smallest", 20, {}, std::nullopt},
        {"the largest", 10000, {}, std::nullopt},
        {"nothing", 0, {}, ErrorCode::stake_invalid},
        {"negative", -20, {}, ErrorCode::stake_invalid},
        {"not a multiple of the step", 30, {}, ErrorCode::stake_invalid},
        {"off the step comes before too high", 10010, {}, ErrorCode::stake_invalid},
        {"too high", 10020, {}, ErrorCode::stake_too_high},
        {"far too high", std::numeric_limits<std::int64_t>::max() / 20 * 20, {}, ErrorCode::stake_too_high},
        {"a slot takes no bets", 20, {{"straight", {17}, 20}}, ErrorCode::bets_invalid},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto stake = game->total_stake(row.stake, row.bets);
        REQUIRE(stake.has_value() == !row.refusal.has_value());
        if (stake) { CHECK(*stake == row.stake); }
        if (!stake) { CHECK(stake.error().code == *row.refusal); }
    }
    auto dear = nlohmann::json::parse(kByHand);
    dear["stake"]["min"] = 80;
    const auto refused = load(dear.dump())->total_stake(40, {});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == ErrorCode::stake_too_low);
}

TEST_CASE("slot: what a round tells adds up, keeps its bounds, and agrees with the public pay table", "[games]")
{
    const auto game = load(builtin("lucky-lines.json"));
    const Book book{nlohmann::json::parse(game->info().definition_json)};
    std::mt19937_64 random{20261123};
    std::size_t free_spins = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::int64_t stake = 20 * std::uniform_int_distribution<std::int64_t>{1, 500}(random);
        const auto drawn = draw_round(*game, random);
        const Outcome outcome = game->evaluate(stake, {}, drawn);
        REQUIRE((outcome == game->evaluate(stake, {}, drawn)));
        REQUIRE(outcome.stake == stake);
        REQUIRE(outcome.win == win_told(outcome));
        REQUIRE(outcome.win >= 0);
        REQUIRE(outcome.win <= game->win_max(stake, {}));

        const ReelsStopped* reels = nullptr;
        std::int64_t multiplier = 1;
        std::vector<std::int64_t> told(book.lines.size());
        const auto check_lines = [&] {
            for (std::size_t line = 0; reels != nullptr && line < told.size(); ++line) {
                if (told[line] == book.pay(*reels, line) * multiplier * stake / 20) { continue; }
                REQUIRE(told[line] == book.pay(*reels, line) * multiplier * stake / 20);
            }
        };
        for (const GameEvent& event : outcome.events) {
            if (std::holds_alternative<FreeSpin>(event)) {
                check_lines();
                reels = nullptr;
                multiplier = book.multiplier;
                ++free_spins;
            }
            if (const auto* shown = std::get_if<ReelsStopped>(&event)) {
                reels = shown;
                std::ranges::fill(told, 0);
            }
            if (const auto* line = std::get_if<LineWin>(&event)) { told[line->line] = line->win; }
        }
        check_lines();
    }
    CHECK(free_spins > 50);  // The walk met what it is about.
}

TEST_CASE("slot: the largest win of a round is never above the cap or what the reels can do", "[games]")
{
    const auto by_hand = load(kByHand);
    CHECK(by_hand->win_max(40, {}) == 4000);  // The cap of 100 stakes.
    auto without_cap = nlohmann::json::parse(kByHand);
    without_cap["win_cap"] = 1000000;
    without_cap["free_spins"]["limit"] = 0;
    // The best spin: five wilds on the middle line are 600, and of the line that turns up three, as b's, are 15.
    CHECK(load(without_cap.dump())->win_max(40, {}) == 615 * 10);
}

TEST_CASE("slot: ways, wilds that multiply and wilds with exceptions, computed by hand", "[games]")
{
    // Two rows on three reels; w doubles, v stands for all but b. In free spins the first reel shows only a.
    constexpr std::string_view kWays = R"({
      "kind": "slot", "game": "ways", "name": "Ways", "stake": {"min": 10, "max": 1000, "step": 10}, "rows": 2,
      "rtp": {"ppm": 500000, "tolerance_ppm": 500000}, "ways": {"units": 10},
      "symbols": [{"name": "a", "kind": "regular"}, {"name": "b", "kind": "regular"}, {"name": "x", "kind": "regular"},
                  {"name": "w", "kind": "wild", "multiplier": 2}, {"name": "v", "kind": "wild", "except": ["b"]},
                  {"name": "s", "kind": "scatter"}],
      "strips": [["a","b","x","x","x","x","s","x"], ["a","a","w","x","v","x","s","x"], ["a","b","w","v","x","x","s","x"]],
      "pays": [{"symbol": "a", "count": 2, "times": 1}, {"symbol": "a", "count": 3, "times": 3},
               {"symbol": "b", "count": 3, "times": 5}],
      "scatter_pays": [],
      "free_spins": {"awards": [{"count": 3, "spins": 1}], "multiplier": 3, "limit": 1,
                     "strips": [["a","a"], ["x","w"], ["x","x"]]},
      "win_cap": 1000})";
    const auto game = load(kWays);
    struct Row {
        const char* why;
        std::vector<Value> drawn;
        std::vector<GameEvent> events;
    };
    // The stake is 20: 2 a unit.
    const std::vector<Row> rows{
        {"one a, two, none", {7, 0, 4}, {WaysWin{0, 2, 2, 4}}},
        {"each way once: 1 × 2 × 1", {7, 0, 0}, {WaysWin{0, 3, 2, 12}}},
        {"both symbols, in the order of the first reel; w counts twice", {0, 1, 1},
            {WaysWin{0, 3, 6, 36}, WaysWin{1, 3, 6, 60}}},
        {"v is no b, and the other wild is", {1, 4, 2}, {}},
        {"nor does the scatter count for anything but itself", {0, 6, 0}, {}},
        {"free spins turn reels of their own", {6, 6, 6, 0, 0, 1},
            {FreeSpinsAwarded{1, 1}, FreeSpin{1, 0}, WaysWin{0, 2, 4, 24}}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        REQUIRE(game->next_bounds(row.drawn).empty());
        const Outcome outcome = game->evaluate(20, {}, row.drawn);
        CHECK((without_reels(outcome) == row.events));
        CHECK(outcome.win == win_told(outcome));
        CHECK(game->win(20, {}, row.drawn) == outcome.win);
    }
    CHECK(next(*game, {}) == std::vector<Bound>{8, 8, 8});
    CHECK(next(*game, {6, 6, 6}) == std::vector<Bound>{2, 2, 2});

    auto wild_first = nlohmann::json::parse(kWays);
    wild_first["strips"][0][3] = "w";
    const auto refused = load_game(wild_first.dump());
    REQUIRE(!refused.has_value());
    CHECK(refused.error().path == "/strips/0/3");
}

TEST_CASE("slot: a wild that multiplies does so for what it stands for, not for wilds alone", "[games]")
{
    const auto game = load(builtin("classic-sevens.json"));
    const auto json = nlohmann::json::parse(builtin("classic-sevens.json"));
    const auto middle = [&](std::size_t reel, std::string_view symbol) {  // A stop that shows it in the middle row.
        const auto strip = json["strips"][reel].get<std::vector<std::string>>();
        const auto found = std::ranges::find(strip, symbol);
        return static_cast<Value>((static_cast<std::size_t>(found - strip.begin()) + strip.size() - 1) % strip.size());
    };
    const auto middle_win = [&](std::string_view a, std::string_view b, std::string_view c) {
        const Outcome outcome = game->evaluate(5, {}, std::vector{middle(0, a), middle(1, b), middle(2, c)});
        for (const GameEvent& event : outcome.events) {
            if (const auto* line = std::get_if<LineWin>(&event); line != nullptr && line->line == 0) {
                return line->win;
            }
        }
        return std::int64_t{0};
    };
    CHECK(middle_win("seven", "seven", "seven") == 80);
    CHECK(middle_win("seven", "diamond", "seven") == 160);
    CHECK(middle_win("diamond", "seven", "diamond") == 320);
    CHECK(middle_win("diamond", "diamond", "diamond") == 1000);
    CHECK(middle_win("cherry", "diamond", "lemon") == 4);
    CHECK(middle_win("lemon", "diamond", "plum") == 0);
}
