#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "croupier/messages/seals.hpp"
#include "croupier/ports.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"

namespace croupier::ledger {

/// Gaming days and their seals: the fold of what moved, DayClosed and DaySealed.
///
/// A day ends with the unit of its DayClosed, which the first tick after the configured minute makes: what is settled before
/// that unit counts to the day that ends.
class DayBook {
public:
    /// `starts` after midnight UTC a gaming day begins. `key` may be null: then days are closed, and wait for their seals.
    DayBook(std::chrono::minutes starts, SealKey* key) : starts_{starts}, key_{key} {}

    Result<DayState> close(const CloseDay& command, TrialBalance balances, Currency currency, Context& context) const;
    Result<DaySealed> seal(const SealDay& command, Context& context) const;
    Seals list(const ListSeals& command) const;
    Result<Seal> find(const FindSeal& command) const;

    void apply(const Transferred& fact, Pocket pocket, bool from_player, WallTime at);
    void apply(const DayClosed& fact, Seq seq);
    void apply(const DaySealed& fact);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    struct Sum {
        std::uint64_t transfers = 0;
        std::int64_t amount = 0;
        std::int64_t from_players = 0;
    };
    struct Closed {
        Seq seq{};
        DayClosed report;
    };

    std::int64_t day_of(WallTime at) const;
    DayState waiting() const;

    std::chrono::minutes starts_;
    SealKey* key_;
    std::optional<std::int64_t> day_;  // Of the first transfer since the last DayClosed; none: nothing has moved.
    std::array<std::array<Sum, 3>, 32> sums_{};  // By TransferCode and pocket, since the last DayClosed.
    Seq last_closed_{};
    std::deque<Closed> closed_;  // Those that wait for their seals, oldest first.
    std::vector<Seal> seals_;    // Number is the index plus 1.
};

}  // namespace croupier::ledger
