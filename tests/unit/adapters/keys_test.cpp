#include <catch2/catch.hpp>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "adapters/aead.hpp"
#include "adapters/disk.hpp"
#include "adapters/entropy.hpp"
#include "adapters/keys.hpp"
#include "temporary_folder.hpp"

using namespace croupier;
using adapters::SqliteKeys;

namespace {

adapters::OsEntropy entropy;

std::unique_ptr<SqliteKeys> open_keys(const std::filesystem::path& file, std::size_t pool = 16)
{
    auto keys = SqliteKeys::open(file, entropy, pool);
    if (!keys) { FAIL(keys.error()); }
    return std::move(*keys);
}

std::unique_ptr<SqliteKeys> open_from(const std::filesystem::path& file, std::uint64_t next_key, std::size_t pool = 16)
{
    auto keys = open_keys(file, pool);
    REQUIRE(keys->reserve_from(next_key) == std::nullopt);
    return keys;
}

/// The bytes of key `id` as they stand in the closed file.
Bytes stored_key(const std::filesystem::path& file, std::uint64_t id)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    sqlite3_stmt* select = nullptr;
    REQUIRE(sqlite3_prepare_v2(db, "SELECT key FROM keys WHERE id = ?", -1, &select, nullptr) == SQLITE_OK);
    sqlite3_bind_int64(select, 1, static_cast<sqlite3_int64>(id));
    REQUIRE(sqlite3_step(select) == SQLITE_ROW);
    const auto* first = static_cast<const std::byte*>(sqlite3_column_blob(select, 0));
    Bytes key(first, first + sqlite3_column_bytes(select, 0));
    sqlite3_finalize(select);
    sqlite3_close(db);
    return key;
}

bool found_anywhere(const std::filesystem::path& folder, std::span<const std::byte> wanted)
{
    adapters::FileDisk disk;
    for (const auto& file : disk.list(folder)) {
        const auto content = disk.read(file);
        if (content && !std::ranges::search(*content, wanted).empty()) { return true; }
    }
    return false;
}

}  // namespace

TEST_CASE("aead: AES-256-GCM gives the vectors of the GCM specification", "[adapters]")
{
    // Test cases 13 and 14 of McGrew and Viega: key and nonce of zeros, without and with a block of zeros.
    const std::array<std::byte, 32> key{};
    const std::array<std::byte, 12> nonce{};
    CHECK(to_hex(adapters::aead_seal(key, nonce, {})) == "530f8afbc74536b9a963b4f1c4cb738b");
    const Bytes zeros(16);
    const Bytes sealed = adapters::aead_seal(key, nonce, zeros);
    CHECK(to_hex(sealed) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    CHECK(adapters::aead_open(key, nonce, sealed) == zeros);
    CHECK(adapters::aead_open(key, nonce, std::span{sealed}.first(15)) == std::nullopt);
}

TEST_CASE("keys: what was sealed is unsealed again, also after the file was opened again", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    Sealed sealed;
    {
        auto keys = open_from(folder / "keys.db", 1);
        sealed = keys->seal(1, as_bytes("Ada")).value();
        CHECK(sealed.key_id == 1);
        CHECK(keys->unseal(sealed) == Bytes{std::byte{'A'}, std::byte{'d'}, std::byte{'a'}});
        CHECK(keys->seal(1, as_bytes("Ada")).value().nonce != sealed.nonce);
        CHECK(keys->unseal(keys->seal(2, {}).value()) == Bytes{});
    }
    auto keys = open_from(folder / "keys.db", 3);
    CHECK(keys->unseal(sealed).has_value());
    CHECK_FALSE(found_anywhere(folder.path(), as_bytes("Ada")));
}

TEST_CASE("keys: what was changed, or sealed under another key, is not authentic", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 1);
    const Sealed sealed = keys->seal(1, as_bytes("Ada")).value();
    for (std::size_t i = 0; i < sealed.ciphertext.size(); ++i) {
        Sealed changed = sealed;
        changed.ciphertext[i] ^= std::byte{1};
        CHECK(keys->unseal(changed) == std::nullopt);
    }
    Sealed other = sealed;
    for (const std::uint64_t id : {0ULL, 2ULL, 1'000'000ULL}) {
        other.key_id = id;
        CHECK(keys->unseal(other) == std::nullopt);
    }
    other = sealed;
    other.nonce[0] ^= std::byte{1};
    CHECK(keys->unseal(other) == std::nullopt);
    other.ciphertext.clear();
    CHECK(keys->unseal(other) == std::nullopt);
}

