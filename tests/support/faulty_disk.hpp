#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace croupier::fakes {

/// A disk in memory, as SQLite sees one, that can lose power: what was written and not yet synced is then there in part,
/// any sectors of it, in any order. Registered as a SQLite VFS under its own name for as long as it lives.
class FaultyDisk {
public:
    enum class Fault {
        none,
        power_off,  ///< Nothing from the chosen operation on is done or answered well.
        io_error,   ///< The chosen operation alone fails, after having been done in part.
        full,       ///< From the chosen operation on no file grows any more; what overwrites is still done.
    };
    /// What an operation is, and so what a fault struck.
    enum class Kind { write, truncate, sync, remove };

    explicit FaultyDisk(std::string name);
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    const std::string& name() const noexcept { return name_; }

    /// The fault strikes at the `operation`th write, truncation, removal or sync from now, counted from 1.
    void strike_at(std::uint64_t operation, Fault fault, std::uint64_t seed);
    /// The same at the next sync: what it was to make durable is written, and not synced.
    void strike_at_sync(Fault fault, std::uint64_t seed);
    /// From now on the disk says that it synced, and did not.
    void lie_about_syncs() noexcept { lying_ = true; }
    /// Writes, truncations, removals and syncs so far.
    std::uint64_t operations() const noexcept { return operations_; }
    bool struck() const noexcept { return struck_; }
    /// At what the fault struck; only when it did.
    Kind struck_at() const noexcept { return struck_at_; }
    /// Whether a power cut tears what was not synced into sectors, or leaves whole writes, in order.
    void tear_writes(bool tears) noexcept { tears_ = tears; }
    /// From now on nothing is done or answered well: until restart() or wake().
    void switch_off() noexcept { off_ = true; }
    /// After a process was killed: what was written is there, synced or not. The disk works again.
    void wake() noexcept;
    /// After a power cut: each file is what was synced, and any part of what was not. The disk works again.
    void restart(std::uint64_t seed);

private:
    friend struct FaultyVfs;

    /// One change since the last sync.
    struct Change {
        std::uint64_t offset;
        std::vector<std::byte> bytes;
        bool truncate;  ///< To `offset`; there are no bytes.
    };
    struct File {
        std::vector<std::byte> now;      ///< What a reader sees.
        std::vector<std::byte> durable;  ///< What is there after a power cut at the least.
        std::vector<Change> changes;
    };

    static void apply(std::vector<std::byte>& content, const Change& change);
    /// True: go on. False: this operation fails. `grows`: it would make a file longer.
    bool operation(Kind kind, bool grows = false);
    void write_in_part(File& file, const Change& change);

    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    std::map<std::string, File> files_;
    std::uint64_t operations_ = 0;
    std::uint64_t strike_at_ = 0;
    bool at_sync_ = false;  ///< The next sync is struck, whichever operation it is.
    Fault fault_ = Fault::none;
    bool struck_ = false;
    Kind struck_at_ = Kind::write;
    bool off_ = false;
    bool full_ = false;  ///< The last operation failed for want of room; there is some again only after a restart.
    bool tears_ = true;
    bool lying_ = false;
    std::mt19937_64 random_;
};

}  // namespace croupier::fakes
