#include "croupier/bytes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "croupier/assert.hpp"

namespace croupier {

Hash sha256(std::span<const std::byte> first, std::span<const std::byte> second)
{
    // Fetching an algorithm by name costs more than hashing a unit of work: do it once a thread.
    thread_local const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kAlgorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> kContext{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    Hash hash;
    unsigned int size = 0;
    const bool done = EVP_DigestInit_ex2(kContext.get(), kAlgorithm.get(), nullptr) == 1
        && EVP_DigestUpdate(kContext.get(), first.data(), first.size()) == 1
        && EVP_DigestUpdate(kContext.get(), second.data(), second.size()) == 1
        && EVP_DigestFinal_ex(kContext.get(), reinterpret_cast<unsigned char*>(hash.data()), &size) == 1;
    CROUPIER_ASSERT(done && size == hash.size());
    return hash;
}

std::string to_hex(std::span<const std::byte> bytes)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        text.push_back(kDigits[std::to_integer<unsigned>(byte) >> 4]);
        text.push_back(kDigits[std::to_integer<unsigned>(byte) & 15]);
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view hex)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    if (hex.size() % 2 != 0) { return std::nullopt; }
    Bytes bytes(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const auto digit = kDigits.find(hex[i]);
        if (digit == std::string_view::npos) { return std::nullopt; }
        bytes[i / 2] = static_cast<std::byte>(std::to_integer<unsigned>(bytes[i / 2]) << 4 | digit);
    }
    return bytes;
}

std::optional<Hash> hash_from_hex(std::string_view hex)
{
    const auto bytes = from_hex(hex);
    Hash hash;
    if (!bytes || bytes->size() != hash.size()) { return std::nullopt; }
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b) noexcept
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace croupier
