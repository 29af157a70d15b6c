#pragma once

#include <condition_variable>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "croupier/ports.hpp"

struct sqlite3;

namespace croupier::adapters {

/// Keys in a SQLite file of their own (keys.db), made ahead of their use: a pool of them is always durable, so that
/// sealing never waits for the disk.
///
/// A thread behind the port makes new keys when fewer than half of the pool is left, and copies the file for backups. An
/// erased key is overwritten in its place and its row stays, so that the id is not made again while it is in use;
/// secure_delete and a rollback journal (no WAL) leave no byte of it in any file. A file that cannot be written ends the
/// process when a key is to be erased.
///
/// The file belongs to one process at a time. Its bytes are the keys themselves: readable by its owner only, and backed
/// up apart from the ledger.
class SqliteKeys final : public Keys {
public:
    using Opened = std::expected<std::unique_ptr<SqliteKeys>, std::string>;
    /// Opens the file, or creates it. Otherwise what failed. `entropy` outlives it and may be called on two threads at once.
    static Opened open(const std::filesystem::path& file, Entropy& entropy, std::size_t pool_size);
    ~SqliteKeys() override;
    SqliteKeys(const SqliteKeys&) = delete;
    SqliteKeys& operator=(const SqliteKeys&) = delete;

    /// Says which key is the next one to be used, and makes the pool from there on; durable before this returns. Before
    /// it no key is made: a tool that only unseals or erases does not call it. nullopt: done; otherwise what failed.
    ///
    /// The file may be newer than what it is used with: a player who was erased while the backup was made, or before the
    /// registration was durable. Nothing was sealed under such an id, as far as anybody knows: it gets a fresh key.
    std::optional<std::string> reserve_from(std::uint64_t key_id);

    Result<Sealed> seal(std::uint64_t key_id, std::span<const std::byte> plain) override;
    std::optional<Bytes> unseal(const Sealed& sealed) override;
    bool erase(std::uint64_t key_id) override;

    /// Makes a consistent copy of the file, for a backup, on the thread behind the port; it must not exist yet. Sealing goes
    /// on meanwhile, as long as the pool lasts; erasing would wait. `done` is called on that thread, with what failed if
    /// anything did, and not at all if this object goes before. After reserve_from().
    void copy_to(std::filesystem::path target, std::function<void(std::optional<std::string>)> done);

    /// The last key that is durable.
    std::uint64_t durable_to() const;

private:
    using Key = std::array<std::byte, 32>;
    struct CloseFile {
        void operator()(sqlite3* file) const;
    };
    using File = std::unique_ptr<sqlite3, CloseFile>;

    SqliteKeys(File file, Entropy& entropy, std::size_t pool_size);
    std::optional<std::string> load();
    std::optional<std::string> make_keys(std::uint64_t first, std::uint64_t last);
    /// Makes the keys from `first` on that are there no more, or never were.
    std::optional<std::string> fill_gaps(std::uint64_t first);
    /// Makes fresh keys with these ascending ids, durable and then usable. With file_mutex_ held.
    std::optional<std::string> write_new(std::span<const std::uint64_t> ids);
    bool overwrite(std::uint64_t key_id);
    std::optional<std::string> copy_file(const std::filesystem::path& target);
    std::optional<Key> find(std::uint64_t key_id) const;
    void work();

    File file_;
    Entropy* entropy_;
    const std::uint64_t pool_size_;

    std::mutex file_mutex_;     // One transaction at a time. Taken before mutex_.
    mutable std::mutex mutex_;  // What follows; held for moments only.
    std::condition_variable wake_;
    std::deque<Key> keys_;       // keys_[i] is key i + 1; all zero: erased, or never made.
    std::uint64_t used_to_ = 0;  // The highest key that was used.
    struct Copy {
        std::filesystem::path target;
        std::function<void(std::optional<std::string>)> done;
    };
    std::deque<Copy> copies_;  // To be made.
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace croupier::adapters
