#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "histogram.hpp"
#include "plan.hpp"
#include "script.hpp"
#include "skim.hpp"
#include "temporary_folder.hpp"
#include "wire.hpp"

using namespace std::chrono_literals;
using namespace croupier::load;

TEST_CASE("load: a quantile is at most a hundredth above the true one, from nanoseconds to hours", "[load]")
{
    std::uint64_t state = 7;
    std::vector<std::chrono::nanoseconds> values;
    Histogram histogram;
    for (int i = 0; i < 50'000; ++i) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        const std::chrono::nanoseconds value{static_cast<std::int64_t>((state >> 20) >> ((state >> 8) % 44))};
        values.push_back(value);
        histogram.record(value);
    }
    std::ranges::sort(values);
    CHECK(histogram.count() == values.size());
    CHECK(histogram.max() == values.back());
    for (const double fraction : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        INFO(fraction);
        const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
        const auto exact = values[rank - 1].count();
        const auto read = histogram.quantile(fraction).count();
        CHECK(read >= exact);
        CHECK(static_cast<double>(read) <= static_cast<double>(exact) * 1.01);
    }
}

TEST_CASE("load: an empty histogram reads zero, a single value reads itself", "[load]")
{
    Histogram histogram;
    CHECK(histogram.quantile(0.5) == 0ns);
    histogram.record(1'234'567ns);
    CHECK(histogram.quantile(0.5) == 1'234'567ns);
    CHECK(histogram.quantile(0.999) == 1'234'567ns);
    Histogram strange;
    strange.record(-5ns);
    CHECK(strange.quantile(1.0) == 0ns);
}

TEST_CASE("load: skimming finds the members of an object and nothing of what lies deeper", "[load]")
{
    const std::string text = R"( {"re":12, "ok" : {"win":5,"outcome":{"win":7,"s":"}\"]"},"list":[1,{"a":[]}]},)"
                             R"("t":true,"s":"a\"b", "e":{} } )";
    std::vector<std::pair<std::string, std::string>> members;
    REQUIRE(skim(text, [&](std::string_view name, std::string_view value) { members.emplace_back(name, value); }));
    const std::vector<std::pair<std::string, std::string>> expected{{"re", "12"},
        {"ok", R"({"win":5,"outcome":{"win":7,"s":"}\"]"},"list":[1,{"a":[]}]})"}, {"t", "true"}, {"s", R"("a\"b")"},
        {"e", "{}"}};
    CHECK(members == expected);
    CHECK(skim("{}", [](std::string_view, std::string_view) { FAIL("no member"); }));
}

TEST_CASE("load: what is no whole object is said to be none", "[load]")
{
    for (const std::string_view text : {"", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":{",
             "{\"a\":\"x", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":}"}) {
        INFO(text);
        CHECK_FALSE(skim(text, [](std::string_view, std::string_view) {}));
    }
}

TEST_CASE("load: numbers and strings are read exactly or not at all", "[load]")
{
    CHECK(as_integer("-42") == -42);
    CHECK_FALSE(as_integer("1.5"));
    CHECK_FALSE(as_integer("\"1\""));
    CHECK_FALSE(as_integer(""));
    CHECK(as_text("\"x\"") == "x");
    CHECK(as_text("x").empty());
}

TEST_CASE("load: a frame of any size is read back as it was made, and only when whole", "[load]")
{
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
        INFO(size);
        const std::string payload(size, 'p');
        const auto masked = make_frame(kTextFrame, payload, 0xdeadbeef);
        // What a server would have sent: the same without mask bit and key.
        const std::size_t header = size < 126 ? 2 : (size < 65'536 ? 4 : 10);
        std::string frame = masked.substr(0, header) + payload;
        frame[1] = static_cast<char>(frame[1] & 0x7f);
        CHECK(masked.size() == frame.size() + 4);
        CHECK((masked[1] & 0x80) != 0);
        for (const std::size_t cut : {std::size_t{1}, frame.size() / 2, frame.size() - 1}) {
            if (cut < frame.size()) { CHECK_FALSE(parse_frame(std::string_view{frame}.substr(0, cut))); }
        }
        const auto followed = frame + "next";
        const auto parsed = parse_frame(followed);
        REQUIRE(parsed);
        CHECK(parsed->opcode == kTextFrame);
        CHECK(parsed->fin);
        CHECK(parsed->payload == payload);
        CHECK(parsed->size == frame.size());
    }
}

TEST_CASE("load: a response is read once all of it has come", "[load]")
{
    const std::string text = "HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX: y\r\n\r\nbody";
    CHECK_FALSE(parse_response(text.substr(0, 20)));
    CHECK_FALSE(parse_response(text.substr(0, text.size() - 1)));
    const auto followed = text + "more";
    const auto response = parse_response(followed);
    REQUIRE(response);
    CHECK(response->status == 201);
    CHECK(response->body == "body");
    CHECK(response->size == text.size());
    const auto upgrade = parse_response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    REQUIRE(upgrade);
    CHECK(upgrade->status == 101);
    CHECK(upgrade->body.empty());
}

TEST_CASE("load: commands are written as the protocol has them", "[load]")
{
    Plan plan;
    CHECK(plan.command(0, 12, 1) == R"({"n":12,"op":"spin","game":"lucky-lines","stake":20})");
    plan.game = "european-roulette";
    plan.bets = R"([{"kind":"red","stake":100}])";
    CHECK(plan.command(0, 1, 1)
        == R"({"n":1,"op":"spin","game":"european-roulette","bets":[{"kind":"red","stake":100}]})");
}

TEST_CASE("load: a script is sent by each session in its order, as fast as is wanted", "[load]")
{
    const croupier::fakes::TemporaryFolder folder;
    const auto read = [&](const std::string& text, Plan& plan) {
        const auto file = folder.path() / "script";
        std::ofstream{file} << text;
        return read_script(file, plan);
    };
    Plan plan;
    REQUIRE_FALSE(read(R"({"at_ms":0,"game":"lucky-lines","session":0,"stake":20}
{"at_ms":500,"bets":[{"kind":"red","stake":10}],"game":"european-roulette","session":1}
{"at_ms":2000,"game":"lucky-lines","session":0,"stake":40}
)",
        plan));
    CHECK(plan.sessions == 2);
    CHECK(plan.ignore_refusals);
    CHECK(plan.command(0, 3, 2) == R"({"n":3,"op":"spin","game":"lucky-lines","stake":40})");
    CHECK(plan.command(1, 1, 1)
        == R"({"n":1,"op":"spin","bets":[{"kind":"red","stake":10}],"game":"european-roulette"})");
    plan.speed = 10;
    CHECK(plan.due(0, 2) == 200ms);

    for (const std::string text : {"", "no JSON", "[]", R"({"session":0,"game":"x"})", R"({"session":-1,"at_ms":0})",
             R"({"session":100000,"at_ms":0})"}) {
        CAPTURE(text);
        Plan none;
        CHECK(read(text, none));
    }
}
