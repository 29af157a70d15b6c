#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
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
    static std::expected<Recording, std::string> open(std::vector<std::filesystem::path> paths);

    const host::Opening& opening() const noexcept { return opening_; }
    const std::string& name() const noexcept { return reader_->recording(); }
    /// The next input; nullopt: there is none.
    std::expected<std::optional<Step>, std::string> next();
    /// After the last input: false if the recording was cut off, by a crash or because it could not go on.
    bool ended() const noexcept { return ended_; }

private:
    explicit Recording(record::RecordingReader reader) : reader_{std::move(reader)} {}
    std::expected<bool, std::string> fill();
    std::expected<std::optional<Happened>, std::string> item();

    std::optional<record::RecordingReader> reader_;
    host::Opening opening_;
    Bytes block_;
    std::size_t at_ = 0;
    std::optional<Happened> peeked_;
    std::uint64_t steps_ = 0;
    bool ended_ = false;
};

/// The input and its moment, from an item of kind input or viewed; nullopt: it is not one that this build knows.
std::optional<Step> parse_step(const Happened& item);
/// And back.
Happened step_item(const Step& step);
/// Writes a recording of these steps, without an end. nullopt: done; otherwise what failed.
std::optional<std::string> write_recording(
    const std::filesystem::path& out, const host::Opening& opening, const std::vector<Step>& steps);

}  // namespace croupier::replay
