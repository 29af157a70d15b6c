#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "admin_line.hpp"
#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "frame.hpp"

/// Everything from outside that the floor decides by, in one order. What an input holds is what a recording keeps of it, so
/// no secret stands in one: of a token only its SHA-256.
namespace croupier::host {

/// One parameter of a request's query, decoded.
struct Parameter {
    std::string name;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(Parameter, (), (name, value))

/// A call under /api/.
struct ApiRequest {
    std::string method;            ///< "GET"
    std::string path;              ///< Decoded, without the query: "/api/v1/me/rounds"
    std::vector<Parameter> query;  ///< In order.
    std::string body;
    std::optional<Hash> token;    ///< SHA-256 of the bearer token; none: the call brings none.
    std::string idempotency_key;  ///< The header's value, or empty.
};
BOOST_DESCRIBE_STRUCT(ApiRequest, (), (method, path, query, body, token, idempotency_key))

/// A WebSocket is open.
struct Connected {
    ConnectionId connection{};
};
BOOST_DESCRIBE_STRUCT(Connected, (), (connection))

/// A text frame of it, parsed.
struct Framed {
    ConnectionId connection{};
    Frame frame;
};
BOOST_DESCRIBE_STRUCT(Framed, (), (connection, frame))

/// A text frame beyond the connection's rate: only the number it names was looked at.
struct RateLimited {
    ConnectionId connection{};
    std::optional<std::uint64_t> n;
    std::optional<std::uint64_t> q;
};
BOOST_DESCRIBE_STRUCT(RateLimited, (), (connection, n, q))

/// The WebSocket is gone.
struct Disconnected {
    ConnectionId connection{};
};
BOOST_DESCRIBE_STRUCT(Disconnected, (), (connection))

struct Called {
    ConnectionId call{};
    ApiRequest request;
};
BOOST_DESCRIBE_STRUCT(Called, (), (call, request))

/// The watermark moved: all units up to here are durable.
struct Durable {
    Seq seq{};
};
BOOST_DESCRIBE_STRUCT(Durable, (), (seq))

/// The floor's own timer, every kTick.
struct Ticked {};
BOOST_DESCRIBE_STRUCT(Ticked, (), ())

/// Someone on this machine erases a player.
struct EraseAsked {
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(EraseAsked, (), (player))

/// Someone on this machine adds an operator or removes one.
struct OperatorChanged {
    OperatorLine line;
};
BOOST_DESCRIBE_STRUCT(OperatorChanged, (), (line))

/// Someone on this machine wants fresh entropy for the games.
struct ReseedAsked {};
BOOST_DESCRIBE_STRUCT(ReseedAsked, (), ())

/// The file of a game was changed, in demo mode.
struct GameChanged {
    std::string text;  ///< The definition as it is now.
};
BOOST_DESCRIBE_STRUCT(GameChanged, (), (text))

/// The process is to stop: no new rounds.
struct DrainAsked {};
BOOST_DESCRIBE_STRUCT(DrainAsked, (), ())

using Input = std::variant<Connected, Framed, RateLimited, Disconnected, Called, Durable, Ticked, EraseAsked,
    OperatorChanged, DrainAsked, ReseedAsked, GameChanged>;

}  // namespace croupier::host
