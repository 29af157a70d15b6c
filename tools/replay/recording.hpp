#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "inputs.hpp"
#include "recorder.hpp"
#include "segment.hpp"
#include "tape.hpp"

/// A recording as a replay reads it: the opening, then one input after the other with all that happened within it.
namespace croupier::replay {

/// The views' answer to a question: an input too.
struct Viewed {
    std::uint64_t question = 0;
    Bytes answer;
};

struct Happened {
    record::Item kind{};
    Bytes body;

    friend bool operator==(const Happened&, const Happened&) = default;
};

struct Step {
    std::uint64_t number = 0;  ///< 1, 2, 3, …
    host::Moment moment;
    std::variant<host::Input, Viewed> input;
    std::vector<Happened> happened;  ///< In order.
};

class Recording {
public:
    /// Gives the next run of whole items; an empty one: there is none.
    using Blocks = std::move_only_function<std::expected<Bytes, std::string>()>;

    static std::expected<Recording, std::string> open(std::vector<std::filesystem::path> paths);
    /// One that begins with `opening`, behind so many inputs; `blocks` are what follows it.
    Recording(std::string name, host::Opening opening, std::uint64_t inputs_before, Blocks blocks)
        : name_{std::move(name)},
          opening_{std::move(opening)},
          blocks_{std::move(blocks)},
          steps_{inputs_before},
          inputs_before_{inputs_before}
    {
    }

    const host::Opening& opening() const noexcept { return opening_; }
    const std::string& name() const noexcept { return name_; }
    /// The next input; nullopt: there is none.
    std::expected<std::optional<Step>, std::string> next();
    /// After the last input: false if the recording was cut off, by a crash or because it could not go on.
    bool ended() const noexcept { return ended_; }

private:
    std::expected<bool, std::string> fill();
    std::expected<std::optional<Happened>, std::string> item();

    std::string name_;
    host::Opening opening_;
    Blocks blocks_;
    Bytes block_;
    std::size_t at_ = 0;
    std::optional<Happened> peeked_;
    std::uint64_t steps_;
    std::uint64_t inputs_before_;
    bool ended_ = false;
};

/// What a recording begins with, from the body of its first item; nullopt: not one that this build can read.
std::optional<host::Opening> parse_opening(std::span<const std::byte> body);

/// The input and its moment, from an item of kind input or viewed; nullopt: it is not one that this build knows.
std::optional<Step> parse_step(const Happened& item);
/// And back.
Happened step_item(const Step& step);
/// Writes a recording of these steps, without an end. nullopt: done; otherwise what failed.
std::optional<std::string> write_recording(
    const std::filesystem::path& out, const host::Opening& opening, const std::vector<Step>& steps);

}  // namespace croupier::replay
