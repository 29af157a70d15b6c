#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace croupier::simulation {

struct RunOptions {
    std::uint64_t seed = 1;
    std::uint64_t minutes = 6;
    std::filesystem::path scratch;     ///< A folder of its own, removed afterwards.
    std::filesystem::path recordings;  ///< Each life is recorded there; empty: none is.
    bool speak = false;                ///< Prints everything that happens.
};

struct RunResult {
    std::optional<std::string> violation;
    std::uint64_t trace = 0;  ///< Of all that happened.
    std::string plan;
    double simulated_seconds = 0;
    std::uint64_t lives = 0;
    std::uint64_t events = 0;
    std::uint64_t rounds = 0;    ///< Settled, in all lives.
    std::uint64_t answers = 0;   ///< To players' commands, told.
    std::uint64_t requests = 0;  ///< Of operators, answered.
};

/// One seed: a casino, its people and its faults for so many minutes; then the faults end, everything open has to come to an
/// end within moments, and all books have to agree.
RunResult run(const RunOptions& options);

}  // namespace croupier::simulation