TEST_CASE("keys: no byte of an erased key stays in any file, and the others stay", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    constexpr std::uint64_t kKeys = 600;  // Enough for the table to have had pages split.
    std::map<std::uint64_t, Sealed> sealed;
    {
        auto keys = open_from(folder / "keys.db", 1, kKeys);
        for (std::uint64_t id = 1; id <= kKeys; ++id) { sealed[id] = keys->seal(id, as_bytes("name")).value(); }
    }
    std::map<std::uint64_t, Bytes> erased;
    for (std::uint64_t id = 5; id <= kKeys; id += 61) {
        erased[id] = stored_key(folder / "keys.db", id);
        REQUIRE(found_anywhere(folder.path(), erased[id]));
    }
    {
        auto keys = open_from(folder / "keys.db", kKeys + 1);
        for (const auto& [id, key] : erased) {
            CHECK(keys->erase(id));
            CHECK_FALSE(keys->erase(id));
            CHECK(keys->unseal(sealed[id]) == std::nullopt);
            CHECK_FALSE(found_anywhere(folder.path(), std::span{key}.first(16)));  // While the file is in use.
            CHECK_FALSE(found_anywhere(folder.path(), std::span{key}.last(16)));
        }
    }
    auto keys = open_from(folder / "keys.db", kKeys + 1);
    for (const auto& [id, value] : sealed) { CHECK(keys->unseal(value).has_value() == !erased.contains(id)); }
    for (const auto& [id, key] : erased) {
        CHECK_FALSE(keys->erase(id));  // And it was not made again.
        CHECK_FALSE(found_anywhere(folder.path(), key));
    }
    CHECK_FALSE(keys->erase(0));
    CHECK_FALSE(keys->erase(1'000'000));
}

TEST_CASE("keys: a key that is not durable yet is refused as overloaded, and made in the background", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 1, 16);
    const auto refused = keys->seal(keys->durable_to() + 1'000, as_bytes("x"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::overloaded);
    CHECK(refused.error().retry_after.has_value());

    // Use keys as fast as they come: each is refused at most until the thread has made it.
    for (std::uint64_t id = 1; id <= 200; ++id) {
        auto sealed = keys->seal(id, as_bytes("x"));
        while (!sealed) {
            REQUIRE(sealed.error().code == ErrorCode::overloaded);
            std::this_thread::yield();
            sealed = keys->seal(id, as_bytes("x"));
        }
        REQUIRE(keys->unseal(*sealed).has_value());
        if (id % 20 == 0) { REQUIRE(keys->erase(id)); }
    }
    CHECK(keys->durable_to() > 200);
}

TEST_CASE("keys: after the file was lost its old keys are not made again", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 101, 16);
    CHECK(keys->durable_to() >= 116);
    CHECK_FALSE(keys->erase(100));
    CHECK(keys->unseal(Sealed{.key_id = 100, .nonce = {}, .ciphertext = Bytes(20)}) == std::nullopt);
    CHECK(keys->seal(101, as_bytes("x")).has_value());
}

TEST_CASE("keys: an erased id that nobody has used yet, as far as the ledger knows, gets a fresh key", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    Sealed before;
    {
        auto keys = open_from(folder / "keys.db", 1);
        for (std::uint64_t id = 1; id <= 5; ++id) { before = keys->seal(id, as_bytes("Ada")).value(); }
        for (const std::uint64_t id : {2U, 4U, 5U}) { REQUIRE(keys->erase(id)); }
    }
    {
        // The ledger is older than the file: it knows of three players.
        auto keys = open_from(folder / "keys.db", 4);
        CHECK_FALSE(keys->erase(2));  // Of one of these three, so it stays erased.
        for (std::uint64_t id = 4; id <= 6; ++id) {
            const auto sealed = keys->seal(id, as_bytes("Bob"));
            REQUIRE(sealed.has_value());
            CHECK(keys->unseal(*sealed) == Bytes{std::byte{'B'}, std::byte{'o'}, std::byte{'b'}});
        }
        CHECK(keys->unseal(before) == std::nullopt);
    }
    auto keys = open_from(folder / "keys.db", 7);
    CHECK(keys->erase(4));  // Durable, and erased like any other.
    CHECK_FALSE(keys->erase(4));
}

