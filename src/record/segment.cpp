#include "segment.hpp"

#include <boost/crc.hpp>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "croupier/assert.hpp"
#include "croupier/codec.hpp"

namespace croupier::record {

namespace {

constexpr std::string_view kMagic = "CROUREC1";
constexpr int kLevel = 1;
constexpr std::size_t kBlockHead = 4 + 4 + 4 + 32;
constexpr std::size_t kNameMax = 64;

std::optional<SegmentHead> parse_head(ByteReader& in)
{
    if (as_text(in.raw(kMagic.size())) != kMagic) { return std::nullopt; }
    SegmentHead head;
    head.format = in.read<std::uint32_t>();
    head.recording = in.read<std::string>();
    head.number = in.read<std::uint32_t>();
    head.before = in.read<Hash>();
    if (in.failed() || head.format != 1 || head.recording.size() > kNameMax) { return std::nullopt; }
    return head;
}

std::uint32_t crc(std::span<const std::byte> bytes)
{
    boost::crc_32_type sum;
    sum.process_bytes(bytes.data(), bytes.size());
    return sum.checksum();
}

std::optional<Bytes> read_whole(const std::filesystem::path& path)
{
    std::error_code error;
    Bytes bytes(std::filesystem::file_size(path, error));
    std::ifstream file{path, std::ios::binary};
    if (error || !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
        return std::nullopt;
    }
    return bytes;
}

/// As much as a head has at most.
std::optional<Bytes> read_start(const std::filesystem::path& path)
{
    static constexpr std::size_t kHeadMax = 256;
    Bytes bytes(kHeadMax);
    std::ifstream file{path, std::ios::binary};
    if (!file.is_open()) { return std::nullopt; }
    file.read(reinterpret_cast<char*>(bytes.data()), kHeadMax);
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

}  // namespace

std::string segment_name(const std::string& recording, std::uint32_t number)
{
    std::array<char, 16> digits{};
    std::snprintf(digits.data(), digits.size(), "-%06u.crr", number);
    return recording + digits.data();
}

Bytes segment_head(const SegmentHead& head)
{
    Bytes bytes;
    ByteWriter out{bytes};
    out.raw(as_bytes(kMagic));
    out.write(head.format);
    out.write(head.recording);
    out.write(head.number);
    out.write(head.before);
    return bytes;
}

Squeeze::Squeeze() : context_{::ZSTD_createCCtx()} { CROUPIER_ASSERT(context_ != nullptr); }

Squeeze::~Squeeze() { ::ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context_)); }

Bytes Squeeze::block(std::span<const std::byte> items, Hash& chain)
{
    CROUPIER_ASSERT(!items.empty() && items.size() <= kBlockMax);
    Bytes squeezed(::ZSTD_compressBound(items.size()));
    const std::size_t size = ::ZSTD_compressCCtx(
        static_cast<ZSTD_CCtx*>(context_), squeezed.data(), squeezed.size(), items.data(), items.size(), kLevel);
    CROUPIER_ASSERT(::ZSTD_isError(size) == 0);
    squeezed.resize(size);
    chain = sha256(chain, squeezed);
    Bytes block;
    block.reserve(kBlockHead + size);
    ByteWriter out{block};
    out.write(static_cast<std::uint32_t>(size));
    out.write(static_cast<std::uint32_t>(items.size()));
    out.write(crc(squeezed));
    out.write(chain);
    out.raw(squeezed);
    return block;
}

std::expected<RecordingReader, std::string> RecordingReader::open(std::vector<std::filesystem::path> paths)
{
    RecordingReader reader;
    for (auto& path : paths) {
        const auto bytes = read_start(path);
        if (!bytes) { return std::unexpected{path.string() + ": cannot be read"}; }
        ByteReader in{*bytes};
        auto head = parse_head(in);
        if (!head) { return std::unexpected{path.string() + ": not a segment of a recording"}; }
        reader.segments_.push_back({std::move(path), std::move(*head)});
    }
    std::ranges::sort(reader.segments_, {}, [](const Segment& segment) { return segment.head.number; });
    if (reader.segments_.empty()) { return std::unexpected{"no file was given"}; }
    reader.recording_ = reader.segments_.front().head.recording;
    std::uint32_t number = 0;
    for (const Segment& segment : reader.segments_) {
        if (segment.head.recording != reader.recording_) {
            return std::unexpected{segment.path.string() + ": of another recording"};
        }
        if (segment.head.number != ++number) {
            return std::unexpected{
                segment_name(reader.recording_, number) + ": missing; a replay begins with the first segment"};
        }
    }
    return reader;
}

bool RecordingReader::load()
{
    const Segment& segment = segments_[segment_];
    auto bytes = read_whole(segment.path);
    if (!bytes || segment.head.before != chain_) { return false; }
    bytes_ = std::move(*bytes);
    ByteReader in{bytes_};
    static_cast<void>(parse_head(in));
    at_ = bytes_.size() - in.left();
    return true;
}

std::expected<Bytes, std::string> RecordingReader::next()
{
    while (true) {
        if (segment_ == segments_.size() || cut_) { return Bytes{}; }
        if (bytes_.empty() && !load()) {
            return std::unexpected{segments_[segment_].path.string() + ": does not follow the segment before it"};
        }
        if (at_ < bytes_.size()) { break; }
        bytes_.clear();
        ++segment_;
    }
    const std::span<const std::byte> rest = std::span{bytes_}.subspan(at_);
    ByteReader in{rest};
    const auto size = in.read<std::uint32_t>();
    const auto items_size = in.read<std::uint32_t>();
    const auto check = in.read<std::uint32_t>();
    const auto hash = in.read<Hash>();
    const auto squeezed = in.raw(size);
    if (in.failed()) {
        if (segment_ + 1 == segments_.size()) {
            cut_ = true;
            return Bytes{};
        }
        return std::unexpected{segments_[segment_].path.string() + ": ends in the middle of a block"};
    }
    const auto damaged = [&] {
        return std::unexpected{
            segments_[segment_].path.string() + ": the block at byte " + std::to_string(at_) + " is damaged"};
    };
    if (crc(squeezed) != check || sha256(chain_, squeezed) != hash || items_size > kBlockMax) { return damaged(); }
    Bytes items(items_size);
    if (::ZSTD_decompress(items.data(), items.size(), squeezed.data(), squeezed.size()) != items.size()) {
        return damaged();
    }
    chain_ = hash;
    at_ += kBlockHead + size;
    return items;
}

}  // namespace croupier::record
