#include "sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::store {

namespace {

/// sqlite.org/uri.html: what has a meaning in a URI is written as %HH.
std::string immutable_uri(const std::string& path)
{
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string uri{"file:"};
    for (const char letter : path) {
        if (letter == '%' || letter == '?' || letter == '#') {
            const auto code = static_cast<unsigned char>(letter);
            uri += {'%', kHex[code >> 4], kHex[code & 15]};
        } else {
            uri += letter;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

bool SqliteError::is_about_content() const noexcept
{
    switch (code_ & 0xff) {
        case SQLITE_OK:  // Found by us, not by SQLite.
        case SQLITE_ERROR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_SCHEMA:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH: return true;
        default: return false;
    }
}

Connection::Connection(const std::string& path, OpenMode mode, const std::string& vfs)
{
    // Unless told before its first use, SQLite counts memory under a mutex that writer and views would share.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
        case OpenMode::create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
        case OpenMode::existing: flags |= SQLITE_OPEN_READWRITE; break;
        case OpenMode::read_only: flags |= SQLITE_OPEN_READONLY; break;
        case OpenMode::immutable: flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI; break;
    }
    const std::string name = mode == OpenMode::immutable ? immutable_uri(path) : path;
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(name.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    handle_.reset(handle);
    if (result != SQLITE_OK) {
        throw SqliteError{result,
            "opening " + path + ": "
                + (handle == nullptr ? std::string{sqlite3_errstr(result)} : std::string{sqlite3_errmsg(handle)})};
    }
}

void Connection::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

void Connection::fail(std::string_view doing) const
{
    throw SqliteError{sqlite3_extended_errcode(handle_.get()),
        std::string{doing} + ": " + sqlite3_errmsg(handle_.get()) + " ("
            + sqlite3_errstr(sqlite3_errcode(handle_.get())) + ", "
            + std::to_string(sqlite3_extended_errcode(handle_.get())) + ")"};
}

void Connection::run(const std::string& sql)
{
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(std::string_view{sql}.substr(0, 60));
    }
}

std::optional<std::int64_t> Connection::integer(const std::string& sql)
{
    Statement statement{*this, sql};
    if (!statement.step()) { return std::nullopt; }
    return statement.integer_at(0);
}

std::optional<std::string> Connection::text(const std::string& sql)
{
    Statement statement{*this, sql};
    if (!statement.step()) { return std::nullopt; }
    return std::string{statement.text_at(0)};
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_{&connection}
{
    sqlite3_stmt* handle = nullptr;
    const int result = sqlite3_prepare_v3(
        connection.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    handle_.reset(handle);
    check(result);
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }

void Statement::check(int result) const
{
    if (result != SQLITE_OK) {
        const char* sql = sqlite3_sql(handle_.get());
        connection_->fail(
            sql == nullptr ? std::string_view{"preparing a statement"} : std::string_view{sql}.substr(0, 60));
    }
}

Statement& Statement::integer(int index, std::uint64_t value)
{
    return integer(index, static_cast<std::int64_t>(value));
}

Statement& Statement::integer(int index, std::int64_t value)
{
    check(sqlite3_bind_int64(handle_.get(), index, value));
    return *this;
}

Statement& Statement::text(int index, std::string_view value)
{
    // A null pointer would bind NULL; the empty string is a value.
    const char* data = value.empty() ? "" : value.data();
    check(sqlite3_bind_text64(handle_.get(), index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::blob(int index, std::span<const std::byte> value)
{
    const void* data = value.empty() ? static_cast<const void*>("") : value.data();
    check(sqlite3_bind_blob64(handle_.get(), index, data, value.size(), SQLITE_STATIC));
    return *this;
}

bool Statement::step()
{
    const int result = sqlite3_step(handle_.get());
    if (result == SQLITE_ROW) { return true; }
    if (result == SQLITE_DONE) {
        reset();
        return false;
    }
    const char* sql = sqlite3_sql(handle_.get());
    connection_->fail(std::string_view{sql}.substr(0, 60));
}

void Statement::run()
{
    const bool row = step();
    CROUPIER_ASSERT(!row);
}

void Statement::reset() noexcept { sqlite3_reset(handle_.get()); }

Statement::Type Statement::type(int column) const
{
    switch (sqlite3_column_type(handle_.get(), column)) {
        case SQLITE_INTEGER: return Type::integer;
        case SQLITE_TEXT: return Type::text;
        case SQLITE_BLOB: return Type::blob;
        default: return Type::other;
    }
}

std::int64_t Statement::integer_at(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::optional<std::int64_t> Statement::integer_if_at(int column) const
{
    sqlite3_value* value = sqlite3_column_value(handle_.get(), column);
    if (sqlite3_value_type(value) != SQLITE_INTEGER) { return std::nullopt; }
    return sqlite3_value_int64(value);
}

std::string_view Statement::text_at(int column) const
{
    const auto* data = sqlite3_column_text(handle_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

std::span<const std::byte> Statement::blob_at(int column) const
{
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::span<const std::byte>{} : std::span{data, size};
}

Hash Statement::hash_at(int column) const
{
    const auto bytes = blob_at(column);
    Hash hash;
    if (bytes.size() != hash.size()) { throw SqliteError{SQLITE_CORRUPT, "a hash is not 32 bytes"}; }
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

}  // namespace croupier::store
