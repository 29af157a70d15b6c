#pragma once

#include "croupier/ports.hpp"

namespace croupier::adapters {

/// The machine's file system. A replaced file appears under its name only once its content is on the disk.
class FileDisk final : public Disk {
public:
    std::optional<Bytes> read(const std::filesystem::path& path) override;
    bool replace(const std::filesystem::path& path, std::span<const std::byte> content) override;
    bool remove(const std::filesystem::path& path) override;
    /// The regular files, each with its folder, sorted; empty when there is no such folder.
    std::vector<std::filesystem::path> list(const std::filesystem::path& directory) override;
    /// 0 when it cannot be told.
    std::uintmax_t free_bytes(const std::filesystem::path& directory) override;
};

}  // namespace croupier::adapters
