// bench-echo-server: a bare WebSocket echo server on one thread, written as Beast's own asynchronous example. What it does
// a second, driven by croupier-load --echo, is the measure for what Croupier does a second.
// Usage: bench-echo-server [PORT]; prints "listening on http://127.0.0.1:PORT" when ready.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

class EchoSession : public std::enable_shared_from_this<EchoSession> {
public:
    explicit EchoSession(tcp::socket socket) : stream_{std::move(socket)} {}

    void run()
    {
        stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
        stream_.async_accept(beast::bind_front_handler(&EchoSession::on_accept, shared_from_this()));
    }

private:
    void on_accept(error_code error)
    {
        if (!error) { read(); }
    }
    void read() { stream_.async_read(buffer_, beast::bind_front_handler(&EchoSession::on_read, shared_from_this())); }
    void on_read(error_code error, std::size_t)
    {
        if (error) { return; }
        stream_.text(stream_.got_text());
        stream_.async_write(buffer_.data(), beast::bind_front_handler(&EchoSession::on_write, shared_from_this()));
    }
    void on_write(error_code error, std::size_t)
    {
        if (error) { return; }
        buffer_.consume(buffer_.size());
        read();
    }

    websocket::stream<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
};

class Listener {
public:
    Listener(asio::io_context& loop, unsigned short port)
        : acceptor_{loop, tcp::endpoint{asio::ip::address_v4::loopback(), port}}
    {
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

    void accept()
    {
        acceptor_.async_accept([this](error_code error, tcp::socket socket) {
            if (!error) {
                socket.set_option(tcp::no_delay{true});
                std::make_shared<EchoSession>(std::move(socket))->run();
            }
            accept();
        });
    }

private:
    tcp::acceptor acceptor_;
};

}  // namespace

int main(int argc, char** argv)
{
    const auto port = argc > 1 ? static_cast<unsigned short>(std::atoi(argv[1])) : static_cast<unsigned short>(0);
    asio::io_context loop{1};
    Listener listener{loop, port};
    listener.accept();
    std::printf("listening on http://127.0.0.1:%u\n", static_cast<unsigned>(listener.port()));
    std::fflush(stdout);
    loop.run();
}
