#pragma once

#include <deque>

#include "croupier/assert.hpp"
#include "croupier/ports.hpp"

namespace croupier::fakes {

/// A third party that answers when the test says so, in the order that the test chooses.
class ManualVendor final : public Vendor {
public:
    struct Call {
        std::string url;
        std::string body;
        std::chrono::milliseconds timeout{};
        std::function<void(Result<Answer>)> done;
    };

    void post(std::string_view url, std::string_view body, std::chrono::milliseconds timeout,
        std::function<void(Result<Answer>)> done) override
    {
        calls_.push_back({std::string{url}, std::string{body}, timeout, std::move(done)});
    }

    /// The calls that wait for their answer, the oldest first.
    const std::deque<Call>& waiting() const { return calls_; }
    /// Answers the waiting call number `index`, or refuses it, as when its time is up. It may post again.
    void answer(Result<Answer> answer, std::size_t index = 0)
    {
        CROUPIER_ASSERT(index < calls_.size());
        const auto done = std::move(calls_[index].done);
        calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(index));
        done(std::move(answer));
    }

private:
    std::deque<Call> calls_;
};

}  // namespace croupier::fakes
