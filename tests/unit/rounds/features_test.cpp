#include <catch2/catch.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <random>

#include "play.hpp"
#include "slot/math.hpp"
#include "slot/survey.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;
using boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;
using nlohmann::json;

namespace {

/// The mean of what a round pays for one unit a line, over all its draws; of each question, `choose` says which choice.
Rational mean_win(const Game& game, std::int64_t stake, std::vector<Value>& decided,
    const std::function<Value(const Question&)>& choose)
{
    if (const auto question = game.question(decided)) {
        decided.push_back(choose(*question));
        const Rational mean = mean_win(game, stake, decided, choose);
        decided.pop_back();
        return mean;
    }
    const std::vector<Bound> bounds = next(game, decided);
    if (bounds.empty()) {
        CHECK(game.evaluate(stake, {}, decided).win == game.win(stake, {}, decided));
        return game.win(stake, {}, decided);
    }
    Rational sum = 0;
    std::vector<Value> values(bounds.size());
    const std::size_t before = decided.size();
    for (bool more = true; more;) {
        decided.insert(decided.end(), values.begin(), values.end());
        sum += mean_win(game, stake, decided, choose);
        decided.resize(before);
        more = false;
        for (std::size_t i = 0; i < values.size() && !more; ++i) {
            more = ++values[i] < bounds[i];
            if (!more) { values[i] = 0; }
        }
    }
    cpp_int all = 1;
    for (const Bound bound : bounds) { all *= bound; }
    return sum / all;
}

json regular(const char* name) { return {{"name", name}, {"kind", "regular"}}; }

/// Three reels, small enough that all draws of a round can be gone through.
json small_slot(std::mt19937_64& random, bool ways, std::size_t rows)
{
    json strips = json::array();
    for (int reel = 0; reel < 3; ++reel) {
        json strip = json::array();
        const auto length = rows + 1 + random() % 3;
        for (std::size_t i = 0; i < length; ++i) { strip.push_back(std::array{"a", "b", "c"}.at(random() % 3)); }
        strips.push_back(std::move(strip));
    }
    json slot{{"kind", "slot"}, {"game", "small"}, {"name", "Small"}, {"rows", rows},
        {"stake", {{"min", 6}, {"max", 60}, {"step", 6}}}, {"rtp", {{"ppm", 0}, {"tolerance_ppm", 1'000'000}}},
        {"symbols", {regular("a"), regular("b"), regular("c")}}, {"strips", strips},
        {"pays",
            {{{"symbol", "a"}, {"count", 3}, {"times", 2}}, {{"symbol", "b"}, {"count", 2}, {"times", 1}},
                {{"symbol", "b"}, {"count", 3}, {"times", 1}}}},
        {"scatter_pays", json::array()}, {"free_spins", {{"awards", json::array()}, {"multiplier", 1}, {"limit", 0}}},
        {"win_cap", 1'000'000}};
    if (ways) {
        slot["ways"] = {{"units", 6}};
    } else {
        slot["lines"] = {{0, 0, 0}, {0, rows - 1, 0}};
        if (rows == 1) { slot["lines"].erase(1); }
    }
    return slot;
}

std::string rtp_of(const json& text)
{
    std::optional<DefinitionError> error;
    const auto definition = slot::read(Node{text, "", error});
    REQUIRE(!error);
    return slot::rtp(definition).total;
}

std::unique_ptr<Game> loaded(const json& text)
{
    auto game = load_game(text.dump());
    // Now and then one returns more than everything, or holds in too many ways.
    if (!game && (game.error().path == "/pays" || game.error().path == "/respins/symbol")) { return nullptr; }
    CAPTURE(game ? "" : game.error().path + ": " + game.error().expected);
    REQUIRE(game.has_value());
    return std::move(*game);
}

}  // namespace

TEST_CASE("respins: the return that is computed is the one of all rounds that there can be (GLI-19 4.7)", "[games]")
{
    std::mt19937_64 random{7};
    int played = 0;
    int several = 0;
    for (int i = 0; i < 60; ++i) {
        const bool ways = i % 2 == 0;
        json text = small_slot(random, ways, 1 + random() % 2);
        if (!ways || i % 4 == 0) { text["symbols"][2] = {{"name", "c"}, {"kind", ways ? "regular" : "wild"}}; }
        text["respins"] = {{"symbol", "c"}, {"limit", 1 + random() % 3}};
        const auto game = loaded(text);
        if (game == nullptr) { continue; }
        std::vector<Value> decided;
        CHECK(!game->asks());
        CHECK(Rational{rtp_of(text)} == mean_win(*game, 6, decided, {}) / 6);
        ++played;
        // Of one round: what is held is as it was, and each spin holds another reel.
        for (int round = 0; round < 50; ++round) {
            const auto outcome = game->evaluate(6, {}, draw_round(*game, random));
            std::vector<Column> grid;
            std::vector<std::uint32_t> held;
            std::size_t spins = 0;
            for (const GameEvent& event : outcome.events) {
                if (const auto* respun = std::get_if<Respun>(&event)) {
                    CHECK(respun->held.size() > held.size());
                    CHECK(respun->held.size() < 3);
                    held = respun->held;
                } else if (const auto* reels = std::get_if<ReelsStopped>(&event)) {
                    for (const std::uint32_t reel : held) { CHECK(reels->grid[reel] == grid[reel]); }
                    grid = reels->grid;
                    ++spins;
                }
            }
            several += spins > 2 ? 1 : 0;
            CHECK(win_told(outcome) == outcome.win);
        }
    }
    CHECK(played > 30);
    CHECK(several > 30);
}

