// Beast over plain TCP: the only file that compiles it.

#include "http_connection.hpp"

namespace croupier::edge {

template <>
Task<bool> handshake(TcpSocket&)
{
    co_return true;
}

void serve_plain(const std::shared_ptr<Hub>& hub, TcpSocket socket)
{
    auto connection = std::make_shared<HttpConnection<TcpSocket>>(hub, std::move(socket));
    boost::asio::co_spawn(hub->executor(), HttpConnection<TcpSocket>::run(std::move(connection)), report);
}

}  // namespace croupier::edge
