#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "casino.hpp"
#include "config/config.hpp"
#include "floor.hpp"
#include "recording.hpp"

/// The casino of a recording, played again: the same modules and the same floor on ports that answer what they answered then.
namespace croupier::replay {

/// What one input did now, beside what it did then.
struct Outcome {
    std::vector<Happened> told;  ///< What was told to the outside, and the units; in order.
    /// A port was asked for something that it was not asked for then: nothing after it means anything.
    std::optional<std::string> lost;
    /// The messages on the bus, the innermost first: "ledger.TakeStake refused insufficient_funds".
    std::vector<std::string> messages;
};

class Stage {
public:
    /// `ledger`: a folder with the ledger, for a recording whose state was too large to be in it. Otherwise says why not.
    static std::expected<std::unique_ptr<Stage>, std::string> open(
        const host::Opening& opening, const std::filesystem::path& ledger);
    /// Likewise, with the opening's games, which are loaded already.
    static std::expected<std::unique_ptr<Stage>, std::string> open(
        const host::Opening& opening, host::GameList games, const std::filesystem::path& ledger);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Takes the step's input, its ports answering what `step.happened` says.
    Outcome take(const Step& step);
    const host::Casino& casino() const noexcept;
    /// Whether a recording could go on with this opening here: the same unit, state and connections.
    bool is_at(const host::Opening& opening) const;
    WallTime now() const noexcept;
    SteadyTime steady() const noexcept;
    /// Notes the messages of each step from here on; it costs time.
    void trace();

private:
    struct Ports;
    Stage();
    std::unique_ptr<Ports> ports_;
};

/// Whether an item tells the outside something, or is a unit: what a replay compares.
bool is_told(record::Item kind);

}  // namespace croupier::replay
