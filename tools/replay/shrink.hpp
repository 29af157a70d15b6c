#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "recording.hpp"

/// The shortest recording that still diverges, for a test: delta debugging over the inputs (Zeller and Hildebrandt, IEEE TSE 28(2),
/// 2002).
namespace croupier::replay {

struct Shrunk {
    std::size_t before = 0;  ///< Inputs up to the divergence.
    std::size_t after = 0;
    std::uint64_t tried = 0;  ///< Recordings that were played.
};

/// Finds the first divergence of a recording on this build and writes into `out` as few of its inputs as still lead to it: the
/// same kind of output differs in the same members, from the same values to the same values. Everything else in it is what this
/// build does, so that the divergence is the only one. `ledger` as in Stage::open. Otherwise says why not.
std::expected<Shrunk, std::string> shrink(const std::vector<std::filesystem::path>& files,
    const std::filesystem::path& ledger, const std::filesystem::path& out);

}  // namespace croupier::replay
