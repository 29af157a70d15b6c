#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "croupier/bytes.hpp"

/// Files whose content must survive a crash, by what POSIX promises: sync the file, rename, sync the folder.
namespace croupier::store {

/// Old or new content, never a mixture: writes beside `path`, syncs, renames, syncs the folder.
std::expected<void, std::string> write_durably(
    const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);
std::expected<void, std::string> sync_file(const std::filesystem::path& path);
/// Renames within a folder, and makes the new name durable.
std::expected<void, std::string> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);
/// nullopt: there is no such file, or it cannot be read.
std::optional<Bytes> read_file(const std::filesystem::path& path);
/// Bytes that an unprivileged process can still write on the disk of `directory`; nullopt: not known.
std::optional<std::uintmax_t> free_bytes(const std::filesystem::path& directory);
/// Removes a SQLite file with its log files; durable.
void remove_database(const std::filesystem::path& path);

}  // namespace croupier::store
