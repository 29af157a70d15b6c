#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "ledger_file.hpp"
#include "queries.hpp"
#include "views_file.hpp"
#include "views_reader.hpp"
#include "world.hpp"

namespace croupier::simulation {

/// The views' own code on a file of their own. Their reader's thread runs while this one waits for it, so that nothing
/// depends on which of the two is faster; the answer comes after some time of the simulation.
class SimViews final : public store::Queries {
public:
    /// `slow`: answers take long, and now and then they are not as new as was asked for. It may change.
    SimViews(World& world, const bool& slow, const std::filesystem::path& path, store::LedgerFile& ledger)
        : world_{world}, slow_{slow}
    {
        auto file = store::ViewsFile::open(path);
        require(file.has_value(), [&] { return "the views cannot be opened: " + file.error(); });
        file_ = std::move(*file);
        const auto matched = file_->match(ledger);
        require(matched.has_value(), [&] { return "the views cannot be matched: " + matched.error(); });
        // Those that the views missed, from the ledger.
        while (file_->applied_seq() < ledger.head().seq) {
            const auto units = ledger.read(next(file_->applied_seq()), 1 << 20);
            require(units.has_value() && !units->empty(), [] { return "the ledger cannot be read for the views"; });
            require(file_->apply(*units).has_value(), [] { return "the views cannot be brought up to date"; });
        }
        reader_ = std::make_unique<store::ViewsReader>(
            path,
            [this](std::move_only_function<void()> answer) {
                const std::scoped_lock lock{mutex_};
                answer_.emplace(std::move(answer));
                here_.notify_one();
            },
            [this](Seq) { catch_up(); });
    }

    void committed(const store::Units& units) { waiting_.insert(waiting_.end(), units.begin(), units.end()); }

    void rounds(Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit,
        Done<std::vector<store::RoundRow>> done) override
    {
        wait([&] { reader_->rounds(from, player, before, limit, std::move(done)); });
    }
    void round(Seq from, PlayerId player, RoundId round, Done<std::optional<store::RoundDetail>> done) override
    {
        wait([&] { reader_->round(from, player, round, std::move(done)); });
    }
    void statement(Seq from, const store::StatementQuery& query, Done<std::vector<store::StatementRow>> done) override
    {
        wait([&] { reader_->statement(from, query, std::move(done)); });
    }
    void trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done) override
    {
        wait([&] { reader_->trial(at, std::move(done)); });
    }
    void request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<store::RequestRow>> done) override
    {
        wait([&] { reader_->request(from, scope, std::move(key), std::move(done)); });
    }
    void tree_head(std::uint64_t size, Done<std::optional<store::TreeHead>> done) override
    {
        wait([&] { reader_->tree_head(size, std::move(done)); });
    }
    void inclusion(Seq unit, std::uint64_t size, Done<std::optional<store::Inclusion>> done) override
    {
        wait([&] { reader_->inclusion(unit, size, std::move(done)); });
    }

private:
    void catch_up()
    {
        if (waiting_.empty() || late_) { return; }
        const auto applied = file_->apply(waiting_);
        CROUPIER_ASSERT(applied.has_value());
        waiting_.clear();
    }

    template <class Ask>
    void wait(Ask ask)
    {
        late_ = slow_ && world_.chance(8);
        ask();
        std::unique_lock lock{mutex_};
        here_.wait(lock, [this] { return answer_.has_value(); });
        auto answer = std::make_shared<std::move_only_function<void()>>(std::move(*answer_));
        answer_.reset();
        lock.unlock();
        // In the order of the questions.
        last_ = std::max(last_,
            world_.now() + world_.about(slow_ ? microseconds{std::chrono::milliseconds{50}} : microseconds{500}));
        world_.after(last_ - world_.now(), [answer, alive = std::weak_ptr{alive_}] {
            if (!alive.expired()) { (*answer)(); }
        });
    }

    World& world_;
    const bool& slow_;
    bool late_ = false;
    std::unique_ptr<store::ViewsFile> file_;
    store::Units waiting_;
    microseconds last_{0};
    std::mutex mutex_;
    std::condition_variable here_;
    std::optional<std::move_only_function<void()>> answer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::unique_ptr<store::ViewsReader> reader_;
};

}  // namespace croupier::simulation
