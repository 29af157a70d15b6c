#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

#include "croupier/bytes.hpp"
#include "croupier/messages/seals.hpp"

/// Signed heads of the ledger, as whoever checks one sees them.
namespace croupier {

using PublicKey = std::array<std::byte, 32>;  ///< Ed25519, RFC 8032.

/// What is signed of a head: "croupier.seal.v1\n" and its canonical bytes.
Bytes seal_message(const ledger::SealedHead& head);
/// Whether this key signed the head, and the head names the key.
bool seal_holds(const PublicKey& key, const ledger::DaySealed& sealed);
/// The key as a PEM text ("PUBLIC KEY", RFC 8410).
std::string to_pem(const PublicKey& key);
/// The key of such a file; else what is wrong, in a sentence.
std::expected<PublicKey, std::string> read_public_key(const std::filesystem::path& file);

}  // namespace croupier
