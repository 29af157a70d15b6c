#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "croupier/bus.hpp"
#include "croupier/messages/cashier.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"

namespace croupier::cashier {

struct Options {
    std::int64_t adjust_alone_max = 10'000;  ///< Minor units that one person may correct without a second one.
    std::chrono::seconds withdrawal_lifetime{7 * 86'400};  ///< After so long a reserved withdrawal is given back.
    std::size_t keys_max = 1'000'000;                      ///< Requests whose keys are kept at once.
    std::size_t proposals_max = 1'000;                     ///< That wait at once.
    std::size_t operators_max = 1'000;
};

/// The cashier's desk: operators, what they did, and the keys of their requests.
///
/// A key is kept for 180 days of ledger time, exactly and in memory (about 105 bytes): a request under a known key is never
/// decided again, and at keys_max a new one is refused for now instead of an old one being forgotten early. What was
/// answered stands in the ledger.
class Cashier {
public:
    Cashier(Options options, Bus& bus) : options_{options}, bus_{bus} {}

    Result<Performed> perform(const Perform& command, Context& context);
    Result<Operator> identify(const Identify& command) const;
    Result<Operator> add_operator(const AddOperator& command, Context& context);
    Result<Operator> remove_operator(const RemoveOperator& command, Context& context);
    Proposals proposals() const;

    void apply(const OperatorAdded& fact);
    void apply(const OperatorRemoved& fact);
    void apply(const Proposed& fact);
    void apply(const ProposalDecided& fact);
    void apply(const RolledBack& fact, WallTime at);
    /// What a rollback of the request under way would undo: its Acted says it, and the hold that was made before that.
    void apply(const Acted& fact);
    void apply(const ledger::Held& fact) { last_hold_ = fact.hold; }
    /// Only an operator's: others are not the cashier's.
    void apply(const RequestRecord& fact, WallTime at);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    /// The first half of a SHA-256 over scope and key: 128 bits, so that two keys of 10^9 are equal by chance once in 10^20.
    using Digest = std::array<std::byte, 16>;
    /// What a rollback of a request undoes.
    enum class Effect : std::uint8_t {
        none = 0,      ///< It was refused.
        deposit = 1,   ///< `subject` is the player.
        hold = 2,      ///< `subject` is the hold.
        lasting = 3,   ///< Nothing that can be rolled back.
        undone = 4,    ///< It was rolled back.
        tombstone = 5  ///< It was rolled back before it came.
    };
    struct Undo {
        Effect effect{};
        std::uint64_t subject = 0;
        std::int64_t amount = 0;
    };
    struct Kept {
        WallTime at{};
        Digest digest{};
    };

    static Digest digest_of(std::uint64_t scope, std::span<const std::byte> key);
    static bool outlived(const Kept& kept, WallTime now);
    void keep(const Kept& kept, const Undo& undo);
    /// Forgets the keys whose time is over at `now`.
    void forget(WallTime now);
    /// Whether so many more keys may be kept: recording one forgets the oldest whose time has come.
    bool has_room(std::size_t keys, WallTime now) const;

    /// Decides; the answer as JSON. All refusals come before the first fact.
    Result<std::string> decide(const Deposit& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Withdraw& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Approve& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Reject& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Adjust& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Confirm& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Decline& operation, OperatorId by, Context& context);
    Result<std::string> decide(const Freeze& operation, OperatorId by, Context& context);
    Result<std::string> decide(const SetLimit& operation, OperatorId by, Context& context);
    Result<std::string> decide(const ClosePlayer& operation, OperatorId by, Context& context);
    Result<std::string> decide(const VoidRound& operation, OperatorId by, Context& context);
    Result<std::string> decide(const CloseDay& operation, OperatorId by, Context& context);
    Result<std::string> decide(const GrantBonus& operation, OperatorId by, Context& context);
    Result<std::string> decide(const ConvertBonus& operation, OperatorId by, Context& context);
    Result<std::string> decide(const ForfeitBonus& operation, OperatorId by, Context& context);
    Result<std::string> decide(const RollBack& operation, OperatorId by, Context& context);

    Options options_;
    Bus& bus_;
    std::map<OperatorId, OperatorAdded> operators_;
    OperatorId last_operator_{};
    std::map<std::uint64_t, Proposal> proposals_;
    std::uint64_t last_proposal_ = 0;
    std::deque<Kept> kept_;            // In the order of the ledger.
    std::map<Digest, Undo> requests_;  // The same, to be looked up.
    // Of the unit whose facts are being folded.
    Undo under_way_{.effect = Effect::lasting};
    HoldId last_hold_{};
};

}  // namespace croupier::cashier
