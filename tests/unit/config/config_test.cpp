#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "config/config.hpp"
#include "config/schema.hpp"

using namespace croupier;
using config::Config;

namespace {

/// All errors of a text and overrides, a line each; empty when it is accepted.
std::string errors_of(std::string_view text, const std::vector<std::string>& overrides = {})
{
    const auto loaded = config::parse(text, "test.json", overrides);
    if (loaded) { return ""; }
    std::string all;
    for (const auto& error : loaded.error()) { all += (all.empty() ? "" : "\n") + to_string(error); }
    return all;
}

Config accepted(std::string_view text, const std::vector<std::string>& overrides = {})
{
    auto loaded = config::parse(text, "test.json", overrides);
    INFO(errors_of(text, overrides));
    REQUIRE(loaded.has_value());
    return *std::move(loaded);
}

std::string content(const char* path)
{
    std::ifstream stream{path};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("config: nothing set gives the defaults", "[config]")
{
    const auto loaded = config::load(std::nullopt, {});
    REQUIRE(loaded.has_value());
    CHECK(to_string(loaded->edge.listen) == "127.0.0.1:8080");
    CHECK(loaded->server.currency.code() == "EUR");
    CHECK_FALSE(loaded->server.demo);
    CHECK(loaded->modules.enabled.size() == 9);
    CHECK(loaded->set_by.empty());
}

TEST_CASE("config: every default is one that the file could have set", "[config]")
{
    const std::string defaults = config::print(Config{});
    const auto loaded = config::parse(defaults, "defaults", {});
    if (!loaded) { FAIL(to_string(loaded.error().front())); }
    CHECK(config::print(*loaded) == defaults);
    CHECK(loaded->set_by.size() == config::keys().size());
}

TEST_CASE("config: a value of each type is read from file and command line", "[config]")
{
    const Config config = accepted(R"({
        // A comment.
        "server": {"demo": true, "data_dir": "/srv/casino", "currency": "JPY", "drain_timeout_ms": 1},
        "edge": {"listen": "[::1]:0", "origins": ["https://a.example", "*"], "frames_burst": 70},
        "demo": {"grant_minor": 123456789012},
        "sessions": {"lifetime_s": 60}, /* another */
        "rng": {"mechanism": "hmac"}
    })",
        {"edge.frames_burst=80", "edge.frames_burst=90", "games.closed=a,b", "log.level=warn",
            "server.test_endpoints=true"});

