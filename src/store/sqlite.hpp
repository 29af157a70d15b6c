#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "croupier/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// The few things of SQLite that the store uses, with owners and exceptions. Stays inside src/store.
namespace croupier::store {

class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}
    /// SQLite's extended result code.
    int code() const noexcept { return code_; }
    /// True: what stands in the file is wrong. False: the file could not be read or written (disk, rights, locks).
    bool is_about_content() const noexcept;

private:
    int code_;
};

enum class OpenMode {
    create,
    existing,
    read_only,
    immutable  ///< Read only, without locks or log: for a file that nobody writes.
};

/// One connection, without SQLite's own mutex: used by one thread at a time.
class Connection {
public:
    /// `vfs` names a registered VFS; empty: the system's. Throws.
    Connection(const std::string& path, OpenMode mode, const std::string& vfs = {});

    /// Runs one or several statements that answer nothing. Throws.
    void run(const std::string& sql);
    /// The first column of the first row, as an integer; nullopt without a row. Throws.
    std::optional<std::int64_t> integer(const std::string& sql);
    std::optional<std::string> text(const std::string& sql);

    sqlite3* handle() const noexcept { return handle_.get(); }
    [[noreturn]] void fail(std::string_view doing) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement, to be used again and again. Bound text and blobs are not copied: they live until the next
/// reset. Unsigned 64-bit values keep their bits in SQLite's signed ones.
class Statement {
public:
    Statement(Connection& connection, std::string_view sql);

    Statement& integer(int index, std::uint64_t value);
    Statement& integer(int index, std::int64_t value);
    Statement& text(int index, std::string_view value);
    Statement& blob(int index, std::span<const std::byte> value);

    /// True: a row is there to be read. False: done, and reset. Throws.
    bool step();
    /// For a statement without rows: to its end, and reset. Throws.
    void run();
    /// Ends the read; also when a row is still there.
    void reset() noexcept;

    enum class Type { integer, text, blob, other };
    Type type(int column) const;
    std::int64_t integer_at(int column) const;
    /// nullopt: what stands there is no integer. One call where type() and integer_at() are two.
    std::optional<std::int64_t> integer_if_at(int column) const;
    std::uint64_t unsigned_at(int column) const { return static_cast<std::uint64_t>(integer_at(column)); }
    /// Valid until the next step or reset.
    std::string_view text_at(int column) const;
    std::span<const std::byte> blob_at(int column) const;
    /// A blob of 32 bytes. Throws.
    Hash hash_at(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    void check(int result) const;

    Connection* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a statement at the end of a scope, so that no read stays open behind it.
class ResetLater {
public:
    explicit ResetLater(Statement& statement) noexcept : statement_{&statement} {}
    ~ResetLater() { statement_->reset(); }
    ResetLater(const ResetLater&) = delete;
    ResetLater& operator=(const ResetLater&) = delete;

private:
    Statement* statement_;
};

}  // namespace croupier::store
