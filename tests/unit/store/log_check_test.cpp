#include <catch2/catch.hpp>

#include <fstream>

#include "files.hpp"
#include "log_check.hpp"
#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

namespace {

constexpr std::size_t kHeader = 32;
constexpr std::size_t kFrame = 24 + 4096;

/// A killed ledger: the file and its log as they lay there after some batches, and how long the log was after each.
struct Killed {
    TempDir dir;
    std::filesystem::path ledger = dir / "ledger.db";
    std::filesystem::path log = dir / "ledger.db-wal";
    std::vector<std::size_t> ends;

    Killed()
    {
        const TempDir alive;
        auto file = open_ledger(alive / "ledger.db");
        Chain chain;
        append(*file, chain.spins(300));
        REQUIRE(file->checkpoint());
        for (int batch = 0; batch < 12; ++batch) {
            append(*file, chain.spins(30));
            // The log starts again after a checkpoint, and old frames lie behind the new ones.
            const auto bytes = read_file(alive / "ledger.db-wal").value();
            const auto same_salts = [&](std::size_t frame) {
                return std::equal(bytes.begin() + 16, bytes.begin() + 24,
                    bytes.begin() + static_cast<std::ptrdiff_t>(kHeader + frame * kFrame + 8));
            };
            std::size_t live = 0;
            while (kHeader + (live + 1) * kFrame <= bytes.size() && same_salts(live)) { ++live; }
            ends.push_back(live);
        }
        std::filesystem::copy_file(alive / "ledger.db", ledger);
        std::filesystem::copy_file(alive / "ledger.db-wal", log);
    }

    void flip(std::size_t offset) const
    {
        std::fstream bytes{log, std::ios::binary | std::ios::in | std::ios::out};
        bytes.seekg(static_cast<std::streamoff>(offset));
        const auto flipped = static_cast<char>(bytes.get() ^ 1);
        bytes.seekp(static_cast<std::streamoff>(offset));
        bytes.put(flipped);
    }
};

}  // namespace

TEST_CASE("log check: a flipped bit in any frame is told, as long as a whole transaction stands behind it", "[store]")
{
    const Killed killed;
    REQUIRE(killed.ends.size() == 12);
    REQUIRE(killed.ends.back() > killed.ends.front());
    CHECK(damage_in_log(killed.log) == std::nullopt);
    CHECK(damage_in_log(killed.dir / "no such file") == std::nullopt);

    const std::size_t synced = killed.ends[killed.ends.size() - 3];
    for (std::size_t frame = 0; frame < synced; ++frame) {
        // Page number, size at the end of a transaction, salts, checksums, the page's first, a middle and its last byte.
        for (const std::size_t offset : {0U, 7U, 8U, 15U, 16U, 23U, 24U, 24U + 2000U, 24U + 4095U}) {
            const std::size_t at = kHeader + frame * kFrame + offset;
            killed.flip(at);
            CAPTURE(frame, offset);
            const auto damage = damage_in_log(killed.log);
            REQUIRE(damage);
            CHECK(damage->find("ledger.db-wal: frame " + std::to_string(frame + 1) + " is damaged") == 0);
            killed.flip(at);
        }
    }
    for (std::size_t offset = 0; offset < kHeader; ++offset) {
        // The number of checkpoints is in nobody's way, but for the header's own checksum.
        killed.flip(offset);
        CAPTURE(offset);
        CHECK(damage_in_log(killed.log).value_or("").find("ledger.db-wal: its header is damaged") == 0);
        killed.flip(offset);
    }
    CHECK(damage_in_log(killed.log) == std::nullopt);
}

TEST_CASE("log check: a log that a power failure tore is as SQLite expects it", "[store]")
{
    const Killed killed;
    const std::size_t before_last = killed.ends[killed.ends.size() - 2];
    SECTION("its last transaction is damaged: whether it was ever synced, nobody can tell")
    {
        killed.flip(kHeader + before_last * kFrame + 100);
        CHECK(damage_in_log(killed.log) == std::nullopt);
        CHECK(open_ledger(killed.ledger)->head().seq == Seq{300 + 11 * 30});
    }
    SECTION("after a torn transaction another one is written over it, and the rest of the torn one stays behind it")
    {
        killed.flip(kHeader + before_last * kFrame + 100);
        {
            auto file = open_ledger(killed.ledger);
            Chain chain{*file};
            append(*file, chain.spins(1));
            std::filesystem::copy_file(killed.log, killed.dir / "again-wal");
        }
        CHECK(damage_in_log(killed.dir / "again-wal") == std::nullopt);
    }
    SECTION("it ends in the middle of a frame")
    {
        std::filesystem::resize_file(killed.log, kHeader + before_last * kFrame + 1000);
        CHECK(damage_in_log(killed.log) == std::nullopt);
    }
}

TEST_CASE("ledger file: one whose log lost what was acknowledged is not opened, and nothing of it changes", "[store]")
{
    const Killed killed;
    killed.flip(kHeader + killed.ends.front() * kFrame + 100);
    const auto log = read_file(killed.log);
    const auto opened = LedgerFile::open(killed.ledger);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().find("is damaged, and transactions that were acknowledged stand behind it")
        != std::string::npos);
    CHECK(read_file(killed.log) == log);
}
