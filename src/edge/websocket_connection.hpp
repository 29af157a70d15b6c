#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beast_stream.hpp"
#include "croupier/assert.hpp"
#include "http_text.hpp"
#include "hub.hpp"
#include "outbox.hpp"
#include "rate.hpp"

namespace croupier::edge {

/// What is spoken on a WebSocket.
enum class Dialect : std::uint8_t { croupier_v1, echo };

/// One WebSocket: a reading coroutine and one writer, fed from the outbox. Stream is a TCP socket or a TLS stream.
///
/// Ends when reader and writer have both ended: the peer closed, the socket failed, or it was cut. Memory while idle is
/// Beast's stream (about 2 kB) and a small read buffer: larger ones are given back after each message.
template <class Stream>
class WebSocketConnection final : public WebSocket, public std::enable_shared_from_this<WebSocketConnection<Stream>> {
public:
    using Self = WebSocketConnection;
    using Request = boost::beast::http::request<boost::beast::http::string_body>;

    WebSocketConnection(std::shared_ptr<Hub> hub, Stream stream, Dialect dialect)
        : hub_{std::move(hub)},
          stream_{std::in_place, std::move(stream)},
          dialect_{dialect},
          outbox_{hub_->options().outbox_max},
          rate_{hub_->options().frames_per_second, hub_->options().frames_burst}
    {
        stream_->read_message_max(hub_->options().frame_max);
        stream_->auto_fragment(false);  // One message, one frame.
        hub_->add(*this);
    }

    /// Answers the upgrade request, then serves until the end.
    static Task<void> run(std::shared_ptr<Self> self, Request request)
    {
        const bool open = co_await self->accept(request);
        if (!open) {
            self->finish();
            co_return;
        }
        // A coroutine of its own, so that the request's memory does not last as long as the connection.
        boost::asio::co_spawn(self->hub_->executor(), serve(self), report);
    }

    /// Whether the request offers the subprotocol croupier.v1.
    static bool offers_protocol(const Request& request);

    void send(Seq rests_on, FrameKind kind, std::string_view topic, std::string frame) override
    {
        if (closing_ || ending_) { return; }
        const auto before = outbox_.bytes();
        const bool taken = outbox_.push(rests_on, kind, topic, std::move(frame));
        count_waiting(before);
        taken ? flush() : close_slow();
    }

    void send_now(Frame frame) override
    {
        if (closing_ || ending_) { return; }
        const auto before = outbox_.bytes();
        const bool taken = outbox_.push_now(std::move(frame));
        count_waiting(before);
        taken ? flush() : close_slow();
    }

    void close_after(Seq rests_on, std::uint16_t code, std::string_view reason) override
    {
        if (closing_ || ending_) { return; }
        ending_ = true;
        end_rests_on_ = rests_on;
        close_code_ = code;
        close_reason_.assign(reason);
        if (rests_on > hub_->committed()) { hub_->wait_for(rests_on, id_); }
        flush();
    }

    void close(std::uint16_t code, std::string_view reason) override
    {
        if (closing_) { return; }
        outbox_.release(hub_->committed());
        const auto before = outbox_.bytes();
        outbox_.drop_held();
        count_waiting(before);
        begin_close(code, reason);
    }

    void gate_moved() override
    {
        waits_at_gate_ = false;
        flush();
    }

    void drain() override {}
    void stop() override { open_ ? close(1001, "the server stops") : cut(); }

    void cut() override
    {
        if (stream_) { close_socket(*stream_); }
        if (finished_) { return; }
        cut_ = true;
        hub_->set_deadline(*this, kCutTimeout);
    }

    void on_due(SteadyTime now) override
    {
        const auto& options = hub_->options();
        if (cut_) {
            abandon();
            return;
        }
        if (closing_ || !open_) {
            cut();
            return;
        }
        const auto silence = std::min<std::chrono::nanoseconds>(
            now - std::max(last_heard_, hub_->resumed_at()), since_data(*stream_));
        if (silence >= options.silence_max) {
            close(4004, "silent for too long");
            return;
        }
        if (silence >= options.ping_interval) { ping(); }
        const auto next_ping = options.ping_interval - (silence % options.ping_interval);
        hub_->set_deadline(*this, std::min<std::chrono::nanoseconds>(next_ping, options.silence_max - silence));
    }

private:
    static constexpr std::size_t kReadFirst = 256;                ///< Bytes offered to a message's first piece.
    static constexpr std::size_t kReadMore = 4096;                ///< And to each further one.
    static constexpr std::chrono::milliseconds kCutTimeout{250};  ///< For Beast to end once the socket is closed.
    static constexpr std::size_t kReadKept = 512;  ///< A larger read buffer is given back after the message.

