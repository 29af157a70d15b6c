#include <catch2/catch.hpp>

#include "test_casino.hpp"

using namespace croupier;
using fakes::TestCasino;

TEST_CASE("modules: with any of them that the configuration lets run, every input is answered or refused", "[host]")
{
    const std::vector<std::string> all = config::Config{}.modules.enabled;
    int ran = 0;
    for (unsigned chosen = 1; chosen < 1U << all.size(); ++chosen) {
        std::string list = "modules.enabled=";
        for (std::size_t i = 0; i < all.size(); ++i) {
            if ((chosen >> i & 1) != 0) { list += all[i] + ","; }
        }
        list.pop_back();
        const std::vector<std::string> overrides{"server.demo=true", list};
        const auto config = config::parse("{}", "test", overrides);
        if (!config) { continue; }
        INFO(list);
        ++ran;

        TestCasino casino{*config};
        const bool players = casino.send(session::Register{"Ada"}).has_value();
        CHECK(players == (list.find("session") != std::string::npos));
        CHECK(casino.send(session::LogIn{"Ada", TestCasino::token_of("Ada")}).has_value() == players);
        CHECK(casino.hello(1, "Ada").has_value() == players);
        for (const auto kind : {session::QueryKind::balance, session::QueryKind::games, session::QueryKind::online}) {
            CHECK(casino.send(session::Ask{ConnectionId{1}, 2, kind}).has_value() == players);
        }
        CHECK(casino.spin(1, 1).has_value() == players);
        static_cast<void>(casino.send(lobby::Browse{}));
        static_cast<void>(casino.send(lobby::Announce{}));
        static_cast<void>(casino.send(session::Sweep{}));
        CHECK(casino.send(session::Erase{PlayerId{1}}).has_value() == players);
        casino.crash();
    }
    CHECK(ran > 10);
}
