#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace croupier::store {

namespace {

class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags) : value_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {}
    ~Descriptor()
    {
        if (value_ >= 0) { ::close(value_); }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ >= 0; }

private:
    int value_;
};

std::unexpected<std::string> failure(const char* doing, const std::filesystem::path& path)
{
    return std::unexpected{std::string{doing} + " " + path.string() + ": " + std::strerror(errno)};
}

std::filesystem::path folder_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

std::expected<void, std::string> sync_folder(const std::filesystem::path& folder)
{
    const Descriptor directory{folder, O_RDONLY | O_DIRECTORY};
    if (!directory || ::fsync(directory.get()) != 0) { return failure("syncing the folder", folder); }
    return {};
}

bool write_all(int descriptor, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) { continue; }
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::expected<void, std::string> write_durably(
    const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces)
{
    auto partial = path;
    partial += ".partial";
    {
        const Descriptor file{partial, O_WRONLY | O_CREAT | O_TRUNC};
        if (!file) { return failure("creating", partial); }
        for (const auto piece : pieces) {
            if (!write_all(file.get(), piece)) { return failure("writing", partial); }
        }
        if (::fsync(file.get()) != 0) { return failure("syncing", partial); }
    }
    return rename_durably(partial, path);
}

std::expected<void, std::string> sync_file(const std::filesystem::path& path)
{
    const Descriptor file{path, O_RDONLY};
    if (!file || ::fdatasync(file.get()) != 0) { return failure("syncing", path); }
    return {};
}

std::expected<void, std::string> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) { return failure("renaming", from); }
    return sync_folder(folder_of(to));
}

std::optional<Bytes> read_file(const std::filesystem::path& path)
{
    const Descriptor file{path, O_RDONLY};
    struct stat status = {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) { return std::nullopt; }
    Bytes bytes(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) { return std::nullopt; }
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::optional<std::uintmax_t> free_bytes(const std::filesystem::path& directory)
{
    std::error_code error;
    const auto space = std::filesystem::space(directory, error);
    if (error) { return std::nullopt; }
    return space.available;
}

void remove_database(const std::filesystem::path& path)
{
    std::error_code ignored;
    for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
        auto file = path;
        file += suffix;
        std::filesystem::remove(file, ignored);
    }
    // A name that comes back after a crash is found to be stale by whoever opens it; that it is gone is only tidier.
    std::ignore = sync_folder(folder_of(path));
}

}  // namespace croupier::store
