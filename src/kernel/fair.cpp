#include "croupier/fair.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::fair {

namespace {

/// The bytes that the seeds and the nonce decide, four at a time.
class Stream {
public:
    Stream(std::string_view key, std::string_view client_seed, std::uint64_t nonce)
        : key_{key}, message_{std::string{client_seed} + ":" + std::to_string(nonce) + ":"}
    {
    }

    std::uint32_t next()
    {
        if (used_ == block_.size()) { fill(); }
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 4; ++i) { word = word << 8U | block_[used_++]; }
        return word;
    }

private:
    void fill()
    {
        const std::string message = message_ + std::to_string(blocks_++);
        const auto text = as_bytes(message);
        unsigned length = 0;
        const auto* done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), block_.data(), &length);
        CROUPIER_ASSERT(done != nullptr && length == block_.size());
        used_ = 0;
    }

    std::string_view key_;
    std::string message_;
    std::uint64_t blocks_ = 0;
    std::array<unsigned char, 32> block_{};
    std::size_t used_ = 32;
};

bool is_seed_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string seed_text(const ServerSeed& seed, const Hash& definition)
{
    return to_hex(seed) + "." + to_hex(definition);
}

Hash commitment(std::string_view seed_text) { return sha256(as_bytes(seed_text)); }

std::vector<Value> values(Scheme scheme, std::string_view seed_text, std::string_view client_seed, std::uint64_t nonce,
    std::span<const Bound> bounds)
{
    Stream stream{seed_text, client_seed, nonce};
    std::vector<Value> drawn;
    for (const Bound bound : bounds) {
        CROUPIER_ASSERT(bound >= 1);
        // The product's high half is the value; where the low half lies below 2^32 mod bound, that value has one word too many.
        std::uint64_t product = std::uint64_t{stream.next()} * bound;
        const std::uint32_t uneven = (0U - bound) % bound;
        while (scheme == Scheme::v2 && static_cast<std::uint32_t>(product) < uneven) {
            product = std::uint64_t{stream.next()} * bound;
        }
        drawn.push_back(static_cast<Value>(product >> 32U));
    }
    return drawn;
}

bool is_client_seed(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_seed_character);
}

}  // namespace croupier::fair
