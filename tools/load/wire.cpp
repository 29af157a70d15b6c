#include "wire.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace croupier::load {

Socket::~Socket() { close(); }

bool Socket::connect(const sockaddr_in& server)
{
    close();
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) { return false; }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int result = ::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server);
    return result == 0 || errno == EINPROGRESS;
}

void Socket::close()
{
    if (fd_ >= 0) { ::close(std::exchange(fd_, -1)); }
    outbox_.clear();
    inbox_.clear();
    taken_ = 0;
}

int Socket::connect_error() const
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

bool Socket::send(std::string_view bytes)
{
    if (outbox_.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) { return false; }
        if (sent > 0) { bytes.remove_prefix(static_cast<std::size_t>(sent)); }
    }
    outbox_.append(bytes);
    return true;
}

bool Socket::flush()
{
    const auto waiting = std::exchange(outbox_, {});
    return send(waiting);
}

bool Socket::receive()
{
    static char buffer[256 * 1024];  // One thread, and copied out at once.
    while (true) {
        const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
        if (size > 0) {
            inbox_.append(buffer, static_cast<std::size_t>(size));
            if (static_cast<std::size_t>(size) < sizeof buffer) { return true; }  // More would wake us again.
        } else {
            return size < 0 && errno == EAGAIN;
        }
    }
}

void Socket::take(std::size_t size)
{
    taken_ += size;
    if (taken_ == inbox_.size()) {
        inbox_.clear();
        taken_ = 0;
    }
}

std::optional<Response> parse_response(std::string_view text)
{
    const auto head_end = text.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end < 12) { return std::nullopt; }
    Response response;
    std::from_chars(text.data() + 9, text.data() + 12, response.status);

    std::size_t length = 0;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = text.substr(0, head_end).find(kLength);
    if (at != std::string_view::npos) {
        std::from_chars(text.data() + at + kLength.size(), text.data() + head_end, length);
    }
    response.size = head_end + 4 + length;
    if (text.size() < response.size) { return std::nullopt; }
    response.body = text.substr(head_end + 4, length);
    return response;
}

std::optional<Frame> parse_frame(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.size() < 2) { return std::nullopt; }
    std::uint64_t length = byte(1) & 0x7fU;
    std::size_t at = 2;
    if (length >= 126) {
        const std::size_t more = length == 126 ? 2 : 8;
        if (text.size() < at + more) { return std::nullopt; }
        length = 0;
        for (std::size_t i = 0; i < more; ++i) { length = (length << 8) | byte(at + i); }
        at += more;
    }
    if (text.size() - at < length) { return std::nullopt; }
    return Frame{.opcode = byte(0) & 0x0f,
        .fin = (byte(0) & 0x80) != 0,
        .payload = text.substr(at, length),
        .size = at + length};
}

std::string make_frame(int opcode, std::string_view payload, std::uint32_t mask)
{
    std::string frame;
    frame.reserve(payload.size() + 14);
    frame.push_back(static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        frame.push_back(static_cast<char>(0x80 | payload.size()));
    } else if (payload.size() < 65536) {
        frame.push_back(static_cast<char>(0x80 | 126));
        frame.push_back(static_cast<char>(payload.size() >> 8));
        frame.push_back(static_cast<char>(payload.size() & 0xff));
    } else {
        frame.push_back(static_cast<char>(0x80 | 127));
        for (int shift = 56; shift >= 0; shift -= 8) {
            frame.push_back(static_cast<char>((payload.size() >> shift) & 0xff));
        }
    }
    char key[4];
    std::memcpy(key, &mask, sizeof key);
    frame.append(key, sizeof key);
    for (std::size_t i = 0; i < payload.size(); ++i) { frame.push_back(static_cast<char>(payload[i] ^ key[i % 4])); }
    return frame;
}

}  // namespace croupier::load
