#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <map>

#include "play.hpp"
#include "source.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;
using nlohmann::json;

namespace {

/// A folder.
struct Beside {
    std::map<std::string, std::string> files;
    std::expected<std::string, DefinitionError> resolve(const json& text, std::string_view jurisdiction = "") const
    {
        return rounds::resolve(text.dump(), jurisdiction, [&](const std::string& name) {
            const auto found = files.find(name);
            return found == files.end() ? std::nullopt : std::optional{found->second};
        });
    }
};

std::string told(const std::expected<std::string, DefinitionError>& resolved)
{
    return resolved ? "nothing" : resolved.error().path + ": " + resolved.error().expected;
}

json lucky() { return json::parse(builtin("lucky-lines.json")); }

}  // namespace

TEST_CASE("sources: a definition without files and variants is left byte for byte", "[games]")
{
    const std::string_view text = builtin("lucky-lines.json");
    CHECK(resolve(text, "de", nullptr).value() == text);
}

TEST_CASE("sources: strips in a CSV file are the same game, to its hash", "[games]")
{
    json short_strip = lucky();
    short_strip["strips"][1].erase(0);  // Strips need not be of one length.
    short_strip["rtp"] = {{"ppm", 950000}, {"tolerance_ppm", 50000}};
    for (const json& whole : {lucky(), short_strip}) {
        json apart = whole;
        apart["strips"] = "reels.csv";
        Beside beside;
        beside.files["reels.csv"] = strips_csv(whole.dump());
        const auto unix_lines = beside.resolve(apart);
        REQUIRE(told(unix_lines) == "nothing");
        CHECK(load(*unix_lines)->definition() == load(whole.dump())->definition());
        std::string& csv = beside.files["reels.csv"];
        for (auto at = csv.find('\n'); at != std::string::npos; at = csv.find('\n', at + 2)) { csv.insert(at, "\r"); }
        CHECK(beside.resolve(apart).value() == *unix_lines);
    }
    json free = lucky();
    free["free_spins"]["strips"] = "reels.csv";
    Beside beside;
    beside.files["reels.csv"] = strips_csv(lucky().dump());
    CHECK(json::parse(beside.resolve(free).value())["free_spins"]["strips"] == lucky()["strips"]);
}

TEST_CASE("sources: what is wrong with a file beside is told with its place", "[games]")
{
    const auto with = [](const json& name, const std::string& csv) {
        json apart = lucky();
        apart["strips"] = name;
        return told(Beside{{{"reels.csv", csv}}}.resolve(apart));
    };
    CHECK(with("other.csv", "") == "/strips: a file that can be read; other.csv cannot");
    for (const char* name : {"../reels.csv", "/etc/reels.csv", ".csv", ".reels.csv", "reels.txt", ""}) {
        CHECK(with(name, "a\n") == "/strips: strips, or the name of a .csv file beside this one");
    }
    CHECK(
        with("reels.csv", "a,b,c\na,b\n") == "/strips: in reels.csv, line 2: as many columns as the first line has, 3");
    CHECK(with("reels.csv", "a,b\na,\na,b\n") == "/strips: in reels.csv, line 3: no symbol below an empty cell");
    // What a file says is checked as if it stood in the definition.
    json apart = lucky();
    apart["strips"] = "reels.csv";
    std::string csv = strips_csv(lucky().dump());
    csv.replace(csv.find("lemon"), 5, "lemno");
    const auto game = load_game(Beside{{{"reels.csv", csv}}}.resolve(apart).value());
    REQUIRE(!game.has_value());
    CHECK(game.error().path.starts_with("/strips/"));
}

TEST_CASE("sources: a jurisdiction plays its variant, which is a game of its own (GLI-19 4.7)", "[games]")
{
    json with = lucky();
    with["variants"] = {{"de", {{"stake", {{"max", 100}}}}},
        {"xx", {{"rtp", {{"ppm", 950000}, {"tolerance_ppm", 50000}}}, {"win_cap", 500}}}};
    const Beside beside;
    const auto german = load(beside.resolve(with, "de").value());
    CHECK(german->info().stake_max == 100);
    CHECK(german->info().stake_min == 20);
    const auto plain = load(beside.resolve(with, "").value());
    CHECK(plain->info().stake_max == 10'000);
    CHECK(plain->definition() == load(builtin("lucky-lines.json"))->definition());
    CHECK(load(beside.resolve(with, "at").value())->definition() == plain->definition());
    CHECK(german->definition() != plain->definition());
    CHECK(load(beside.resolve(with, "xx").value())->definition() != plain->definition());
    // A variant may bring strips of its own, as a file too.
    with["variants"]["yy"] = {{"strips", "reels.csv"}};
    CHECK(json::parse(Beside{{{"reels.csv", "a,b,c\n"}}}.resolve(with, "yy").value())["strips"]
        == json{{"a"}, {"b"}, {"c"}});

    CHECK(told(beside.resolve({{"variants", 1}})) == "/variants: an object");
    CHECK(told(beside.resolve({{"variants", {{"de", 1}}}})) == "/variants/de: an object");
    for (const char* fixed : {"kind", "game", "variants"}) {
        CHECK(told(beside.resolve({{"variants", {{"de", {{fixed, "x"}}}}}}))
            == "/variants/de/" + std::string{fixed} + ": nothing: it is the game's");
    }
}
