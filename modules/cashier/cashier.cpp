#include "cashier.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/rounds.hpp"

namespace croupier::cashier {

namespace {

/// Requests are kept so long: the retention that payment services retry within.
constexpr std::chrono::days kKeysKept{180};
constexpr std::chrono::seconds kFullRetry{1};

bool allows(Role role, const Operation& operation)
{
    if (role == Role::auditor) { return false; }
    const auto* freeze = std::get_if<Freeze>(&operation);
    const bool weighty = (freeze != nullptr && !freeze->frozen) || std::holds_alternative<ClosePlayer>(operation)
        || std::holds_alternative<VoidRound>(operation) || std::holds_alternative<CloseDay>(operation)
        || std::holds_alternative<GrantBonus>(operation) || std::holds_alternative<ConvertBonus>(operation)
        || std::holds_alternative<ForfeitBonus>(operation);
    return !weighty || role == Role::admin;
}

std::string moved(PlayerId player, std::int64_t amount, const ledger::Balance& balance)
{
    std::string out{"{\"player\":"};
    json::write(out, player);
    out += ",\"amount\":";
    json::write_number(out, amount);
    out += ",\"balance\":";
    json::write_balance(out, balance);
    out += '}';
    return out;
}

std::string hold_ended(const ledger::Holding& holding)
{
    std::string out{"{\"hold\":"};
    json::write(out, holding.hold);
    out += ",\"player\":";
    json::write(out, holding.player);
    out += ",\"posted\":";
    json::write_number(out, holding.amount);
    out += ",\"balance\":";
    json::write_balance(out, holding.balance);
    out += '}';
    return out;
}

}  // namespace

Result<Performed> Cashier::perform(const Perform& command, Context& context)
{
    const auto who = operators_.find(command.by);
    CROUPIER_ASSERT(who != operators_.end() && !command.key.empty());  // The host has identified the caller.
    if (!allows(who->second.role, command.operation)) { return refuse(ErrorCode::forbidden); }
    const std::uint64_t scope = kOperatorScopes | raw(command.by);
    const auto* rollback = std::get_if<RollBack>(&command.operation);
    if (rollback != nullptr && rollback->key == command.key) { return refuse(ErrorCode::malformed); }
    if (const auto known = requests_.find(digest_of(scope, as_bytes(command.key))); known != requests_.end()) {
        if (known->second.effect == Effect::tombstone) { return refuse(ErrorCode::rolled_back); }
        return Performed{.repeat = true};
    }
    if (!has_room(rollback == nullptr ? 1 : 2, context.now)) { return refuse(ErrorCode::overloaded, kFullRetry); }

    auto answer = std::visit(
        [&](const auto& operation) { return decide(operation, command.by, context); }, command.operation);
    if (!answer && is_transient(answer.error().code)) {
        CROUPIER_ASSERT(context.work.empty());
        return std::unexpected{answer.error()};
    }
    const std::uint16_t result = answer ? std::uint16_t{0} : static_cast<std::uint16_t>(answer.error().code);
    const auto key = as_bytes(command.key);
    context.work.add(RequestRecord{.scope = scope,
        .key = Bytes(key.begin(), key.end()),
        .content_hash = sha256(to_bytes(command.operation)),
        .result = result,
        .answer = answer.value_or("")});
    return Performed{.repeat = false, .result = result, .answer = answer.value_or("")};
}

Result<std::string> Cashier::decide(const Deposit& operation, OperatorId by, Context& context)
{
    if (bus_.handles<risk::CheckDeposit>()) {
        const auto allowed = bus_.send(risk::CheckDeposit{operation.player, operation.amount}, context);
        if (!allowed) { return std::unexpected{allowed.error()}; }
    }
    const auto balance = bus_.send(ledger::Deposit{operation.player, operation.amount}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    return moved(operation.player, operation.amount, *balance);
}

Result<std::string> Cashier::decide(const Withdraw& operation, OperatorId by, Context& context)
{
    const WallTime expires_at = context.now + options_.withdrawal_lifetime;
    const auto holding = bus_.send(ledger::Hold{operation.player, operation.amount, expires_at}, context);
    if (!holding) { return std::unexpected{holding.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    std::string out{"{\"hold\":"};
    json::write(out, holding->hold);
    out += ",\"player\":";
    json::write(out, operation.player);
    out += ",\"amount\":";
    json::write_number(out, operation.amount);
    out += ",\"expires_at\":";
    json::write_time(out, expires_at);
    out += ",\"balance\":";
    json::write_balance(out, holding->balance);
    out += '}';
    return out;
}

Result<std::string> Cashier::decide(const Approve& operation, OperatorId by, Context& context)
{
    const auto holding = bus_.send(ledger::PostHold{operation.hold, operation.amount}, context);
    if (!holding) { return std::unexpected{holding.error()}; }
    context.work.add(Acted{by, holding->player, operation});
    return hold_ended(*holding);
}

Result<std::string> Cashier::decide(const Reject& operation, OperatorId by, Context& context)
{
    const auto holding = bus_.send(ledger::VoidHold{operation.hold}, context);
    if (!holding) { return std::unexpected{holding.error()}; }
    context.work.add(Acted{by, holding->player, operation});
    return hold_ended(*holding);
}

Result<std::string> Cashier::decide(const Adjust& operation, OperatorId by, Context& context)
{
    const std::int64_t most = options_.adjust_alone_max;
    if (operation.amount >= -most && operation.amount <= most) {
        const auto balance = bus_.send(ledger::Adjust{operation.player, operation.amount}, context);
        if (!balance) { return std::unexpected{balance.error()}; }
        context.work.add(Acted{by, operation.player, operation});
        return moved(operation.player, operation.amount, *balance);
    }
    if (const auto known = bus_.send(ledger::GetBalance{operation.player}, context); !known) {
        return std::unexpected{known.error()};
    }
    if (proposals_.size() >= options_.proposals_max) { return refuse(ErrorCode::overloaded, kFullRetry); }
    const Proposal proposal{
        last_proposal_ + 1, by, operation.player, operation.amount, operation.reason, operation.ticket};
    context.work.add(Proposed{operation.player, proposal});
    std::string out{"{\"proposal\":\""};
    json::write_number(out, proposal.proposal);
    out += "\",\"player\":";
    json::write(out, operation.player);
    out += ",\"amount\":";
    json::write_number(out, operation.amount);
    out += '}';
    return out;
}

Result<std::string> Cashier::decide(const Confirm& operation, OperatorId by, Context& context)
{
    const auto found = proposals_.find(operation.proposal);
    if (found == proposals_.end()) { return refuse(ErrorCode::proposal_unknown); }
    const Proposal proposal = found->second;
    if (proposal.by == by) { return refuse(ErrorCode::same_operator); }
    const auto balance = bus_.send(ledger::Adjust{proposal.player, proposal.amount}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, proposal.player, operation});
    context.work.add(ProposalDecided{proposal.player, proposal.proposal, true});
    return moved(proposal.player, proposal.amount, *balance);
}

Result<std::string> Cashier::decide(const Decline& operation, OperatorId by, Context& context)
{
    const auto found = proposals_.find(operation.proposal);
    if (found == proposals_.end()) { return refuse(ErrorCode::proposal_unknown); }
    const PlayerId player = found->second.player;
    context.work.add(Acted{by, player, operation});
    context.work.add(ProposalDecided{player, operation.proposal, false});
    std::string out{"{\"proposal\":\""};
    json::write_number(out, operation.proposal);
    out += "\"}";
    return out;
}

Result<std::string> Cashier::decide(const Freeze& operation, OperatorId by, Context& context)
{
    const auto balance = bus_.send(ledger::SetFrozen{operation.player, operation.frozen}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    std::string out{"{\"player\":"};
    json::write(out, operation.player);
    out += ",\"frozen\":";
    json::write(out, operation.frozen);
    out += '}';
    return out;
}

Result<std::string> Cashier::decide(const SetLimit& operation, OperatorId by, Context& context)
{
    if (const auto known = bus_.send(ledger::GetBalance{operation.player}, context); !known) {
        return std::unexpected{known.error()};
    }
    const auto limit = bus_.send(
        risk::SetLimit{operation.player, operation.measure, operation.period, operation.amount}, context);
    if (!limit) { return std::unexpected{limit.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    std::string out;
    json::write_limit(out, *limit);
    return out;
}

Result<std::string> Cashier::decide(const ClosePlayer& operation, OperatorId by, Context& context)
{
    const auto balance = bus_.send(ledger::ClosePlayer{operation.player}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    std::string out{"{\"player\":"};
    json::write(out, operation.player);
    out += ",\"closed\":true}";
    return out;
}

Result<std::string> Cashier::decide(const VoidRound& operation, OperatorId by, Context& context)
{
    // The round of a game is the game's to end, as its player is told.
    const auto closed = bus_.handles<rounds::Void>() ? bus_.send(rounds::Void{operation.round}, context)
                                                     : bus_.send(ledger::VoidRound{operation.round}, context);
    if (!closed) { return std::unexpected{closed.error()}; }
    context.work.add(Acted{by, PlayerId{0}, operation});
    std::string out{"{\"round\":"};
    json::write(out, closed->round);
    out += ",\"refund\":";
    json::write_number(out, closed->refund);
    out += '}';
    return out;
}

Result<std::string> Cashier::decide(const GrantBonus& operation, OperatorId by, Context& context)
{
    const auto balance = bus_.send(ledger::GrantBonus{operation.player, operation.amount}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    return moved(operation.player, operation.amount, *balance);
}

Result<std::string> Cashier::decide(const ConvertBonus& operation, OperatorId by, Context& context)
{
    const auto before = bus_.send(ledger::GetBalance{operation.player}, context);
    if (!before) { return std::unexpected{before.error()}; }
    const auto balance = bus_.send(ledger::ConvertBonus{operation.player, operation.amount}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    return moved(operation.player, before->bonus - balance->bonus, *balance);
}

Result<std::string> Cashier::decide(const ForfeitBonus& operation, OperatorId by, Context& context)
{
    const auto before = bus_.send(ledger::GetBalance{operation.player}, context);
    if (!before) { return std::unexpected{before.error()}; }
    const auto balance = bus_.send(ledger::ForfeitBonus{operation.player}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    context.work.add(Acted{by, operation.player, operation});
    return moved(operation.player, before->bonus, *balance);
}

Result<std::string> Cashier::decide(const CloseDay& operation, OperatorId by, Context& context)
{
    const auto day = bus_.send(ledger::CloseDay{.at_once = true}, context);
    if (!day) { return std::unexpected{day.error()}; }
    context.work.add(Acted{by, PlayerId{0}, operation});
    std::string out{"{\"size\":"};
    json::write_number(out, day->closed);
    out += '}';
    return out;
}

Result<std::string> Cashier::decide(const RollBack& operation, OperatorId by, Context& context)
{
    const auto found = requests_.find(digest_of(kOperatorScopes | raw(by), as_bytes(operation.key)));
    const bool known = found != requests_.end();
    const Undo undo = known ? found->second : Undo{.effect = Effect::tombstone};
    PlayerId player{};
    std::optional<ledger::Balance> balance;
    switch (undo.effect) {
        case Effect::lasting: return refuse(ErrorCode::not_reversible);
        case Effect::deposit: {
            player = static_cast<PlayerId>(undo.subject);
            const auto back = bus_.send(ledger::ReverseDeposit{player, undo.amount}, context);
            if (!back) { return std::unexpected{back.error()}; }
            balance = *back;
            break;
        }
        case Effect::hold: {
            const auto released = bus_.send(ledger::VoidHold{static_cast<HoldId>(undo.subject)}, context);
            if (!released) { return std::unexpected{released.error()}; }
            player = released->player;
            balance = released->balance;
            break;
        }
        case Effect::none:
        case Effect::undone:
        case Effect::tombstone: break;  // There is nothing to move.
    }
    const bool arrived = undo.effect != Effect::tombstone;
    if (!known || balance) { context.work.add(RolledBack{by, player, operation.key, arrived}); }
    context.work.add(Acted{by, player, operation});
    std::string out{"{\"key\":"};
    json::write_string(out, operation.key);
    out += ",\"arrived\":";
    json::write(out, arrived);
    if (balance) {
        out += ",\"player\":";
        json::write(out, player);
        out += ",\"amount\":";
        json::write_number(out, undo.amount);
        out += ",\"balance\":";
        json::write_balance(out, *balance);
    }
    out += '}';
    return out;
}

Result<Operator> Cashier::identify(const Identify& command) const
{
    // Every one is compared, and each in constant time: how long it takes says nothing of whose token was nearly right.
    std::optional<Operator> who;
    for (const auto& [id, added] : operators_) {
        if (equal_in_constant_time(added.token, command.token)) { who = Operator{id, added.role}; }
    }
    if (!who) { return refuse(ErrorCode::session_unknown); }
    return *who;
}

Result<Operator> Cashier::add_operator(const AddOperator& command, Context& context)
{
    if (operators_.size() >= options_.operators_max) { return refuse(ErrorCode::overloaded); }
    const OperatorId id = next(last_operator_);
    context.work.add(OperatorAdded{id, command.role, command.token});
    return Operator{id, command.role};
}

Result<Operator> Cashier::remove_operator(const RemoveOperator& command, Context& context)
{
    const auto who = identify(Identify{command.token});
    if (who) { context.work.add(OperatorRemoved{who->id}); }
    return who;
}

Proposals Cashier::proposals() const
{
    Proposals list;
    for (const auto& [number, proposal] : proposals_) { list.proposals.push_back(proposal); }
    return list;
}

Cashier::Digest Cashier::digest_of(std::uint64_t scope, std::span<const std::byte> key)
{
    const Hash hash = sha256(to_bytes(scope), key);
    Digest digest;
    std::ranges::copy(std::span{hash}.first<sizeof(Digest)>(), digest.begin());
    return digest;
}

bool Cashier::outlived(const Kept& kept, WallTime now) { return kept.at + kKeysKept < now; }

void Cashier::keep(const Kept& kept, const Undo& undo)
{
    kept_.push_back(kept);
    const bool fresh = requests_.emplace(kept.digest, undo).second;
    CROUPIER_ASSERT(fresh);  // A known key is not decided again.
}

void Cashier::forget(WallTime now)
{
    while (!kept_.empty() && outlived(kept_.front(), now)) {
        requests_.erase(kept_.front().digest);
        kept_.pop_front();
    }
}

bool Cashier::has_room(std::size_t keys, WallTime now) const
{
    std::size_t outliving = 0;
    while (outliving < keys && outliving < kept_.size() && outlived(kept_[outliving], now)) { ++outliving; }
    return kept_.size() - outliving + keys <= options_.keys_max;
}

void Cashier::apply(const OperatorAdded& fact)
{
    CROUPIER_ASSERT(fact.id == next(last_operator_));
    last_operator_ = fact.id;
    operators_.emplace(fact.id, fact);
}

void Cashier::apply(const OperatorRemoved& fact)
{
    const auto removed = operators_.erase(fact.id);
    CROUPIER_ASSERT(removed == 1);
}

void Cashier::apply(const Proposed& fact)
{
    CROUPIER_ASSERT(fact.proposal.proposal == last_proposal_ + 1);
    last_proposal_ = fact.proposal.proposal;
    proposals_.emplace(last_proposal_, fact.proposal);
}

void Cashier::apply(const ProposalDecided& fact)
{
    const auto decided = proposals_.erase(fact.proposal);
    CROUPIER_ASSERT(decided == 1);
}

void Cashier::apply(const RequestRecord& fact, WallTime at)
{
    if ((fact.scope & kOperatorScopes) == 0) { return; }
    forget(at);
    const Undo done = std::exchange(under_way_, {.effect = Effect::lasting});
    keep({at, digest_of(fact.scope, fact.key)}, fact.result == 0 ? done : Undo{});
}

void Cashier::apply(const Acted& fact)
{
    if (const auto* deposit = std::get_if<Deposit>(&fact.operation)) {
        under_way_ = {Effect::deposit, raw(deposit->player), deposit->amount};
    } else if (const auto* withdraw = std::get_if<Withdraw>(&fact.operation)) {
        under_way_ = {Effect::hold, raw(last_hold_), withdraw->amount};
    }
}

void Cashier::apply(const RolledBack& fact, WallTime at)
{
    const Digest digest = digest_of(kOperatorScopes | raw(fact.by), as_bytes(fact.key));
    if (fact.arrived) {
        requests_.at(digest).effect = Effect::undone;
    } else {
        forget(at);
        keep({at, digest}, {.effect = Effect::tombstone});
    }
}

void Cashier::save(ByteWriter& out) const
{
    out.write(last_operator_);
    out.write(static_cast<std::uint32_t>(operators_.size()));
    for (const auto& [id, added] : operators_) { out.write(added); }
    out.write(last_proposal_);
    out.write(static_cast<std::uint32_t>(proposals_.size()));
    for (const auto& [number, proposal] : proposals_) { out.write(proposal); }
    out.write(static_cast<std::uint32_t>(kept_.size()));
    for (const Kept& kept : kept_) {
        out.write(kept.at);
        out.write(kept.digest);
        const Undo& undo = requests_.at(kept.digest);
        out.write(static_cast<std::uint8_t>(undo.effect));
        out.write(undo.subject);
        out.write(undo.amount);
    }
}

bool Cashier::restore(ByteReader& in)
{
    Cashier restored{options_, bus_};
    restored.last_operator_ = in.read<OperatorId>();
    const auto operators = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < operators && !in.failed(); ++i) {
        const auto added = in.read<OperatorAdded>();
        restored.operators_.emplace(added.id, added);
    }
    restored.last_proposal_ = in.read<std::uint64_t>();
    const auto proposals = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < proposals && !in.failed(); ++i) {
        const auto proposal = in.read<Proposal>();
        restored.proposals_.emplace(proposal.proposal, proposal);
    }
    const auto keys = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < keys && !in.failed(); ++i) {
        const auto at = in.read<WallTime>();
        const auto digest = in.read<Digest>();
        Undo undo;
        const auto effect = in.read<std::uint8_t>();
        undo.subject = in.read<std::uint64_t>();
        undo.amount = in.read<std::int64_t>();
        if (in.failed() || effect > static_cast<std::uint8_t>(Effect::tombstone)
            || restored.requests_.contains(digest)) {
            return false;
        }
        undo.effect = static_cast<Effect>(effect);
        restored.keep({at, digest}, undo);
    }
    if (in.failed()) { return false; }
    operators_ = std::move(restored.operators_);
    last_operator_ = restored.last_operator_;
    proposals_ = std::move(restored.proposals_);
    last_proposal_ = restored.last_proposal_;
    kept_ = std::move(restored.kept_);
    requests_ = std::move(restored.requests_);
    return true;
}

}  // namespace croupier::cashier
