#pragma once

#include <limits>
#include <map>

#include "croupier/ports.hpp"

namespace croupier::fakes {

/// Files in memory; a folder is there when a file is in it.
class MemoryDisk final : public Disk {
public:
    std::optional<Bytes> read(const std::filesystem::path& path) override
    {
        const auto file = files_.find(path);
        if (file == files_.end()) { return std::nullopt; }
        return file->second;
    }
    bool replace(const std::filesystem::path& path, std::span<const std::byte> content) override
    {
        if (broken_) { return false; }
        files_[path] = Bytes(content.begin(), content.end());
        return true;
    }
    bool remove(const std::filesystem::path& path) override { return !broken_ && files_.erase(path) > 0; }
    std::vector<std::filesystem::path> list(const std::filesystem::path& directory) override
    {
        std::vector<std::filesystem::path> paths;
        for (const auto& [path, content] : files_) {
            if (path.parent_path() == directory) { paths.push_back(path); }
        }
        return paths;
    }
    std::uintmax_t free_bytes(const std::filesystem::path&) override { return free_; }

    /// From now on nothing can be written or removed; or again.
    void set_broken(bool broken) { broken_ = broken; }
    void set_free(std::uintmax_t bytes) { free_ = bytes; }

private:
    std::map<std::filesystem::path, Bytes> files_;
    std::uintmax_t free_ = std::numeric_limits<std::uintmax_t>::max();
    bool broken_ = false;
};

}  // namespace croupier::fakes
