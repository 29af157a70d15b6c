#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/unit.hpp"
#include "ledger_file.hpp"
#include "postings.hpp"
#include "sqlite.hpp"

namespace croupier::store {

/// views.db, by its only writer: what players and the house ask for, projected from the facts. It may be thrown away
/// at any time. Synchronous.
class ViewsFile {
public:
    /// Opens or creates. A file that cannot be used (damaged, too new) is thrown away and made anew.
    static std::expected<std::unique_ptr<ViewsFile>, std::string> open(const std::filesystem::path& path);

    /// Up to where the rows are true.
    Seq applied_seq() const noexcept { return applied_seq_; }
    const Hash& applied_hash() const noexcept { return applied_hash_; }

    /// Projects units that follow applied_seq(): rows and applied_seq in one transaction.
    std::expected<void, std::string> apply(std::span<const std::shared_ptr<const Unit>> units);
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
    void insert(Statement& append, std::vector<Found>& found);

    /// The player whose account it is; 0: none of a player's.
    PlayerId player_of(AccountId id) const;
    void remember(AccountId id, PlayerId player);

    std::filesystem::path path_;
    Connection connection_;
    std::optional<Statement> begin_;
    std::optional<Statement> commit_;
    std::optional<Statement> progress_;
    std::optional<Statement> insert_account_;
    std::optional<Statement> insert_unit_;
    std::optional<Statement> append_history_;
    std::optional<Statement> append_requests_;
    std::vector<Found> history_;  ///< These: empty between transactions.
    std::vector<Found> requests_;
    Bytes entries_;
    std::vector<PlayerId> players_;  ///< By account: ids are dense.
    Seq applied_seq_{0};
    Hash applied_hash_{};
};

/// Builds views.db again from a ledger that no process has open; the old file stands until the new one is complete.
std::expected<Seq, std::string> rebuild_views(const std::filesystem::path& ledger, const std::filesystem::path& views,
    const std::function<void(Seq done, Seq head)>& progress = {});

}  // namespace croupier::store
