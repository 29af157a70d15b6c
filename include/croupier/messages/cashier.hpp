#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/messages/risk.hpp"

/// What the house's own people may say to the cashier's desk, and what it records: money in and out, corrections, and who did
/// it. Facts name operators by number only; no person and no secret stands in them.
namespace croupier::cashier {

/// What an operator may do: an auditor only reads; a cashier moves money and may freeze; an admin may also thaw.
enum class Role : std::uint8_t { auditor = 1, cashier = 2, admin = 3 };
BOOST_DESCRIBE_ENUM(Role, auditor, cashier, admin)

/// Why a balance is corrected.
enum class Reason : std::uint8_t { correction = 1, goodwill = 2, chargeback = 3, test = 4 };
BOOST_DESCRIBE_ENUM(Reason, correction, goodwill, chargeback, test)

// The operations. Each is decided once under its caller's key. `payment` and `ticket` are 1 to 64 of A-Z a-z 0-9 . _ : -

/// Money came in. Refuses: limit_reached, what ledger::Deposit refuses.
struct Deposit {
    PlayerId player{};
    std::int64_t amount = 0;
    std::string payment;
};
BOOST_DESCRIBE_STRUCT(Deposit, (), (player, amount, payment))

/// Reserves what a player wants to have paid out; Approve or Reject ends it, or its time. Refuses: what ledger::Hold refuses.
struct Withdraw {
    PlayerId player{};
    std::int64_t amount = 0;
    std::string payment;
};
BOOST_DESCRIBE_STRUCT(Withdraw, (), (player, amount, payment))

/// The payment service has paid `amount` (none: all of it); the rest is released. Refuses: what ledger::PostHold refuses.
struct Approve {
    HoldId hold{};
    std::optional<std::int64_t> amount;
};
BOOST_DESCRIBE_STRUCT(Approve, (), (hold, amount))

/// Refuses: what ledger::VoidHold refuses.
struct Reject {
    HoldId hold{};
};
BOOST_DESCRIBE_STRUCT(Reject, (), (hold))

/// Corrects a balance. Above the configured amount it is only proposed, until a second person confirms it.
/// Refuses: what ledger::Adjust refuses.
struct Adjust {
    PlayerId player{};
    std::int64_t amount = 0;  ///< Negative: taken from the player.
    Reason reason{};
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(Adjust, (), (player, amount, reason, ticket))

/// Carries out what another operator has proposed.
/// Refuses, in this order: proposal_unknown, same_operator, what ledger::Adjust refuses (the proposal then stays).
struct Confirm {
    std::uint64_t proposal = 0;
};
BOOST_DESCRIBE_STRUCT(Confirm, (), (proposal))

/// Drops a proposal; anybody who may propose may do that. Refuses: proposal_unknown.
struct Decline {
    std::uint64_t proposal = 0;
};
BOOST_DESCRIBE_STRUCT(Decline, (), (proposal))

/// Freezes or thaws a player's account. Refuses: account_unknown.
struct Freeze {
    PlayerId player{};
    bool frozen = false;
};
BOOST_DESCRIBE_STRUCT(Freeze, (), (player, frozen))

/// Sets a player's limit, or lifts it. Refuses: account_unknown, what risk::SetLimit refuses.
struct SetLimit {
    PlayerId player{};
    risk::Measure measure{};
    risk::Period period{};
    std::optional<std::int64_t> amount;  ///< None: lifted.
};
BOOST_DESCRIBE_STRUCT(SetLimit, (), (player, measure, period, amount))

/// Ends a player's account for ever. Refuses: what ledger::ClosePlayer refuses.
struct ClosePlayer {
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ClosePlayer, (), (player))

/// Gives the stakes of a round in play back and ends it (GLI-19 A.6.4). Refuses: what ledger::VoidRound refuses.
struct VoidRound {
    RoundId round{};
};
BOOST_DESCRIBE_STRUCT(VoidRound, (), (round))

/// Undoes what the same caller asked for under `key`, for one who does not know whether it arrived. If it did not, the key is
/// barred: the request is refused as rolled_back when it comes. Otherwise a deposit goes back to the payment service, and a
/// withdrawal that waits is rejected; what was refused needs nothing; twice is once.
/// Refuses, in this order: not_reversible (any other operation), insufficient_funds (the deposit has been spent), hold_resolved
/// (the withdrawal has been approved or rejected, or its time had come).
struct RollBack {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(RollBack, (), (key))

/// Closes the gaming day here and now, so that it is sealed without waiting for its end. Refuses: what ledger::CloseDay refuses.
struct CloseDay {
    friend bool operator==(const CloseDay&, const CloseDay&) = default;
};
BOOST_DESCRIBE_STRUCT(CloseDay, (), ())

/// Gives a player restricted credits. Refuses: what ledger::GrantBonus refuses.
struct GrantBonus {
    PlayerId player{};
    std::int64_t amount = 0;
    std::string ticket;  ///< Of the offer, in the system that keeps it.
};
BOOST_DESCRIBE_STRUCT(GrantBonus, (), (player, amount, ticket))

/// Turns restricted credits into cash: their terms are met. Refuses: what ledger::ConvertBonus refuses.
struct ConvertBonus {
    PlayerId player{};
    std::optional<std::int64_t> amount;  ///< None: all that there is.
};
BOOST_DESCRIBE_STRUCT(ConvertBonus, (), (player, amount))

/// Takes restricted credits back: their time is over, or the player gave them up. Refuses: what ledger::ForfeitBonus refuses.
struct ForfeitBonus {
    PlayerId player{};
};
BOOST_DESCRIBE_STRUCT(ForfeitBonus, (), (player))

// A new one goes to the end: facts hold the place of each.
using Operation = std::variant<Deposit, Withdraw, Approve, Reject, Adjust, Confirm, Decline, Freeze, SetLimit,
    ClosePlayer, VoidRound, RollBack, CloseDay, GrantBonus, ConvertBonus, ForfeitBonus>;

/// How a request was decided, now or before.
struct Performed {
    bool repeat = false;  ///< The key is known: its first answer is asked of the views. The members below are not set.
    std::uint16_t result = 0;  ///< 0: done; else the number of the ErrorCode that it was refused with, for ever.
    std::string answer;        ///< A JSON object; empty when refused.
};
BOOST_DESCRIBE_STRUCT(Performed, (), (repeat, result, answer))

/// Decides an operation once under (operator, key), and records what was decided, also a final refusal.
/// Refuses, recording nothing: forbidden, when the role does not allow it; malformed, when a rollback names its own key;
/// rolled_back, when the key was barred before the request came; overloaded, when as many keys are kept as may be.
struct Perform {
    using Reply = Performed;
    static constexpr std::string_view kName = "cashier.Perform";
    OperatorId by{};
    std::string key;  ///< 1 to 64 bytes.
    Operation operation;
};
BOOST_DESCRIBE_STRUCT(Perform, (), (by, key, operation))

/// An operator, by the hash of the token. Refuses: session_unknown.
struct Operator {
    OperatorId id{};
    Role role{};
};
BOOST_DESCRIBE_STRUCT(Operator, (), (id, role))
struct Identify {
    using Reply = Operator;
    static constexpr std::string_view kName = "cashier.Identify";
    Hash token{};  ///< SHA-256 of the token.
};
BOOST_DESCRIBE_STRUCT(Identify, (), (token))

/// Lets somebody in. Refuses: overloaded, when there are too many.
struct AddOperator {
    using Reply = Operator;
    static constexpr std::string_view kName = "cashier.AddOperator";
    Role role{};
    Hash token{};
};
BOOST_DESCRIBE_STRUCT(AddOperator, (), (role, token))

/// A token is worth nothing from here on. Refuses: session_unknown.
struct RemoveOperator {
    using Reply = Operator;
    static constexpr std::string_view kName = "cashier.RemoveOperator";
    Hash token{};
};
BOOST_DESCRIBE_STRUCT(RemoveOperator, (), (token))

/// A correction that waits for a second person.
struct Proposal {
    std::uint64_t proposal = 0;
    OperatorId by{};
    PlayerId player{};
    std::int64_t amount = 0;
    Reason reason{};
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(Proposal, (), (proposal, by, player, amount, reason, ticket))
struct Proposals {
    std::vector<Proposal> proposals;
};
BOOST_DESCRIBE_STRUCT(Proposals, (), (proposals))

/// The proposals that wait, by number. Refuses: nothing.
struct ListProposals {
    using Reply = Proposals;
    static constexpr std::string_view kName = "cashier.ListProposals";
};
BOOST_DESCRIBE_STRUCT(ListProposals, (), ())

/// Fact: an operator with this token may act from here on. Ids are given in order, 1, 2, 3, …
struct OperatorAdded {
    static constexpr std::string_view kName = "cashier.operator_added";
    static constexpr std::uint16_t kFact = 13;
    OperatorId id{};
    Role role{};
    Hash token{};
};
BOOST_DESCRIBE_STRUCT(OperatorAdded, (), (id, role, token))

/// Fact: no longer.
struct OperatorRemoved {
    static constexpr std::string_view kName = "cashier.operator_removed";
    static constexpr std::uint16_t kFact = 14;
    OperatorId id{};
};
BOOST_DESCRIBE_STRUCT(OperatorRemoved, (), (id))

/// Fact: who did what, beside the money's own facts in the same unit.
struct Acted {
    static constexpr std::string_view kName = "cashier.acted";
    static constexpr std::uint16_t kFact = 15;
    OperatorId by{};
    PlayerId player{};  ///< Whom it was about.
    Operation operation;
};
BOOST_DESCRIBE_STRUCT(Acted, (), (by, player, operation))

/// Fact: a correction waits for a second person. Numbers are given in order, 1, 2, 3, …
struct Proposed {
    static constexpr std::string_view kName = "cashier.proposed";
    static constexpr std::uint16_t kFact = 16;
    PlayerId player{};
    Proposal proposal;
};
BOOST_DESCRIBE_STRUCT(Proposed, (), (player, proposal))

/// Fact: a proposal is decided.
struct ProposalDecided {
    static constexpr std::string_view kName = "cashier.proposal_decided";
    static constexpr std::uint16_t kFact = 17;
    PlayerId player{};
    std::uint64_t proposal = 0;
    bool confirmed = false;
};
BOOST_DESCRIBE_STRUCT(ProposalDecided, (), (player, proposal, confirmed))

/// Fact: the request of this caller under this key is undone, or, if it had not come yet, barred.
struct RolledBack {
    static constexpr std::string_view kName = "cashier.rolled_back";
    static constexpr std::uint16_t kFact = 31;
    OperatorId by{};
    PlayerId player{};  ///< Whose money went back; 0: nobody's.
    std::string key;
    bool arrived = false;  ///< False: this is its tombstone.
};
BOOST_DESCRIBE_STRUCT(RolledBack, (), (by, player, key, arrived))

}  // namespace croupier::cashier
