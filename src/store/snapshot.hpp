#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/ports.hpp"

namespace croupier::store {

/// One module's state.
struct SnapshotSection {
    std::string name;           ///< The module's; at most 32 bytes.
    std::uint32_t version = 0;  ///< Of the module's own encoding.
    Bytes bytes;

    friend bool operator==(const SnapshotSection&, const SnapshotSection&) = default;
};

/// What the facts up to a position add up to. Only ever a shortcut: it is used if the ledger has the same hash at
/// that seq, and the facts give the same again without it.
struct Snapshot {
    std::uint32_t format = 1;
    Position position;
    std::vector<SnapshotSection> sections;  ///< By name.

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// The file's bytes (docs/format.md). Asserts that names fit and are all different.
Bytes encode_snapshot(const Snapshot& snapshot);
/// nullopt unless all of it is there, unchanged, and nothing else.
std::optional<Snapshot> decode_snapshot(std::span<const std::byte> bytes);

/// Writes directory/snapshot-<seq>.crs durably, then removes all but the newest two.
std::expected<void, std::string> write_snapshot(const std::filesystem::path& directory, const Snapshot& snapshot);

struct LoadedSnapshots {
    std::vector<Snapshot> snapshots;    ///< Newest first.
    std::vector<std::string> problems;  ///< A sentence for each file that is not a whole snapshot.
};
LoadedSnapshots load_snapshots(const std::filesystem::path& directory);

/// Removes every snapshot of the directory.
void remove_snapshots(const std::filesystem::path& directory);

}  // namespace croupier::store
