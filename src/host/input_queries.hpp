#pragma once

#include <functional>
#include <utility>

#include "queries.hpp"

namespace croupier::host {

/// Numbers the questions to the views, 1, 2, 3, …, and hands each answer over as an input of its own: `enter` is called with
/// the question's number, the answer, and what takes it.
class InputQueries final : public store::Queries {
public:
    /// What came back, as bytes once somebody wants them.
    struct Answer {
        std::uint64_t question = 0;
        std::function<Bytes()> bytes;
        std::function<void()> take;
    };
    using Enter = std::function<void(const Answer&)>;

    InputQueries(Queries& views, Enter enter) : views_{views}, enter_{std::move(enter)} {}

    void rounds(Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit,
        Done<std::vector<store::RoundRow>> done) override
    {
        views_.rounds(from, player, before, limit, numbered(std::move(done)));
    }
    void round(Seq from, PlayerId player, RoundId round, Done<std::optional<store::RoundDetail>> done) override
    {
        views_.round(from, player, round, numbered(std::move(done)));
    }
    void statement(Seq from, const store::StatementQuery& query, Done<std::vector<store::StatementRow>> done) override
    {
        views_.statement(from, query, numbered(std::move(done)));
    }
    void trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done) override
    {
        views_.trial(at, numbered(std::move(done)));
    }
    void request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<store::RequestRow>> done) override
    {
        views_.request(from, scope, std::move(key), numbered(std::move(done)));
    }
    void tree_head(std::uint64_t size, Done<std::optional<store::TreeHead>> done) override
    {
        views_.tree_head(size, numbered(std::move(done)));
    }
    void inclusion(Seq unit, std::uint64_t size, Done<std::optional<store::Inclusion>> done) override
    {
        views_.inclusion(unit, size, numbered(std::move(done)));
    }

    /// How many were asked so far.
    std::uint64_t asked() const noexcept { return questions_; }
    /// How many of them have no answer yet.
    std::uint64_t open() const noexcept { return questions_ - answered_; }

private:
    template <class T>
    Done<T> numbered(Done<T> done)
    {
        return [this, question = ++questions_, done = std::move(done)](Result<store::Viewed<T>> answer) {
            ++answered_;
            enter_({.question = question,
                .bytes = [&] { return store::answer_bytes(answer); },
                .take = [&] { done(std::move(answer)); }});
        };
    }

    Queries& views_;
    Enter enter_;
    std::uint64_t questions_ = 0;
    std::uint64_t answered_ = 0;
};

}  // namespace croupier::host
