#include "keys.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aead.hpp"
#include "croupier/assert.hpp"
#include "log.hpp"

namespace croupier::adapters {

namespace {

constexpr std::chrono::milliseconds kRetryAfter{100};
constexpr std::chrono::seconds kRefillRetry{1};

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* file, const char* sql)
{
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(file, sql, -1, &statement, nullptr);
    return Statement{statement};
}

bool run(sqlite3* file, const char* sql) { return sqlite3_exec(file, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

std::string failure(sqlite3* file, std::string_view doing)
{
    return "keys.db: " + std::string{doing} + ": " + (file == nullptr ? "out of memory" : sqlite3_errmsg(file));
}

bool is_zero(std::span<const std::byte> key)
{
    return std::ranges::all_of(key, [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace

void SqliteKeys::CloseFile::operator()(sqlite3* file) const { sqlite3_close(file); }

SqliteKeys::Opened SqliteKeys::open(const std::filesystem::path& path, Entropy& entropy, std::size_t pool_size)
{
    // SQLite would create the file readable for everyone that the umask lets in; its journal takes over the file's mode.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) { return std::unexpected{"keys.db: " + path.string() + " cannot be opened for writing"}; }
    ::close(fd);

    sqlite3* raw_file = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &raw_file, SQLITE_OPEN_READWRITE, nullptr);
    File file{raw_file};
    if (opened != SQLITE_OK) { return std::unexpected{failure(file.get(), "opening " + path.string())}; }
    sqlite3_extended_result_codes(file.get(), 1);
    const bool ready = run(file.get(), "PRAGMA locking_mode=EXCLUSIVE")
        && run(file.get(), "PRAGMA journal_mode=TRUNCATE") && run(file.get(), "PRAGMA synchronous=EXTRA")
        && run(file.get(), "PRAGMA secure_delete=ON") && run(file.get(), "PRAGMA temp_store=MEMORY")
        && run(file.get(), "BEGIN EXCLUSIVE")
        && run(file.get(),
            "CREATE TABLE IF NOT EXISTS keys (id INTEGER PRIMARY KEY, key BLOB NOT NULL "
            "CHECK (typeof(key) = 'blob' AND length(key) = 32)) STRICT")
        && run(file.get(), "COMMIT");
    if (!ready) {
        const bool busy = sqlite3_errcode(file.get()) == SQLITE_BUSY;
        return std::unexpected{busy ? "keys.db: " + path.string() + " is in use by another process (a running server?)"
                                    : failure(file.get(), "preparing " + path.string())};
    }
    std::unique_ptr<SqliteKeys> keys{new SqliteKeys{std::move(file), entropy, pool_size}};
    if (auto failed = keys->load()) { return std::unexpected{std::move(*failed)}; }
    return keys;
}

SqliteKeys::SqliteKeys(File file, Entropy& entropy, std::size_t pool_size)
    : file_{std::move(file)}, entropy_{&entropy}, pool_size_{pool_size}
{
}

SqliteKeys::~SqliteKeys()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    if (worker_.joinable()) { worker_.join(); }
    for (Key& key : keys_) { OPENSSL_cleanse(key.data(), key.size()); }
}

std::optional<std::string> SqliteKeys::load()
{
    const Statement select = prepare(file_.get(), "SELECT id, key FROM keys ORDER BY id");
    if (!select) { return failure(file_.get(), "reading"); }
    int step = 0;
    while ((step = sqlite3_step(select.get())) == SQLITE_ROW) {
        const auto id = sqlite3_column_int64(select.get(), 0);
        const void* key = sqlite3_column_blob(select.get(), 1);
        if (id < 1 || key == nullptr || sqlite3_column_bytes(select.get(), 1) != static_cast<int>(sizeof(Key))) {
            return "keys.db: row " + std::to_string(id) + " is no key";
        }
        keys_.resize(static_cast<std::size_t>(id));
        std::memcpy(keys_.back().data(), key, sizeof(Key));
    }
    if (step != SQLITE_DONE) { return failure(file_.get(), "reading"); }
    return std::nullopt;
}

std::optional<std::string> SqliteKeys::reserve_from(std::uint64_t key_id)
{
    CROUPIER_ASSERT(key_id >= 1);
    {
        const std::lock_guard lock{mutex_};
        used_to_ = std::max(used_to_, key_id - 1);
    }
    // Keys before key_id that do not exist were lost with their file: they are not made again.
    if (auto failed = make_keys(key_id, key_id + pool_size_ - 1)) { return failed; }
    if (auto failed = fill_gaps(key_id)) { return failed; }
    if (!worker_.joinable()) {
        worker_ = std::thread{[this] { work(); }};
    }
    return std::nullopt;
}

std::optional<std::string> SqliteKeys::make_keys(std::uint64_t first, std::uint64_t last)
{
    const std::lock_guard file_lock{file_mutex_};
    first = std::max(first, durable_to() + 1);  // Somebody else may have made some of them meanwhile.
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = first; id <= last; ++id) { ids.push_back(id); }
    return write_new(ids);
}

std::optional<std::string> SqliteKeys::fill_gaps(std::uint64_t first)
{
    const std::lock_guard file_lock{file_mutex_};
    std::vector<std::uint64_t> ids;
    {
        const std::lock_guard lock{mutex_};
        for (std::uint64_t id = first; id <= keys_.size(); ++id) {
            if (is_zero(keys_[id - 1])) { ids.push_back(id); }
        }
    }
    return write_new(ids);
}

std::optional<std::string> SqliteKeys::write_new(std::span<const std::uint64_t> ids)
{
    if (ids.empty()) { return std::nullopt; }
    std::vector<Key> fresh(ids.size());
    for (Key& key : fresh) {
        if (!entropy_->fill(key)) { return "keys.db: no entropy for new keys"; }
        if (is_zero(key)) { return "keys.db: the entropy source gave a key of zeros"; }
    }
    if (!run(file_.get(), "BEGIN IMMEDIATE")) { return failure(file_.get(), "making keys"); }
    const Statement insert = prepare(file_.get(),
        "INSERT INTO keys (id, key) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET key = ?2 WHERE key = zeroblob(32)");
    bool done = insert != nullptr;
    for (std::size_t i = 0; done && i < fresh.size(); ++i) {
        done = sqlite3_bind_int64(insert.get(), 1, static_cast<sqlite3_int64>(ids[i])) == SQLITE_OK
            && sqlite3_bind_blob(insert.get(), 2, fresh[i].data(), static_cast<int>(sizeof(Key)), SQLITE_STATIC)
                == SQLITE_OK
            && sqlite3_step(insert.get()) == SQLITE_DONE && sqlite3_changes(file_.get()) == 1
            && sqlite3_reset(insert.get()) == SQLITE_OK;
    }
    if (!done || !run(file_.get(), "COMMIT")) {
        std::string failed = failure(file_.get(), "making keys");
        run(file_.get(), "ROLLBACK");
        return failed;
    }

    const std::lock_guard lock{mutex_};
    keys_.resize(std::max<std::size_t>(keys_.size(), ids.back()));
    for (std::size_t i = 0; i < fresh.size(); ++i) { keys_[ids[i] - 1] = fresh[i]; }
    OPENSSL_cleanse(fresh.data(), fresh.size() * sizeof(Key));
    return std::nullopt;
}

void SqliteKeys::work()
{
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        if (!copies_.empty()) {
            const Copy copy = std::move(copies_.front());
            copies_.pop_front();
            lock.unlock();
            copy.done(copy_file(copy.target));
            lock.lock();
            continue;
        }
        const std::uint64_t wanted = used_to_ + pool_size_;
        if (used_to_ + pool_size_ / 2 < keys_.size()) {
            wake_.wait(lock);
            continue;
        }
        const std::uint64_t first = keys_.size() + 1;
        lock.unlock();
        const auto failed = make_keys(first, wanted);
        if (failed) { log::error("keys", *failed); }
        lock.lock();
        if (failed) { wake_.wait_for(lock, kRefillRetry); }
    }
}

std::optional<SqliteKeys::Key> SqliteKeys::find(std::uint64_t key_id) const
{
    const std::lock_guard lock{mutex_};
    if (key_id == 0 || key_id > keys_.size() || is_zero(keys_[key_id - 1])) { return std::nullopt; }
    return keys_[key_id - 1];
}

void SqliteKeys::copy_to(std::filesystem::path target, std::function<void(std::optional<std::string>)> done)
{
    CROUPIER_ASSERT(worker_.joinable());
    {
        const std::lock_guard lock{mutex_};
        copies_.push_back({std::move(target), std::move(done)});
    }
    wake_.notify_one();
}

std::optional<std::string> SqliteKeys::copy_file(const std::filesystem::path& target)
{
    // Made empty and for its owner only first: VACUUM INTO fills an empty file.
    const int fd = ::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) { return "keys.db: " + target.string() + " exists, or cannot be made"; }
    const std::lock_guard file_lock{file_mutex_};
    const Statement copy = prepare(file_.get(), "VACUUM INTO ?1");
    const std::string name = target.string();
    std::optional<std::string> failed;
    if (copy == nullptr || sqlite3_bind_text(copy.get(), 1, name.c_str(), -1, SQLITE_STATIC) != SQLITE_OK
        || sqlite3_step(copy.get()) != SQLITE_DONE) {
        failed = failure(file_.get(), "copying to " + name);
    } else if (::fsync(fd) != 0) {
        failed = "keys.db: the copy could not be synced";
    }
    ::close(fd);
    return failed;
}

std::uint64_t SqliteKeys::durable_to() const
{
    const std::lock_guard lock{mutex_};
    return keys_.size();
}

Result<Sealed> SqliteKeys::seal(std::uint64_t key_id, std::span<const std::byte> plain)
{
    Sealed sealed{.key_id = key_id, .nonce = {}, .ciphertext = {}};
    if (key_id > durable_to()) {
        wake_.notify_one();
        return refuse(ErrorCode::overloaded, kRetryAfter);
    }
    std::optional<Key> key = find(key_id);
    if (!key) { return refuse(ErrorCode::player_unknown); }
    if (auto filled = entropy_->fill(sealed.nonce); !filled) { return std::unexpected{filled.error()}; }
    sealed.ciphertext = aead_seal(*key, sealed.nonce, plain);
    OPENSSL_cleanse(key->data(), key->size());

    bool low = false;
    {
        const std::lock_guard lock{mutex_};
        used_to_ = std::max(used_to_, key_id);
        low = used_to_ + pool_size_ / 2 >= keys_.size();
    }
    if (low) { wake_.notify_one(); }
    return sealed;
}

std::optional<Bytes> SqliteKeys::unseal(const Sealed& sealed)
{
    std::optional<Key> key = find(sealed.key_id);
    if (!key) { return std::nullopt; }
    auto plain = aead_open(*key, sealed.nonce, sealed.ciphertext);
    OPENSSL_cleanse(key->data(), key->size());
    return plain;
}

bool SqliteKeys::erase(std::uint64_t key_id)
{
    if (!find(key_id)) { return false; }
    const std::lock_guard file_lock{file_mutex_};
    if (!overwrite(key_id)) { log::fail_stop("keys", failure(file_.get(), "erasing a key")); }
    const std::lock_guard lock{mutex_};
    OPENSSL_cleanse(keys_[key_id - 1].data(), sizeof(Key));
    return true;
}

/// Zeros of the same size: SQLite writes them over the key in its place, so that no copy is left in free space.
bool SqliteKeys::overwrite(std::uint64_t key_id)
{
    const Statement update = prepare(file_.get(), "UPDATE keys SET key = zeroblob(32) WHERE id = ?1");
    return update && sqlite3_bind_int64(update.get(), 1, static_cast<sqlite3_int64>(key_id)) == SQLITE_OK
        && sqlite3_step(update.get()) == SQLITE_DONE;
}

}  // namespace croupier::adapters
