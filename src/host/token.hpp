#pragma once

#include <string>

#include "croupier/ports.hpp"

namespace croupier::host {

/// A new secret that names a session or an operator: base64url without padding (RFC 4648, 5) of 32 random bytes. Only its
/// hash is ever kept. Refuses: entropy_unavailable.
Result<std::string> make_token(Entropy& entropy);

}  // namespace croupier::host
