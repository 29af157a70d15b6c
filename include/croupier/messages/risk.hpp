#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"

/// What may be said to the risk module, and what it records.
namespace croupier::risk {

struct Allowed {};
BOOST_DESCRIBE_STRUCT(Allowed, (), ())

/// What a player's limit counts: stakes of settled rounds, what was lost in them (stakes less wins), or deposits, gross.
enum class Measure : std::uint8_t { stake = 1, loss = 2, deposit = 3 };
BOOST_DESCRIBE_ENUM(Measure, stake, loss, deposit)

/// Over what: a calendar day, week (from Monday) or month, in UTC.
enum class Period : std::uint8_t { day = 1, week = 2, month = 3 };
BOOST_DESCRIBE_ENUM(Period, day, week, month)

/// May this player stake this much in one round? Asked before any money moves; a loss limit counts the whole stake as lost.
/// Refuses, in this order: risk_refused (the house's own limit), limit_reached.
struct CheckStake {
    using Reply = Allowed;
    static constexpr std::string_view kName = "risk.CheckStake";
    PlayerId player{};
    std::int64_t stake = 0;  ///< Minor units, the round's total.
};
BOOST_DESCRIBE_STRUCT(CheckStake, (), (player, stake))

/// May this player pay so much in? Refuses: limit_reached.
struct CheckDeposit {
    using Reply = Allowed;
    static constexpr std::string_view kName = "risk.CheckDeposit";
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(CheckDeposit, (), (player, amount))

/// A player's limit, as it is and as it will be.
struct Limit {
    Measure measure{};
    Period period{};
    std::optional<std::int64_t> amount;       ///< Minor units; none: there is no limit now.
    std::int64_t used = 0;                    ///< In the period that runs; a loss below nothing is a gain.
    std::optional<WallTime> changes_at;       ///< When a looser one takes its place, if one was asked for.
    std::optional<std::int64_t> next_amount;  ///< That one; none: no limit.
};
BOOST_DESCRIBE_STRUCT(Limit, (), (measure, period, amount, used, changes_at, next_amount))

/// Sets a limit, or lifts it. A tighter one holds at once, a looser one (or none) 24 hours later (GLI-19 2.5.5, A.3.7).
/// Refuses: amount_invalid (below 0).
struct SetLimit {
    using Reply = Limit;
    static constexpr std::string_view kName = "risk.SetLimit";
    PlayerId player{};
    Measure measure{};
    Period period{};
    std::optional<std::int64_t> amount;  ///< None: lifted.
};
BOOST_DESCRIBE_STRUCT(SetLimit, (), (player, measure, period, amount))

/// A player's limits. Refuses: nothing.
struct Limits {
    std::vector<Limit> limits;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (limits))
struct ListLimits {
    using Reply = Limits;
    static constexpr std::string_view kName = "risk.ListLimits";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ListLimits, (), (player))

/// Fact: from `from` on the player has this limit.
struct LimitSet {
    static constexpr std::string_view kName = "risk.limit_set";
    static constexpr std::uint16_t kFact = 18;
    PlayerId player{};
    Measure measure{};
    Period period{};
    std::optional<std::int64_t> amount;
    WallTime from{};
};
BOOST_DESCRIBE_STRUCT(LimitSet, (), (player, measure, period, amount, from))

}  // namespace croupier::risk
