#include "snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include "croupier/assert.hpp"
#include "croupier/codec.hpp"
#include "files.hpp"

namespace croupier::store {

namespace {

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kNameSize = 32;
constexpr std::size_t kSnapshotsKept = 2;
constexpr std::string_view kMagic = "CRSNAP\r\n";  // Its line end shows a transfer that thought it was text.
constexpr std::string_view kPrefix = "snapshot-";
constexpr std::string_view kSuffix = ".crs";

using Name = std::array<std::byte, kNameSize>;

Name padded(const std::string& text)
{
    CROUPIER_ASSERT(!text.empty() && text.size() <= kNameSize);
    Name name{};
    std::ranges::copy(as_bytes(text), name.begin());
    return name;
}

std::string unpadded(const Name& name)
{
    const auto end = std::ranges::find(name, std::byte{0});
    return std::string{as_text({name.begin(), end})};
}

struct File {
    std::uint64_t seq;
    std::filesystem::path path;
};

// Newest first.
std::vector<File> list(const std::filesystem::path& directory)
{
    std::vector<File> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{directory, error}) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) { continue; }
        const std::string_view digits = std::string_view{name}.substr(
            kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
        std::uint64_t seq = 0;
        const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
        if (failure == std::errc{} && end == digits.data() + digits.size()) { files.push_back({seq, entry.path()}); }
    }
    std::ranges::sort(files, std::greater{}, &File::seq);
    return files;
}

}  // namespace

Bytes encode_snapshot(const Snapshot& snapshot)
{
    std::vector<const SnapshotSection*> sections;
    sections.reserve(snapshot.sections.size());
    for (const auto& section : snapshot.sections) { sections.push_back(&section); }
    std::ranges::sort(sections, {}, &SnapshotSection::name);
    CROUPIER_ASSERT(std::ranges::adjacent_find(sections, {}, &SnapshotSection::name) == sections.end());

    Bytes bytes;
    ByteWriter writer{bytes};
    writer.raw(as_bytes(kMagic));
    writer.write(snapshot.format);
    writer.write(snapshot.position.epoch);
    writer.write(snapshot.position.seq);
    writer.write(snapshot.position.hash);
    writer.write(static_cast<std::uint32_t>(sections.size()));
    for (const auto* section : sections) {
        writer.write(padded(section->name));
        writer.write(section->version);
        writer.write(static_cast<std::uint64_t>(section->bytes.size()));
        writer.write(sha256(section->bytes));
    }
    writer.write(sha256(bytes));
    for (const auto* section : sections) { writer.raw(section->bytes); }
    return bytes;
}

std::optional<Snapshot> decode_snapshot(std::span<const std::byte> bytes)
{
    ByteReader reader{bytes};
    if (as_text(reader.raw(kMagic.size())) != kMagic) { return std::nullopt; }
    Snapshot snapshot;
    snapshot.format = reader.read<std::uint32_t>();
    if (snapshot.format != kFormat) { return std::nullopt; }
    snapshot.position.epoch = reader.read<Epoch>();
    snapshot.position.seq = reader.read<Seq>();
    snapshot.position.hash = reader.read<Hash>();
    const auto count = reader.read<std::uint32_t>();

    struct Entry {
        std::uint64_t size;
        Hash hash;
    };
    std::vector<Entry> entries;
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
        SnapshotSection section;
        section.name = unpadded(reader.read<Name>());
        section.version = reader.read<std::uint32_t>();
        const auto size = reader.read<std::uint64_t>();
        entries.push_back({size, reader.read<Hash>()});
        snapshot.sections.push_back(std::move(section));
    }
    const auto header_size = bytes.size() - reader.left();
    if (reader.read<Hash>() != sha256(bytes.first(header_size)) || reader.failed()) { return std::nullopt; }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].size > reader.left()) { return std::nullopt; }
        const auto body = reader.raw(static_cast<std::size_t>(entries[i].size));
        if (sha256(body) != entries[i].hash) { return std::nullopt; }
        snapshot.sections[i].bytes.assign(body.begin(), body.end());
    }
    // One encoding for one snapshot: what was read gives the same bytes again.
    if (!reader.complete()
        || !std::ranges::is_sorted(snapshot.sections, std::ranges::less_equal{}, &SnapshotSection::name)) {
        return std::nullopt;
    }
    return snapshot;
}

std::expected<void, std::string> write_snapshot(const std::filesystem::path& directory, const Snapshot& snapshot)
{
    const auto path = directory
        / (std::string{kPrefix} + std::to_string(raw(snapshot.position.seq)) + std::string{kSuffix});
    const Bytes bytes = encode_snapshot(snapshot);
    const std::array<std::span<const std::byte>, 1> pieces{bytes};
    if (auto written = write_durably(path, pieces); !written) { return written; }

    const auto files = list(directory);
    for (std::size_t i = kSnapshotsKept; i < files.size(); ++i) {
        std::error_code ignored;  // One too many does no harm; the next one written tries again.
        std::filesystem::remove(files[i].path, ignored);
    }
    return {};
}

LoadedSnapshots load_snapshots(const std::filesystem::path& directory)
{
    LoadedSnapshots loaded;
    for (const File& file : list(directory)) {
        const auto bytes = read_file(file.path);
        auto snapshot = bytes ? decode_snapshot(*bytes) : std::nullopt;
        if (!snapshot || raw(snapshot->position.seq) != file.seq) {
            loaded.problems.push_back(file.path.string() + ": it is not a whole snapshot");
            continue;
        }
        loaded.snapshots.push_back(std::move(*snapshot));
    }
    return loaded;
}

void remove_snapshots(const std::filesystem::path& directory)
{
    for (const File& file : list(directory)) {
        std::error_code ignored;
        std::filesystem::remove(file.path, ignored);
    }
}

}  // namespace croupier::store
