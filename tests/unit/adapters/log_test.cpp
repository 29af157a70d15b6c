#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "adapters/log.hpp"
#include "captured_stderr.hpp"

using namespace croupier;
using fakes::captured_stderr;
using nlohmann::json;

TEST_CASE("log: each JSON line is one object with time, level, part, message and the fields", "[adapters]")
{
    const std::string hostile = "a\"b\\c\nd\x01\x7f é";
    const auto lines = captured_stderr([&] {
        log::info("test", "before the start");
        log::start({.level = log::Level::info, .format = log::Format::json});
        log::debug("test", "below the level");
        log::warn("edge", "refused", {log::input(InputId{12}), {"code", "overloaded"}, {"late", true}, {"delta", -3}});
        log::info("edge", hostile, {{"text", hostile}, {"most", std::uint64_t{18'446'744'073'709'551'615U}}});
        log::stop();
        log::error("test", "after the end");
    });
    REQUIRE(lines.size() == 2);
    const json first = json::parse(lines[0]);
    CHECK(first.at("level") == "warn");
    CHECK(first.at("part") == "edge");
    CHECK(first.at("message") == "refused");
    CHECK(first.at("input") == 12);
    CHECK(first.at("code") == "overloaded");
    CHECK(first.at("late") == true);
    CHECK(first.at("delta") == -3);
    CHECK(first.at("at").get<std::string>().size() == std::string_view{"2026-11-23T19:02:03.123456Z"}.size());
    const json second = json::parse(lines[1]);
    CHECK(second.at("message") == hostile);
    CHECK(second.at("text") == hostile);
    CHECK(second.at("most") == 18'446'744'073'709'551'615U);
}

TEST_CASE("log: without a terminal the automatic format is JSON", "[adapters]")
{
    const auto lines = captured_stderr([&] {
        log::start({});
        log::info("a", "b");
        log::stop();
    });
    REQUIRE(lines.size() == 1);
    CHECK(json::parse(lines[0]).at("message") == "b");
}

TEST_CASE("log: a line for people is one line, whatever stands in it", "[adapters]")
{
    CHECK(log::pretty_text("edge", "slow\n", {{"input", 12}, {"why", "a\x1b[31mb"}, {"ok", false}})
        == "edge: slow\\u000a  input=12 why=a\\u001b[31mb ok=false");
    const auto lines = captured_stderr([&] {
        log::start({.level = log::Level::trace, .format = log::Format::pretty});
        log::debug("edge", "one\ntwo");
        log::stop();
    });
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::Contains("debug") && Catch::EndsWith("edge: one\\u000atwo"));
}

TEST_CASE("log: lines from several threads all arrive whole while the queue has room", "[adapters]")
{
    const auto lines = captured_stderr([&] {
        log::start({.format = log::Format::json, .queue_max = 8'192});
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([t] {
                for (int i = 0; i < 500; ++i) { log::info("thread", "line", {{"thread", t}, {"i", i}}); }
            });
        }
        for (std::thread& thread : threads) { thread.join(); }
        log::stop();
    });
    CHECK(lines.size() == 2'000);
    for (const std::string& line : lines) { CHECK(json::accept(line)); }
}

TEST_CASE("log: names of the configuration are levels and formats", "[adapters]")
{
    CHECK(log::level_from("trace") == log::Level::trace);
    CHECK(log::level_from("error") == log::Level::error);
    CHECK(log::format_from("auto") == log::Format::automatic);
    CHECK(log::format_from("pretty") == log::Format::pretty);
    CHECK(log::format_from("json") == log::Format::json);
}

TEST_CASE("log: a fail-stop writes its line and ends the process with 70", "[adapters]")
{
    int status = 0;
    const auto lines = captured_stderr([&] {
        const pid_t child = ::fork();
        if (child == 0) { log::fail_stop("store", "sync failed", {{"errno", 5}}); }
        ::waitpid(child, &status, 0);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 70);
    CHECK(lines == std::vector<std::string>{"fail-stop: store: sync failed  errno=5"});
}
