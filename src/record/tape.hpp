#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"

/// What a recording holds, as one run of items in the order in which they happened (docs/recordings.md).
namespace croupier::record {

/// What an item is about. Numbers are never reused.
enum class Item : std::uint8_t {
    opening = 1,     ///< The first: everything a replay begins with.
    input = 2,       ///< An input to the floor; what follows up to the next one happened within it.
    viewed = 3,      ///< Likewise: the views' answer to a question.
    checkpoint = 4,  ///< Between two inputs: what a replay of those that follow begins with, as an opening.

    // What a port answered.
    drew = 10,
    sealed = 11,
    erased = 12,
    signature = 13,
    refused = 14,  ///< The store did not admit a unit; that it did is not told.
    disk_low = 15,
    issued = 16,
    seeded = 17,
    fair_made = 18,
    fair_drew = 19,
    fair_revealed = 27,

    // What was told to the outside, where it enters the outbox: before the gate and before chatter is coalesced.
    frame = 20,
    chatter = 21,
    frame_now = 22,
    close_after = 23,
    close = 24,
    response = 25,
    frame_digest = 26,  ///< A frame, with the XXH3-64 of its text instead of the text.

    unit = 30,   ///< A unit of work was submitted: its seq and the first 8 bytes of the chain's hash.
    state = 31,  ///< SHA-256 of all modules' state.
    end = 40,    ///< The last of a recording that ended in order.
};
/// "drew"; "?" for a number that is none.
std::string_view name(Item item) noexcept;

/// Collects items in memory. Not for use by two threads.
class TapeWriter {
public:
    /// `capacity`: what it holds before it has to grow.
    explicit TapeWriter(std::size_t capacity) : bytes_{capacity} {}

    /// One item of these values in canonical bytes.
    template <class... Values>
    void item(Item kind, const Values&... values)
    {
        BasicByteWriter<FlatBytes> out{bytes_};
        out.write(kind);
        out.write(std::uint32_t{0});
        const std::size_t begin = bytes_.size();
        (out.write(values), ...);
        const auto length = static_cast<std::uint32_t>(bytes_.size() - begin);
        std::byte* const at = bytes_.data() + begin - sizeof length;
        for (std::size_t i = 0; i < sizeof length; ++i) { at[i] = static_cast<std::byte>(length >> (8 * i)); }
    }

    std::size_t size() const noexcept { return bytes_.size(); }
    /// What was collected; whoever takes it leaves an empty one.
    FlatBytes& bytes() noexcept { return bytes_; }

private:
    FlatBytes bytes_;
};

/// One item of a recording.
struct Read {
    Item kind{};
    std::span<const std::byte> body;
};

/// Reads items from a run of whole ones.
class TapeReader {
public:
    explicit TapeReader(std::span<const std::byte> bytes) noexcept : in_{bytes} {}
    /// nullopt: there is none left, or what is left is not one: see failed().
    std::optional<Read> next();
    bool failed() const noexcept { return in_.failed(); }

private:
    ByteReader in_;
};

}  // namespace croupier::record
