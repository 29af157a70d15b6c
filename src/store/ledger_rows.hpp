#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "croupier/unit.hpp"
#include "sqlite.hpp"

/// Units as rows of ledger.db, and back. docs/format.md has the table of which field stands where.
namespace croupier::store {

/// Rows that are no unit: a value out of range, a row missing, one too many. Names the seq.
class RowsBroken : public std::runtime_error {
public:
    RowsBroken(Seq seq, const std::string& what) : std::runtime_error{what}, seq_{seq} {}
    Seq seq() const noexcept { return seq_; }

private:
    Seq seq_;
};

/// Writes units. The content must live until the next call: text and blobs are bound without a copy.
class UnitRows {
public:
    explicit UnitRows(Connection& connection);
    void insert(const UnitContent& content, const Hash& hash);

private:
    Statement commit_;
    Statement transfer_;
    Statement event_;
};

/// A unit as it was read from its rows.
struct StoredUnit {
    UnitContent content;
    Hash hash{};  ///< As the row says; nobody has checked it here.
};

/// Reads units in order of seq by walking the three tables side by side, each along its rowid.
class UnitCursor {
public:
    explicit UnitCursor(Connection& connection);

    /// The next unit to be read is `from`, or the first one behind it.
    void seek(Seq from);
    /// Makes `unit` the next unit, in the memory that it has already; false behind the last one, and `unit` is as it was.
    /// Throws RowsBroken, SqliteError.
    bool next(StoredUnit& unit);
    /// Throws RowsBroken if transfers or events stand behind the last unit. Call after next() gave false.
    void expect_no_rows_left(Seq last);
    /// Ends the reads.
    void close() noexcept;

private:
    ledger::Transferred transfer_row(Seq seq) const;
    EventRow event_row(Seq seq) const;

    Statement commits_;
    Statement transfers_;
    Statement events_;
    bool commit_there_ = false;
    bool transfer_there_ = false;
    bool event_there_ = false;
    std::optional<Seq> expected_;
    std::uint64_t next_transfer_ = 0;
    std::uint64_t next_event_ = 0;
};

}  // namespace croupier::store
