#include <catch2/catch.hpp>

#include "adapters/disk.hpp"
#include "temporary_folder.hpp"

using namespace croupier;

namespace {

Bytes bytes_of(std::string_view text)
{
    const auto bytes = as_bytes(text);
    return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("disk: a replaced file has the new content, and no temporary file is left", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    adapters::FileDisk disk;
    CHECK(disk.read(folder / "a") == std::nullopt);
    REQUIRE(disk.replace(folder / "a", bytes_of("old and long")));
    REQUIRE(disk.replace(folder / "a", bytes_of("new")));
    CHECK(disk.read(folder / "a") == bytes_of("new"));
    REQUIRE(disk.replace(folder / "b", {}));
    CHECK(disk.read(folder / "b") == Bytes{});
    CHECK(disk.list(folder.path()) == std::vector{folder / "a", folder / "b"});

    const Bytes large(1'000'000, std::byte{7});
    REQUIRE(disk.replace(folder / "large", large));
    CHECK(disk.read(folder / "large") == large);
}

TEST_CASE("disk: a step that fails leaves the old content and says so", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    adapters::FileDisk disk;
    CHECK_FALSE(disk.replace(folder / "missing/a", bytes_of("x")));
    std::filesystem::create_directory(folder / "a");
    CHECK_FALSE(disk.replace(folder / "a", bytes_of("x")));  // A folder stands under this name.
    CHECK(disk.list(folder.path()).empty());                 // And the temporary file is gone again.
    CHECK(disk.read(folder / "a") == std::nullopt);
}

TEST_CASE("disk: removed files are gone, free space is told", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    adapters::FileDisk disk;
    REQUIRE(disk.replace(folder / "a", bytes_of("x")));
    CHECK(disk.remove(folder / "a"));
    CHECK_FALSE(disk.remove(folder / "a"));
    CHECK(disk.list(folder / "no such folder").empty());
    CHECK(disk.free_bytes(folder.path()) > 0);
    CHECK(disk.free_bytes(folder / "no such folder") == 0);
}
