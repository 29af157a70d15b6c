#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

#include "files.hpp"
#include "snapshot.hpp"
#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

namespace {

Snapshot snapshot_at(std::uint64_t seq)
{
    Snapshot snapshot;
    snapshot.position = Position{Epoch{1}, Seq{seq}, sha256(to_bytes(seq))};
    snapshot.sections = {{"bonus", 3, {}}, {"ledger", 1, Bytes(1000, std::byte{7})}, {"session", 2, to_bytes(seq)}};
    return snapshot;
}

void overwrite(const std::filesystem::path& path, std::span<const std::byte> bytes)
{
    std::ofstream{path, std::ios::binary | std::ios::trunc} << as_text(bytes);
}

}  // namespace

TEST_CASE("snapshot: what is written is read, newest first, and the last two are kept", "[store]")
{
    const TempDir dir;
    for (const unsigned seq : {9U, 100U, 20U}) { REQUIRE(write_snapshot(dir.path(), snapshot_at(seq))); }
    const auto loaded = load_snapshots(dir.path());
    CHECK(loaded.snapshots == std::vector{snapshot_at(100), snapshot_at(20)});
    CHECK(loaded.problems.empty());
    CHECK(std::ranges::distance(std::filesystem::directory_iterator{dir.path()}) == 2);
    CHECK(std::filesystem::exists(dir / "snapshot-100.crs"));

    remove_snapshots(dir.path());
    CHECK(load_snapshots(dir.path()).snapshots.empty());
}

TEST_CASE("snapshot: one snapshot has one encoding, whatever the order of its sections", "[store]")
{
    auto shuffled = snapshot_at(5);
    std::ranges::reverse(shuffled.sections);
    CHECK(encode_snapshot(shuffled) == encode_snapshot(snapshot_at(5)));
    CHECK(decode_snapshot(encode_snapshot(shuffled)) == snapshot_at(5));
    const Snapshot empty;
    CHECK(decode_snapshot(encode_snapshot(empty)) == empty);
}

TEST_CASE("snapshot: a file that was changed or cut at any byte is not taken", "[store]")
{
    const Bytes good = encode_snapshot(snapshot_at(5));
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes bad = good;
        bad[i] ^= std::byte{0x10};
        CHECK_FALSE(decode_snapshot(bad));
        CHECK_FALSE(decode_snapshot(std::span{good}.first(i)));
    }
    Bytes longer = good;
    longer.push_back(std::byte{0});
    CHECK_FALSE(decode_snapshot(longer));
}

TEST_CASE("snapshot: a damaged newest one falls back to the older one, and is named", "[store]")
{
    const TempDir dir;
    REQUIRE(write_snapshot(dir.path(), snapshot_at(10)));
    REQUIRE(write_snapshot(dir.path(), snapshot_at(20)));
    Bytes bytes = read_file(dir / "snapshot-20.crs").value();

    SECTION("a bit was flipped")
    {
        bytes[bytes.size() / 2] ^= std::byte{1};
        overwrite(dir / "snapshot-20.crs", bytes);
    }
    SECTION("it was cut short") { overwrite(dir / "snapshot-20.crs", std::span{bytes}.first(100)); }
    SECTION("it is empty") { overwrite(dir / "snapshot-20.crs", {}); }
    SECTION("it is another one under this name")
    {
        overwrite(dir / "snapshot-20.crs", encode_snapshot(snapshot_at(19)));
    }

    const auto loaded = load_snapshots(dir.path());
    CHECK(loaded.snapshots == std::vector{snapshot_at(10)});
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].find("snapshot-20.crs") != std::string::npos);
}

TEST_CASE("snapshot: other files are left alone, and a folder that is missing has none", "[store]")
{
    const TempDir dir;
    for (const char* name : {"snapshot-x.crs", "snapshot-5.crs.partial", "snapshot-.crs", "ledger.db"}) {
        std::ofstream{dir / name} << "x";
    }
    for (const unsigned seq : {1U, 2U, 3U}) { REQUIRE(write_snapshot(dir.path(), snapshot_at(seq))); }
    CHECK(load_snapshots(dir.path()).snapshots.size() == 2);
    CHECK(std::filesystem::exists(dir / "snapshot-x.crs"));
    CHECK(load_snapshots(dir / "missing").snapshots.empty());
    CHECK_FALSE(write_snapshot(dir / "missing", snapshot_at(1)));
}
