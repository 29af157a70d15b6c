#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sqlite.hpp"
#include "stats.hpp"

namespace croupier::bench {

/// How wide a unit's rows are in a ledger that was filled with units of one transfer (SQLite's records, in bytes).
struct RowWidths {
    std::size_t commit = 0;
    std::size_t transfer = 0;
};
RowWidths measure_rows(const std::filesystem::path& ledger);

/// What SQLite takes at least: rows of the same width as a transfer's two, in two tables keyed by rowid, one blob each,
/// under the ledger's own pragmas, one transaction a batch, the log moved into the file as often. One thread.
class BareAppend {
public:
    BareAppend(const std::filesystem::path& directory, std::size_t batch, const RowWidths& widths);
    /// Appends for `seconds`. Returns transfers a second.
    double run(double seconds);

private:
    void write_batch();

    std::size_t batch_;
    store::Connection connection_;
    std::vector<std::byte> commit_row_;
    std::vector<std::byte> transfer_row_;
    std::optional<store::Statement> begin_;
    std::optional<store::Statement> commit_;
    std::optional<store::Statement> insert_commit_;
    std::optional<store::Statement> insert_transfer_;
    std::uint64_t next_ = 1;
    int frames_ = 0;
};

}  // namespace croupier::bench