    Task<bool> accept(Request& request)
    {
        namespace websocket = boost::beast::websocket;
        const bool agreed = offers_protocol(request);
        stream_->set_option(websocket::stream_base::decorator([agreed](websocket::response_type& response) {
            response.set(boost::beast::http::field::server, "croupier");
            if (agreed) { response.set(boost::beast::http::field::sec_websocket_protocol, "croupier.v1"); }
        }));
        hub_->set_deadline(*this, hub_->options().request_timeout);
        const auto [error] = co_await stream_->async_accept(request, kAsValue);
        stream_->set_option(websocket::stream_base::decorator{[](websocket::response_type&) {}});
        co_return !error;
    }

    static Task<void> serve(std::shared_ptr<Self> self)
    {
        self->on_open();
        while (true) {
            const auto limit = self->buffer_.size() == 0 ? kReadFirst : kReadMore;
            const auto [error, size] = co_await self->stream_->async_read_some(self->buffer_, limit, kAsValue);
            if (error) { break; }
            if (self->stream_->is_message_done()) { self->on_message(); }
        }
        self->on_read_ended();
    }

    void on_open()
    {
        open_ = true;
        last_heard_ = Hub::now();
        hub_->set_deadline(*this, hub_->options().ping_interval);
        if (dialect_ == Dialect::echo) { return; }
        id_ = hub_->next_id();
        hub_->open(id_, *this);
        ++hub_->counters().sockets_open;
        if (auto* const handler = hub_->handler()) { handler->on_open(id_); }
    }

    void on_message()
    {
        last_heard_ = Hub::now();
        const auto data = buffer_.cdata();
        const std::string_view text{static_cast<const char*>(data.data()), data.size()};
        ++hub_->counters().frames_in;
        hub_->counters().bytes_in += text.size();
        if (!closing_ && !ending_) { deliver(text); }  // Once we close nothing is heard any more.

        buffer_.clear();
        if (buffer_.capacity() > kReadKept) { buffer_ = boost::beast::flat_buffer{}; }
    }

    void deliver(std::string_view text)
    {
        // Beast checks as the bytes come, but not the end of a message whose last fragment is empty.
        if (!stream_->got_binary() && !is_utf8(text)) {
            close(1007, "not UTF-8");
            return;
        }
        if (dialect_ == Dialect::echo) {
            send_now(Frame{.bytes = std::string{text}, .binary = stream_->got_binary()});
            return;
        }
        if (stream_->got_binary()) {
            close(1003, "text only");
            return;
        }
        auto* const handler = hub_->handler();
        if (handler == nullptr) { return; }
        if (rate_.take(last_heard_)) {
            handler->on_text(id_, text);
        } else {
            ++hub_->counters().rate_limited;
            handler->on_rate_limited(id_, text);
            if (rate_.excess() >= hub_->options().frames_excess_max) { close(1008, "too many frames beyond the rate"); }
        }
    }

    /// The socket is closed and Beast has not ended: in 1.81 a read that must answer a bad frame and a close that has just been
    /// written can wait for each other for ever. (With a control callback every close frame could do that: so there is
    /// none, and pongs are noticed by the socket's own record of when it last received.)
    void abandon()
    {
        const auto self = this->shared_from_this();  // The coroutine that is destroyed held one too.
        on_read_ended();
        writing_ = false;
        finish();
        stream_.reset();
    }

    void on_read_ended()
    {
        if (read_ended_) { return; }
        open_ = false;
        closing_ = true;  // Nothing may be queued any more.
        read_ended_ = true;
        const auto before = outbox_.bytes();
        outbox_.clear();
        count_waiting(before);
        if (id_ != ConnectionId{}) {
            hub_->forget_socket(id_);
            --hub_->counters().sockets_open;
            if (auto* const handler = hub_->handler()) { handler->on_closed(id_); }
        }
        // While our close frame is under way Beast may end the read first; else nobody is there to write to.
        if (!close_sent_ || close_done_) { cut(); }
        finish_when_quiet();
    }

