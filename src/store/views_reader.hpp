#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "croupier/messages/ledger.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/result.hpp"
#include "croupier/time.hpp"
#include "croupier/unit.hpp"
#include "sqlite.hpp"

namespace croupier::store {

struct RoundRow {
    RoundId round{};
    Seq seq{};  ///< The unit that settled it.
    WallTime at{};
    std::string game;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    Currency currency;
};
struct RoundDetail {
    RoundRow row;
    std::vector<rounds::Bet> bets;
    std::string answer;  ///< What the player was answered; empty if the round answered no request.
};
/// Which entries of a statement.
struct StatementQuery {
    PlayerId player{};
    ledger::AccountKind kind = ledger::AccountKind::player;  ///< Which of the player's accounts.
    std::optional<ledger::Pocket> pocket;                    ///< Of which pocket; none: of any.
    std::optional<Seq> at;                                   ///< As it was after this unit; none: as it is.
    std::optional<std::uint64_t> before;                     ///< Entries before this id; none: from the newest on.
    std::size_t limit = 0;
};
struct StatementRow {
    std::uint64_t id = 0;  ///< For paging: `before`.
    Seq seq{};
    TransferId transfer{};
    AccountId account{};
    ledger::Pocket pocket{};
    WallTime at{};
    ledger::TransferCode code{};
    std::int64_t amount = 0;  ///< Negative: the player's account lost it.
    std::int64_t balance_after = 0;
    std::uint64_t version = 0;
    std::uint64_t reference = 0;
    Currency currency;
};
struct RequestRow {
    Seq seq{};
    Hash content_hash{};
    std::uint16_t result = 0;
    std::string answer;
};

/// The tree over the first `size` units, and the chain where it ends.
struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};
    Hash head{};  ///< The chain's hash at seq `size`.
};
/// That a unit stands in a tree of so many: its leaf, and the hashes that lead to the root.
struct Inclusion {
    ReceiptLeaf leaf;
    std::vector<Hash> path;  ///< As RFC 6962, 2.1.1, from the leaf up.
};

/// Rows, and up to which unit they are true.
template <class T>
struct Viewed {
    Seq applied_seq{};
    T rows{};
};

/// Reads views.db on a thread and a read-only connection of its own. Called on the loop; each answer is posted to the
/// loop, in the order of the calls. The rows are true at least up to the `from` of the call, unless the views cannot be had
/// so new within moments. Refuses: overloaded, when too many wait; not_available, when the file fails.
class ViewsReader {
public:
    template <class T>
    using Done = std::function<void(Result<Viewed<T>>)>;

    /// Brings the views up to a seq, on the reader's thread: Views::catch_up().
    using CatchUp = std::function<void(Seq)>;

    /// `post` as in StoreOptions. The file must be there (Views::open makes it).
    ViewsReader(std::filesystem::path views, std::function<void(std::move_only_function<void()>)> post,
        CatchUp catch_up, std::size_t jobs_max = 1024);
    /// Waits for the query that runs; those that wait are dropped, and nobody is called back any more.
    ~ViewsReader();
    ViewsReader(const ViewsReader&) = delete;
    ViewsReader& operator=(const ViewsReader&) = delete;

    /// Newest first, those before `before` (nullopt: from the newest on), at most `limit`.
    void rounds(
        Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit, Done<std::vector<RoundRow>> done);
    void round(Seq from, PlayerId player, RoundId round, Done<std::optional<RoundDetail>> done);
    /// Refuses not_available too when the views are not as far as `at`.
    void statement(Seq from, const StatementQuery& query, Done<std::vector<StatementRow>> done);
    /// The sums by kind as they were after the unit `at`, which is at least 1; nullopt: the views are not that far.
    void trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done);
    /// The unit that answers this request, if there is one up to applied_seq.
    void request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<RequestRow>> done);
    /// nullopt: the views are not that far yet.
    void tree_head(std::uint64_t size, Done<std::optional<TreeHead>> done);
    void inclusion(Seq unit, std::uint64_t size, Done<std::optional<Inclusion>> done);

private:
    struct Connected;
    using Job = std::move_only_function<void()>;

    template <class T, class Query>
    void add(Seq from, Done<T> done, Query query);
    void run();

    std::filesystem::path path_;
    std::function<void(std::move_only_function<void()>)> post_;
    CatchUp catch_up_;
    std::size_t jobs_max_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< The loop's: false once destroyed.

    std::unique_ptr<Connected> connected_;  ///< The thread's.

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace croupier::store
