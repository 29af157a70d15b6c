#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/messages/seals.hpp"
#include "croupier/seal.hpp"
#include "croupier/unit.hpp"

namespace croupier::verify {

/// What a receipt shows: a unit, and the sealed head that it stands under.
struct Receipt {
    ReceiptLeaf leaf;
    std::vector<Hash> path;
    ledger::DaySealed seal;
};

/// Reads a receipt, a JSON object as `GET /api/v1/me/rounds/{round}/receipt` gives it. Else what is wrong, in a sentence.
std::expected<Receipt, std::string> parse_receipt(std::string_view text);
/// nullopt: the unit stands under a head that this key has signed. Else what does not hold, in a sentence.
std::optional<std::string> check_receipt(const Receipt& receipt, const PublicKey& key);

}  // namespace croupier::verify
