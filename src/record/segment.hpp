#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/bytes.hpp"

/// The files of a recording: segments of blocks, each block a run of items compressed on its own (zstd), with a CRC-32 against
/// damage and a chained SHA-256 against exchange. What a crash leaves can be read up to its last whole block.
namespace croupier::record {

/// Bytes of items that one block holds at most: what a reader must be ready to take.
inline constexpr std::size_t kBlockMax = std::size_t{1} << 30;
/// How much is gathered before it becomes a block.
inline constexpr std::size_t kBlockUsual = 128 * 1024;

struct SegmentHead {
    std::uint32_t format = 1;
    std::string recording;     ///< Names the recording: 16 hexadecimal digits.
    std::uint32_t number = 1;  ///< 1, 2, 3, …
    Hash before{};             ///< The chain's hash at the end of the segment before; zero for the first.
};

/// "<recording>-000001.crr"
std::string segment_name(const std::string& recording, std::uint32_t number);

/// The first bytes of a segment.
Bytes segment_head(const SegmentHead& head);
/// The items as one block; `chain` becomes its hash. `squeeze` is used again: the compressor's memory.
class Squeeze {
public:
    Squeeze();
    ~Squeeze();
    Squeeze(const Squeeze&) = delete;
    Squeeze& operator=(const Squeeze&) = delete;
    Bytes block(std::span<const std::byte> items, Hash& chain);

private:
    void* context_;
};

/// Reads a recording's segments in order, block by block.
class RecordingReader {
public:
    /// `paths`: segment files of one recording, in any order; the first must be number 1. Otherwise a sentence that says why not.
    static std::expected<RecordingReader, std::string> open(std::vector<std::filesystem::path> paths);

    /// The next block's items; empty: there is none. When the last segment ends in the middle of a block, that one was being
    /// written when the process ended: cut() is true from then on. Damage before that is an error.
    std::expected<Bytes, std::string> next();
    bool cut() const noexcept { return cut_; }
    const std::string& recording() const noexcept { return recording_; }

private:
    struct Segment {
        std::filesystem::path path;
        SegmentHead head;
    };
    RecordingReader() = default;
    bool load();

    std::vector<Segment> segments_;
    std::size_t segment_ = 0;
    std::string recording_;
    Bytes bytes_;
    std::size_t at_ = 0;
    Hash chain_{};
    bool cut_ = false;
};

}  // namespace croupier::record
