#include <catch2/catch.hpp>

#include <fstream>

#include "segment.hpp"
#include "sink.hpp"
#include "tape.hpp"
#include "temporary_folder.hpp"

using namespace croupier;
using namespace croupier::record;
using fakes::TemporaryFolder;

namespace {

/// A run of items, as the recorder collects them.
FlatBytes items(std::uint64_t first, std::uint64_t count)
{
    TapeWriter tape{16};
    for (std::uint64_t i = first; i < first + count; ++i) { tape.item(Item::frame, i, std::string(i % 50, 'x')); }
    return std::move(tape.bytes());
}

std::vector<std::filesystem::path> files(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) { all.push_back(entry.path()); }
    std::ranges::sort(all);
    return all;
}

/// The numbers of the items that can be read, until the end or what is wrong.
struct Numbers {
    std::vector<std::uint64_t> numbers;
    std::string wrong;
    bool cut = false;
};
Numbers read(const std::vector<std::filesystem::path>& paths)
{
    Numbers all;
    auto reader = RecordingReader::open(paths);
    if (!reader) { return {.wrong = reader.error()}; }
    while (true) {
        const auto block = reader->next();
        if (!block) {
            all.wrong = block.error();
            break;
        }
        if (block->empty()) { break; }
        TapeReader tape{*block};
        while (const auto item = tape.next()) { all.numbers.push_back(ByteReader{item->body}.read<std::uint64_t>()); }
        CHECK_FALSE(tape.failed());
    }
    all.cut = reader->cut();
    return all;
}

