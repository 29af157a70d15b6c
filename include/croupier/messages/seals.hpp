#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/messages/ledger.hpp"

/// What may be said to the ledger about gaming days and their seals, and what it records of them.
namespace croupier::ledger {

// Sealed days. At the end of a gaming day (or when an operator asks) DayClosed records what the day was; its unit ends the part of
// the ledger that the seal is about. DaySealed follows when the tree over all units up to there is known: its head is signed, and
// may be published, since it betrays no figure. A player's receipt leads from a unit to such a head.

/// What moved under one code since the seal before. The house's takings of a day (GGR) are stake - win - refund.
struct Flow {
    TransferCode code{};
    Pocket pocket{};
    Currency currency;
    std::uint64_t transfers = 0;
    std::int64_t amount = 0;        ///< Minor units, the sum over the transfers.
    std::int64_t from_players = 0;  ///< That part of it that left accounts of players.

    friend bool operator==(const Flow&, const Flow&) = default;
};
BOOST_DESCRIBE_STRUCT(Flow, (), (code, pocket, currency, transfers, amount, from_players))

/// Fact: the figures of a gaming day up to this unit (GLI-19 2.9): balances by kind, what moved since the seal before. What the
/// house owes its players is the sum of the kinds player and held. A day on which nothing moved has none.
struct DayClosed {
    static constexpr std::string_view kName = "ledger.day_closed";
    static constexpr std::uint16_t kFact = 19;
    std::int64_t day = 0;  ///< Of its beginning: days since 1970-01-01.
    bool ended = false;    ///< False: sealed while it lasts; more of the same day may follow.
    Seq after{};           ///< The unit of the DayClosed before; 0: the first.
    std::vector<TrialRow> balances;
    std::vector<Flow> flows;
};
BOOST_DESCRIBE_STRUCT(DayClosed, (), (day, ended, after, balances, flows))

/// The public part of a seal: what is signed.
struct SealedHead {
    std::int64_t day = 0;
    bool ended = false;
    std::uint64_t size = 0;  ///< Units in the tree: the seq of the DayClosed.
    Hash root{};             ///< Of the tree over their leaves.
    Hash head{};             ///< The chain's hash at that seq.
    Hash report{};           ///< SHA-256 of the DayClosed's canonical bytes.
    Hash key{};              ///< SHA-256 of the public key.

    friend bool operator==(const SealedHead&, const SealedHead&) = default;
};
BOOST_DESCRIBE_STRUCT(SealedHead, (), (day, ended, size, root, head, report, key))

/// Fact: the head is signed: Ed25519 over `croupier.seal.v1`, a line feed, and the head's canonical bytes.
struct DaySealed {
    static constexpr std::string_view kName = "ledger.day_sealed";
    static constexpr std::uint16_t kFact = 20;
    SealedHead head;
    std::array<std::byte, 64> signature{};
};
BOOST_DESCRIBE_STRUCT(DaySealed, (), (head, signature))

/// What is closed and waits for its seal.
struct DayState {
    std::uint64_t size = 0;    ///< Units up to the end of the oldest part that waits; 0: none does.
    std::uint64_t closed = 0;  ///< Units up to the end of the part that this command closed; 0: it closed none.
};
BOOST_DESCRIBE_STRUCT(DayState, (), (size, closed))

/// Closes the gaming day, if it is over and something moved since the seal before; while it lasts only if `at_once`.
/// Refuses: nothing_to_seal, when nothing moved; never unless `at_once`.
struct CloseDay {
    using Reply = DayState;
    static constexpr std::string_view kName = "ledger.CloseDay";
    bool at_once = false;
};
BOOST_DESCRIBE_STRUCT(CloseDay, (), (at_once))

/// Signs the oldest closed part that waits, whose tree and chain these are. Refuses: nothing_to_seal, when none of this size waits;
/// not_available without a key.
struct SealDay {
    using Reply = DaySealed;
    static constexpr std::string_view kName = "ledger.SealDay";
    std::uint64_t size = 0;
    Hash root{};
    Hash head{};
};
BOOST_DESCRIBE_STRUCT(SealDay, (), (size, root, head))

/// Seals, with what they sealed. Numbers are given in order, 1, 2, 3, …
struct Seal {
    std::uint64_t number = 0;
    DaySealed sealed;
    DayClosed report;
};
BOOST_DESCRIBE_STRUCT(Seal, (), (number, sealed, report))
struct Seals {
    std::vector<Seal> seals;
};
BOOST_DESCRIBE_STRUCT(Seals, (), (seals))

/// The seals before number `before` (0: from the newest on), newest first, at most `limit`. Refuses: nothing.
struct ListSeals {
    using Reply = Seals;
    static constexpr std::string_view kName = "ledger.ListSeals";
    std::uint64_t before = 0;
    std::uint32_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListSeals, (), (before, limit))

/// The first seal over a unit. Refuses: receipt_not_ready, when there is none yet.
struct FindSeal {
    using Reply = Seal;
    static constexpr std::string_view kName = "ledger.FindSeal";
    Seq seq{};
};
BOOST_DESCRIBE_STRUCT(FindSeal, (), (seq))

}  // namespace croupier::ledger
