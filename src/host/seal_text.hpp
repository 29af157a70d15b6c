#pragma once

#include <string>
#include <vector>

#include "croupier/messages/seals.hpp"
#include "views_reader.hpp"

/// Seals, days and receipts as JSON (docs/protocol).
namespace croupier::host {

inline constexpr std::uint32_t kSealsPage = 50;

/// The members of a Seal: what is public of it.
void write_seal(std::string& out, const ledger::Seal& seal);
/// A seal with the figures of its day (GLI-19 2.9): balances, what moved, and what follows from them.
void write_day(std::string& out, const ledger::Seal& seal);
void write_trial(std::string& out, const std::vector<ledger::TrialRow>& rows);
/// A receipt, as croupier-verify reads it.
std::string receipt(const store::Inclusion& inclusion, const ledger::Seal& seal);

}  // namespace croupier::host
