#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "recording.hpp"

/// A whole recording replayed on several threads. Its checkpoints divide it into windows: what each begins with stands in the
/// recording, so that they can be replayed side by side, and each has to end where the next one begins.
namespace croupier::replay {

struct Verdict {
    std::string recording;
    std::string build;          ///< That made it.
    std::string problem;        ///< Empty: all agrees. Else a sentence about one thing that does not.
    std::uint64_t windows = 0;  ///< That were replayed.
    std::uint64_t inputs = 0;
    std::uint64_t units = 0;
    std::uint64_t outputs = 0;
    std::uint64_t states = 0;         ///< That were compared.
    std::chrono::nanoseconds span{};  ///< Of the recording.
    std::chrono::nanoseconds took{};  ///< Reading and replaying, once the games are loaded.
    bool ended = false;               ///< In order.
};

/// With so many threads besides this one. It ends at the first thing that does not agree, wherever that is: which one comes
/// first, and how it came to it, tells a replay from the beginning. Otherwise says why the recording cannot be read.
std::expected<Verdict, std::string> verify(
    const std::vector<std::filesystem::path>& files, const std::filesystem::path& ledger, std::size_t threads);

}  // namespace croupier::replay
