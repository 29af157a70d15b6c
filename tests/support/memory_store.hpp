#pragma once

#include <deque>
#include <limits>

#include "croupier/assert.hpp"
#include "croupier/ports.hpp"
#include "croupier/unit.hpp"

namespace croupier::fakes {

/// A store whose disk is a vector. Units are durable at once, each in a batch of its own, and the listener hears of it
/// within submit(); after hold() they wait, as on a slow disk, until release() makes all of them durable in one batch.
class MemoryStore final : public Store {
public:
    Position committed() const override { return durable_.empty() ? Position{} : durable_.back()->position; }

    bool admits(Admission admission, std::size_t bytes) const override
    {
        return waiting_bytes_ + bytes <= (admission == Admission::settlement ? queue_max_ : queue_max_ - reserve_);
    }

    bool disk_low() const override { return false; }

    void submit(std::shared_ptr<const Unit> unit) override
    {
        CROUPIER_ASSERT(!closed_);
        const Position before = waiting_.empty() ? committed() : waiting_.back()->position;
        CROUPIER_ASSERT(unit->position.seq == next(before.seq));
        waiting_bytes_ += unit->bytes.size();
        waiting_.push_back(std::move(unit));
        if (!held_) { commit(); }
    }

    void allow(Seq commit_limit) override
    {
        CROUPIER_ASSERT(commit_limit >= limit_ || limit_ == kUnlimited);
        limit_ = commit_limit;
        if (!held_) { commit(); }
    }

    void on_committed(std::function<void(const Committed&)> listener) override { listener_ = std::move(listener); }

    void read(
        Seq from, std::size_t limit_bytes, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) override
    {
        std::vector<std::shared_ptr<const Unit>> units;
        std::size_t bytes = 0;
        for (const auto& unit : durable_) {
            if (unit->position.seq < from) { continue; }
            bytes += unit->bytes.size();
            if (!units.empty() && bytes > limit_bytes) { break; }
            units.push_back(unit);
        }
        done(std::move(units));
    }

    void backup(std::filesystem::path, std::function<void(std::optional<std::string>)> done) override
    {
        done("a store in memory has no files to copy");
    }

    void close(std::function<void()> done) override
    {
        release();
        closed_ = true;
        done();
    }

    /// What is submitted from now on is not durable before release().
    void hold() { held_ = true; }
    void release()
    {
        held_ = false;
        commit();
    }
    /// The machine lost power: what was not durable is gone, and whoever listened with it. The store can be used again.
    void crash()
    {
        waiting_.clear();
        waiting_bytes_ = 0;
        held_ = false;
        closed_ = false;
        limit_ = kUnlimited;
        listener_ = nullptr;
    }
    /// Bytes that may wait, and the part of them that only settlements may use.
    void set_queue(std::size_t max_bytes, std::size_t reserve_bytes)
    {
        CROUPIER_ASSERT(reserve_bytes <= max_bytes);
        queue_max_ = max_bytes;
        reserve_ = reserve_bytes;
    }

    const std::vector<std::shared_ptr<const Unit>>& units() const { return durable_; }
    std::size_t waiting() const { return waiting_.size(); }

private:
    static constexpr Seq kUnlimited{std::numeric_limits<std::uint64_t>::max()};

    void commit()
    {
        Committed batch;
        while (!waiting_.empty() && waiting_.front()->position.seq <= limit_) {
            batch.position = waiting_.front()->position;
            batch.units += 1;
            batch.bytes += waiting_.front()->bytes.size();
            waiting_bytes_ -= waiting_.front()->bytes.size();
            durable_.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        if (batch.units > 0 && listener_) { listener_(batch); }
    }

    std::vector<std::shared_ptr<const Unit>> durable_;
    std::deque<std::shared_ptr<const Unit>> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t queue_max_ = 64 * 1024 * 1024;
    std::size_t reserve_ = 0;
    Seq limit_ = kUnlimited;
    bool held_ = false;
    bool closed_ = false;
    std::function<void(const Committed&)> listener_;
};

}  // namespace croupier::fakes
