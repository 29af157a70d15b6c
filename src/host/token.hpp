#pragma once

#include <span>
#include <string>

#include "croupier/ports.hpp"

namespace croupier::host {

/// Base64url without padding (RFC 4648, 5).
std::string base64url(std::span<const std::byte> bytes);

/// A new secret that names a session or an operator: base64url of 32 random bytes. Only its
/// hash is ever kept. Refuses: entropy_unavailable.
Result<std::string> make_token(Entropy& entropy);

struct Token {
    std::string text;
    Hash hash{};  ///< token_hash(text)
};

/// Where new session tokens come from: a port, so that a replay has the hashes and nobody the tokens.
class Tokens {
public:
    virtual ~Tokens() = default;
    /// Refuses: entropy_unavailable.
    virtual Result<Token> issue() = 0;
};

class RandomTokens final : public Tokens {
public:
    explicit RandomTokens(Entropy& entropy) : entropy_{entropy} {}
    Result<Token> issue() override;

private:
    Entropy& entropy_;
};

}  // namespace croupier::host
