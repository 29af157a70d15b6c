#include "books.hpp"

#include <algorithm>

#include "text.hpp"

namespace croupier::verify {

namespace {

using ledger::AccountKind;
using ledger::TransferCode;

bool may_be_negative(AccountKind kind)
{
    return kind == AccountKind::promo || kind == AccountKind::psp || kind == AccountKind::adjustments
        || kind == AccountKind::conversion;
}

std::uint64_t big_endian(const Bytes& key)
{
    std::uint64_t value = 0;
    for (const std::byte byte : key) { value = value << 8 | std::to_integer<std::uint64_t>(byte); }
    return value;
}

}  // namespace

void Books::unit(const UnitContent& content, const Hash& hash)
{
    seq_ = content.seq;
    drawn_.clear();
    settled_.reset();
    share_.reset();
    explained_.clear();
    std::size_t done = 0;
    for (const EventRow& row : content.events) {
        while (done < row.after_transfers && done < content.transfers.size()) { transfer(content.transfers[done++]); }
        event(content, row);
    }
    while (done < content.transfers.size()) { transfer(content.transfers[done++]); }

    for (const ledger::Transferred& moved_money : content.transfers) {
        const bool wants_reason = ledger::refers_to_round(moved_money.code) || moved_money.code == TransferCode::hold
            || moved_money.code == TransferCode::release || moved_money.code == TransferCode::withdrawal;
        if (wants_reason && !explained_.contains(moved_money.reference)) {
            say("transfers " + number(moved_money.id) + ": no round or hold of this unit accounts for it");
        }
        const Account* held = account(moved_money.debit);
        if (held == nullptr || held->kind != AccountKind::held) { held = account(moved_money.credit); }
        if (held != nullptr && held->kind == AccountKind::held
            && held->balance != held_[{held->player, held->pocket}]) {
            say(differs("player " + number(held->player) + ": held money", number(held_[{held->player, held->pocket}]),
                number(held->balance)));
        }
    }
    // What leaves one pocket by conversion comes into the other, in the same unit.
    std::int64_t converted = 0;
    for (const ledger::Transferred& one : content.transfers) {
        if (one.code != TransferCode::conversion) { continue; }
        const Account* from = account(one.debit);
        converted += from != nullptr && from->pocket == ledger::Pocket::bonus ? one.amount : -one.amount;
    }
    if (converted != 0) { say(differs("a conversion's two sides", "0", number(converted))); }
    if (!drawn_.empty()) {
        say("round " + number(std::get<rng::Drawn>(drawn_.front()).round) + ": it was drawn, and not ended");
    }
    seed_known(nullptr);
    end_of_jackpots(content);
    if (content.request.scope != 0) { request(content.request); }
    end_of_unit(content, hash);
}

Books::Account* Books::account(AccountId id)
{
    return raw(id) == 0 || raw(id) > accounts_.size() ? nullptr : &accounts_[raw(id) - 1];
}

void Books::transfer(const ledger::Transferred& fact)
{
    ++transfers_;
    const std::string which = "transfers " + number(fact.id) + ": ";
    Account* debit = account(fact.debit);
    Account* credit = account(fact.credit);
    if (debit == nullptr || credit == nullptr || debit == credit) {
        return say(which + "it is not between two accounts that were opened");
    }
    if (fact.amount <= 0) { say(which + "its amount is " + number(fact.amount)); }
    if (debit->pocket != credit->pocket || debit->currency != credit->currency || debit->currency != fact.currency) {
        say(which + "it crosses pockets or currencies");
    }
    const auto side = [&](Account& one, const char* name, std::int64_t after, std::uint64_t version,
                          std::int64_t change) {
        if (one.balance + change != after) {
            say(differs(which + name + "_after_minor", number(one.balance + change), number(after)));
        }
        if (one.version + 1 != version) {
            say(differs(which + name + "_version", number(one.version + 1), number(version)));
        }
        one.balance = after;
        one.version = version;
        if (one.closed) { say(which + "its " + name + " account is closed"); }
        if (after < 0 && !may_be_negative(one.kind)) { say(which + "it leaves its " + name + " account below zero"); }
    };
    side(*debit, "debit", fact.debit_after, fact.debit_version, -fact.amount);
    side(*credit, "credit", fact.credit_after, fact.credit_version, fact.amount);
    jackpot_transfer(fact);
    flow(fact, *debit);
}

void Books::event(const UnitContent& content, const EventRow& row)
{
    bool known = false;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Facts>>([&](auto identity) {
        using Fact = typename decltype(identity)::type;
        if constexpr (EventFact<Fact>) {
            if (row.type != Fact::kFact) { return; }
            const auto decoded = from_bytes<Fact>(row.body);
            known = decoded.has_value();
            if (known) { fact(content, *decoded); }
        }
    });
    if (!known) { say("events: a fact of type " + number(row.type) + " is unknown or not canonical"); }
}

void Books::fact(const UnitContent&, const ledger::AccountOpened& fact)
{
    if (raw(fact.account) != accounts_.size() + 1) {
        say(differs("account", number(accounts_.size() + 1), number(fact.account)));
    }
    accounts_.push_back({fact.kind, fact.pocket, fact.currency, fact.player});
    if (raw(fact.player) != 0) { accounts_of_[fact.player].push_back(AccountId{accounts_.size()}); }
}

std::int64_t Books::moved(
    const UnitContent& content, TransferCode code, std::uint64_t reference, std::optional<PlayerId> player)
{
    std::int64_t sum = 0;
    for (const ledger::Transferred& one : content.transfers) {
        if (one.code != code || one.reference != reference) { continue; }
        const Account* from = account(one.debit);
        const Account* to = account(one.credit);
        const bool theirs = !player || (from != nullptr && from->player == player)
            || (to != nullptr && to->player == player);
        sum += theirs ? one.amount : 0;
    }
    explained_.insert(reference);
    return sum;
}

std::int64_t Books::moved_bonus(const UnitContent& content, TransferCode code, std::uint64_t reference, PlayerId player)
{
    std::int64_t sum = 0;
    for (const ledger::Transferred& one : content.transfers) {
        const Account* from = account(one.debit);
        const Account* to = account(one.credit);
        if (one.code != code || one.reference != reference || from == nullptr || to == nullptr) { continue; }
        const bool theirs = from->player == player || to->player == player;
        sum += theirs && from->pocket == ledger::Pocket::bonus ? one.amount : 0;
    }
    return sum;
}

void Books::shared(const UnitContent& content, RoundId round, PlayerId player, std::int64_t stake, std::int64_t bonus)
{
    __extension__ using Wide = __int128;
    const auto win = moved(content, TransferCode::win, raw(round), player);
    const auto wanted = stake == 0 ? 0 : static_cast<std::int64_t>(Wide{win} * bonus / stake);
    const auto got = moved_bonus(content, TransferCode::win, raw(round), player);
    if (got != wanted) {
        say(differs("round " + number(round) + ", player " + number(player) + ": the bonus pocket's share of the win",
            number(wanted), number(got)));
    }
}

void Books::fact(const UnitContent& content, const ledger::Held& fact)
{
    if (raw(fact.hold) != raw(last_hold_) + 1) { say(differs("hold", number(next(last_hold_)), number(fact.hold))); }
    const auto money = moved(content, TransferCode::hold, raw(fact.hold), fact.player);
    if (money != fact.amount) {
        say(differs("hold " + number(fact.hold) + ": its transfer", number(fact.amount), number(money)));
    }
    last_hold_ = fact.hold;
    holds_[fact.hold] = fact;
    held_[{fact.player, ledger::Pocket::cash}] += fact.amount;
}

void Books::fact(const UnitContent& content, const ledger::HoldResolved& fact)
{
    const std::string which = "hold " + number(fact.hold) + ": ";
    const auto found = holds_.find(fact.hold);
    if (found == holds_.end()) { return say(which + "it was resolved before, or never made"); }
    const auto posted = moved(content, TransferCode::withdrawal, raw(fact.hold), fact.player);
    const auto released = moved(content, TransferCode::release, raw(fact.hold), fact.player);
    if (posted != fact.posted || posted + released != found->second.amount) {
        say(differs(which + "posted and released",
            number(fact.posted) + " and " + number(found->second.amount - fact.posted),
            number(posted) + " and " + number(released)));
    }
    held_[{fact.player, ledger::Pocket::cash}] -= found->second.amount;
    holds_.erase(found);
}

void Books::fact(const UnitContent&, const ledger::PlayerClosed& fact)
{
    const std::string which = "player " + number(fact.player) + ": ";
    for (const AccountId id : accounts_of_[fact.player]) {
        Account& one = *account(id);
        if (one.closed) { say(which + "it was closed before"); }
        if (one.balance != 0) { say(which + "it is closed, and money is left"); }
        one.closed = true;
    }
}

Books::Round* Books::open_round(RoundId round)
{
    const auto found = open_rounds_.find(round);
    if (found != open_rounds_.end()) { return &found->second; }
    say("round " + number(round) + ": it is not in play");
    return nullptr;
}

void Books::fact(const UnitContent&, const ledger::RoundOpened& fact)
{
    next_round(fact.round);
    open_rounds_[fact.round] = {};
}

void Books::fact(const UnitContent& content, const ledger::BetHeld& fact)
{
    Round* round = open_round(fact.round);
    if (round == nullptr) { return; }
    const std::string which = "round " + number(fact.round) + ", player " + number(fact.player) + ", bet "
        + number(fact.bet) + ": ";
    const auto money = moved(content, TransferCode::bet, raw(fact.round), fact.player);
    if (money != fact.stake) { say(differs(which + "its transfer", number(fact.stake), number(money))); }
    if (round->rolled_back.contains({fact.player, fact.bet})) { say(which + "it was rolled back before"); }
    if (!round->bets.emplace(std::pair{fact.player, fact.bet}, Round::Bet{.stake = fact.stake}).second) {
        say(which + "it stood before");
    }
    round->exposure = fact.exposure;
    held_[{fact.player, ledger::Pocket::cash}] += fact.stake;
}

void Books::fact(const UnitContent& content, const ledger::BonusBetHeld& fact)
{
    Round* round = open_round(fact.round);
    if (round == nullptr) { return; }
    const std::string which = "round " + number(fact.round) + ", player " + number(fact.player) + ", bet "
        + number(fact.bet) + ": ";
    const auto bet = round->bets.find({fact.player, fact.bet});
    const auto money = moved_bonus(content, TransferCode::bet, raw(fact.round), fact.player);
    if (bet == round->bets.end() || bet->second.bonus != 0 || fact.bonus > bet->second.stake || fact.bonus <= 0) {
        return say(which + "its bonus money is not a part of it");
    }
    if (money != fact.bonus) { say(differs(which + "its bonus money", number(fact.bonus), number(money))); }
    bet->second.bonus = fact.bonus;
    held_[{fact.player, ledger::Pocket::cash}] -= fact.bonus;
    held_[{fact.player, ledger::Pocket::bonus}] += fact.bonus;
}

void Books::fact(const UnitContent& content, const ledger::BetRolledBack& fact)
{
    Round* round = open_round(fact.round);
    if (round == nullptr) { return; }
    const auto bet = round->bets.find({fact.player, fact.bet});
    const Round::Bet held = bet == round->bets.end() ? Round::Bet{} : bet->second;
    const std::int64_t stake = held.stake;
    const auto money = moved(content, TransferCode::bet_back, raw(fact.round), fact.player);
    if (money != stake) {
        say(differs("round " + number(fact.round) + ", player " + number(fact.player) + ", bet " + number(fact.bet)
                + ": what was given back",
            number(stake), number(money)));
    }
    held_[{fact.player, ledger::Pocket::cash}] -= stake - held.bonus;
    held_[{fact.player, ledger::Pocket::bonus}] -= held.bonus;
    if (bet != round->bets.end()) { round->bets.erase(bet); }
    round->rolled_back.insert({fact.player, fact.bet});
    round->exposure = fact.exposure;
}

/// A closed round's proof: what it held went to the bank or back, all of it, and no more was won than it could pay.
void Books::fact(const UnitContent& content, const ledger::RoundClosed& fact)
{
    const Round* round = open_round(fact.round);
    if (round == nullptr) { return; }
    const std::string which = "round " + number(fact.round) + ": ";
    std::int64_t held = 0;
    std::map<PlayerId, Round::Bet> players;
    for (const auto& [key, bet] : round->bets) {
        held += bet.stake;
        held_[{key.first, ledger::Pocket::cash}] -= bet.stake - bet.bonus;
        held_[{key.first, ledger::Pocket::bonus}] -= bet.bonus;
        players[key.first].stake += bet.stake;
        players[key.first].bonus += bet.bonus;
    }
    for (const auto& [player, bet] : players) { shared(content, fact.round, player, bet.stake, bet.bonus); }
    const auto stake = moved(content, TransferCode::stake, raw(fact.round));
    const auto refund = moved(content, TransferCode::bet_back, raw(fact.round));
    const auto win = moved(content, TransferCode::win, raw(fact.round));
    if (stake + refund != held) { say(differs(which + "what it held", number(held), number(stake + refund))); }
    if (stake != fact.stake || refund != fact.refund || win != fact.win) {
        say(differs(which + "its stakes, refunds and wins",
            number(fact.stake) + ", " + number(fact.refund) + ", " + number(fact.win),
            number(stake) + ", " + number(refund) + ", " + number(win)));
    }
    if (fact.how == ledger::RoundEnd::voided && (stake != 0 || win != 0)) {
        say(which + "it is voided, and money was taken");
    }
    if (win > round->exposure) { say(differs(which + "the most it could pay", number(round->exposure), number(win))); }
    open_rounds_.erase(fact.round);
}

void Books::next_round(RoundId round)
{
    if (raw(round) != raw(last_round_) + 1) { say(differs("round", number(next(last_round_)), number(round))); }
    last_round_ = round;
}

void Books::fact(const UnitContent&, const rng::StreamOpened& fact)
{
    if (raw(fact.stream) != streams_.size() + 1) {
        say(differs("stream", number(streams_.size() + 1), number(fact.stream)));
    }
    streams_.push_back(0);
    redraws_.opened(fact);
}

void Books::fact(const UnitContent&, const rng::Seeded& fact)
{
    const std::size_t index = raw(fact.stream) - 1U;
    if (index >= streams_.size() || fact.draws != streams_[index]) {
        say("stream " + number(fact.stream) + ": it was seeded after " + number(fact.draws)
            + " draws, and had not so many");
    }
    seed_known(nullptr);
    seeded_ = fact;
}

void Books::fact(const UnitContent&, const rng::SeedKept& fact)
{
    if (!seeded_ || seeded_->stream != fact.stream) {
        return say("stream " + number(fact.stream) + ": a seed is kept, and it was not seeded");
    }
    seed_known(&fact);
}

/// The seeding before is complete: what follows is no more of it.
void Books::seed_known(const rng::SeedKept* kept)
{
    if (!seeded_) { return; }
    redraws_.seeded(*std::exchange(seeded_, {}), kept, [this](const std::string& what) { say(what); });
}

void Books::fact(const UnitContent&, const rng::DrawnUnnamed& fact)
{
    drawn({.round = fact.round, .step = fact.step, .bounds = fact.bounds, .values = fact.values});
}

void Books::fact(const UnitContent&, const rng::Drawn& fact)
{
    // No draw was made beside those that stand here, and none was left out (GLI-19 4.5.2: used in order).
    const std::size_t index = raw(fact.stream) - 1U;
    if (index >= streams_.size() || fact.counter != ++streams_[index]) {
        say("round " + number(fact.round) + ": draw " + number(fact.counter) + " of stream " + number(fact.stream)
            + " does not follow the one before it");
        if (index < streams_.size()) { streams_[index] = fact.counter; }
    }
    seed_known(nullptr);
    redraws_.drawn(fact, [this](const std::string& what) { say(what); });
    drawn(fact);
}

void Books::drawn(const rng::Drawn& fact)
{
    for (std::size_t i = 0; i < fact.values.size(); ++i) {
        if (fact.bounds.size() != fact.values.size() || fact.values[i] >= fact.bounds[i]) {
            say("round " + number(fact.round) + ": a draw is not below its bound");
            break;
        }
    }
    const auto in_play = in_play_.find(fact.round);
    (in_play == in_play_.end() ? drawn_ : in_play->second.steps).emplace_back(fact);
}

void Books::fact(const UnitContent&, const session::PlayerRegistered& fact)
{
    if (raw(fact.player) != ++players_) { say(differs("player", number(players_), number(fact.player))); }
}

void Books::fact(const UnitContent&, const session::Opened& fact)
{
    const bool fresh = sessions_.emplace(raw(fact.session), Session{.player = fact.player}).second;
    if (!fresh) { say("session " + number(fact.session) + ": it was opened before"); }
}

void Books::fact(const UnitContent&, const session::Closed& fact)
{
    const auto found = sessions_.find(raw(fact.session));
    if (found == sessions_.end() || !found->second.open) {
        return say("session " + number(fact.session) + ": it was not open");
    }
    found->second.open = false;
}

void Books::request(const RequestRecord& record)
{
    if ((record.scope & kOperatorScopes) != 0) {
        if (!operator_keys_.emplace(record.scope, record.key).second) {
            say("operator " + number(record.scope & ~kOperatorScopes) + ": a key was decided twice");
        }
        return;
    }
    const std::string which = "session " + number(record.scope) + ": ";
    const auto found = sessions_.find(record.scope);
    if (found == sessions_.end()) { return say(which + "it was never opened, and a command of it is recorded"); }
    if (!found->second.open) { say(which + "a command was recorded after its end"); }
    const std::uint64_t n = big_endian(record.key);
    if (record.key.size() != sizeof n || n != found->second.last_n + 1) {
        say(differs(which + "command", number(found->second.last_n + 1), number(n)));
    }
    found->second.last_n = n;
}

std::map<std::pair<int, std::uint32_t>, std::int64_t> Books::sums() const
{
    std::map<std::pair<int, std::uint32_t>, std::int64_t> sums;
    for (const Account& one : accounts_) { sums[{raw(one.pocket), one.currency.number()}] += one.balance; }
    return sums;
}

void Books::end()
{
    for (const auto& [pot, sum] : sums()) {
        if (sum != 0) { say(differs("the sum over all accounts of a pocket and currency", "0", number(sum))); }
    }
}

}  // namespace croupier::verify
