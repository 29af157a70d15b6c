#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The client's side of TCP, HTTP/1.1 and WebSocket, as little of each as the load tool needs.
namespace croupier::load {

/// A non-blocking TCP socket with an inbox and an outbox.
class Socket {
public:
    Socket() = default;
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Begins to connect; writable() tells when that is done. False: it failed at once.
    bool connect(const sockaddr_in& server);
    void close();
    int fd() const noexcept { return fd_; }
    /// What the connecting ended with; 0: connected.
    int connect_error() const;

    /// Sends what fits and keeps the rest. False: the connection is broken.
    bool send(std::string_view bytes);
    /// Sends what was kept. False: broken.
    bool flush();
    bool has_unsent() const noexcept { return !outbox_.empty(); }

    /// Reads all that has come. False: the peer has closed, or the connection is broken.
    bool receive();
    std::string_view inbox() const noexcept { return std::string_view{inbox_}.substr(taken_); }
    void take(std::size_t size);

private:
    int fd_ = -1;
    std::string outbox_;
    std::string inbox_;
    std::size_t taken_ = 0;
};

struct Response {
    int status = 0;
    std::string_view body;
    std::size_t size = 0;  ///< Of all, in the inbox.
};
/// The response at the beginning of `text`, if all of it is there. Only bodies with a Content-Length, or none.
std::optional<Response> parse_response(std::string_view text);

struct Frame {
    int opcode = 0;
    bool fin = true;
    std::string_view payload;
    std::size_t size = 0;  ///< Of all, in the inbox.
};
inline constexpr int kTextFrame = 1;
inline constexpr int kCloseFrame = 8;
inline constexpr int kPingFrame = 9;
inline constexpr int kPongFrame = 10;

/// The frame at the beginning of `text`, if all of it is there.
std::optional<Frame> parse_frame(std::string_view text);
/// One masked frame, as clients send them.
std::string make_frame(int opcode, std::string_view payload, std::uint32_t mask);

}  // namespace croupier::load
