#pragma once

#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge.hpp"

/// The edge on real loopback sockets, with the loop and raw clients on one thread: until() turns the loop and lets the
/// clients read what has come, so that no test sleeps.
namespace croupier::edge::test {

/// Records what it is told; answers as the test says.
class RecordingHandler final : public Handler {
public:
    void on_http(ConnectionId call, HttpRequest request) override
    {
        requests.push_back(request);
        calls.push_back(call);
        if (answer) { answer(call, request); }
    }
    void on_open(ConnectionId connection) override { opened.push_back(connection); }
    void on_text(ConnectionId connection, std::string_view text) override
    {
        texts.emplace_back(text);
        if (reply) { reply(connection, text); }
    }
    void on_rate_limited(ConnectionId, std::string_view text) override { limited.emplace_back(text); }
    void on_closed(ConnectionId connection) override { closed.push_back(connection); }

    std::function<void(ConnectionId, const HttpRequest&)> answer;
    std::function<void(ConnectionId, std::string_view)> reply;
    std::vector<HttpRequest> requests;
    std::vector<ConnectionId> calls;
    std::vector<ConnectionId> opened;
    std::vector<ConnectionId> closed;
    std::vector<std::string> texts;
    std::vector<std::string> limited;
};

struct Response {
    int status = 0;
    std::string head;
    std::string body;
};

struct WsFrame {
    int opcode = 0;
    std::string payload;
    std::uint16_t close_code() const
    {
        if (payload.size() < 2) { return 1005; }
        return static_cast<std::uint16_t>(
            (static_cast<unsigned char>(payload[0]) << 8) | static_cast<unsigned char>(payload[1]));
    }
};

/// A client of bare bytes.
class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0)
    {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        REQUIRE(fd_ >= 0);
        if (receive_buffer > 0) {
            REQUIRE(::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer) == 0);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::fcntl(fd_, F_SETFL, O_NONBLOCK) == 0);
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    int fd() const { return fd_; }

    void send(std::string_view bytes)
    {
        REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    void send_fin() { REQUIRE(::shutdown(fd_, SHUT_WR) == 0); }

    /// A masked frame; the mask is constant, which no server can see.
    void send_frame(int opcode, std::string_view payload, bool fin = true)
    {
        std::string frame;
        frame.push_back(static_cast<char>((fin ? 0x80 : 0) | opcode));
        if (payload.size() < 126) {
            frame.push_back(static_cast<char>(0x80 | payload.size()));
        } else if (payload.size() < 65536) {
            frame.push_back(static_cast<char>(0x80 | 126));
            frame.push_back(static_cast<char>(payload.size() >> 8));
            frame.push_back(static_cast<char>(payload.size()));
        } else {
            frame.push_back(static_cast<char>(0x80 | 127));
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.push_back(static_cast<char>(payload.size() >> shift));
            }
        }
        constexpr std::string_view kMask = "\x12\x34\x56\x78";
        frame.append(kMask);
        for (std::size_t i = 0; i < payload.size(); ++i) {
            frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
        }
        send(frame);
    }
    void send_text(std::string_view text) { send_frame(1, text); }

    /// Reads what has come.
    void poll()
    {
        char buffer[65536];
        while (!ended_) {
            const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
            if (size > 0) {
                received_.append(buffer, static_cast<std::size_t>(size));
            } else if (size == 0 || errno != EAGAIN) {
                ended_ = true;
            } else {
                return;
            }
        }
    }

    bool ended() const { return ended_; }
    const std::string& received() const { return received_; }

    /// Takes one whole response off what was received.
    std::optional<Response> take_response(bool head_only = false)
    {
        const auto end = received_.find("\r\n\r\n");
        if (end == std::string::npos) { return std::nullopt; }
        Response response;
        response.head = received_.substr(0, end + 4);
        response.status = std::stoi(response.head.substr(9, 3));
        std::size_t length = 0;
        if (const auto at = response.head.find("Content-Length: "); at != std::string::npos && !head_only) {
            length = std::stoul(response.head.substr(at + 16));
        }
        if (received_.size() < end + 4 + length) { return std::nullopt; }
        response.body = received_.substr(end + 4, length);
        received_.erase(0, end + 4 + length);
        return response;
    }

    /// Takes one whole frame off what was received.
    std::optional<WsFrame> take_frame()
    {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
        if (received_.size() < 2) { return std::nullopt; }
        std::size_t size = byte(1);
        std::size_t at = 2;
        REQUIRE(size < 128);  // A server never masks.
        if (size >= 126) {
            const std::size_t bytes = size == 126 ? 2 : 8;
            if (received_.size() < at + bytes) { return std::nullopt; }
            size = 0;
            for (std::size_t i = 0; i < bytes; ++i) { size = (size << 8) | byte(at + i); }
            at += bytes;
        }
        if (received_.size() < at + size) { return std::nullopt; }
        WsFrame frame{.opcode = byte(0) & 0x0f, .payload = received_.substr(at, size)};
        received_.erase(0, at + size);
        return frame;
    }

