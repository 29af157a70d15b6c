#include <algorithm>

#include "books.hpp"

// Jackpots: what each stake contributed, by the terms; whose ticket was drawn; and what the fund and the reserve must have.

namespace croupier::verify {

namespace {

using ledger::TransferCode;
using std::to_string;

constexpr std::uint64_t kMillion = 1'000'000;

std::string which(ledger::JackpotId id) { return "jackpot " + to_string(raw(id)) + ": "; }

std::string differs(const std::string& what, std::uint64_t expected, std::uint64_t got)
{
    return what + ": expected " + to_string(expected) + ", got " + to_string(got);
}

}  // namespace

Books::Jackpot* Books::jackpot(ledger::JackpotId id)
{
    if (raw(id) >= 1 && raw(id) <= jackpots_.size()) { return &jackpots_[raw(id) - 1]; }
    say(which(id) + "it was never set");
    return nullptr;
}

void Books::fact(const UnitContent&, const ledger::JackpotSet& fact)
{
    const auto is_pot = [&](AccountId id, ledger::AccountKind kind) {
        const Account* one = account(id);
        return one != nullptr && one->kind == kind && one->pocket == ledger::Pocket::cash;
    };
    if (!is_pot(fact.fund, ledger::AccountKind::jackpot)
        || !is_pot(fact.reserve, ledger::AccountKind::jackpot_reserve)) {
        say(which(fact.jackpot) + "its accounts are none of a jackpot");
    }
    if (std::uint64_t{fact.terms.fund_ppm} + fact.terms.reserve_ppm > kMillion || fact.terms.odds == 0) {
        say(which(fact.jackpot) + "its terms are none");
    }
    if (raw(fact.jackpot) == jackpots_.size() + 1) { return jackpots_.push_back({.set = fact}); }
    Jackpot* known = jackpot(fact.jackpot);
    if (known == nullptr) { return; }
    if (known->set.fund != fact.fund || known->set.reserve != fact.reserve) {
        say(which(fact.jackpot) + "it has other accounts than before");
    }
    known->set = fact;
}

void Books::fact(const UnitContent& content, const ledger::JackpotContributed& fact)
{
    Jackpot* one = jackpot(fact.jackpot);
    if (one == nullptr) { return; }
    const auto& terms = one->set.terms;
    if (share_) { say(which(fact.jackpot) + "a second contribution of one unit"); }
    std::int64_t cash = 0;
    for (const ledger::Transferred& moved : content.transfers) {
        const Account* from = account(moved.debit);
        const bool staked = moved.code == TransferCode::stake && moved.reference == raw(fact.round);
        if (staked && from != nullptr && from->pocket == ledger::Pocket::cash) { cash += moved.amount; }
    }
    const Account* fund = account(one->set.fund);
    const std::int64_t before = fund == nullptr ? 0 : fund->balance;
    const bool full = terms.cap != 0 && before >= terms.cap;
    const auto stake = static_cast<std::uint64_t>(cash);
    const std::uint64_t to_fund = full ? 0 : stake * terms.fund_ppm;
    const std::uint64_t in_all = stake * (std::uint64_t{terms.fund_ppm} + terms.reserve_ppm);
    const std::string round = which(fact.jackpot) + "round " + to_string(raw(fact.round)) + ": ";
    if (fact.fund_micros != to_fund) { say(differs(round + "its micros for the fund", to_fund, fact.fund_micros)); }
    if (fact.reserve_micros != in_all - to_fund) {
        say(differs(round + "its micros for the reserve", in_all - to_fund, fact.reserve_micros));
    }
    const auto whole = [](std::uint64_t carried, std::uint64_t more) {
        return static_cast<std::int64_t>((carried % kMillion + more) / kMillion);
    };
    const std::int64_t due = whole(one->fund_micros, fact.fund_micros)
        + whole(one->reserve_micros, fact.reserve_micros);
    const std::int64_t moved_in = moved(content, TransferCode::contribution, raw(fact.round));
    if (moved_in != due) {
        say(differs(round + "its transfers", static_cast<std::uint64_t>(due), static_cast<std::uint64_t>(moved_in)));
    }
    share_ = Share{.fact = fact};
    // The ticket is the round's last draw; with it the game itself has nothing to do.
    const auto tickets = static_cast<Value>(std::min<std::int64_t>(cash, terms.odds));
    const auto* ticket = drawn_.empty() ? nullptr : std::get_if<rng::Drawn>(&drawn_.back());
    if (ticket == nullptr || ticket->bounds != std::vector<Bound>{terms.odds} || ticket->values.size() != 1) {
        return say(round + "its ticket was not drawn");
    }
    if (ticket->values.front() < tickets) { share_->wins = before + whole(one->fund_micros, fact.fund_micros); }
    drawn_.pop_back();
    one->fund_micros += fact.fund_micros;
    one->reserve_micros += fact.reserve_micros;
}

void Books::fact(const UnitContent& content, const ledger::JackpotWon& fact)
{
    const std::int64_t paid = moved(content, TransferCode::jackpot_win, raw(fact.round), fact.player);
    if (!share_ || share_->fact.jackpot != fact.jackpot || share_->fact.round != fact.round || share_->wins == 0) {
        return say(which(fact.jackpot) + "round " + to_string(raw(fact.round)) + " won it, and its ticket does not");
    }
    share_->told = true;
    if (fact.amount != paid) {
        say(which(fact.jackpot) + "it paid " + to_string(paid) + ", where it says " + to_string(fact.amount));
    }
}

/// Wins and seeds move whole minor units; a contribution's are those of its micros.
void Books::jackpot_transfer(const ledger::Transferred& fact)
{
    if (fact.code != TransferCode::jackpot_seed && fact.code != TransferCode::jackpot_win) { return; }
    const std::uint64_t micros = static_cast<std::uint64_t>(fact.amount) * kMillion;
    for (Jackpot& one : jackpots_) {
        if (fact.debit == one.set.fund) { one.fund_micros -= micros; }
        if (fact.credit == one.set.fund) { one.fund_micros += micros; }
        if (fact.debit == one.set.reserve) { one.reserve_micros -= micros; }
    }
}

void Books::jackpots_settled(const UnitContent& content, const rounds::Settled& fact)
{
    if (share_ && share_->fact.round == fact.round) {
        share_->settled = true;
        // To the one who staked, whatever JackpotWon says.
        const std::int64_t paid = moved(content, TransferCode::jackpot_win, raw(fact.round), fact.player);
        if (paid != share_->wins || share_->told != (share_->wins > 0)) {
            say(which(share_->fact.jackpot) + "round " + to_string(raw(fact.round)) + ": its ticket wins "
                + to_string(share_->wins) + ", its player got " + to_string(paid));
        }
        return;
    }
    const std::int64_t cash = moved(content, TransferCode::stake, raw(fact.round), fact.player)
        - moved_bonus(content, TransferCode::stake, raw(fact.round), fact.player);
    for (const Jackpot& one : jackpots_) {
        if (cash > 0 && std::ranges::find(one.set.terms.games, fact.game) != one.set.terms.games.end()) {
            say(which(one.set.jackpot) + "round " + to_string(raw(fact.round)) + ": nothing was contributed");
        }
    }
}

void Books::end_of_jackpots(const UnitContent& content)
{
    std::int64_t paid = 0;
    for (const ledger::Transferred& one : content.transfers) {
        if (one.code == TransferCode::jackpot_win) { paid += one.amount; }
    }
    const std::int64_t wins = share_ ? share_->wins : 0;
    if (paid != wins) { say("jackpots: they paid " + to_string(paid) + ", where tickets win " + to_string(wins)); }
    if (share_ && !share_->settled) { say(which(share_->fact.jackpot) + "its round was not settled"); }
    for (const Jackpot& one : jackpots_) {
        const auto holds = [&](const char* name, AccountId id, std::uint64_t micros) {
            const Account* pot = account(id);
            const std::int64_t balance = pot == nullptr ? 0 : pot->balance;
            if (balance != static_cast<std::int64_t>(micros / kMillion)) {
                say(differs(which(one.set.jackpot) + name, micros / kMillion, static_cast<std::uint64_t>(balance)));
            }
        };
        holds("its fund", one.set.fund, one.fund_micros);
        holds("its reserve", one.set.reserve, one.reserve_micros);
    }
}

}  // namespace croupier::verify