TEST_CASE("keys: a gap that a lost file left before the first new key is filled when it is needed", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    {
        open_from(folder / "keys.db", 101);
    }
    auto keys = open_from(folder / "keys.db", 99);
    for (std::uint64_t id = 99; id <= 102; ++id) { CHECK(keys->seal(id, as_bytes("x")).has_value()); }
    CHECK_FALSE(keys->erase(98));
}

TEST_CASE("keys: the file is its owner's alone, and of one process at a time", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 1);
    struct stat status{};
    REQUIRE(::stat((folder / "keys.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto second = SqliteKeys::open(folder / "keys.db", entropy, 16);
    REQUIRE_FALSE(second.has_value());
    CHECK_THAT(second.error(), Catch::Contains("in use by another process"));
}

TEST_CASE("keys: a file that is no key file is refused", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    adapters::FileDisk disk;
    REQUIRE(disk.replace(folder / "keys.db", as_bytes(std::string(5'000, 'x'))));
    const auto keys = SqliteKeys::open(folder / "keys.db", entropy, 16);
    REQUIRE_FALSE(keys.has_value());
    CHECK_THAT(keys.error(), Catch::StartsWith("keys.db: "));
    CHECK_FALSE(SqliteKeys::open(folder / "no/such/folder/keys.db", entropy, 16).has_value());
}

TEST_CASE("keys: a copy made while the file is in use unseals the same, and is its owner's alone", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 1);
    const Sealed sealed = keys->seal(3, as_bytes("Ada")).value();
    const auto copy_failed = [&] {
        std::promise<std::optional<std::string>> done;
        keys->copy_to(
            folder / "copy.db", [&](std::optional<std::string> failed) { done.set_value(std::move(failed)); });
        return done.get_future().get();
    };
    REQUIRE(copy_failed() == std::nullopt);
    CHECK(copy_failed().has_value());  // It exists now, and is not overwritten.
    struct stat status{};
    REQUIRE(::stat((folder / "copy.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    auto copy = open_from(folder / "copy.db", 4);
    CHECK(copy->unseal(sealed) == keys->unseal(sealed));
    CHECK(copy->durable_to() >= keys->durable_to());
}

TEST_CASE("keys: while copies are made keys are used, made and erased, and each copy has what was erased before it",
    "[adapters]")
{
    const fakes::TemporaryFolder folder;
    auto keys = open_from(folder / "keys.db", 1, 64);
    std::map<std::uint64_t, Sealed> sealed;
    std::vector<Sealed> erased;
    std::atomic<int> made = 0;
    std::uint64_t next_key = 1;
    for (int round = 0; round < 4; ++round) {
        keys->copy_to(folder.path() / ("copy" + std::to_string(round)), [&](std::optional<std::string> failed) {
            if (!failed) { ++made; }
        });
        while (made <= round || next_key < 100 * static_cast<std::uint64_t>(round + 1)) {
            if (auto done = keys->seal(next_key, as_bytes("x"))) { sealed[next_key++] = std::move(*done); }
        }
        erased.push_back(sealed.at(next_key - 1));
        REQUIRE(keys->erase(next_key - 1));
    }
    for (int round = 0; round < 4; ++round) {
        auto copy = open_keys(folder.path() / ("copy" + std::to_string(round)));
        CHECK(copy->unseal(sealed.at(1)).has_value());
        for (int i = 0; i < round; ++i) { CHECK(copy->unseal(erased[static_cast<std::size_t>(i)]) == std::nullopt); }
    }
    CHECK(made == 4);
}

TEST_CASE("keys: they may go while copies wait, which are then not made", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    std::atomic<int> calls = 0;
    {
        auto keys = open_from(folder / "keys.db", 1);
        for (int i = 0; i < 20; ++i) {
            keys->copy_to(
                folder.path() / ("copy" + std::to_string(i)), [&](const std::optional<std::string>&) { ++calls; });
        }
    }
    int made = 0;
    for (int i = 0; i < 20; ++i) {
        made += std::filesystem::exists(folder.path() / ("copy" + std::to_string(i))) ? 1 : 0;
    }
    CHECK(calls == made);
}