    CHECK(config.server.demo);
    CHECK(config.server.data_dir == "/srv/casino");
    CHECK(config.server.currency.code() == "JPY");
    CHECK(config.server.drain_timeout == std::chrono::milliseconds{1});
    CHECK(config.edge.listen == config::Address{"::1", 0});
    CHECK(config.edge.origins == std::vector<std::string>{"https://a.example", "*"});
    CHECK(config.edge.frames_burst == 90);
    CHECK(config.demo.grant_minor == 123'456'789'012);
    CHECK(config.sessions.lifetime == std::chrono::seconds{60});
    CHECK(config.rng.mechanism == "hmac");
    CHECK(config.games.closed == std::vector<std::string>{"a", "b"});
    CHECK(config.log.level == "warn");
    CHECK(config.server.test_endpoints);
    CHECK(config.set_by.at("edge.frames_burst") == "--set");
    CHECK(config.set_by.at("rng.mechanism") == "test.json");
}

TEST_CASE("config: a wrong file is refused with file, key, what was expected and what was found", "[config]")
{
    struct Case {
        const char* text;
        const char* error;
    };
    const auto cases = std::to_array<Case>({
        {R"({"edge":{"frames_burst":"many"}})",
            "test.json: edge.frames_burst: expected a whole number from 1 to 1000000, found \"many\""},
        {R"({"edge":{"frames_burst":0}})",
            "test.json: edge.frames_burst: expected a whole number from 1 to 1000000, found 0"},
        {R"({"edge":{"frames_burst":-5}})",
            "test.json: edge.frames_burst: expected a whole number from 1 to 1000000, found -5"},
        {R"({"edge":{"frames_burst":100.0}})",
            "test.json: edge.frames_burst: expected a whole number from 1 to 1000000, found 100.0"},
        {R"({"edge":{"frames_burst":18446744073709551615}})",
            "test.json: edge.frames_burst: expected a whole number from 1 to 1000000, found 18446744073709551615"},
        {R"({"edge":{"frames_brust":7}})",
            "test.json: edge.frames_brust: there is no such key; did you mean \"edge.frames_burst\"?"},
        {R"({"server":{"frames_burst":7}})",
            "test.json: server.frames_burst: there is no such key; did you mean \"edge.frames_burst\"?"},
        {R"({"egde":{}})", "test.json: egde: there is no such section; did you mean \"edge\"?"},
        {R"({"quite_other_things":{}})", "test.json: quite_other_things: there is no such section"},
        {R"({"edge":7})", "test.json: edge: expected an object of keys, found 7"},
        {R"([])", "test.json: expected an object of sections, found []"},
        {R"({"edge":{"frames_burst":120,"frames_burst":130}})", "test.json: edge.frames_burst: stands here twice"},
        {R"({"server":{"demo":1}})", "test.json: server.demo: expected true or false, found 1"},
        {R"({"server":{"currency":"XXX"}})",
            "test.json: server.currency: expected an ISO 4217 currency code, such as \"EUR\", or \"BTC\", found \"XXX\""},
        {R"({"edge":{"listen":"8080"}})",
            "test.json: edge.listen: expected HOST:PORT, such as \"127.0.0.1:8080\", found \"8080\""},
        {R"({"rng":{"mechanism":"dice"}})",
            "test.json: rng.mechanism: expected one of \"hmac\", \"ctr\", found \"dice\""},
        {R"({"games":{"closed":["a","a"]}})",
            "test.json: games.closed: expected a list of strings, found [\"a\",\"a\"]"},
        {R"({"games":{"closed":"a"}})", "test.json: games.closed: expected a list of strings, found \"a\""},
    });
    for (const Case& row : cases) {
        INFO(row.text);
        CHECK(errors_of(row.text) == row.error);
    }
    CHECK_THAT(errors_of("{\n  \"edge\": {,}\n}"), Catch::StartsWith("test.json: parse error at line 2, column "));
    CHECK_THAT(errors_of(R"({"edge":{"frames_burst":0},"log":{"level":"loud"}})"), Catch::Contains("\n"));
}

TEST_CASE("config: a wrong override is refused like a wrong line of the file", "[config]")
{
    CHECK(errors_of("{}", {"edge.frames_burst=many"})
        == "--set: edge.frames_burst: expected a whole number from 1 to 1000000, found \"many\"");
    CHECK(errors_of("{}", {"edge.frames_burst"}) == "--set: edge.frames_burst: expected section.key=value");
    CHECK(errors_of("{}", {"edge.frames_brust=1"})
        == "--set: edge.frames_brust: there is no such key; did you mean \"edge.frames_burst\"?");
    CHECK_THAT(errors_of("{}", {"server.demo=\xff"}), Catch::StartsWith("--set: server.demo: expected true or false"));
}

TEST_CASE("config: rules between keys are held", "[config]")
{
    struct Case {
        std::vector<std::string> overrides;
        const char* error;  // How it starts; empty: accepted.
    };
    const std::vector<Case> cases{
        {{"edge.listen=0.0.0.0:80"}, "--set: edge.listen: 0.0.0.0:80 can be reached from other machines"},
        {{"edge.listen=127.0.0.1.example.org:80"}, "--set: edge.listen: 127.0.0.1.example.org:80 can be reached"},
        {{"edge.listen=0.0.0.0:80", "edge.insecure=true"}, ""},
        {{"edge.listen=0.0.0.0:80", "edge.tls_certificate=c.pem", "edge.tls_key=k.pem"}, ""},
        {{"edge.listen=127.9.9.9:80"}, ""},
        {{"edge.listen=localhost:80"}, ""},
        {{"edge.listen=[::1]:80"}, ""},
        {{"edge.tls_certificate=c.pem"}, "--set: edge.tls_certificate: TLS needs both"},
        {{"edge.tls_key=k.pem"}, "--set: edge.tls_key: TLS needs both"},
        {{"server.test_endpoints=true"}, "--set: server.test_endpoints: test endpoints are served in demo mode only"},
        {{"server.test_endpoints=true", "server.demo=true"}, ""},
        {{"edge.ping_interval_ms=45000"}, "--set: edge.ping_interval_ms: must be below edge.silence_max_ms"},
        {{"edge.frames_burst=10"}, "--set: edge.frames_burst: must not be below edge.frames_per_second"},
        {{"edge.frames_per_second=500"}, "the defaults: edge.frames_burst: must not be below edge.frames_per_second"},
        {{"store.queue_max_bytes=1048576"}, "the defaults: store.settlement_reserve_bytes: must not be more than half"},
        {{"jackpot.fund_ppm=900000", "jackpot.reserve_ppm=100001"},
            "--set: jackpot.reserve_ppm: together with jackpot.fund_ppm"},
        {{"jackpot.games=lucky-lines", "jackpot.name="}, "--set: jackpot.name: a name is needed"},
        {{"modules.enabled=rounds,rng,risk"}, "--set: modules.enabled: \"rounds\" needs \"ledger\""},
        {{"modules.enabled=rng"}, ""},
        {{"modules.enabled=session"}, "--set: modules.enabled: \"session\" needs \"ledger\""},
        {{"modules.enabled=lobby"}, "--set: modules.enabled: \"lobby\" needs \"rounds\""},
        {{"modules.enabled=bonus,rng"}, "--set: modules.enabled: \"bonus\" needs \"ledger\""},
        {{"modules.enabled=ledger,rng,risk,rounds,session"}, ""},
    };
    for (const Case& row : cases) {
        INFO(row.overrides.front());
        const std::string errors = errors_of("{}", row.overrides);
        if (row.error[0] == '\0') {
            CHECK(errors.empty());
        } else {
            CHECK_THAT(errors, Catch::StartsWith(row.error));
        }
    }
}

TEST_CASE("config: secrets are neither printed nor shown in errors", "[config]")
{
    std::size_t secrets = 0;
    for (const config::Key& key : config::keys()) {
        if (!key.secret) { continue; }
        ++secrets;
        const std::string section{config::section_of(key)};
        const std::string wrong = "{\"" + section + "\":{\"" + std::string{config::name_of(key)} + "\":[\"hush\"]}}";
        const std::string errors = errors_of(wrong);
        CHECK_FALSE(errors.empty());
        CHECK(errors.find("hush") == std::string::npos);
    }
    REQUIRE(secrets > 0);
    const Config config = accepted("{}", {"edge.tls_certificate=shown.pem", "edge.tls_key=hush.pem"});
    const std::string printed = config::print(config, true);
    CHECK(printed.find("hush") == std::string::npos);
    CHECK(printed.find("shown.pem") != std::string::npos);
    CHECK(printed.find("\"tls_key\": \"********\"") != std::string::npos);
}

TEST_CASE("config: what is printed is JSON, with origins JSON with comments", "[config]")
{
    const Config config = accepted("{}", {"edge.frames_burst=200"});
    const auto json = nlohmann::json::parse(config::print(config));
    CHECK(json.at("edge").at("frames_burst") == 200);
    CHECK(json.at("server").at("currency") == "EUR");
    const std::string with_origins = config::print(config, true);
    CHECK(with_origins.find("\"frames_burst\": 200,  // --set\n") != std::string::npos);
    CHECK(nlohmann::json::parse(with_origins, nullptr, true, true) == json);
}

TEST_CASE("config: each key has its place once and a sentence, its section an explanation", "[config]")
{
    std::set<std::string_view> paths;
    Config config;
    std::set<const void*> slots;
    for (const config::Key& key : config::keys()) {
        INFO(key.path);
        CHECK(paths.insert(key.path).second);
        CHECK(std::visit([&](auto* slot) { return slots.insert(slot).second; }, key.slot(config)));
        CHECK(key.doc.ends_with('.'));
        CHECK_FALSE(config::about_section(config::section_of(key)).empty());
    }
}

TEST_CASE(
    "config: docs/configuration.md is what the table says (remedy: croupier config document > docs/configuration.md)",
    "[config]")
{
    const std::string page = config::document();
    CHECK(content("docs/configuration.md") == page);
}

TEST_CASE("config: config/croupier.json is accepted and changes nothing", "[config]")
{
    const auto loaded = config::load("config/croupier.json", {});
    if (!loaded) { FAIL(to_string(loaded.error().front())); }
    CHECK(loaded->set_by.size() > 10);
    CHECK(config::print(*loaded) == config::print(Config{}));
}

TEST_CASE("config: a file that cannot be read is an error that names it", "[config]")
{
    for (const char* path : {"no/such/file.json", "."}) {
        const auto loaded = config::load(path, {});
        REQUIRE_FALSE(loaded.has_value());
        CHECK(to_string(loaded.error().front()) == std::string{path} + ": the file cannot be read");
    }
}
