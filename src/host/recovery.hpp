#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "casino.hpp"
#include "ledger_file.hpp"
#include "snapshot.hpp"

namespace croupier::host {

/// Makes a casino with no state, its modules wired.
using MakeCasino = std::function<std::unique_ptr<Casino>()>;

/// The casino as the durable facts say, and how it was found.
struct Recovered {
    std::unique_ptr<Casino> casino;
    Seq snapshot{};           ///< 0: folded from the first fact on.
    std::uint64_t units = 0;  ///< Folded after the snapshot.
};

/// Newest snapshot that the ledger's chain agrees with, then every unit behind it; without one, every unit there is.
/// `problem` hears of snapshots that could not be used, `progress` of long folds (done, of all).
/// Fails when the ledger is in another currency, or a durable fact cannot be folded: this build must not run on it.
std::expected<Recovered, std::string> recover(store::LedgerFile& ledger, Currency currency,
    const std::filesystem::path& snapshots, const MakeCasino& make,
    const std::function<void(const std::string&)>& problem, const std::function<void(Seq, Seq)>& progress);

/// Folds the ledger's units into `casino`, which has no state yet, up to `seq`. nullopt: done; otherwise why not.
std::optional<std::string> fold_units(Casino& casino, store::LedgerFile& ledger, Seq seq);

/// The sections of a snapshot of this casino's state.
std::vector<store::SnapshotSection> snapshot_sections(const Casino& casino);
/// False: a section is missing or unreadable; `casino` must then be made anew.
bool restore_snapshot(Casino& casino, const store::Snapshot& snapshot);

}  // namespace croupier::host
