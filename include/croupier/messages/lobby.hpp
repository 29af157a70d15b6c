#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>

#include "croupier/codec.hpp"
#include "croupier/messages/rounds.hpp"

/// What may be said to the lobby, and what it tells.
namespace croupier::lobby {

/// What a visitor sees before anything else.
struct Catalogue {
    std::vector<rounds::GameInfo> games;  ///< By name.
    std::uint64_t players_online = 0;
};
BOOST_DESCRIBE_STRUCT(Catalogue, (), (games, players_online))

/// Refuses: not_available when no rounds module is enabled.
struct Browse {
    using Reply = Catalogue;
    static constexpr std::string_view kName = "lobby.Browse";
};
BOOST_DESCRIBE_STRUCT(Browse, (), ())

struct Online {
    std::uint64_t players = 0;
};
BOOST_DESCRIBE_STRUCT(Online, (), (players))

/// How many players have a connection. Refuses: nothing.
struct CountOnline {
    using Reply = Online;
    static constexpr std::string_view kName = "lobby.CountOnline";
};
BOOST_DESCRIBE_STRUCT(CountOnline, (), ())

struct Told {};
BOOST_DESCRIBE_STRUCT(Told, (), ())

/// Time passed: tells everybody how many are online, if that changed since the last time. Refuses: nothing.
struct Announce {
    using Reply = Told;
    static constexpr std::string_view kName = "lobby.Announce";
};
BOOST_DESCRIBE_STRUCT(Announce, (), ())

/// Event: the number of players online, at most once an announcement.
struct OnlineAnnounced {
    static constexpr std::string_view kName = "lobby.OnlineAnnounced";
    std::uint64_t players = 0;
};
BOOST_DESCRIBE_STRUCT(OnlineAnnounced, (), (players))

}  // namespace croupier::lobby
