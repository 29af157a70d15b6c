#include "views.hpp"

#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"
#include "threads.hpp"

namespace croupier::store {

Views::Views(ViewsOptions options, std::unique_ptr<ViewsFile> file, Seq head)
    : options_{std::move(options)}, file_{std::move(file)}, folded_{options_.folded}, head_{head}
{
    CROUPIER_ASSERT(options_.transaction_units_max > 0);
    applied_ = raw(file_->applied_seq());
    snapshot_ = raw(folded_.seq);
    reached_ = file_->applied_seq();
    if (options_.fold) { reached_ = std::min(reached_, folded_.seq); }
    behind_ = reached_ < head_;
}

std::expected<std::unique_ptr<Views>, std::string> Views::open(ViewsOptions options, LedgerFile& ledger)
{
    auto file = ViewsFile::open(options.views_path);
    if (!file) { return std::unexpected{file.error()}; }
    if (const auto matched = (*file)->match(ledger); !matched) { return std::unexpected{matched.error()}; }
    CROUPIER_ASSERT(options.folded.seq <= ledger.head().seq);
    return std::unique_ptr<Views>{new Views{std::move(options), std::move(*file), ledger.head().seq}};
}

Views::~Views() { close(); }

void Views::offer(std::span<const std::shared_ptr<const Unit>> batch)
{
    if (batch.empty()) { return; }
    std::size_t bytes = 0;
    for (const auto& unit : batch) { bytes += unit->bytes.size(); }
    {
        const std::lock_guard lock{mutex_};
        CROUPIER_ASSERT(batch.front()->position.seq == next(head_));
        head_ = batch.back()->position.seq;
        if (!behind_ && queue_bytes_ + bytes <= options_.queue_bytes_max) {
            queue_.insert(queue_.end(), batch.begin(), batch.end());
            queue_bytes_ += bytes;
        } else {
            // Dropped, and everything after it too, until the ledger has been read up to the newest unit.
            behind_ = true;
            dropped_.fetch_add(1, std::memory_order_relaxed);
        }
    }
    wake_.notify_one();
}

void Views::catch_up(Seq wanted, std::chrono::milliseconds patience)
{
    if (applied_seq() >= wanted) { return; }
    std::unique_lock lock{mutex_};
    hurry_ = std::max(hurry_, wanted);
    wake_.notify_one();
    caught_up_.wait_for(lock, patience, [&] { return applied_seq() >= wanted || !projects_ || behind_; });
}

void Views::start(Read read)
{
    CROUPIER_ASSERT(!thread_.joinable());
    read_ = std::move(read);
    thread_ = std::thread{[this] { run(); }};
}

void Views::close()
{
    {
        const std::lock_guard lock{mutex_};
        stop_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) { thread_.join(); }
}

void Views::run()
{
    name_this_thread("views");
    step_back_this_thread();
    while (true) {
        Units units;
        bool ask = false;
        bool stop = false;
        bool hurry = false;
        {
            std::unique_lock lock{mutex_};
            const auto called = [&] {
                return stop_ || !slice_.empty() || !queue_.empty() || (behind_ && !asked_)
                    || (open_units() > 0 && applied_seq() < hurry_);
            };
            if (open_units() > 0) {
                wake_.wait_until(lock, commit_at_, called);
            } else {
                wake_.wait(lock, called);
            }
            hurry = applied_seq() < hurry_;
            if (!slice_.empty()) {
                units.swap(slice_);  // Always older than the queue: a slice is asked for when the queue is empty.
            } else if (!queue_.empty()) {
                units.swap(queue_);
                queue_bytes_ = 0;
            } else if (stop_) {
                stop = true;
            } else if (behind_ && !asked_) {
                asked_ = ask = true;
            }
        }
        // Units are let go of soon, while they are in a cache; what waits for its time is the transaction.
        take(units);
        if (stop || hurry || (open_units() > 0 && std::chrono::steady_clock::now() >= commit_at_)) { commit(); }
        if (stop) { break; }
        if (ask) { ask_for_more(); }
    }
    {
        const std::lock_guard lock{mutex_};
        projects_ = false;
    }
    caught_up_.notify_all();
    if (options_.fold && raw(folded_.seq) > snapshot_.load(std::memory_order_relaxed)) { snapshot(); }
}

void Views::ask_for_more()
{
    read_(next(reached_), options_.read_bytes, [this](Units units) {
        {
            const std::lock_guard lock{mutex_};
            CROUPIER_ASSERT(!units.empty());  // Units up to head_ are committed, and reached_ is before it.
            const Seq last = units.back()->position.seq;
            CROUPIER_ASSERT(last <= head_);
            CROUPIER_ASSERT(queue_.empty());
            slice_ = std::move(units);
            asked_ = false;
            if (last == head_) { behind_ = false; }  // What is offered from now on follows this slice.
        }
        wake_.notify_one();
    });
}

void Views::take(const Units& units)
{
    std::span<const std::shared_ptr<const Unit>> rest{units};
    while (!rest.empty()) {
        const auto part = rest.first(std::min(rest.size(), options_.transaction_units_max - open_units()));
        rest = rest.subspan(part.size());
        CROUPIER_ASSERT(part.front()->position.seq == next(reached_));
        project(part);
        if (options_.fold) {
            for (const auto& unit : part) { fold(*unit); }
        }
        reached_ = part.back()->position.seq;
        if (open_units() == options_.transaction_units_max) { commit(); }
    }
}

void Views::project(std::span<const std::shared_ptr<const Unit>> units)
{
    if (!projecting_) { return; }
    const auto known = static_cast<std::size_t>(
        std::ranges::count_if(units, [&](const auto& unit) { return unit->position.seq <= file_->added_seq(); }));
    if (open_units() == 0) { commit_at_ = std::chrono::steady_clock::now() + options_.transaction_time; }
    if (const auto added = file_->add(units.subspan(known)); !added) { give_up(added.error()); }
}

void Views::commit()
{
    if (!projecting_) { return; }
    if (const auto done = file_->commit(); !done) {
        give_up(done.error());
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        applied_.store(raw(file_->applied_seq()), std::memory_order_relaxed);
    }
    caught_up_.notify_all();
}

void Views::give_up(const std::string& why)
{
    {
        const std::lock_guard lock{mutex_};
        projects_ = projecting_ = false;
    }
    caught_up_.notify_all();
    failure(why);
}

void Views::fold(const Unit& unit)
{
    if (unit.position.seq <= folded_.seq) { return; }
    options_.fold->apply(unit.content, unit.position);
    folded_ = unit.position;
    if (raw(folded_.seq) - snapshot_.load(std::memory_order_relaxed) >= options_.snapshot_units) { snapshot(); }
}

void Views::snapshot()
{
    const auto written = write_snapshot(
        options_.snapshot_directory, Snapshot{.format = 1, .position = folded_, .sections = options_.fold->save()});
    if (!written) { failure(written.error()); }
    // Also after a failure: the next attempt is a whole interval later, not at the next unit.
    snapshot_.store(raw(folded_.seq), std::memory_order_relaxed);
}

void Views::failure(const std::string& what) const
{
    if (options_.on_failure) { options_.on_failure(what); }
}

}  // namespace croupier::store
