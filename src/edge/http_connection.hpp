#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beast_stream.hpp"
#include "croupier/assert.hpp"
#include "gunzip.hpp"
#include "http_text.hpp"
#include "hub.hpp"
#include "websocket_connection.hpp"

namespace croupier::edge {

/// One HTTP/1.1 connection: request after request, each answered before the next is read, until it becomes a WebSocket
/// or ends. Stream is a TCP socket or a TLS stream.
template <class Stream>
class HttpConnection final : public HttpCall, public std::enable_shared_from_this<HttpConnection<Stream>> {
public:
    using Self = HttpConnection;
    using Request = boost::beast::http::request<boost::beast::http::string_body>;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    HttpConnection(std::shared_ptr<Hub> hub, Stream stream)
        : hub_{std::move(hub)}, stream_{std::move(stream)}, answered_{hub_->executor(), Timer::time_point::max()}
    {
        hub_->add(*this);
        over_limit_ = hub_->over_limit();
    }

    static Task<void> run(std::shared_ptr<Self> self)
    {
        self->hub_->set_deadline(*self, self->hub_->options().request_timeout);
        bool again = co_await handshake<Stream>(self->stream_);
        while (again) { again = co_await self->serve_one(); }
        self->finish();
    }

    void respond(Seq rests_on, HttpResponse response) override
    {
        CROUPIER_ASSERT(call_ != ConnectionId{});
        CROUPIER_ASSERT(!response_.has_value());  // A call is answered once.
        response_ = std::move(response);
        if (rests_on > hub_->committed()) {
            hub_->wait_for(rests_on, call_);
        } else {
            gate_moved();
        }
    }

    void gate_moved() override
    {
        may_leave_ = true;
        answered_.cancel();
    }

    void drain() override
    {
        if (idle_) { cut(); }
    }
    void stop() override { drain(); }

    void cut() override
    {
        if (moved_) { return; }
        cut_ = true;
        answered_.cancel();
        close_socket(stream_);
    }

    void on_due(SteadyTime) override
    {
        if (!reading_request_) {
            cut();
            return;
        }
        // The peer gets a 408: only the read is cancelled.
        timed_out_ = true;
        boost::system::error_code ignored;
        boost::beast::get_lowest_layer(stream_).cancel(ignored);
    }

private:
    static constexpr std::size_t kBufferKept = 1024;
    static constexpr std::size_t kLingerBytesMax = 256 * 1024;

    /// True: the connection goes on with a further request.
    Task<bool> serve_one()
    {
        const bool begun = co_await wait_for_request();
        if (!begun) { co_return false; }

        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(hub_->options().http_header_max));
        parser.body_limit(hub_->options().http_body_max);
        reading_request_ = true;
        hub_->set_deadline(*this, hub_->options().request_timeout);
        const auto error = co_await read(parser);
        reading_request_ = false;
        Wheel::clear(*this);
        if (error) {
            co_await refuse_unreadable(error);
            co_return false;
        }

        Request request = parser.release();
        HttpRequest decoded;
        const auto unfit = decode(request, decoded);
        if (unfit) {
            co_await write_last(*unfit);
            co_return false;
        }
        if (over_limit_) {
            ++hub_->counters().refused_connections;
            co_await write_last(problem(ErrorCode::overloaded));
            co_return false;
        }
        if (hub_->draining() || hub_->handler() == nullptr) {
            co_await write_last(problem(ErrorCode::draining));
            co_return false;
        }
        const auto dialect = websocket_dialect(decoded.path);
        if (dialect) {
            const auto refused = refuse_upgrade(request, decoded, *dialect);
            if (refused) {
                co_await write_last(*refused);
            } else {
                become_websocket(std::move(request), *dialect);
            }
            co_return false;
        }
        takes_gzip_ = accepts_gzip(text(request[boost::beast::http::field::accept_encoding]));
        const bool kept = co_await answer(std::move(decoded), request.keep_alive());
        co_return kept;
    }