/// 300 items in blocks of 10; small segments.
void record_300(const std::filesystem::path& folder, std::uint64_t segment_bytes = 1'000)
{
    Sink sink{{.directory = folder, .recording = "0123456789abcdef", .segment_bytes = segment_bytes}};
    for (std::uint64_t i = 0; i < 300; i += 10) {
        FlatBytes run = items(i, 10);
        REQUIRE(sink.put(run));
        CHECK(run.size() == 0);  // To be filled again.
    }
}

Bytes content(const std::filesystem::path& path)
{
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}
void replace(const std::filesystem::path& path, const Bytes& bytes)
{
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("recording: what was put in comes out, over all its segments", "[record]")
{
    const TemporaryFolder folder;
    record_300(folder.path());
    const auto paths = files(folder.path());
    CHECK(paths.size() > 3);
    const Numbers all = read(paths);
    CHECK(all.wrong.empty());
    CHECK_FALSE(all.cut);
    REQUIRE(all.numbers.size() == 300);
    for (std::uint64_t i = 0; i < 300; ++i) { CHECK(all.numbers[i] == i); }
}

TEST_CASE("recording: cut off at any byte, it can be read up to its last whole block", "[record]")
{
    const TemporaryFolder folder;
    record_300(folder.path(), 1 << 20);
    const auto path = files(folder.path()).at(0);
    const Bytes whole = content(path);
    std::size_t before = 0;
    for (std::size_t size = 68; size < whole.size(); size += 7) {
        CAPTURE(size);
        replace(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        const Numbers all = read({path});
        REQUIRE(all.wrong.empty());
        REQUIRE(all.numbers.size() % 10 == 0);
        REQUIRE(all.numbers.size() >= before);
        before = all.numbers.size();
    }
    CHECK(before == 290);
}

TEST_CASE("recording: a bit that was changed is noticed, wherever it stands", "[record]")
{
    const TemporaryFolder folder;
    record_300(folder.path(), 1 << 20);
    const auto path = files(folder.path()).at(0);
    const Bytes whole = content(path);
    const Numbers good = read({path});
    for (std::size_t at = 0; at < whole.size(); at += 13) {
        CAPTURE(at);
        Bytes changed = whole;
        changed[at] ^= std::byte{0x10};
        replace(path, changed);
        const Numbers all = read({path});
        // A length that was changed to more than there is looks like a cut: what stands before it is still right.
        const bool noticed = !all.wrong.empty() || all.cut;
        const bool named = at < 60;  // The head: its recording's name is not checked against anything.
        REQUIRE((noticed || named));
        for (std::size_t i = 0; i < all.numbers.size(); ++i) { REQUIRE(all.numbers[i] == good.numbers[i]); }
    }
}

TEST_CASE("recording: segments that are missing, exchanged or of another recording are refused", "[record]")
{
    const TemporaryFolder folder;
    const TemporaryFolder other;
    record_300(folder.path());
    const auto paths = files(folder.path());
    CHECK(read({paths.begin() + 1, paths.end()}).wrong.find("-000001.crr: missing") != std::string::npos);
    CHECK(read({paths[0], paths[2]}).wrong.find("-000002.crr: missing") != std::string::npos);
    {
        Sink sink{{.directory = other.path(), .recording = "fedcba9876543210"}};
        FlatBytes run = items(0, 10);
        REQUIRE(sink.put(run));
    }
    CHECK(read({paths[0], files(other.path()).at(0)}).wrong.find("of another recording") != std::string::npos);
    // The same name and number, but not what followed.
    const TemporaryFolder again;
    {
        Sink sink{{.directory = again.path(), .recording = "0123456789abcdef", .segment_bytes = 1'000}};
        for (std::uint64_t i = 1'000; i < 1'300; i += 10) {
            FlatBytes run = items(i, 10);
            REQUIRE(sink.put(run));
        }
    }
    CHECK(read({paths[0], files(again.path()).at(1)}).wrong.find("does not follow") != std::string::npos);
    CHECK(read({folder.path() / "none.crr"}).wrong.find("cannot be read") != std::string::npos);
}

TEST_CASE("recording: older ones make room; alone it ends where it has become too large", "[record]")
{
    const TemporaryFolder folder;
    const auto record = [&](const std::string& name, std::uint64_t runs) {
        Sink sink{{.directory = folder.path(), .recording = name, .segment_bytes = 64'000, .disk_bytes_max = 40'000}};
        bool open = true;
        for (std::uint64_t i = 0; i < runs && open; ++i) {
            // Not to be compressed: a counter's hash.
            TapeWriter tape{16};
            for (std::uint64_t j = 0; j < 30; ++j) { tape.item(Item::unit, sha256(to_bytes(i * 30 + j))); }
            while (open && !sink.failure() && sink.bytes_written() < i * 900) { std::this_thread::yield(); }
            open = sink.put(tape.bytes());
        }
        return sink.failure();
    };
    CHECK_FALSE(record("aaaaaaaaaaaaaaaa", 15));
    CHECK_FALSE(record("bbbbbbbbbbbbbbbb", 15));
    CHECK(files(folder.path()).size() == 2);
    CHECK_FALSE(record("cccccccccccccccc", 30));
    CHECK(files(folder.path()).back().filename().string().starts_with("cccccccccccccccc"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "aaaaaaaaaaaaaaaa-000001.crr"));
    const auto why = record("dddddddddddddddd", 100);
    REQUIRE(why);
    CHECK(why->find("recording.disk_max_bytes") != std::string::npos);
    CHECK(files(folder.path()).size() == 1);
    CHECK(read(files(folder.path())).wrong.empty());
}

TEST_CASE("recording: a folder that cannot be written to ends it, and says why", "[record]")
{
    const TemporaryFolder folder;
    std::ofstream{folder.path() / "file"} << "not a folder";
    Sink sink{{.directory = folder.path() / "file" / "recordings", .recording = "0123456789abcdef"}};
    FlatBytes run = items(0, 10);
    REQUIRE(sink.put(run));
    while (!sink.failure()) { std::this_thread::yield(); }
    run = items(10, 10);
    CHECK_FALSE(sink.put(run));
    CHECK(run.size() > 0);
}
