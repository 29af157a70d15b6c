#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"

/// What may be said to the risk module.
namespace croupier::risk {

struct Allowed {};
BOOST_DESCRIBE_STRUCT(Allowed, (), ())

/// May this player stake this much in one round? Asked before any money moves. Refuses: risk_refused.
struct CheckStake {
    using Reply = Allowed;
    static constexpr std::string_view kName = "risk.CheckStake";
    PlayerId player{};
    std::int64_t stake = 0;  ///< Minor units, the round's total.
};
BOOST_DESCRIBE_STRUCT(CheckStake, (), (player, stake))

}  // namespace croupier::risk
