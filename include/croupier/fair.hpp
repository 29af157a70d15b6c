#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/ports.hpp"

/// Provably fair draws: what decides a round is fixed before the player bets, by two seeds of which each side knows one, and can be
/// computed by anybody afterwards. docs/fair.md has the exact bytes and test vectors.
namespace croupier::fair {

/// How values are made of the seeds. Both take four bytes a value from the same stream; they differ in one round of many
/// thousands.
enum class Scheme : std::uint8_t {
    v1 = 1,  ///< As published by several casinos: floor(four bytes / 2^32 × bound). Its bias is below bound / 2^32.
    v2 = 2,  ///< Four bytes that would bias the value are passed over: exactly uniform.
};
BOOST_DESCRIBE_ENUM(Scheme, v1, v2)

using ServerSeed = std::array<std::byte, 32>;

/// The server seed as the scheme uses it and as it is revealed: 64 hexadecimal digits, ".", and 64 more, which are the SHA-256 of
/// the game's definition. So what is committed to covers the rules as well.
std::string seed_text(const ServerSeed& seed, const Hash& definition);

/// What the player is told before the first bet: SHA-256 of the text.
Hash commitment(std::string_view seed_text);

/// values[i] in [0, bounds[i]). The stream: HMAC-SHA256 (RFC 2104, FIPS 180-4) with the seed text as key over
/// "<client seed>:<nonce>:<block>", block by block from 0.
std::vector<Value> values(Scheme scheme, std::string_view seed_text, std::string_view client_seed, std::uint64_t nonce,
    std::span<const Bound> bounds);

/// 1 to 64 letters of A-Z, a-z, 0-9, "-" and "_".
bool is_client_seed(std::string_view text);

}  // namespace croupier::fair