private:
    int fd_ = -1;
    std::string received_;
    bool ended_ = false;
};

class Loopback {
public:
    explicit Loopback(Options options = {})
    {
        options.port = 0;
        edge = make_edge(loop, options, handler);
        const auto failed = edge->listen();
        INFO(failed.value_or(""));
        REQUIRE_FALSE(failed);
    }

    /// Turns the loop until `done` holds; false if it never does.
    bool until(const std::function<bool()>& done)
    {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!done()) {
            if (std::chrono::steady_clock::now() > give_up) { return false; }
            if (loop.stopped()) { loop.restart(); }
            loop.run_one_for(std::chrono::milliseconds{2});
        }
        return true;
    }

    Response request(Client& client, std::string_view text, bool head_only = false)
    {
        client.send(text);
        return response(client, head_only);
    }
    Response response(Client& client, bool head_only = false)
    {
        std::optional<Response> found;
        REQUIRE(until([&] {
            client.poll();
            found = client.take_response(head_only);
            return found.has_value();
        }));
        return *found;
    }
    WsFrame frame(Client& client)
    {
        std::optional<WsFrame> found;
        REQUIRE(until([&] {
            client.poll();
            found = client.take_frame();
            return found.has_value();
        }));
        return *found;
    }
    bool ends(Client& client)
    {
        return until([&] {
            client.poll();
            return client.ended();
        });
    }

    /// A client whose WebSocket is open.
    std::unique_ptr<Client> open_socket(std::string_view path = "/ws", int receive_buffer = 0)
    {
        auto client = std::make_unique<Client>(edge->port(), receive_buffer);
        const auto sockets = handler.opened.size();
        const auto answer = request(*client, upgrade(path));
        REQUIRE(answer.status == 101);
        if (path == "/ws") {
            REQUIRE(until([&] { return handler.opened.size() == sockets + 1; }));
        }
        return client;
    }

    static std::string upgrade(std::string_view path = "/ws", std::string_view more = "",
        std::string_view protocol = "Sec-WebSocket-Protocol: croupier.v1\r\n",
        std::string_view key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        std::string_view version = "Sec-WebSocket-Version: 13\r\n")
    {
        std::string text{"GET "};
        text.append(path).append(" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        text.append(key).append(version).append(protocol).append(more).append("\r\n");
        return text;
    }

    boost::asio::io_context loop{1};
    RecordingHandler handler;
    std::unique_ptr<Edge> edge;
};

/// Answers every request with its method, path and body.
inline void answer_all(Loopback& loopback)
{
    loopback.handler.answer = [&loopback](ConnectionId call, const HttpRequest& request) {
        loopback.edge->respond(call, Seq{0},
            HttpResponse{.status = 200,
                .content_type = "text/plain",
                .body = request.method + " " + request.path + " " + request.body});
    };
}

}  // namespace croupier::edge::test
