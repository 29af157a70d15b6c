#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "croupier/ids.hpp"

/// The edge: HTTP/1.1 and WebSocket over TCP or TLS (Boost.Beast), on the loop thread. It knows sizes, rates, time-outs,
/// origins, back-pressure and the durability gate; it knows nothing of players or money.
namespace croupier::edge {

/// All limits of the edge; the defaults are those of the configuration.
struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;                             ///< 0 takes a free one; see Edge::port().
    std::optional<std::filesystem::path> tls_certificate;  ///< PEM chain; with tls_key: HTTPS and WSS only.
    std::optional<std::filesystem::path> tls_key;
    std::vector<std::string> origins;  ///< Allowed Origin values besides the server's own; "*" allows any.
    std::size_t connections_max = 10'000;
    std::size_t http_header_max = 16 * 1024;
    std::size_t http_body_max = 64 * 1024;
    std::size_t frame_max = 16 * 1024;     ///< A larger WebSocket message closes with 1009.
    std::size_t outbox_max = 256 * 1024;   ///< Bytes that may wait for one connection; beyond: close 4002.
    std::uint32_t frames_per_second = 50;  ///< Token bucket a connection; 0: unlimited. Refused ones: on_rate_limited.
    std::uint32_t frames_burst = 100;
    std::uint32_t frames_excess_max = 1'000;  ///< Refused ones, less those taken since: so many close with 1008.
    std::chrono::milliseconds request_timeout{10'000};  ///< From the first byte of an HTTP request to its last.
    std::chrono::milliseconds idle_timeout{60'000};     ///< Of a kept-alive HTTP connection.
    std::chrono::milliseconds ping_interval{15'000};
    std::chrono::milliseconds silence_max{45'000};  ///< No frame, ping or pong for so long: the peer is gone.
    bool echo = false;                              ///< Serve /ws/echo: every message comes back. Test use only.
};

struct HttpRequest {
    std::string method;                                      ///< "GET"
    std::string path;                                        ///< Decoded, without the query: "/api/v1/me/rounds"
    std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order.
    std::string body;
    std::string content_type;
    std::string authorization;    ///< The header's value, or empty.
    std::string idempotency_key;  ///< Likewise.
    std::string if_none_match;    ///< Likewise.
    bool head = false;            ///< A HEAD request: method is "GET" here, and the body is not sent.
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    bool gzip = false;  ///< The body is gzip-encoded; the edge decodes it for a client that does not take gzip.
};

/// How a frame is treated when the peer is slow.
enum class FrameKind : std::uint8_t {
    own,      ///< A reply or own-money push: never dropped.
    chatter,  ///< Only the newest one of its `topic` waits; an older one still waiting is replaced.
};

/// What the edge tells the host; called on the loop.
class Handler {
public:
    virtual ~Handler() = default;
    /// Answer with Edge::respond, now or later, exactly once. The connection reads no further request before.
    virtual void on_http(ConnectionId call, HttpRequest request) = 0;
    /// A WebSocket is open (subprotocol croupier.v1 agreed, Origin checked).
    virtual void on_open(ConnectionId connection) = 0;
    /// One text frame, valid UTF-8, at most frame_max bytes, within the rate.
    virtual void on_text(ConnectionId connection, std::string_view text) = 0;
    /// One text frame beyond the rate: not to be decided, only refused.
    virtual void on_rate_limited(ConnectionId connection, std::string_view text) = 0;
    /// The WebSocket is gone, for whatever reason; no call for it follows. Frames sent to it from now on are dropped.
    virtual void on_closed(ConnectionId connection) = 0;
};

/// Counters since start, for metrics.
struct Counters {
    std::uint64_t connections_open = 0;
    std::uint64_t sockets_open = 0;
    std::uint64_t frames_in = 0;
    std::uint64_t frames_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t rate_limited = 0;
    std::uint64_t slow_closed = 0;  ///< Connections closed with 4002.
    std::uint64_t refused_connections = 0;
    std::uint64_t outbox_bytes = 0;  ///< Waiting now, over all connections.
};

class Edge {
public:
    virtual ~Edge() = default;

    /// Opens the listener. nullopt: it listens; otherwise what failed ("127.0.0.1:8080: address already in use").
    virtual std::optional<std::string> listen() = 0;
    /// The port it listens on.
    virtual std::uint16_t port() const = 0;

    /// The gated lane: the frame leaves, in order, once all units up to `rests_on` are durable. Unknown connections: dropped.
    virtual void send(
        ConnectionId connection, Seq rests_on, FrameKind kind, std::string_view topic, std::string frame) = 0;
    /// The second lane, for what rests on no state: leaves at once, ahead of gated frames that still wait.
    virtual void send_now(ConnectionId connection, std::string frame) = 0;
    /// The end of the gated lane: a close frame leaves behind the frames before it, once all units up to `rests_on` are
    /// durable. From now on the connection is neither heard nor sent to.
    virtual void close_after(ConnectionId connection, Seq rests_on, std::uint16_t code, std::string_view reason) = 0;
    /// For what rests on no state: sends what the gate has let pass, then a close frame; what still waits is dropped.
    virtual void close(ConnectionId connection, std::uint16_t code, std::string_view reason) = 0;
    /// Answers an HTTP call once `rests_on` is durable (Seq{0}: at once).
    virtual void respond(ConnectionId call, Seq rests_on, HttpResponse response) = 0;
    /// The durable watermark moved: everything that rests on `seq` or less may leave.
    virtual void committed(Seq seq) = 0;

    /// Takes no new connections and no new requests; WebSockets stay open.
    virtual void drain() = 0;
    /// Closes every connection (WebSockets with 1001) after sending what may leave; `done` when all are gone, or after
    /// `grace` at the latest, when the rest is cut.
    virtual void stop(std::chrono::milliseconds grace, std::function<void()> done) = 0;
    virtual Counters counters() const = 0;
};

/// The production edge. `loop` and `handler` outlive it.
std::unique_ptr<Edge> make_edge(boost::asio::io_context& loop, Options options, Handler& handler);

}  // namespace croupier::edge
