#include "token.hpp"

#include <array>

#include "frame.hpp"

namespace croupier::host {

std::string base64url(std::span<const std::byte> bytes)
{
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned bits = 0;
    int count = 0;
    for (const std::byte byte : bytes) {
        bits = (bits << 8 | std::to_integer<unsigned>(byte)) & 0xFFFF;
        for (count += 8; count >= 6; count -= 6) { text += kLetters[bits >> (count - 6) & 63]; }
    }
    if (count > 0) { text += kLetters[bits << (6 - count) & 63]; }
    return text;
}

Result<std::string> make_token(Entropy& entropy)
{
    std::array<std::byte, 32> bytes{};
    if (const auto filled = entropy.fill(bytes); !filled) { return std::unexpected{filled.error()}; }
    return base64url(bytes);
}

Result<Token> RandomTokens::issue()
{
    auto text = make_token(entropy_);
    if (!text) { return std::unexpected{text.error()}; }
    const Hash hash = token_hash(*text);
    return Token{std::move(*text), hash};
}

}  // namespace croupier::host
