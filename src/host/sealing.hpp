#pragma once

#include <functional>
#include <optional>

#include "croupier/messages/seals.hpp"
#include "croupier/result.hpp"
#include "queries.hpp"

namespace croupier::host {

/// Closes gaming days when they are over and has each sealed once the views know the tree up to its end. On the loop.
class Sealing {
public:
    struct Parts {
        std::function<Result<ledger::DayState>(const ledger::CloseDay&)> close;
        std::function<Result<ledger::DaySealed>(const ledger::SealDay&)> seal;
        std::function<bool()> may_write;  ///< Whether a unit can be taken now.
        store::Queries& views;
    };
    explicit Sealing(Parts parts) : parts_{std::move(parts)} {}

    /// Now and then.
    void tick();

private:
    void seal(const Result<store::Viewed<std::optional<store::TreeHead>>>& viewed);

    Parts parts_;
    bool asked_ = false;
};

}  // namespace croupier::host
