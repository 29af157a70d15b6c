#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/merkle.hpp"
#include "croupier/unit.hpp"
#include "ledger_file.hpp"
#include "postings.hpp"
#include "sqlite.hpp"
#include "trial_sums.hpp"

namespace croupier::store {

/// Of the tree over all units views.db keeps the nodes above 256, 256^2, … units, so many levels of them.
inline constexpr std::size_t kTreeLevels = 3;
inline constexpr std::uint64_t kTreeFan = 256;

/// views.db, by its only writer: what players and the house ask for, projected from the facts. It may be thrown away
/// at any time. Synchronous.
class ViewsFile {
public:
    /// Opens or creates. A file that cannot be used (damaged, too new) is thrown away and made anew.
    static std::expected<std::unique_ptr<ViewsFile>, std::string> open(const std::filesystem::path& path);

    /// Up to where the rows are true.
    Seq applied_seq() const noexcept { return applied_seq_; }
    const Hash& applied_hash() const noexcept { return applied_hash_; }

    /// Projects units that follow those added before. Their rows and applied_seq are there once commit() has returned, all in
    /// one transaction. After a failure only what was committed before is there, and nothing may be added any more.
    std::expected<void, std::string> add(std::span<const std::shared_ptr<const Unit>> units);
    std::expected<void, std::string> commit();
    /// Both: these units in one transaction.
    std::expected<void, std::string> apply(std::span<const std::shared_ptr<const Unit>> units);
    /// Up to which unit they were added.
    Seq added_seq() const noexcept { return added_seq_; }
    /// Back to no rows and seq 0.
    std::expected<void, std::string> clear();
    /// Back to the start unless the ledger has the same hash at applied_seq(). True: it was cleared.
    std::expected<bool, std::string> match(LedgerFile& ledger);

private:
    explicit ViewsFile(const std::filesystem::path& path);
    void load();
    /// What goes into `history` and `requests`, gathered over a transaction and sorted: so each row is touched once.
    struct Found {
        std::uint64_t owner = 0;
        Posting posting;
    };
    void gather(const UnitContent& content);
    void gather_event(const UnitContent& content, const EventRow& event);
    void insert(const Unit& unit);
    /// Adds a unit to the tree over all of them, and keeps what fills up.
    void grow(std::uint64_t place, const Hash& leaf);
    /// Begins the growing parts of the tree where the rows end.
    void load_tree();
    void insert(Statement& append, std::vector<Found>& found);

    /// An account's player (0: the house's) and its row of the trial balance.
    struct Owned {
        PlayerId player{};
        ledger::TrialRow* row = nullptr;
    };
    Owned& account(AccountId id);
    void remember(const ledger::AccountOpened& opened);
    /// Sums up where the rows end.
    void load_trial();
    void move(const ledger::Transferred& transfer);

    std::filesystem::path path_;
    Connection connection_;
    std::optional<Statement> begin_;
    std::optional<Statement> commit_;
    std::optional<Statement> progress_;
    std::optional<Statement> insert_account_;
    std::optional<Statement> insert_unit_;
    std::optional<Statement> insert_node_;
    std::optional<Statement> insert_trial_;
    std::optional<Statement> append_history_;
    std::optional<Statement> append_requests_;
    std::vector<Found> history_;  ///< These: of the open transaction.
    std::vector<Found> requests_;
    Bytes entries_;
    std::array<MerkleEdge, kTreeLevels + 1> tree_;  ///< By level: what is above the last full node of the level above.
    std::vector<Owned> accounts_;                   ///< Index is the id minus 1.
    TrialSums trial_;
    Seq applied_seq_{0};
    Hash applied_hash_{};
    Seq added_seq_{0};  ///< Beyond applied_seq_ while a transaction is open.
    Hash added_hash_{};
};

/// Builds views.db again from a ledger that no process has open; the old file stands until the new one is complete.
std::expected<Seq, std::string> rebuild_views(const std::filesystem::path& ledger, const std::filesystem::path& views,
    const std::function<void(Seq done, Seq head)>& progress = {});

}  // namespace croupier::store
