#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"

/// What may be said to the bonus module, and what it records.
namespace croupier::bonus {

/// Gives a new player the house's welcome money, from the promo account. Refuses: what ledger::GrantPromo refuses.
struct GrantWelcome {
    using Reply = ledger::Balance;
    static constexpr std::string_view kName = "bonus.GrantWelcome";
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(GrantWelcome, (), (player))

/// Fact: the player has had the welcome money.
struct Granted {
    static constexpr std::string_view kName = "bonus.granted";
    static constexpr std::uint16_t kFact = 5;
    PlayerId player{};
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(Granted, (), (player, amount))

}  // namespace croupier::bonus
