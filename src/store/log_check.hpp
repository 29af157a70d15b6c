#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace croupier::store {

/// SQLite ends a write-ahead log at its first frame whose checksum does not follow, and silently: after a crash that is right, since
/// what stands there was never synced. A frame that is damaged later looks the same, and takes all that was acknowledged behind it
/// along. This tells the two apart: behind the damage a transaction ends and another one begins, and with synchronous=FULL none
/// begins before the one before it was synced. (Damage to the last transaction cannot be told from a power failure.)
/// Source: sqlite.org/fileformat2.html#walformat.
///
/// `log` is the -wal file. Returns a sentence that names the frame, nullopt if all is well or there is no such file. Reads only.
std::optional<std::string> damage_in_log(const std::filesystem::path& log);

}  // namespace croupier::store
