#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "adapters/log.hpp"
#include "captured_stderr.hpp"
#include "gunzip.hpp"
#include "gzip_sample.hpp"
#include "http_text.hpp"
#include "hub.hpp"
#include "rate.hpp"
#include "wheel.hpp"

using namespace std::chrono_literals;
using namespace croupier;
using namespace croupier::edge;
using croupier::edge::test::gzipped_a300;

TEST_CASE("edge: a request target is decoded, or refused where it could be misread", "[edge]")
{
    struct Row {
        std::string_view target;
        std::optional<std::string> path;
    };
    const std::vector<Row> rows{
        {"/", "/"},
        {"/api/v1/me", "/api/v1/me"},
        {"/a%20b", "/a b"},
        {"/%C3%A4", "/ä"},
        {"/a+b", "/a+b"},
        {"http://host:8080/x", "/x"},
        {"HTTPS://host", "/"},
        {"http://host?a=b", "/"},
        {"", std::nullopt},
        {"*", std::nullopt},
        {"host:80", std::nullopt},
        {"a/b", std::nullopt},
        {"/%", std::nullopt},
        {"/%4", std::nullopt},
        {"/%4g", std::nullopt},
        {"/%00", std::nullopt},
        {"/%0a", std::nullopt},
        {"/%7f", std::nullopt},
        {"/%ff", std::nullopt},
        {"/%c0%af", std::nullopt},
        {"/%ed%a0%80", std::nullopt},
        {"/a%2fb", std::nullopt},
        {"/a%5Cb", std::nullopt},
        {"/a\\b", std::nullopt},
        {"/../etc", std::nullopt},
        {"/a/..", std::nullopt},
        {"/a/./b", std::nullopt},
        {"/%2e%2e/x", std::nullopt},
        {"/...", "/..."},
        {"/a#b", std::nullopt},
        {"/\xc3\xa4", std::nullopt},
        {"/?a=%zz", std::nullopt},
    };
    for (const auto& row : rows) {
        INFO(row.target);
        const auto target = parse_target(row.target);
        CHECK(target.has_value() == row.path.has_value());
        if (target && row.path) { CHECK(target->path == *row.path); }
    }
}

TEST_CASE("edge: a query keeps its order, repeated names and empty values", "[edge]")
{
    const auto target = parse_target("/x?limit=5&before=1%262&limit=6&flag&e=&&sp=a+b%2B&eq=a=b");
    REQUIRE(target);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"limit", "5"}, {"before", "1&2"}, {"limit", "6"}, {"flag", ""}, {"e", ""}, {"sp", "a b+"}, {"eq", "a=b"}};
    CHECK(target->query == expected);
}

TEST_CASE("edge: an Origin is allowed when it is the server's own or listed", "[edge]")
{
    struct Row {
        std::string_view origin;
        std::string_view host;
        std::vector<std::string> allowed;
        bool expected;
    };
    const std::vector<Row> rows{
        {"http://localhost:8080", "localhost:8080", {}, true},
        {"https://casino.example", "casino.example", {}, true},
        {"https://casino.example", "casino.example:443", {}, true},
        {"http://casino.example:80", "casino.example", {}, true},
        {"HTTPS://Casino.Example", "casino.example", {}, true},
        {"https://casino.example:80", "casino.example", {}, false},
        {"https://evil.example", "casino.example", {}, false},
        {"https://casino.example.evil.example", "casino.example", {}, false},
        {"http://localhost:8081", "localhost:8080", {}, false},
        {"null", "casino.example", {}, false},
        {"", "", {}, false},
        {"https://", "", {}, false},
        {"ftp://casino.example", "casino.example", {}, false},
        {"https://lobby.example", "casino.example", {"https://lobby.example"}, true},
        {"http://lobby.example", "casino.example", {"https://lobby.example"}, false},
        {"null", "casino.example", {"*"}, true},
    };
    for (const auto& row : rows) {
        INFO(row.origin << " at " << row.host);
        CHECK(origin_allowed(row.origin, row.host, row.allowed) == row.expected);
    }
}

TEST_CASE("edge: a list holds a token only as a whole item", "[edge]")
{
    CHECK(list_holds("croupier.v1", "croupier.v1"));
    CHECK(list_holds("a, \tcroupier.v1 ,b", "croupier.v1"));
    CHECK_FALSE(list_holds("croupier.v10", "croupier.v1"));
    CHECK_FALSE(list_holds("Croupier.v1", "croupier.v1"));
    CHECK_FALSE(list_holds("", "croupier.v1"));
}

TEST_CASE("edge: a WebSocket key is 16 bytes in base64", "[edge]")
{
    CHECK(websocket_key_valid("dGhlIHNhbXBsZSBub25jZQ=="));
    CHECK_FALSE(websocket_key_valid(""));
    CHECK_FALSE(websocket_key_valid("dGhlIHNhbXBsZSBub25jZQ="));
    CHECK_FALSE(websocket_key_valid("dGhlIHNhbXBsZSBub25jZQ==="));
    CHECK_FALSE(websocket_key_valid("dGhlIHNhbXBsZSBub25j!Q=="));
}

TEST_CASE("edge: a response head has what HTTP wants, and no length without a body", "[edge]")
{
    const WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 11h + 3min + 9s};
    CHECK(http_date(now) == "Mon, 23 Nov 2026 11:03:09 GMT");

    HttpResponse response{.status = 201, .body = "{}", .headers = {{"Location", "/x"}}, .gzip = true};
    CHECK(response_head(response, true, now)
        == "HTTP/1.1 201 Created\r\nServer: croupier\r\nDate: Mon, 23 Nov 2026 11:03:09 GMT\r\nContent-Length: 2\r\n"
           "Content-Type: application/json\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\nLocation: /x\r\n\r\n");
    const auto last = response_head(HttpResponse{.status = 204}, false, now);
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(last.find("Content-Length") == std::string::npos);
}

