#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "edge.hpp"
#include "outbox.hpp"
#include "wheel.hpp"

namespace croupier::edge {

/// The loop's own executor type: cheaper per operation than a type-erased one.
using Executor = boost::asio::io_context::executor_type;
using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// One TCP connection, as the hub sees it.
class Connection : public Wheel::Deadline,
                   public boost::intrusive::list_base_hook<boost::intrusive::tag<struct InHub>,
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual ~Connection() = default;
    /// Takes no new request; a WebSocket stays open.
    virtual void drain() = 0;
    /// Ends after what may leave has left: a WebSocket with 1001.
    virtual void stop() = 0;
    /// Closes the socket; all operations on it end with an error.
    virtual void cut() = 0;
};

/// An HTTP connection; a call is one request of it that waits for its answer.
class HttpCall : public Connection {
public:
    virtual void respond(Seq rests_on, HttpResponse response) = 0;
    virtual void gate_moved() = 0;
};

class WebSocket : public Connection {
public:
    virtual void send(Seq rests_on, FrameKind kind, std::string_view topic, std::string frame) = 0;
    virtual void send_now(Frame frame) = 0;
    virtual void close_after(Seq rests_on, std::uint16_t code, std::string_view reason) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    virtual void gate_moved() = 0;
};

/// What the connections share: options, the handler, the ids, the gate, the timer wheel, the counters. Lives as long as
/// any connection does; after shut() it tells the host nothing more.
class Hub : public std::enable_shared_from_this<Hub> {
public:
    Hub(boost::asio::io_context& loop, Options options, Handler& handler);
    void shut();

    const Options& options() const noexcept { return options_; }
    /// Null once the edge is gone.
    Handler* handler() const noexcept { return handler_; }
    Counters& counters() noexcept { return counters_; }
    const Executor& executor() const noexcept { return executor_; }
    ConnectionId next_id() noexcept { return last_id_ = next(last_id_); }

    // Connections.
    void add(Connection& connection);
    void remove(Connection& connection);
    void open(ConnectionId id, WebSocket& socket) { sockets_.emplace(id, &socket); }
    void open(ConnectionId id, HttpCall& call) { calls_.emplace(id, &call); }
    void forget_socket(ConnectionId id) { sockets_.erase(id); }
    void forget_call(ConnectionId id) { calls_.erase(id); }
    WebSocket* socket(ConnectionId id) const;
    HttpCall* call(ConnectionId id) const;
    bool over_limit() const noexcept { return counters_.connections_open > options_.connections_max; }

    // The gate.
    Seq committed() const noexcept { return committed_; }
    void committed(Seq seq);
    /// Tells the connection when the watermark reaches `seq`.
    void wait_for(Seq seq, ConnectionId id);

    // Time.
    static SteadyTime now() noexcept { return std::chrono::steady_clock::now(); }
    void set_deadline(Connection& connection, std::chrono::nanoseconds from_now);
    /// When the loop last came back from a stall; silence before it is nobody's fault.
    SteadyTime resumed_at() const noexcept { return resumed_at_; }

    // The end.
    bool draining() const noexcept { return draining_; }
    void drain();
    void stop(std::chrono::milliseconds grace, std::function<void()> done);

private:
    struct Waiting {
        Seq seq{};
        ConnectionId id{};
    };

    void arm();
    void turn(const boost::system::error_code& error);
    void cut_all();
    void finish_stop();

    Options options_;
    Handler* handler_;
    Executor executor_;
    Counters counters_;
    ConnectionId last_id_{};
    boost::intrusive::list<Connection,
        boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<InHub>,
            boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
        boost::intrusive::constant_time_size<false>>
        connections_;
    std::unordered_map<ConnectionId, WebSocket*> sockets_;
    std::unordered_map<ConnectionId, HttpCall*> calls_;
    Seq committed_{};
    std::vector<Waiting> waiting_;  ///< A heap, lowest seq first: a commit touches only those whose time has come.
    Wheel wheel_;
    Timer turn_timer_;
    bool turning_ = false;
    SteadyTime resumed_at_{};
    Timer grace_timer_;
    bool draining_ = false;
    std::function<void()> stopped_;
};

/// Takes over an accepted socket; in plain.cpp and tls.cpp, which alone see Beast.
void serve_plain(const std::shared_ptr<Hub>& hub, TcpSocket socket);
using Serve = std::function<void(const std::shared_ptr<Hub>& hub, TcpSocket socket)>;
/// What serves TLS with the certificate and key of these options; if they cannot be used, `failed` says why.
Serve make_tls_server(const Options& options, std::string& failed);

/// Logs what ended a connection's coroutine, if an exception did.
void report(const std::exception_ptr& failure);

}  // namespace croupier::edge
