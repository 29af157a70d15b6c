#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

#include "builtin_games.hpp"
#include "play.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;

TEST_CASE("games: what is built in is what stands under config/games, and defines a game of that name", "[games]")
{
    REQUIRE(builtin_games().size() >= 2);
    for (const BuiltinGame& builtin_game : builtin_games()) {
        CAPTURE(builtin_game.file);
        std::ifstream stream{"config/games/" + std::string{builtin_game.file}, std::ios::binary};
        std::ostringstream text;
        text << stream.rdbuf();
        REQUIRE(text.str() == builtin_game.text);
        const auto game = load(builtin_game.text);
        CHECK(game->info().game + ".json" == builtin_game.file);
        CHECK(game->definition() == sha256(as_bytes(nlohmann::json::parse(builtin_game.text).dump())));
        CHECK(game->info().open);
        CHECK(nlohmann::json::accept(game->info().definition_json));
    }
}

TEST_CASE("games: the lobby hears what docs/protocol promises", "[games]")
{
    const auto slot = load(builtin("lucky-lines.json"));
    CHECK(slot->info().name == "Lucky Lines");
    CHECK(slot->info().kind == "slot");
    CHECK(slot->info().stake_min == 20);
    CHECK(slot->info().stake_max == 10000);
    CHECK(slot->info().stake_step == 20);
    const auto reels = nlohmann::json::parse(slot->info().definition_json);
    CHECK(reels["reels"] == 5);
    CHECK(reels["rows"] == 3);
    CHECK(reels["lines"].size() == 20);
    CHECK(reels["lines"][0] == nlohmann::json{1, 1, 1, 1, 1});
    CHECK(reels["symbols"][0] == nlohmann::json{{"id", 0}, {"name", "cherry"}, {"kind", "regular"}});
    CHECK(reels["symbols"][7] == nlohmann::json{{"id", 7}, {"name", "diamond"}, {"kind", "wild"}});
    CHECK(reels["symbols"][8] == nlohmann::json{{"id", 8}, {"name", "crown"}, {"kind", "scatter"}});
    CHECK(reels["strips"].size() == 5);
    CHECK(reels["strips"][0].size() == 32);
    CHECK(reels["pays"][0] == nlohmann::json{{"symbol", 0}, {"count", 3}, {"times", 10}});
    CHECK(reels["scatter_pays"][0] == nlohmann::json{{"count", 3}, {"times", 2}});
    CHECK(reels["free_spins"]["awards"][0] == nlohmann::json{{"count", 3}, {"spins", 8}});

    const auto dice = nlohmann::json::parse(load(builtin("dice.json"))->info().definition_json);
    CHECK(dice
        == nlohmann::json{
            {"outcomes", 10000}, {"edge_ppm", 10000}, {"chance_min", 100}, {"chance_max", 9800}, {"scheme", "v2"}});

    const auto wheel = load(builtin("european-roulette.json"));
    CHECK(wheel->info().kind == "roulette");
    CHECK(wheel->info().stake_min == 10);
    CHECK(wheel->info().stake_max == 100000);
    const auto bets = nlohmann::json::parse(wheel->info().definition_json)["bets"];
    REQUIRE(bets.size() == 15);
    CHECK(bets[0] == nlohmann::json{{"kind", "straight"}, {"numbers", 1}, {"pays", 35}, {"rtp_ppm", 972972}});
}

