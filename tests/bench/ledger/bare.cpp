#include "bare.hpp"

#include <sqlite3.h>

#include "croupier/assert.hpp"

namespace croupier::bench {

namespace {

constexpr int kCheckpointFrames = 250;  // As LedgerFile's.

// As LedgerFile's.
constexpr const char* kPragmas = R"(
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = 4096;
    PRAGMA auto_vacuum = NONE;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 16777216;
    CREATE TABLE commits (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
    CREATE TABLE transfers (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
)";

std::string in(const std::filesystem::path& directory)
{
    std::filesystem::create_directories(directory);
    return directory / "bare.db";
}

}  // namespace

RowWidths measure_rows(const std::filesystem::path& ledger)
{
    store::Connection connection{ledger, store::OpenMode::existing};
    const auto width = [&](const std::string& table) {
        const auto bytes = connection.integer(
            "SELECT sum(payload) / sum(ncell) FROM dbstat WHERE pagetype = 'leaf' AND name = '" + table + "'");
        CROUPIER_ASSERT(bytes.has_value());
        return static_cast<std::size_t>(*bytes);
    };
    return {width("commits"), width("transfers")};
}

BareAppend::BareAppend(const std::filesystem::path& directory, std::size_t batch, const RowWidths& widths)
    : batch_{batch}, connection_{in(directory), store::OpenMode::create}
{
    constexpr std::size_t kRecordHeader = 4;  // Of a row of the key and a blob.
    commit_row_.resize(widths.commit - kRecordHeader, std::byte{0x5a});
    transfer_row_.resize(widths.transfer - kRecordHeader, std::byte{0x5a});
    connection_.run(kPragmas);
    begin_.emplace(connection_, "BEGIN IMMEDIATE");
    commit_.emplace(connection_, "COMMIT");
    insert_commit_.emplace(connection_, "INSERT INTO commits VALUES (?1, ?2)");
    insert_transfer_.emplace(connection_, "INSERT INTO transfers VALUES (?1, ?2)");
    sqlite3_wal_hook(
        connection_.handle(),
        [](void* frames, sqlite3*, const char*, int now) {
            *static_cast<int*>(frames) = now;
            return SQLITE_OK;
        },
        &frames_);
}

void BareAppend::write_batch()
{
    begin_->run();
    for (std::size_t i = 0; i < batch_; ++i, ++next_) {
        insert_commit_->integer(1, next_).blob(2, commit_row_).run();
        insert_transfer_->integer(1, next_).blob(2, transfer_row_).run();
    }
    commit_->run();
    if (frames_ < kCheckpointFrames) { return; }
    const int moved = sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    CROUPIER_ASSERT(moved == SQLITE_OK);
    frames_ = 0;
}

double BareAppend::run(double seconds)
{
    const std::uint64_t before = next_;
    const auto start = Ticks::now();
    while (seconds_since(start) < seconds) { write_batch(); }
    return static_cast<double>(next_ - before) / seconds_since(start);
}

}  // namespace croupier::bench
