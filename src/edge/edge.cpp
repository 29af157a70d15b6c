#include "edge.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

#include "adapters/log.hpp"
#include "croupier/assert.hpp"
#include "hub.hpp"

namespace croupier::edge {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr auto kAsValue = asio::as_tuple_t<asio::use_awaitable_t<Executor>>{asio::use_awaitable_t<Executor>{}};

/// Connections beyond the limit that are read far enough to be refused in words; further ones are closed at once.
constexpr std::size_t kRefusedMax = 64;
/// After a failed accept (out of file descriptors, mostly) the listener rests: retrying at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

/// Outlives the edge as long as the accepting coroutine does.
struct Listener {
    Listener(std::shared_ptr<Hub> shared_hub, Serve serve_connection)
        : hub{std::move(shared_hub)},
          serve{std::move(serve_connection)},
          acceptor{hub->executor()},
          pause{hub->executor()}
    {
    }

    void close()
    {
        boost::system::error_code ignored;
        acceptor.close(ignored);
        pause.cancel();
    }

    std::shared_ptr<Hub> hub;
    Serve serve;
    Acceptor acceptor;
    Timer pause;
};

void take(Listener& listener, TcpSocket socket)
{
    auto& counters = listener.hub->counters();
    if (counters.connections_open >= listener.hub->options().connections_max + kRefusedMax) {
        ++counters.refused_connections;
        return;  // The socket closes as it goes out of scope.
    }
    boost::system::error_code ignored;  // Slower without, but not wrong.
    socket.set_option(tcp::no_delay{true}, ignored);
    listener.serve(listener.hub, std::move(socket));
}

asio::awaitable<void, Executor> accept_connections(std::shared_ptr<Listener> listener)
{
    bool failing = false;
    while (listener->acceptor.is_open()) {
        TcpSocket socket{listener->hub->executor()};
        const auto [error] = co_await listener->acceptor.async_accept(socket, kAsValue);
        if (!error) {
            failing = false;
            take(*listener, std::move(socket));
            continue;
        }
        if (error == asio::error::operation_aborted || !listener->acceptor.is_open()) { break; }
        if (error == asio::error::connection_aborted) { continue; }  // The peer gave up in the queue.
        if (!failing) { log::warn("edge", "cannot accept connections", {{"why", error.message()}}); }
        failing = true;
        listener->pause.expires_after(kAcceptPause);
        [[maybe_unused]] const auto [ignored] = co_await listener->pause.async_wait(kAsValue);
    }
}

/// Without its listener the server is of no use: an exception there ends the process.
void end_process(const std::exception_ptr& failure)
{
    if (failure) { std::rethrow_exception(failure); }
}

class BeastEdge final : public Edge {
public:
    BeastEdge(asio::io_context& loop, Options options, Handler& handler)
        : loop_{loop}, hub_{std::make_shared<Hub>(loop, std::move(options), handler)}
    {
    }

    ~BeastEdge() override
    {
        if (listener_) { listener_->close(); }
        hub_->shut();
    }

    std::optional<std::string> listen() override
    {
        CROUPIER_ASSERT(listener_ == nullptr);
        const auto& options = hub_->options();
        Serve serve = serve_plain;
        if (options.tls_certificate || options.tls_key) {
            if (!options.tls_certificate || !options.tls_key) { return "TLS needs a certificate and its key"; }
            std::string failed;
            serve = make_tls_server(options, failed);
            if (!serve) { return failed; }
        }
        listener_ = std::make_shared<Listener>(hub_, std::move(serve));
        const auto error = open_acceptor();
        if (error) { return options.host + ":" + std::to_string(options.port) + ": " + error.message(); }
        asio::co_spawn(hub_->executor(), accept_connections(listener_), end_process);
        return std::nullopt;
    }

    std::uint16_t port() const override { return port_; }

    void send(ConnectionId connection, Seq rests_on, FrameKind kind, std::string_view topic, std::string frame) override
    {
        if (auto* const socket = hub_->socket(connection)) { socket->send(rests_on, kind, topic, std::move(frame)); }
    }

    void send_now(ConnectionId connection, std::string frame) override
    {
        if (auto* const socket = hub_->socket(connection)) {
            socket->send_now(Frame{.bytes = std::move(frame), .binary = false});
        }
    }

    void close_after(ConnectionId connection, Seq rests_on, std::uint16_t code, std::string_view reason) override
    {
        if (auto* const socket = hub_->socket(connection)) { socket->close_after(rests_on, code, reason); }
    }

    void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override
    {
        if (auto* const socket = hub_->socket(connection)) { socket->close(code, reason); }
    }

    void respond(ConnectionId call, Seq rests_on, HttpResponse response) override
    {
        if (auto* const waiting = hub_->call(call)) { waiting->respond(rests_on, std::move(response)); }
    }

    void committed(Seq seq) override { hub_->committed(seq); }

    void drain() override
    {
        if (listener_) { listener_->close(); }
        hub_->drain();
    }

    void stop(std::chrono::milliseconds grace, std::function<void()> done) override
    {
        if (listener_) { listener_->close(); }
        hub_->stop(grace, std::move(done));
    }

    Counters counters() const override { return hub_->counters(); }

private:
    boost::system::error_code open_acceptor()
    {
        const auto& options = hub_->options();
        boost::system::error_code error;
        tcp::resolver resolver{loop_};
        const auto found = resolver.resolve(
            options.host, std::to_string(options.port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
        if (error) { return error; }
        const tcp::endpoint endpoint = found.begin()->endpoint();
        auto& acceptor = listener_->acceptor;
        if (acceptor.open(endpoint.protocol(), error)) { return error; }
        if (acceptor.set_option(Acceptor::reuse_address{true}, error)) { return error; }
        if (acceptor.bind(endpoint, error)) { return error; }
        if (acceptor.listen(Acceptor::max_listen_connections, error)) { return error; }
        port_ = acceptor.local_endpoint(error).port();
        return error;
    }

    asio::io_context& loop_;
    std::shared_ptr<Hub> hub_;
    std::shared_ptr<Listener> listener_;
    std::uint16_t port_ = 0;
};

}  // namespace

std::unique_ptr<Edge> make_edge(boost::asio::io_context& loop, Options options, Handler& handler)
{
    return std::make_unique<BeastEdge>(loop, std::move(options), handler);
}

}  // namespace croupier::edge
