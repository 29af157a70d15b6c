#pragma once

#include <cstddef>
#include <expected>
#include <future>
#include <string>
#include <vector>

#include "ledger_file.hpp"

namespace croupier::store {

/// Walks a ledger's units in order: while the caller works on some, the next are read on a thread of their own. Nothing else
/// may use the ledger meanwhile.
class ReadAhead {
public:
    ReadAhead(LedgerFile& ledger, Seq from);
    /// Waits for the read in progress.
    ~ReadAhead() = default;
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// The next units, as their rows say; nobody has checked their hashes. Valid until the next call. Empty behind the last.
    std::expected<std::span<const StoredUnit>, std::string> next();

private:
    void read_on();

    LedgerFile& ledger_;
    Seq from_;
    // Both are filled and cleared by the reading thread only: malloc then need not make the two wait for each other.
    std::vector<StoredUnit> now_;
    std::vector<StoredUnit> ahead_;
    std::future<std::expected<void, std::string>> reading_;  // Last, so that it ends first.
};

}  // namespace croupier::store
