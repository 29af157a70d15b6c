#include <charconv>

#include "config.hpp"

namespace croupier::config {

std::optional<Address> parse_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) { return std::nullopt; }
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;  // An IPv6 address without brackets: which colon ends it cannot be told.
    }
    if (host.empty() || host.find_first_of(" \t[]/") != std::string_view::npos) { return std::nullopt; }

    Address address{std::string{host}, 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc{} || end != port.data() + port.size()) { return std::nullopt; }
    return address;
}

std::string to_string(const Address& address)
{
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_loopback(const Address& address)
{
    if (address.host == "::1" || address.host == "localhost") { return true; }
    // A name such as 127.0.0.1.example.org also starts with "127.": only digits and dots are an address.
    return address.host.starts_with("127.") && address.host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace croupier::config
