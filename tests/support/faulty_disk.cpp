#include "faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "croupier/assert.hpp"

namespace croupier::fakes {

namespace {

constexpr std::size_t kSector = 512;

}  // namespace

// What SQLite calls. One process and one connection: locks are always granted, and there is no shared memory (the
// ledger's exclusive locking does without).
struct FaultyVfs {
    struct Handle {
        sqlite3_file base;
        FaultyDisk* disk;
        std::string* path;
    };

    static FaultyDisk& disk(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }
    static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
    static FaultyDisk::File& file(sqlite3_file* opened) { return handle(opened).disk->files_[*handle(opened).path]; }

    static int close(sqlite3_file* opened)
    {
        delete handle(opened).path;
        return SQLITE_OK;
    }

    static int read(sqlite3_file* opened, void* out, int size, sqlite3_int64 offset)
    {
        if (handle(opened).disk->off_) { return SQLITE_IOERR_READ; }
        const auto& bytes = file(opened).now;
        const auto begin = std::min(bytes.size(), static_cast<std::size_t>(offset));
        const auto count = std::min(bytes.size() - begin, static_cast<std::size_t>(size));
        if (count > 0) { std::memcpy(out, bytes.data() + begin, count); }
        if (count == static_cast<std::size_t>(size)) { return SQLITE_OK; }
        std::memset(static_cast<char*>(out) + count, 0, static_cast<std::size_t>(size) - count);
        return SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* opened, const void* data, int size, sqlite3_int64 offset)
    {
        const auto* bytes = static_cast<const std::byte*>(data);
        const FaultyDisk::Change change{static_cast<std::uint64_t>(offset), {bytes, bytes + size}, false};
        FaultyDisk& on = *handle(opened).disk;
        if (!on.operation(FaultyDisk::Kind::write, change.offset + change.bytes.size() > file(opened).now.size())) {
            if (on.full_) { return SQLITE_FULL; }
            on.write_in_part(file(opened), change);
            return SQLITE_IOERR_WRITE;
        }
        FaultyDisk::apply(file(opened).now, change);
        file(opened).changes.push_back(change);
        return SQLITE_OK;
    }

    static int truncate(sqlite3_file* opened, sqlite3_int64 size)
    {
        if (!handle(opened).disk->operation(FaultyDisk::Kind::truncate)) { return SQLITE_IOERR_TRUNCATE; }
        const FaultyDisk::Change change{static_cast<std::uint64_t>(size), {}, true};
        FaultyDisk::apply(file(opened).now, change);
        file(opened).changes.push_back(change);
        return SQLITE_OK;
    }

    static int sync(sqlite3_file* opened, int /*flags*/)
    {
        if (!handle(opened).disk->operation(FaultyDisk::Kind::sync)) { return SQLITE_IOERR_FSYNC; }
        if (handle(opened).disk->lying_) { return SQLITE_OK; }
        FaultyDisk::File& synced = file(opened);
        for (const FaultyDisk::Change& change : synced.changes) { FaultyDisk::apply(synced.durable, change); }
        synced.changes.clear();
        return SQLITE_OK;
    }

    static int size(sqlite3_file* opened, sqlite3_int64* size)
    {
        *size = static_cast<sqlite3_int64>(file(opened).now.size());
        return SQLITE_OK;
    }

    static int lock(sqlite3_file* /*opened*/, int /*level*/) { return SQLITE_OK; }
    static int locked(sqlite3_file* /*opened*/, int* result)
    {
        *result = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file* /*opened*/, int /*op*/, void* /*arg*/) { return SQLITE_NOTFOUND; }
    static int sector(sqlite3_file* /*opened*/) { return static_cast<int>(kSector); }
    static int characteristics(sqlite3_file* /*opened*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static const sqlite3_io_methods* methods()
    {
        static const sqlite3_io_methods kMethods = [] {
            sqlite3_io_methods table{};
            table.iVersion = 1;
            table.xClose = close;
            table.xRead = read;
            table.xWrite = write;
            table.xTruncate = truncate;
            table.xSync = sync;
            table.xFileSize = size;
            table.xLock = lock;
            table.xUnlock = lock;
            table.xCheckReservedLock = locked;
            table.xFileControl = control;
            table.xSectorSize = sector;
            table.xDeviceCharacteristics = characteristics;
            return table;
        }();
        return &kMethods;
    }

    static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* opened, int flags, int* flags_out)
    {
        FaultyDisk& on = disk(vfs);
        opened->pMethods = nullptr;
        const std::string name = path == nullptr ? "temporary" : path;
        if (on.off_) { return SQLITE_CANTOPEN; }
        if (!on.files_.contains(name)) {
            if ((flags & SQLITE_OPEN_CREATE) == 0) { return SQLITE_CANTOPEN; }
            on.files_[name];
        }
        auto* made = new (opened) Handle{};
        made->disk = &on;
        made->path = new std::string{name};
        made->base.pMethods = methods();
        if (flags_out != nullptr) { *flags_out = flags; }
        return SQLITE_OK;
    }

    // SQLite asks for the folder to be synced with it where that matters: a removal is durable at once.
    static int remove(sqlite3_vfs* vfs, const char* path, int /*sync_folder*/)
    {
        if (!disk(vfs).operation(FaultyDisk::Kind::remove)) { return SQLITE_IOERR_DELETE; }
        disk(vfs).files_.erase(path);
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs* vfs, const char* path, int /*flags*/, int* result)
    {
        *result = disk(vfs).files_.contains(path) ? 1 : 0;
        return SQLITE_OK;
    }