    /// Between requests a connection holds next to no memory and may be cut at any time.
    Task<bool> wait_for_request()
    {
        if (buffer_.size() > 0) { co_return true; }
        if (buffer_.capacity() > kBufferKept) { buffer_ = boost::beast::flat_buffer{}; }
        if (hub_->draining()) { co_return false; }
        idle_ = true;
        hub_->set_deadline(*this, hub_->options().idle_timeout);
        const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kBufferKept), kAsValue);
        idle_ = false;
        buffer_.commit(size);
        co_return !error;
    }

    Task<boost::system::error_code> read(Parser& parser)
    {
        namespace http = boost::beast::http;
        const auto [head_error, head_size] = co_await http::async_read_header(stream_, buffer_, parser, kAsValue);
        if (head_error) { co_return head_error; }
        if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [error, size] = co_await boost::asio::async_write(
                stream_, boost::asio::buffer(kContinue), kAsValue);
            if (error) { co_return error; }
        }
        const auto [body_error, body_size] = co_await http::async_read(stream_, buffer_, parser, kAsValue);
        co_return body_error;
    }

    Task<void> refuse_unreadable(boost::system::error_code error)
    {
        using boost::beast::http::error;
        static const auto& http_category = make_error_code(error::end_of_stream).category();
        HttpResponse response;
        if (timed_out_ && !cut_) {
            response = problem(ErrorCode::malformed, 408);
        } else if (error == error::body_limit) {
            response = problem(ErrorCode::too_large);
        } else if (error == error::header_limit || error == error::buffer_overflow) {
            response = problem(ErrorCode::too_large, 431);
        } else if (error.category() == http_category && error != error::end_of_stream
            && error != error::partial_message) {
            response = problem(ErrorCode::malformed);
        } else {
            co_return;  // The peer is gone.
        }
        co_await write_last(response);
    }

    /// The request as the host sees it; otherwise how it is refused.
    std::optional<HttpResponse> decode(Request& request, HttpRequest& decoded) const
    {
        using boost::beast::http::field;
        using boost::beast::http::verb;
        for (const auto unique : {field::host, field::authorization, field::content_type, field::if_none_match}) {
            if (request.count(unique) > 1) { return problem(ErrorCode::malformed); }
        }
        const bool http_1_1 = request.version() == 11;
        if (request.count("Idempotency-Key") > 1 || (http_1_1 && request.count(field::host) != 1)) {
            return problem(ErrorCode::malformed);
        }
        auto target = parse_target(text(request.target()));
        if (!target) { return problem(ErrorCode::malformed); }

        decoded.head = request.method() == verb::head;
        decoded.method = decoded.head ? "GET" : std::string{text(request.method_string())};
        decoded.path = std::move(target->path);
        decoded.query = std::move(target->query);
        decoded.content_type = text(request[field::content_type]);
        decoded.authorization = text(request[field::authorization]);
        decoded.idempotency_key = text(request["Idempotency-Key"]);
        decoded.if_none_match = text(request[field::if_none_match]);
        decoded.body = std::move(request.body());
        hub_->counters().bytes_in += decoded.body.size();
        return std::nullopt;
    }

    static std::string_view text(boost::beast::string_view view) noexcept { return {view.data(), view.size()}; }

    std::optional<Dialect> websocket_dialect(std::string_view path) const
    {
        if (path == "/ws") { return Dialect::croupier_v1; }
        if (path == "/ws/echo" && hub_->options().echo) { return Dialect::echo; }
        return std::nullopt;
    }

    std::optional<HttpResponse> refuse_upgrade(
        const Request& request, const HttpRequest& decoded, Dialect dialect) const
    {
        using boost::beast::http::field;
        if (!boost::beast::websocket::is_upgrade(request)) {
            auto response = problem(ErrorCode::malformed, 426);
            response.headers.emplace_back("Upgrade", "websocket");
            return response;
        }
        if (text(request[field::sec_websocket_version]) != "13") {
            auto response = problem(ErrorCode::malformed, 426);
            response.headers.emplace_back("Sec-WebSocket-Version", "13");
            return response;
        }
        // Bytes behind the request would be frames sent before we agreed to any.
        const bool fit = request.count(field::sec_websocket_key) == 1
            && websocket_key_valid(text(request[field::sec_websocket_key])) && decoded.body.empty()
            && buffer_.size() == 0 && request.count(field::origin) <= 1;
        if (!fit) { return problem(ErrorCode::malformed); }
        if (dialect == Dialect::croupier_v1 && !WebSocketConnection<Stream>::offers_protocol(request)) {
            return problem(ErrorCode::malformed);
        }
        const auto origin = request.find(field::origin);
        if (origin != request.end()
            && !origin_allowed(text(origin->value()), text(request[field::host]), hub_->options().origins)) {
            return problem(ErrorCode::origin_refused);
        }
        return std::nullopt;
    }

    void become_websocket(Request request, Dialect dialect)
    {
        moved_ = true;
        auto socket = std::make_shared<WebSocketConnection<Stream>>(hub_, std::move(stream_), dialect);
        boost::asio::co_spawn(
            hub_->executor(), WebSocketConnection<Stream>::run(std::move(socket), std::move(request)), report);
    }

    /// Hands the request to the host and writes its answer. True: the connection goes on.
    Task<bool> answer(HttpRequest request, bool keep_alive)
    {
        const bool head = request.head;
        call_ = hub_->next_id();
        may_leave_ = false;
        hub_->open(call_, *this);
        hub_->handler()->on_http(call_, std::move(request));
        while (!may_leave_ && !cut_) {
            [[maybe_unused]] const auto [ignored] = co_await answered_.async_wait(kAsValue);  // Ends by cancel() only.
        }
        hub_->forget_call(call_);
        call_ = ConnectionId{};
        if (cut_) { co_return false; }

        HttpResponse response = *std::exchange(response_, std::nullopt);
        if (response.gzip && !takes_gzip_) { unpack(response); }
        const bool kept = keep_alive && !hub_->draining();
        const bool written = co_await write(response, kept, head);
        if (written && !kept) { co_await linger(); }
        co_return (written && kept);
    }

    /// For the few clients that do not take gzip (curl without --compressed).
    static void unpack(HttpResponse& response)
    {
        auto body = gunzip(response.body);
        CROUPIER_ASSERT(body.has_value());  // The host said that it is gzip.
        response.body = std::move(*body);
        response.gzip = false;
        response.headers.emplace_back("Vary", "Accept-Encoding");
    }

    Task<bool> write(const HttpResponse& response, bool keep_alive, bool head)
    {
        const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        const auto head_text = response_head(response, keep_alive, now);
        const bool has_body = !head && response.status != 204 && response.status != 304;
        const std::array<boost::asio::const_buffer, 2> pieces{boost::asio::buffer(head_text),
            has_body ? boost::asio::buffer(response.body) : boost::asio::const_buffer{}};
        hub_->set_deadline(*this, hub_->options().request_timeout);
        const auto [error, size] = co_await boost::asio::async_write(stream_, pieces, kAsValue);
        Wheel::clear(*this);
        hub_->counters().bytes_out += size;
        co_return !error;
    }

    /// The last answer on this connection.
    Task<void> write_last(const HttpResponse& response)
    {
        const bool written = co_await write(response, false, false);
        if (written) { co_await linger(); }
    }

    /// Closes our half, then reads and drops what still comes: a socket closed with unread bytes is reset, and the peer
    /// might lose the answer.
    Task<void> linger()
    {
        hub_->set_deadline(*this, kCloseTimeout);
        boost::system::error_code error;
        auto& socket = boost::beast::get_lowest_layer(stream_);
        socket.shutdown(TcpSocket::shutdown_send, error);
        buffer_ = boost::beast::flat_buffer{};
        std::size_t dropped = 0;
        while (!error && dropped < kLingerBytesMax) {
            const auto [read_error, size] = co_await socket.async_read_some(buffer_.prepare(kBufferKept), kAsValue);
            error = read_error;
            dropped += size;
        }
    }

    void finish()
    {
        if (!moved_) { close_socket(stream_); }
        hub_->remove(*this);
    }

    std::shared_ptr<Hub> hub_;
    Stream stream_;
    boost::beast::flat_buffer buffer_;
    Timer answered_;  ///< Never expires; cancelled when the answer may leave.
    ConnectionId call_{};
    std::optional<HttpResponse> response_;
    bool may_leave_ = false;
    bool idle_ = false;             ///< Waits for the first byte of a request.
    bool reading_request_ = false;  ///< Past its first byte.
    bool timed_out_ = false;
    bool takes_gzip_ = false;  ///< The client of the current call.
    bool over_limit_ = false;  ///< Accepted only to be refused.
    bool cut_ = false;
    bool moved_ = false;  ///< The stream belongs to a WebSocket now.
};

}  // namespace croupier::edge
