#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/stream_traits.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>

#include "hub.hpp"

/// What the two files that see Beast share: types of the coroutines and small helpers.
namespace croupier::edge {

template <class T>
using Task = boost::asio::awaitable<T, Executor>;

/// I/O errors are values: `auto [error, size] = co_await stream.async_read_some(buffer, kAsValue);`
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> kAsValue{
    boost::asio::use_awaitable_t<Executor>{}};

/// How long a peer may take to answer our close frame, or to read the end of what we sent, before it is cut.
inline constexpr std::chrono::seconds kCloseTimeout{5};

/// What comes before HTTP: nothing on TCP, the TLS handshake on TLS. False: it failed. Each stream's file defines its own.
template <class Stream>
Task<bool> handshake(Stream& stream);

template <class Stream>
void close_socket(Stream& stream)
{
    boost::system::error_code ignored;  // A socket that is closed already is as we want it.
    boost::beast::get_lowest_layer(stream).close(ignored);
}

/// How long ago the peer last sent anything, a pong included (tcp(7), TCP_INFO); for ever, if the kernel does not say.
template <class Stream>
std::chrono::milliseconds since_data(Stream& stream)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    const int socket = boost::beast::get_lowest_layer(stream).native_handle();
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) { return std::chrono::hours{24 * 365}; }
    return std::chrono::milliseconds{info.tcpi_last_data_recv};
}

}  // namespace croupier::edge
