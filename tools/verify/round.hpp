#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "game.hpp"

/// One provably fair round, computed again from what its player was told (docs/fair.md). No ledger is needed.
namespace croupier::verify {

struct FairRound {
    std::string server_seed;  ///< The revealed text.
    std::string client_seed;
    std::uint64_t nonce = 0;
    std::string commitment;  ///< As it was told before, hexadecimal; empty: not compared.
    std::string bet;         ///< "under:5000:100": kind, numbers with commas, stake; empty: no win is computed.
    std::optional<std::int64_t> win;      ///< What was told; none: not compared.
    std::optional<std::uint32_t> number;  ///< The same.
};

struct FairResult {
    std::vector<std::uint32_t> numbers;
    std::optional<std::int64_t> win;
    std::vector<std::string> problems;  ///< What does not hold, a sentence each.
};

/// Else why it cannot be computed, in a sentence.
std::expected<FairResult, std::string> compute(const FairRound& round, const rounds::Game& game);

}  // namespace croupier::verify
