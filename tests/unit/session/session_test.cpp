#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using fakes::TestCasino;

TEST_CASE("session: registering is refused outside demo mode, for bad and for taken nicknames", "[session]")
{
    auto config = TestCasino::demo();
    config.server.demo = false;
    TestCasino closed{config};
    CHECK(closed.send(session::Register{"Ada"}).error().code == ErrorCode::demo_only);
    CHECK(closed.send(session::LogIn{"Ada", {}}).error().code == ErrorCode::demo_only);

    TestCasino casino;
    const auto ada = casino.send(session::Register{"Ada"});
    REQUIRE(ada.has_value());
    CHECK(ada->balance.available == 100'000);
    CHECK(casino.send(session::Register{"ADA"}).error().code == ErrorCode::nickname_taken);
    CHECK(casino.send(session::Register{"x"}).error().code == ErrorCode::nickname_invalid);
    CHECK(casino.send(session::LogIn{"Nobody", {}}).error().code == ErrorCode::player_unknown);
}

TEST_CASE("session: without a durable key nobody is registered, and the same request succeeds later", "[session]")
{
    TestCasino casino;
    casino.keys.set_durable_to(0);
    const auto before = casino.casino->submitted().seq;
    CHECK(casino.send(session::Register{"Ada"}).error().code == ErrorCode::overloaded);
    CHECK(casino.casino->submitted().seq == before);
    casino.keys.set_durable_to(10);
    CHECK(casino.send(session::Register{"Ada"}).has_value());
}

TEST_CASE("session: a command is decided once, and a repeat gets the first answer byte for byte", "[session]")
{
    TestCasino casino;
    const auto ada = casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    casino.out = {};
    CHECK(casino.spin(1, 1).has_value());
    const std::string first = casino.only_frame();
    CHECK_THAT(first, StartsWith(R"({"re":1,"ok":{"op":"spin","round":"1",)"));
    const auto balance = casino.balance(ada.player);

    CHECK(casino.spin(1, 1).has_value());
    CHECK(casino.only_frame() == first);
    CHECK(casino.balance(ada.player) == balance);

    SECTION("also after a restart")
    {
        casino.crash();
        CHECK(casino.hello(1, "Ada").has_value());
        CHECK_THAT(casino.only_frame(), Contains(R"("last_n":1,"results":[)" + first + "]"));
        CHECK(casino.spin(1, 1).has_value());
        CHECK(casino.only_frame() == first);
        CHECK(casino.balance(ada.player) == balance);
    }
    SECTION("but not for another content")
    {
        CHECK(casino.spin(1, 1, 200).has_value());
        CHECK_THAT(casino.only_frame(), Contains("key_conflict"));
        CHECK(casino.balance(ada.player) == balance);
    }
}

TEST_CASE("session: a number beyond the next one is refused, says which is expected, and consumes nothing", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    casino.out = {};
    const auto before = casino.casino->submitted().seq;
    CHECK(casino.spin(1, 3).has_value());
    CHECK_THAT(casino.only_frame(), Contains(R"("code":"out_of_order")") && Contains(R"("expected":1)"));
    CHECK(casino.casino->submitted().seq == before);
}

TEST_CASE("session: a final refusal is recorded and repeated; after too many they are transient", "[session]")
{
    auto config = TestCasino::demo();
    config.sessions.refusals_max = 2;
    TestCasino casino{config};
    casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    casino.out = {};
    CHECK(casino.spin(1, 1, 7).has_value());
    const std::string first = casino.only_frame();
    CHECK_THAT(first, Contains("stake_invalid"));
    CHECK(casino.spin(1, 1, 7).has_value());
    CHECK(casino.only_frame() == first);
    CHECK(casino.spin(1, 2, 7).has_value());
    CHECK_THAT(casino.only_frame(), Contains("stake_invalid"));
    const auto before = casino.casino->submitted().seq;
    CHECK(casino.spin(1, 3, 7).has_value());
    CHECK_THAT(casino.only_frame(), Contains("rate_limited"));
    CHECK(casino.casino->submitted().seq == before);
}

TEST_CASE("session: when the generator fails after the stake, the stake goes back in the same unit (GLI-19 A.6.4)",
    "[session]")
{
    TestCasino casino;
    const auto ada = casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    casino.out = {};
    casino.rng.set_broken(true);
    const auto before = casino.casino->submitted().seq;
    CHECK(casino.spin(1, 1).has_value());
    CHECK_THAT(casino.only_frame(), Contains("round_voided"));
    CHECK(casino.balance(ada.player) == 100'000);
    CHECK(casino.casino->submitted().seq == next(before));
    casino.rng.set_broken(false);
    CHECK(casino.spin(1, 2).has_value());
    CHECK_THAT(casino.only_frame(), Contains(R"("round":"2")"));
}

TEST_CASE("session: an answer that is no longer in memory is asked of the views", "[session]")
{
    auto config = TestCasino::demo();
    config.sessions.answers_kept = 2;
    TestCasino casino{config};
    const auto ada = casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    for (std::uint64_t n = 1; n <= 3; ++n) { CHECK(casino.spin(1, n).has_value()); }
    casino.out = {};
    CHECK(casino.spin(1, 1).has_value());
    CHECK(casino.out.frames.empty());
    REQUIRE(casino.out.look_ups.size() == 1);
    const auto wanted = casino.out.look_ups[0];
    CHECK((wanted.session == ada.session && wanted.n == 1));

    session::OldAnswer answer{.connection = wanted.connection, .n = 1, .content = wanted.content};
    SECTION("found with the same content")
    {
        answer.found = true;
        answer.content_first = wanted.content;
        answer.answer = R"("re":1,"ok":{})";
        CHECK(casino.send(answer).has_value());
        CHECK(casino.only_frame() == R"({"re":1,"ok":{}})");
    }
    SECTION("found with another content")
    {
        answer.found = true;
        CHECK(casino.send(answer).has_value());
        CHECK_THAT(casino.only_frame(), Contains("key_conflict"));
    }
    SECTION("the views are behind")
    {
        CHECK(casino.send(answer).has_value());
        CHECK_THAT(casino.only_frame(), Contains("overloaded") && Contains("retry_after_ms"));
    }
}

TEST_CASE("session: a newer connection of the same session takes over", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    CHECK(casino.hello(2, "Ada").has_value());
    REQUIRE(casino.out.closes.size() == 1);
    CHECK((casino.out.closes[0].connection == ConnectionId{1} && casino.out.closes[0].code == 4001));
    CHECK(casino.spin(1, 1).error().code == ErrorCode::not_logged_in);
    CHECK(casino.spin(2, 1).has_value());
    CHECK(casino.hello(2, "Ada").error().code == ErrorCode::malformed);  // A second hello.
    CHECK(casino.hello(3, "Nobody").error().code == ErrorCode::session_unknown);
}

TEST_CASE("session: another session of the player hears of the balance, and resumes what it missed", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    casino.log_in("Ada", "second");
    CHECK(casino.hello(1, "Ada").has_value());
    CHECK(casino.hello(2, "second").has_value());
    casino.out = {};
    CHECK(casino.spin(1, 1).has_value());
    std::vector<std::string> pushed;
    for (const auto& frame : casino.out.frames) {
        if (frame.connection == ConnectionId{2}) { pushed.push_back(frame.text); }
    }
    REQUIRE_FALSE(pushed.empty());
    CHECK_THAT(pushed.front(), StartsWith(R"({"seq":1,"ev":"balance","balance":{)"));

    CHECK(casino.send(session::Disconnect{ConnectionId{2}}).has_value());
    CHECK(casino.spin(1, 2).has_value());
    casino.out = {};
    SECTION("within one instance: exactly the missed frames follow the welcome")
    {
        CHECK(casino.hello(3, "second", session::Resume{"life-1", pushed.size()}).has_value());
        REQUIRE(casino.out.frames.size() >= 2);
        CHECK_THAT(casino.out.frames[0].text, Contains(R"("resumed":true)"));
        CHECK_THAT(casino.out.frames[1].text, StartsWith(R"({"seq":)" + std::to_string(pushed.size() + 1) + ","));
    }
    SECTION("of another instance: a snapshot")
    {
        CHECK(casino.hello(3, "second", session::Resume{"life-0", 1}).has_value());
        CHECK_THAT(casino.only_frame(), Contains(R"("resumed":false)"));
    }
    SECTION("from a position that was never given: a snapshot")
    {
        CHECK(casino.hello(3, "second", session::Resume{"life-1", 1000}).has_value());
        CHECK_THAT(casino.only_frame(), Contains(R"("resumed":false)"));
    }
}

TEST_CASE("session: sessions end by log-out, by age and when a player has too many", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    SECTION("log-out")
    {
        CHECK(casino.send(session::LogOut{TestCasino::token_of("Ada")}).has_value());
        CHECK(casino.out.closes.size() == 1);
        CHECK(
            casino.send(session::Authenticate{TestCasino::token_of("Ada")}).error().code == ErrorCode::session_unknown);
        CHECK(casino.send(session::LogOut{TestCasino::token_of("Ada")}).error().code == ErrorCode::session_unknown);
    }
    SECTION("age")
    {
        casino.clock.advance(30 * 24h);
        CHECK(casino.spin(1, 1).error().code == ErrorCode::session_unknown);
        CHECK(casino.send(session::GetCounts{})->sessions_open == 1);
        CHECK(casino.send(session::Sweep{}).has_value());
        CHECK(casino.send(session::GetCounts{})->sessions_open == 0);
    }
    SECTION("too many")
    {
        for (int i = 0; i < 5; ++i) { casino.log_in("Ada", "token" + std::to_string(i)); }
        CHECK(casino.send(session::GetCounts{})->sessions_open == 5);
        CHECK(casino.spin(1, 1).error().code == ErrorCode::not_logged_in);
    }
}

TEST_CASE("session: at the limit a log-in ends the oldest session without a connection, and never another", "[session]")
{
    auto config = TestCasino::demo();
    config.sessions.sessions_max = 3;
    TestCasino casino{config};
    for (const char* name : {"Ada", "Bob", "Cyd"}) { casino.player(name); }
    CHECK(casino.send(session::Register{"Dan"}).has_value());
    CHECK(casino.hello(1, "Ada").has_value());
    const auto is_open = [&](const std::string& token) {
        return casino.send(session::Authenticate{TestCasino::token_of(token)}).has_value();
    };

    casino.log_in("Dan", "Dan");
    CHECK(casino.send(session::GetCounts{})->sessions_open == 3);
    CHECK((is_open("Ada") && !is_open("Bob") && is_open("Cyd") && is_open("Dan")));
    CHECK(casino.out.closes.empty());

    SECTION("a session that was left counts as without a connection")
    {
        CHECK(casino.send(session::Disconnect{ConnectionId{1}}).has_value());
        casino.log_in("Bob", "Bob");
        CHECK_FALSE(is_open("Ada"));
    }
    SECTION("when all are connected, it is refused for now, and nothing is ended")
    {
        CHECK(casino.hello(2, "Cyd").has_value());
        CHECK(casino.hello(3, "Dan").has_value());
        const auto before = casino.casino->submitted().seq;
        const auto refused = casino.send(session::LogIn{"Bob", TestCasino::token_of("Bob")});
        CHECK(refused.error().code == ErrorCode::overloaded);
        CHECK(refused.error().retry_after.has_value());
        CHECK(casino.casino->submitted().seq == before);
        CHECK((is_open("Ada") && is_open("Cyd") && is_open("Dan")));
    }
    SECTION("what was ended stays ended after a restart, when nobody is connected")
    {
        casino.crash();
        CHECK_FALSE(is_open("Bob"));
        casino.log_in("Bob", "Bob");
        CHECK((!is_open("Ada") && is_open("Cyd") && is_open("Dan") && is_open("Bob")));
    }
}

TEST_CASE("session: the welcome also tells the last answers of the session before", "[session]")
{
    TestCasino casino;
    casino.player("Ada");
    CHECK(casino.hello(1, "Ada").has_value());
    casino.out = {};
    CHECK(casino.spin(1, 1).has_value());
    const std::string answer = casino.only_frame();
    CHECK(casino.send(session::LogOut{TestCasino::token_of("Ada")}).has_value());
    casino.log_in("Ada", "second");
    casino.out = {};
    CHECK(casino.hello(2, "second").has_value());
    CHECK_THAT(casino.only_frame(), Contains(R"("last_n":0,"results":[],"previous":[)" + answer + "]"));
}

TEST_CASE(
    "session: a welcome with all that follows it fits the outbox, whatever is kept; the newest come first", "[session]")
{
    auto config = TestCasino::demo();
    config.edge.outbox_max_bytes = 4096;
    config.sessions.answers_kept = 1'000;
    config.sessions.pushes_kept = 10'000;
    TestCasino casino{config};
    casino.player("Ada");
    casino.log_in("Ada", "second");
    CHECK(casino.hello(1, "Ada").has_value());
    CHECK(casino.hello(2, "second").has_value());
    constexpr std::uint64_t kSpins = 60;
    for (std::uint64_t n = 1; n <= kSpins; ++n) { CHECK(casino.spin(1, n).has_value()); }
    const auto bytes = [&] {
        std::size_t sum = 0;
        for (const auto& frame : casino.out.frames) { sum += frame.text.size() + 64; }
        return sum;
    };

    SECTION("the session's own answers")
    {
        casino.out = {};
        CHECK(casino.hello(3, "Ada").has_value());
        CHECK(bytes() <= 4096);
        CHECK_THAT(
            casino.only_frame(), Contains(R"({"re":60,)") && !Contains(R"({"re":1,)") && Contains(R"("previous":[])"));
    }
    SECTION("those of the session before")
    {
        casino.out = {};
        CHECK(casino.send(session::Disconnect{ConnectionId{2}}).has_value());
        CHECK(casino.hello(3, "second").has_value());
        CHECK(bytes() <= 4096);
        CHECK_THAT(casino.only_frame(), Contains(R"("results":[],"previous":[{"re":)") && Contains(R"({"re":60,)"));
    }
    SECTION("the pushes that a client missed: too many of them are a snapshot instead")
    {
        CHECK(casino.send(session::Disconnect{ConnectionId{2}}).has_value());
        casino.out = {};
        CHECK(casino.hello(3, "second", session::Resume{"life-1", 1}).has_value());
        CHECK(bytes() <= 4096);
        CHECK_THAT(casino.only_frame(), Contains(R"("resumed":false)"));
    }
}

TEST_CASE("session: an erased player's nickname cannot be read any more, in facts or in memory", "[session]")
{
    TestCasino casino;
    const auto ada = casino.player("Ada");
    CHECK(casino.send(session::Erase{PlayerId{9}}).error().code == ErrorCode::player_unknown);
    CHECK(casino.send(session::Erase{ada.player}).has_value());
    CHECK(casino.send(session::LogIn{"Ada", {}}).error().code == ErrorCode::player_unknown);
    CHECK(casino.send(session::Authenticate{TestCasino::token_of("Ada")}).error().code == ErrorCode::session_unknown);
    casino.crash();
    CHECK(casino.send(session::LogIn{"Ada", {}}).error().code == ErrorCode::player_unknown);
    // Another person may take the name; the erased one's facts and money stay where they were.
    CHECK(casino.send(session::Register{"Ada"})->player == PlayerId{2});
    CHECK(casino.balance(ada.player) == 100'000);
    CHECK(casino.send(session::Erase{ada.player}).has_value());
}

TEST_CASE("session: no nickname and no token stands in any unit of the ledger", "[session]")
{
    TestCasino casino;
    casino.player("Ada Lovelace");
    CHECK(casino.hello(1, "Ada Lovelace").has_value());
    CHECK(casino.spin(1, 1).has_value());
    for (const auto& unit : casino.store.units()) {
        CHECK(as_text(unit->bytes).find("Lovelace") == std::string_view::npos);
    }
}
