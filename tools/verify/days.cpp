#include <algorithm>

#include "books.hpp"

namespace croupier::verify {

namespace {

using ledger::AccountKind;

constexpr std::int64_t kDayMicros = 86'400'000'000;

}  // namespace

void Books::flow(const ledger::Transferred& fact, const Account& debit)
{
    ledger::Flow& flow = flows_[{fact.code, debit.pocket, fact.currency.number()}];
    flow.code = fact.code;
    flow.pocket = debit.pocket;
    flow.currency = fact.currency;
    ++flow.transfers;
    flow.amount += fact.amount;
    if (debit.kind == AccountKind::player || debit.kind == AccountKind::held) { flow.from_players += fact.amount; }
}

std::vector<ledger::TrialRow> Books::trial() const
{
    std::map<std::tuple<AccountKind, ledger::Pocket, std::uint32_t>, ledger::TrialRow> rows;
    for (const Account& one : accounts_) {
        ledger::TrialRow& row = rows[{one.kind, one.pocket, one.currency.number()}];
        row.kind = one.kind;
        row.pocket = one.pocket;
        row.currency = one.currency;
        ++row.accounts;
        row.balance += one.balance;
    }
    std::vector<ledger::TrialRow> trial;
    trial.reserve(rows.size());
    for (const auto& [key, row] : rows) { trial.push_back(row); }
    return trial;
}

void Books::fact(const UnitContent& content, const ledger::DayClosed& fact)
{
    const std::string which = "day " + std::to_string(fact.day) + ": ";
    if (raw(fact.after) != last_closed_) { say(which + "it does not follow the one that was closed before"); }
    std::vector<ledger::Flow> flows;
    for (const auto& [key, flow] : flows_) { flows.push_back(flow); }
    if (fact.flows != flows) { say(which + "what moved is not what it says"); }
    if (fact.balances != trial()) { say(which + "its balances are not those of the accounts"); }
    // Whichever minute a day begins with, it has begun by now, and one that has ended began a day ago or more.
    const std::int64_t now = to_micros(content.at);
    if (fact.day * kDayMicros > now || (fact.ended && (fact.day + 1) * kDayMicros > now)) {
        say(which + "its time had not come");
    }
    flows_.clear();
    last_closed_ = raw(content.seq);
    closing_ = ledger::SealedHead{.day = fact.day,
        .ended = fact.ended,
        .size = raw(content.seq),
        .root = {},
        .head = {},
        .report = sha256(to_bytes(fact)),
        .key = {}};
}

void Books::end_of_unit(const UnitContent& content, const Hash& hash)
{
    const ReceiptLeaf leaf{hash, content.seq, content.at, content.request};
    tree_.add(merkle_leaf(to_bytes(leaf)));
    if (!closing_) { return; }
    closing_->root = tree_.root();
    closing_->head = hash;
    closed_.push_back(*std::exchange(closing_, std::nullopt));
}

void Books::fact(const UnitContent&, const ledger::DaySealed& fact)
{
    const std::string which = "seal " + std::to_string(++seals_) + ": ";
    if (closed_.empty()) { return say(which + "nothing had been closed"); }
    ledger::SealedHead wanted = closed_.front();
    closed_.pop_front();
    wanted.key = fact.head.key;  // Who signed is checked below.
    if (fact.head != wanted) { say(which + "its head is not that of the ledger"); }
    if (seal_keys_.empty()) { return; }
    const auto holds = [&](const PublicKey& key) { return seal_holds(key, fact); };
    if (std::ranges::none_of(seal_keys_, holds)) { return say(which + "none of the keys has signed it"); }
    ++signatures_;
}

}  // namespace croupier::verify