TEST_CASE("games: a definition that is wrong is refused with the place", "[games]")
{
    struct Row {
        const char* why;
        const char* file;
        const char* at;     ///< JSON pointer of what is changed …
        const char* value;  ///< … to this; null: removed.
        const char* path;   ///< What the error names.
    };
    const char* const slot = "lucky-lines.json";
    const char* const wheel = "european-roulette.json";
    const char* const french = "french-roulette.json";
    const std::vector<Row> rows{
        {"no kind", slot, "/kind", nullptr, "/kind"},
        {"unknown kind", slot, "/kind", R"("bingo")", "/kind"},
        {"unknown member", slot, "/colour", "1", "/colour"},
        {"unknown member inside", slot, "/free_spins/colour", "1", "/free_spins/colour"},
        {"missing member", slot, "/pays", nullptr, "/"},
        {"a name with capitals", slot, "/game", R"("Lucky")", "/game"},
        {"a name that ends in a dash", slot, "/game", R"("lucky-")", "/game"},
        {"an empty title", slot, "/name", R"("")", "/name"},
        {"a title with a line end", slot, "/name", R"("a\nb")", "/name"},
        {"a fraction for a stake", slot, "/stake/min", "20.5", "/stake/min"},
        {"a text for a stake", slot, "/stake/min", R"("20")", "/stake/min"},
        {"a negative stake", slot, "/stake/min", "-20", "/stake/min"},
        {"a stake beyond 64 bits", slot, "/stake/max", "18446744073709551615", "/stake/max"},
        {"a smallest stake off the step", slot, "/stake/min", "30", "/stake/min"},
        {"a largest stake below the smallest", slot, "/stake/max", "0", "/stake/max"},
        {"a step that the lines do not divide", slot, "/stake/step", "10", "/stake/step"},
        {"a stake whose largest win is too large", slot, "/stake/max", "1000000000000", "/stake/max"},
        {"a symbol's name twice", slot, "/symbols/1/name", R"("cherry")", "/symbols/1/name"},
        {"two scatters", slot, "/symbols/0/kind", R"("scatter")", "/symbols/8/kind"},
        {"a multiplier of what is no wild", slot, "/symbols/0/multiplier", "2", "/symbols/0/multiplier"},
        {"an exception of what is no wild", slot, "/symbols/0/except", "[]", "/symbols/0/except"},
        {"an exception that is no symbol", slot, "/symbols/7/except", R"(["kiwi"])", "/symbols/7/except/0"},
        {"lines and ways", slot, "/ways", R"({"units":20})", "/"},
        {"neither lines nor ways", slot, "/lines", nullptr, "/"},
        {"another return than is declared", slot, "/rtp/ppm", "956245", "/rtp/ppm"},
        {"an unknown kind of symbol", slot, "/symbols/0/kind", R"("bonus")", "/symbols/0/kind"},
        {"a line off the grid", slot, "/lines/3/2", "3", "/lines/3/2"},
        {"a line of four reels", slot, "/lines/3", "[0,0,0,0]", "/lines/3"},
        {"a line twice", slot, "/lines/3", "[1,1,1,1,1]", "/lines/3"},
        {"four strips for lines of five", slot, "/strips/4", nullptr, "/lines/0"},
        {"two strips", slot, "/strips", R"([["plum","plum","plum"],["plum","plum","plum"]])", "/strips"},
        {"other strips for free spins, of four reels", slot, "/free_spins/strips", R"([["plum"]])",
            "/free_spins/strips"},
        {"an unknown symbol on a strip", slot, "/strips/2/7", R"("kiwi")", "/strips/2/7"},
        {"a strip shorter than the window", slot, "/strips/2", R"(["plum","plum"])", "/strips/2"},
        {"a pay for the scatter on a line", slot, "/pays/0/symbol", R"("crown")", "/pays/0/symbol"},
        {"a pay for six", slot, "/pays/0/count", "6", "/pays/0/count"},
        {"a pay twice", slot, "/pays/0/count", "4", "/pays/1"},
        {"a pay of nothing", slot, "/pays/0/times", "0", "/pays/0/times"},
        {"less for more", slot, "/pays/0/times", "26", "/pays"},
        {"scatters that do not rise", slot, "/scatter_pays/1/count", "3", "/scatter_pays/1/count"},
        {"less for more scatters", slot, "/scatter_pays/1/times", "1", "/scatter_pays/1/times"},
        {"no multiplier", slot, "/free_spins/multiplier", "0", "/free_spins/multiplier"},
        {"too many free spins", slot, "/free_spins/limit", "201", "/free_spins/limit"},
        {"no cap", slot, "/win_cap", "0", "/win_cap"},
        {"more than the stakes comes back", slot, "/pays/2/times", "1000", "/pays"},
        {"roulette: unknown member", wheel, "/colour", "1", "/colour"},
        {"roulette: unknown wheel", wheel, "/wheel", R"("french")", "/wheel"},
        {"roulette: la partage is no number", wheel, "/la_partage", "1", "/la_partage"},
        {"roulette: half of an odd stake", french, "/stake", R"({"min":5,"max":100,"step":5})", "/stake/step"},
        {"roulette: no bets", wheel, "/bets_max", "0", "/bets_max"},
        {"roulette: off the step", wheel, "/stake/min", "15", "/stake/min"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        auto json = nlohmann::json::parse(builtin(row.file));
        const nlohmann::json::json_pointer at{row.at};
        if (row.value == nullptr) {
            json = json.patch({{{"op", "remove"}, {"path", row.at}}});
        } else {
            json[at] = nlohmann::json::parse(row.value);
        }
        const auto game = load_game(json.dump());
        REQUIRE(!game.has_value());
        CHECK(game.error().path == row.path);
        CHECK(!game.error().expected.empty());
    }
}

TEST_CASE("games: what is not one JSON object with each member once is refused", "[games]")
{
    for (const char* text : {"", "{", "[]", "null", "17", "{} {}", "{'kind':'slot'}", "{\"kind\":\"slot\",}",
             "\xff\xfe", R"({"kind":"slot","kind":"slot"})", R"({"kind":"roulette","stake":{"min":10,"min":10}})"}) {
        CAPTURE(text);
        const auto game = load_game(text);
        REQUIRE(!game.has_value());
        CHECK(game.error().path == "/");
    }
}

TEST_CASE("games: no definition that is cut off or garbled ends anything but in a refusal or a game", "[games]")
{
    const std::string text{builtin("lucky-lines.json")};
    for (std::size_t size = 0; size < text.size() - 2; size += 37) {
        REQUIRE(!load_game(text.substr(0, size)).has_value());
    }
    // Every value in turn becomes one of another type.
    const auto whole = nlohmann::json::parse(text);
    for (const auto& [path, value] : whole.flatten().items()) {
        for (const char* other : {"null", "-1", "\"\"", "[]"}) {
            auto json = whole;
            json[nlohmann::json::json_pointer{path}] = nlohmann::json::parse(other);
            CAPTURE(path, other);
            REQUIRE(!load_game(json.dump()).has_value());
        }
    }
}