    static int full_path(sqlite3_vfs* /*vfs*/, const char* path, int size, char* out)
    {
        sqlite3_snprintf(size, out, "%s", path);
        return SQLITE_OK;
    }

    static int randomness(sqlite3_vfs* vfs, int size, char* out)
    {
        for (int i = 0; i < size; ++i) { out[i] = static_cast<char>(disk(vfs).random_()); }
        return size;
    }
    static int sleep(sqlite3_vfs* /*vfs*/, int micros) { return micros; }
    static int time(sqlite3_vfs* /*vfs*/, double* julian_day)
    {
        *julian_day = 2461368.0;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) { return 0; }
};

FaultyDisk::FaultyDisk(std::string name) : name_{std::move(name)}, vfs_{std::make_unique<sqlite3_vfs>()}
{
    vfs_->iVersion = 1;
    vfs_->szOsFile = sizeof(FaultyVfs::Handle);
    vfs_->mxPathname = 256;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->xOpen = FaultyVfs::open;
    vfs_->xDelete = FaultyVfs::remove;
    vfs_->xAccess = FaultyVfs::access;
    vfs_->xFullPathname = FaultyVfs::full_path;
    vfs_->xRandomness = FaultyVfs::randomness;
    vfs_->xSleep = FaultyVfs::sleep;
    vfs_->xCurrentTime = FaultyVfs::time;
    vfs_->xGetLastError = FaultyVfs::last_error;
    CROUPIER_ASSERT(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultyDisk::strike_at(std::uint64_t operation, Fault fault, std::uint64_t seed)
{
    strike_at_ = operations_ + operation;
    at_sync_ = false;
    fault_ = fault;
    struck_ = false;
    random_.seed(seed);
}

void FaultyDisk::strike_at_sync(Fault fault, std::uint64_t seed)
{
    strike_at(0, fault, seed);
    at_sync_ = true;
}

bool FaultyDisk::operation(Kind kind, bool grows)
{
    if (off_) { return false; }
    ++operations_;
    if (at_sync_ && kind == Kind::sync) {
        strike_at_ = operations_;
        at_sync_ = false;
    }
    if (fault_ == Fault::full && operations_ >= strike_at_) {
        full_ = grows;
        if (grows && !struck_) {
            struck_ = true;
            struck_at_ = kind;
        }
        return !grows;
    }
    if (fault_ == Fault::none || operations_ != strike_at_) { return true; }
    struck_ = true;
    struck_at_ = kind;
    off_ = fault_ == Fault::power_off;
    return false;
}

void FaultyDisk::apply(std::vector<std::byte>& content, const Change& change)
{
    const auto offset = static_cast<std::size_t>(change.offset);
    if (change.truncate) {
        content.resize(offset);
        return;
    }
    if (content.size() < offset + change.bytes.size()) { content.resize(offset + change.bytes.size()); }
    std::ranges::copy(change.bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

// A write that failed may have reached the disk, sector by sector.
void FaultyDisk::write_in_part(File& file, const Change& change)
{
    for (std::size_t begin = 0; begin < change.bytes.size(); begin += kSector) {
        if (random_() % 2 == 0) { continue; }
        const auto end = std::min(begin + kSector, change.bytes.size());
        Change part{change.offset + begin,
            {change.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                change.bytes.begin() + static_cast<std::ptrdiff_t>(end)},
            false};
        if (!off_) { apply(file.now, part); }
        file.changes.push_back(std::move(part));
    }
}

void FaultyDisk::wake() noexcept
{
    off_ = false;
    full_ = false;
    fault_ = Fault::none;
    at_sync_ = false;
}

void FaultyDisk::restart(std::uint64_t seed)
{
    random_.seed(seed);
    wake();
    for (auto& [path, file] : files_) {
        file.now = file.durable;
        // Now and then all of it had reached the disk, or none of it, or any sectors of any writes.
        const std::uint64_t fate = tears_ ? random_() % 4 : random_() % 2;
        for (const Change& change : file.changes) {
            if (fate == 0) { break; }
            if (fate == 1) {
                apply(file.now, change);
            } else if (change.truncate) {
                if (random_() % 2 == 0) { apply(file.now, change); }
            } else {
                for (std::size_t begin = 0; begin < change.bytes.size(); begin += kSector) {
                    if (random_() % 2 == 0) { continue; }
                    const auto end = std::min(begin + kSector, change.bytes.size());
                    apply(file.now,
                        Change{change.offset + begin,
                            {change.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                change.bytes.begin() + static_cast<std::ptrdiff_t>(end)},
                            false});
                }
            }
        }
        file.changes.clear();
        file.durable = file.now;
    }
}

}  // namespace croupier::fakes
