#include "disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace croupier::adapters {

namespace {

/// An open file, closed at the end of its scope.
class File {
public:
    File(const std::filesystem::path& path, int flags, mode_t mode = 0)
        : fd_{::open(path.c_str(), flags | O_CLOEXEC, mode)}
    {
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File()
    {
        if (fd_ >= 0) { ::close(fd_); }
    }

    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

bool write_all(int fd, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) { continue; }
        if (written <= 0) { return false; }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

bool write_file(const std::filesystem::path& path, std::span<const std::byte> content)
{
    const File file{path, O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR | S_IRGRP};
    return file.is_open() && write_all(file.fd(), content) && ::fsync(file.fd()) == 0;
}

bool sync_folder_of(const std::filesystem::path& path)
{
    const auto parent = path.parent_path();
    const File folder{parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY};
    return folder.is_open() && ::fsync(folder.fd()) == 0;
}

}  // namespace

std::optional<Bytes> FileDisk::read(const std::filesystem::path& path)
{
    const File file{path, O_RDONLY};
    if (!file.is_open()) { return std::nullopt; }
    Bytes content;
    std::size_t filled = 0;
    while (true) {
        content.resize(filled + 64 * 1024);
        const ssize_t got = ::read(file.fd(), content.data() + filled, content.size() - filled);
        if (got < 0 && errno == EINTR) { continue; }
        if (got < 0) { return std::nullopt; }
        filled += static_cast<std::size_t>(got);
        if (got == 0) { break; }
    }
    content.resize(filled);
    return content;
}

bool FileDisk::replace(const std::filesystem::path& path, std::span<const std::byte> content)
{
    auto temporary = path;
    temporary += ".tmp";
    if (!write_file(temporary, content) || ::rename(temporary.c_str(), path.c_str()) != 0) {
        ::unlink(temporary.c_str());
        return false;
    }
    return sync_folder_of(path);
}

bool FileDisk::remove(const std::filesystem::path& path) { return ::unlink(path.c_str()) == 0 && sync_folder_of(path); }

std::vector<std::filesystem::path> FileDisk::list(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
        entry.increment(error)) {
        std::error_code unknown;
        if (entry->is_regular_file(unknown)) { files.push_back(entry->path()); }
    }
    std::ranges::sort(files);
    return files;
}

std::uintmax_t FileDisk::free_bytes(const std::filesystem::path& directory)
{
    std::error_code error;
    const auto space = std::filesystem::space(directory, error);
    return error ? 0 : space.available;
}

}  // namespace croupier::adapters