    /// Starts the writer if it rests and something may leave.
    void flush()
    {
        if (close_sent_ || read_ended_) { return; }
        outbox_.release(hub_->committed());
        const auto held = outbox_.waits_for();
        if (ending_ && !closing_ && !held && end_rests_on_ <= hub_->committed()) {
            begin_close();  // Also behind a write that hangs: from here on the peer's time is limited.
            return;
        }
        if (writing_) { return; }
        const auto before = outbox_.bytes();
        auto frame = outbox_.take();
        count_waiting(before);
        if (frame) {
            write(std::move(*frame));
        } else if (closing_) {
            send_close();
        } else if (held && !waits_at_gate_) {
            waits_at_gate_ = true;
            hub_->wait_for(*held, id_);
        }
    }

    void write(Frame frame)
    {
        writing_ = true;
        in_flight_ = std::move(frame.bytes);
        ++hub_->counters().frames_out;
        hub_->counters().bytes_out += in_flight_.size();
        stream_->binary(frame.binary);
        stream_->async_write(boost::asio::buffer(in_flight_),
            [self = this->shared_from_this()](
                const boost::system::error_code& error, std::size_t) { self->on_written(error); });
    }

    void on_written(const boost::system::error_code& error)
    {
        writing_ = false;
        in_flight_ = {};
        if (error && !close_sent_) { cut(); }  // The reader sees it and ends the connection.
        if (!error) { flush(); }
        finish_when_quiet();
    }

    void close_slow()
    {
        ++hub_->counters().slow_closed;
        const auto before = outbox_.bytes();
        outbox_.clear();
        count_waiting(before);
        begin_close(4002, "too slow");
    }

    void begin_close(std::uint16_t code, std::string_view reason)
    {
        close_code_ = code;
        close_reason_.assign(reason);
        begin_close();
    }

    void begin_close()
    {
        closing_ = true;
        hub_->set_deadline(*this, kCloseTimeout);
        flush();
    }

    void send_close()
    {
        CROUPIER_ASSERT(!writing_);
        close_sent_ = true;
        boost::beast::websocket::close_reason reason;
        reason.code = close_code_;
        reason.reason.assign(close_reason_.data(), std::min(close_reason_.size(), reason.reason.max_size()));
        stream_->async_close(reason, [self = this->shared_from_this()](const boost::system::error_code&) {
            self->close_done_ = true;
            self->cut();
            self->finish_when_quiet();
        });
    }

    void ping()
    {
        if (pinging_) { return; }
        pinging_ = true;
        stream_->async_ping({}, [self = this->shared_from_this()](const boost::system::error_code&) {
            self->pinging_ = false;  // A failure also ends the read.
        });
    }

    void finish_when_quiet()
    {
        if (read_ended_ && !writing_ && (!close_sent_ || close_done_)) { finish(); }
    }

    void finish()
    {
        if (finished_) { return; }
        finished_ = true;
        cut();
        hub_->remove(*this);
    }

    void count_waiting(std::size_t before)
    {
        auto& waiting = hub_->counters().outbox_bytes;
        waiting = waiting - before + outbox_.bytes();
    }

    std::shared_ptr<Hub> hub_;
    /// false: no permessage-deflate, compiled out. Empty once abandoned.
    std::optional<boost::beast::websocket::stream<Stream, false>> stream_;
    boost::beast::flat_buffer buffer_;
    ConnectionId id_{};  ///< None on /ws/echo: the host never hears of it.
    Dialect dialect_;
    Outbox outbox_;
    Rate rate_;
    SteadyTime last_heard_{};
    std::string in_flight_;  ///< What the writer writes.
    std::string close_reason_;
    std::uint16_t close_code_ = 0;
    Seq end_rests_on_{};  ///< Of the close frame, while ending_.

    bool open_ = false;     ///< The upgrade is done and the read has not ended.
    bool writing_ = false;  ///< A write is under way: never two.
    bool pinging_ = false;
    bool waits_at_gate_ = false;  ///< The hub will call gate_moved().
    bool ending_ = false;         ///< Takes no frames any more: a close frame waits behind those that are there.
    bool closing_ = false;        ///< Takes no frames any more: the close frame is next.
    bool close_sent_ = false;     ///< The close operation has begun.
    bool close_done_ = false;     ///< And ended.
    bool read_ended_ = false;
    bool finished_ = false;
    bool cut_ = false;
};

template <class Stream>
bool WebSocketConnection<Stream>::offers_protocol(const Request& request)
{
    for (const auto& field : request) {
        if (field.name() != boost::beast::http::field::sec_websocket_protocol) { continue; }
        const auto value = field.value();
        if (list_holds({value.data(), value.size()}, "croupier.v1")) { return true; }
    }
    return false;
}

}  // namespace croupier::edge
