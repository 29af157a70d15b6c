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

#include "queries.hpp"

namespace croupier::store {

/// Reads views.db on a thread and a read-only connection of its own; answers are posted to the loop.
class ViewsReader final : public Queries {
public:
    /// Brings the views up to a seq, on the reader's thread: Views::catch_up().
    using CatchUp = std::function<void(Seq)>;

    /// `post` as in StoreOptions. The file must be there (Views::open makes it).
    ViewsReader(std::filesystem::path views, std::function<void(std::move_only_function<void()>)> post,
        CatchUp catch_up, std::size_t jobs_max = 1024);
    /// Waits for the query that runs; those that wait are dropped, and nobody is called back any more.
    ~ViewsReader() override;
    ViewsReader(const ViewsReader&) = delete;
    ViewsReader& operator=(const ViewsReader&) = delete;

    void rounds(Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit,
        Done<std::vector<RoundRow>> done) override;
    void round(Seq from, PlayerId player, RoundId round, Done<std::optional<RoundDetail>> done) override;
    void statement(Seq from, const StatementQuery& query, Done<std::vector<StatementRow>> done) override;
    void trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done) override;
    void request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<RequestRow>> done) override;
    void tree_head(std::uint64_t size, Done<std::optional<TreeHead>> done) override;
    void inclusion(Seq unit, std::uint64_t size, Done<std::optional<Inclusion>> done) override;

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
