#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sections.hpp"

namespace croupier::bench {

/// How many transfers the stores of this run hold.
std::vector<std::uint64_t> sizes(const Options& options);
/// The directory of a closed ledger of so many transfers, one a unit; made the first time that it is asked for, with a
/// snapshot some units before its end.
std::filesystem::path store_of(const Options& options, std::uint64_t size);
/// Units that follow the snapshot: as many as production lets follow at most.
constexpr std::uint64_t kTail = 50'000;

}  // namespace croupier::bench