TEST_CASE("edge: gzip is sent to those who take it", "[edge]")
{
    for (const std::string_view yes :
        {"gzip", "deflate, gzip", "GZIP;q=0.5", "*", "br;q=1, gzip ; q=0.001", "*;q=0, gzip"}) {
        INFO(yes);
        CHECK(accepts_gzip(yes));
    }
    for (const std::string_view no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "notgzip"}) {
        INFO(no);
        CHECK_FALSE(accepts_gzip(no));
    }
}

TEST_CASE("edge: a gzip file is unpacked whole or not at all", "[edge]")
{
    const std::string content(300, 'a');
    const std::string file = gzipped_a300();
    CHECK(gunzip(file) == content);
    for (std::size_t size = 0; size < file.size(); ++size) { CHECK_FALSE(gunzip(file.substr(0, size))); }
    for (std::size_t at = 0; at < file.size(); ++at) {
        // Time, extra flags and system (bytes 4 to 9) and the unused flag bits say nothing about the content.
        if (at >= 3 && at < 10) { continue; }
        INFO(at);
        auto damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        CHECK_FALSE(gunzip(damaged));
    }

    // The optional fields of the header: extra, name, comment and header CRC.
    auto full = file.substr(0, 3) + "\x1e" + file.substr(4, 6) + std::string{"\x03\0xyz", 5} + std::string{"n\0", 2}
        + std::string{"c\0", 2} + "HH" + file.substr(10);
    CHECK(gunzip(full) == content);
}

TEST_CASE("edge: a refusal is a problem document with the code's own status unless told", "[edge]")
{
    const auto response = problem(ErrorCode::origin_refused);
    CHECK(response.status == 403);
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.body
        == R"({"type":"urn:croupier:error:origin_refused","title":"Requests from this origin are refused.",)"
           R"("status":403,"code":"origin_refused"})");
    CHECK(problem(ErrorCode::malformed, 426).body.find("\"status\":426") != std::string::npos);
}

TEST_CASE("edge: a rate takes its burst at once, then one token an interval", "[edge]")
{
    SteadyTime now{100s};
    Rate rate{10, 3};
    for (int i = 0; i < 3; ++i) { CHECK(rate.take(now)); }
    CHECK_FALSE(rate.take(now));
    now += 99ms;
    CHECK_FALSE(rate.take(now));
    now += 1ms;
    CHECK(rate.take(now));
    CHECK_FALSE(rate.take(now));
    now += 1h;  // A long rest fills the bucket, not more.
    for (int i = 0; i < 3; ++i) { CHECK(rate.take(now)); }
    CHECK_FALSE(rate.take(now));

    // What is refused adds up, and what is taken makes up for it.
    Rate patient{10, 1};
    for (int i = 0; i < 1000; ++i) {
        CHECK(patient.take(now));
        CHECK_FALSE(patient.take(now));
        now += 100ms;
    }
    CHECK(patient.excess() == 1);
    for (int i = 0; i < 9; ++i) { CHECK_FALSE(patient.take(now - 1ms)); }
    CHECK(patient.excess() == 10);

    Rate unlimited{0, 1};
    for (int i = 0; i < 1000; ++i) { REQUIRE(unlimited.take(now)); }
}

namespace {

struct Alarm final : Wheel::Deadline {
    void on_due(SteadyTime now) override { rang = now; }
    std::optional<SteadyTime> rang;
};

}  // namespace

TEST_CASE("edge: a deadline is met within a tick and never early, near or many turns away", "[edge]")
{
    const SteadyTime start{1h};
    for (const auto due : {0ms, 1ms, 10ms, 11ms, 2'560ms, 2'561ms, 123'456ms}) {
        INFO(due.count());
        Wheel wheel{10ms, start};
        Alarm alarm;
        wheel.set(alarm, start + due);
        auto now = start;
        while (!alarm.rang && now < start + 200s) {
            now += 1ms;
            wheel.advance(now);
        }
        REQUIRE(alarm.rang);
        CHECK(*alarm.rang >= start + due);
        CHECK(*alarm.rang <= start + due + 11ms);
    }
}

TEST_CASE("edge: a deadline can be moved, cleared, and outlived", "[edge]")
{
    const SteadyTime start{1h};
    Wheel wheel{10ms, start};
    Alarm moved;
    Alarm cleared;
    auto gone = std::make_unique<Alarm>();
    wheel.set(moved, start + 20ms);
    wheel.set(moved, start + 500ms);
    wheel.set(cleared, start + 20ms);
    Wheel::clear(cleared);
    Wheel::clear(cleared);
    wheel.set(*gone, start + 20ms);
    gone.reset();
    wheel.advance(start + 400ms);
    CHECK_FALSE(moved.rang);
    wheel.advance(start + 10h);  // After a pause of many turns.
    CHECK(moved.rang == start + 10h);
    CHECK_FALSE(cleared.rang);
}

TEST_CASE("edge: what ended a connection by an exception stands in the server's log", "[edge]")
{
    const auto lines = fakes::captured_stderr([] {
        log::start({.format = log::Format::json});
        report(nullptr);
        report(std::make_exception_ptr(std::runtime_error{"out of luck"}));
        log::stop();
    });
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::Contains(R"("level":"error","part":"edge")") && Catch::Contains("out of luck"));
}
