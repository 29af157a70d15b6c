#include "wire.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace croupier::vault {

bool send_packet(int socket, std::span<const std::byte> packet)
{
    ssize_t sent = -1;
    do {
        sent = ::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(packet.size());
}

Received receive_packet(int socket, Bytes& packet)
{
    packet.resize(kPacketMax);
    ssize_t got = -1;
    do {
        got = ::recv(socket, packet.data(), packet.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) { return Received::nothing_in_time; }
    if (got <= 0) { return Received::end; }
    packet.resize(static_cast<std::size_t>(got));
    return Received::packet;
}

}  // namespace croupier::vault
