#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"

/// Jackpots: money that players staked together and one of them wins. All of it is cash; amounts are minor units.
///
/// Of every cash stake on one of its games a jackpot gets a share in ppm, from the bank. Minor units times ppm are exact in millionths
/// of a minor unit ("micros"): facts keep the micros, transfers move whole minor units, and for the fund and the reserve
/// balance * 10^6 + carry = sum of the contributed micros + (seeded - paid) * 10^6, always.
///
/// Who stakes `s` in cash holds s of `odds` tickets, and one is drawn: so each minor unit has the same chance, whatever the stake, and the jackpot
/// returns to the players what they contribute to it. A stake's bonus part contributes nothing and holds no ticket.
namespace croupier::ledger {

/// What a jackpot promises. A change is a fact, and counts from the next stake on.
struct JackpotTerms {
    std::string name;
    std::vector<std::string> games;  ///< None: it is withdrawn, and keeps its money.
    std::uint32_t fund_ppm = 0;      ///< Of a cash stake, to what is won next.
    std::uint32_t reserve_ppm =
        0;                   ///< Of a cash stake, to what the fund begins with after a win. Both together at most 10^6.
    std::int64_t seed = 0;   ///< What the fund begins with, from the reserve; what that lacks, from the bank.
    std::int64_t cap = 0;    ///< Once the fund has so much, its share overflows into the reserve; 0: it has no cap.
    std::uint32_t odds = 0;  ///< Tickets in all: a win for so many minor units of cash staked, on average.

    friend bool operator==(const JackpotTerms&, const JackpotTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(JackpotTerms, (), (name, games, fund_ppm, reserve_ppm, seed, cap, odds))

/// Fact: a jackpot has these terms from here on. Its accounts were opened before; ids are given in order, 1, 2, 3, …
struct JackpotSet {
    static constexpr std::string_view kName = "ledger.jackpot_set";
    static constexpr std::uint16_t kFact = 34;
    JackpotId jackpot{};
    AccountId fund{};
    AccountId reserve{};
    JackpotTerms terms;
};
BOOST_DESCRIBE_STRUCT(JackpotSet, (), (jackpot, fund, reserve, terms))

/// Fact: a round's stake contributed so many micros; the whole minor units that are full now follow as transfers of the same unit.
struct JackpotContributed {
    static constexpr std::string_view kName = "ledger.jackpot_contributed";
    static constexpr std::uint16_t kFact = 35;
    JackpotId jackpot{};
    RoundId round{};
    std::uint64_t fund_micros = 0;
    std::uint64_t reserve_micros = 0;
};
BOOST_DESCRIBE_STRUCT(JackpotContributed, (), (jackpot, round, fund_micros, reserve_micros))

/// Fact: the ticket that was drawn is one of the round's, and its player gets all that the fund has; the transfer, and those that seed
/// the fund again, follow in the same unit.
struct JackpotWon {
    static constexpr std::string_view kName = "ledger.jackpot_won";
    static constexpr std::uint16_t kFact = 36;
    JackpotId jackpot{};
    RoundId round{};
    PlayerId player{};
    std::uint32_t ticket = 0;
    std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(JackpotWon, (), (jackpot, round, player, ticket, amount))

/// A jackpot now.
struct JackpotState {
    JackpotId jackpot{};
    JackpotTerms terms;
    std::int64_t amount = 0;   ///< What a win pays.
    std::int64_t reserve = 0;  ///< What is there for the next seed.
    std::uint64_t wins = 0;
    Currency currency;
};
BOOST_DESCRIBE_STRUCT(JackpotState, (), (jackpot, terms, amount, reserve, wins, currency))

struct Jackpots {
    std::vector<JackpotState> jackpots;
};
BOOST_DESCRIBE_STRUCT(Jackpots, (), (jackpots))

/// All jackpots there ever were, by id. Refuses: nothing.
struct ListJackpots {
    using Reply = Jackpots;
    static constexpr std::string_view kName = "ledger.ListJackpots";
};
BOOST_DESCRIBE_STRUCT(ListJackpots, (), ())

/// How many of the tickets the round's stake holds.
struct Tickets {
    std::uint32_t held = 0;  ///< 0: nothing is to be drawn or shared.
    std::uint32_t of = 0;
};
BOOST_DESCRIBE_STRUCT(Tickets, (), (held, of))

/// For the round whose stake was just taken, in the same unit of work. Refuses: nothing; a jackpot that is none is a bug.
struct CountTickets {
    using Reply = Tickets;
    static constexpr std::string_view kName = "ledger.CountTickets";
    JackpotId jackpot{};
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(CountTickets, (), (jackpot, round))

struct JackpotShared {
    std::int64_t won = 0;  ///< 0: the ticket is not the round's.
    Balance balance;
};
BOOST_DESCRIBE_STRUCT(JackpotShared, (), (won, balance))

/// Takes the share of the round's cash stake, then pays the jackpot if the ticket that was drawn is one of the round's (below the
/// number that it holds), and seeds it again. The stake's check made sure of the money. Refuses: nothing.
struct ShareJackpot {
    using Reply = JackpotShared;
    static constexpr std::string_view kName = "ledger.ShareJackpot";
    JackpotId jackpot{};
    RoundId round{};
    PlayerId player{};
    std::uint32_t ticket = 0;
};
BOOST_DESCRIBE_STRUCT(ShareJackpot, (), (jackpot, round, player, ticket))

}  // namespace croupier::ledger