TEST_CASE("pick: whatever is picked, the same is to be expected, and it is what is computed (GLI-19 4.7)", "[games]")
{
    std::mt19937_64 random{11};
    int played = 0;
    for (int i = 0; i < 24; ++i) {
        json text = small_slot(random, i % 2 == 0, 1);
        text["symbols"][2]["kind"] = "scatter";
        text["pick"] = {{"scatters", 1 + random() % 2}, {"prizes", {0, random() % 3, 1}}};
        if (i % 3 == 0) {
            text["free_spins"] = {
                {"awards", {{{"count", 2}, {"spins", 1}}}}, {"multiplier", 2}, {"limit", 1 + random() % 2}};
        }
        const auto game = loaded(text);
        if (game == nullptr) { continue; }
        CHECK(game->asks());
        CHECK(game->kept_text() == text.dump());
        for (Value box = 0; box < 3; ++box) {
            std::vector<Value> decided;
            CHECK(Rational{rtp_of(text)} == mean_win(*game, 6, decided, [box](const Question& question) {
                CHECK(question.choices == 3);
                CHECK(question.by_rule == 0);
                return box;
            }) / 6);
        }
        ++played;
    }
    CHECK(played > 10);
}

TEST_CASE("pick: every order of the boxes is as likely, and the picked one has what was drawn first", "[games]")
{
    const auto game = load(builtin("treasure-chests.json"));
    const auto shown = json::parse(game->info().definition_json);
    const auto crown = shown["symbols"].back()["id"].get<std::uint32_t>();
    std::vector<Value> decided;
    for (const auto& strip : shown["strips"]) {
        const auto found = std::find(strip.begin(), strip.end(), crown);
        decided.push_back(static_cast<Value>(found - strip.begin()));
    }
    const auto asked = game->evaluate(15, {}, decided);
    CHECK(asked.win == 0);
    CHECK(std::get<PickWon>(asked.events.back()).boxes == 5);
    REQUIRE(game->question(decided)->choices == 5);
    decided.push_back(3);
    REQUIRE(!game->question(decided));
    REQUIRE(next(*game, decided) == std::vector<Bound>{5, 4, 3, 2});
    std::map<std::vector<std::int64_t>, int> orders;
    for (Value i = 0; i < 120; ++i) {
        std::vector<Value> complete = decided;
        complete.insert(complete.end(), {i / 24, i / 6 % 4, i / 2 % 3, i % 2});
        // Five crowns award free spins, too: they come behind it.
        REQUIRE(next(*game, complete).size() == 50);
        complete.resize(complete.size() + 50);
        const auto outcome = game->evaluate(15, {}, complete);
        const auto picked = std::ranges::find_if(
            outcome.events, [](const GameEvent& event) { return std::holds_alternative<Picked>(event); });
        REQUIRE(picked != outcome.events.end());
        const auto& [box, win, wins] = std::get<Picked>(*picked);
        CHECK(box == 3);
        CHECK(wins[3] == win);
        CHECK(win == 15 * shown["pick"]["prizes"][i / 24].get<std::int64_t>());
        ++orders[wins];
    }
    CHECK(orders.size() == 120);
}

TEST_CASE("respins, pick: what cannot be is refused at its place", "[games]")
{
    const auto why = [](const json& text) {
        const auto game = load_game(text.dump());
        return game ? "nothing" : game.error().path + ": " + game.error().expected;
    };
    const json starry = json::parse(builtin("starry-night.json"));
    const json chests = json::parse(builtin("treasure-chests.json"));
    json text = starry;
    text["respins"]["limit"] = 11;
    CHECK(why(text) == "/respins/limit: a whole number from 1 to 10");
    text = starry;
    text["respins"]["symbol"] = "comet";
    CHECK(why(text).starts_with("/respins/symbol: "));
    text = starry;
    text["respins"]["symbol"] = "cherry";
    CHECK(why(text)
        == "/respins/symbol: a symbol that is in sight at few stops: the product of their numbers, each plus one, is at most 256");
    text = starry;
    text["pick"] = chests["pick"];
    CHECK(why(text) == "/pick: nothing, as there is no scatter");
    text = chests;
    text["respins"] = {{"symbol", "diamond"}, {"limit", 1}};
    CHECK(why(text) == "/respins: nothing, as there is a scatter");
    text = chests;
    text["pick"]["prizes"] = {1};
    CHECK(why(text) == "/pick/prizes: an array of 2 to 12 elements");
    text = chests;
    text["pick"]["prizes"][0] = -1;
    CHECK(why(text).starts_with("/pick/prizes/0: "));
    text = chests;
    text["pick"]["prizes"][4] = 46;
    CHECK(why(text).starts_with("/rtp/ppm: "));
}
