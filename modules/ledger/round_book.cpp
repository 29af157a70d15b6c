#include "round_book.hpp"

#include "croupier/assert.hpp"

namespace croupier::ledger {

Result<const RoundBook::Round*> RoundBook::find(RoundId round) const
{
    const auto found = rounds_.find(round);
    if (found != rounds_.end()) { return &found->second; }
    return refuse(raw(round) == 0 || round > last_opened_ ? ErrorCode::round_unknown : ErrorCode::round_closed);
}

RoundInPlay RoundBook::in_play(RoundId id, const Round& round)
{
    return {.round = id,
        .opened_at = round.opened_at,
        .bets = round.bets.size(),
        .held = round.held,
        .exposure = round.exposure};
}

RoundsInPlay RoundBook::list(const ListRounds& command) const
{
    RoundsInPlay open;
    for (auto round = rounds_.upper_bound(command.after); round != rounds_.end() && open.rounds.size() < command.limit;
        ++round) {
        open.rounds.push_back(in_play(round->first, round->second));
    }
    return open;
}

RoundBook::Bet RoundBook::Round::of(PlayerId player) const
{
    Bet all;
    for (auto bet = bets.lower_bound({player, 0}); bet != bets.end() && bet->first.first == player; ++bet) {
        all.stake += bet->second.stake;
        all.bonus += bet->second.bonus;
    }
    return all;
}

std::map<PlayerId, RoundBook::Bet> RoundBook::held() const
{
    std::map<PlayerId, Bet> held;
    for (const auto& [id, round] : rounds_) {
        for (const auto& [key, bet] : round.bets) {
            held[key.first].stake += bet.stake;
            held[key.first].bonus += bet.bonus;
        }
    }
    return held;
}

void RoundBook::apply(const RoundOpened& fact, WallTime at)
{
    CROUPIER_ASSERT(fact.round > last_opened_);
    last_opened_ = fact.round;
    rounds_[fact.round].opened_at = at;
}

void RoundBook::apply(const BetHeld& fact)
{
    Round& round = rounds_.at(fact.round);
    const BetKey key{fact.player, fact.bet};
    CROUPIER_ASSERT(fact.stake > 0 && fact.exposure >= 0 && !round.rolled_back.contains(key));
    const bool fresh = round.bets.emplace(key, Bet{.stake = fact.stake}).second;
    CROUPIER_ASSERT(fresh);  // A bet is held once.
    round.held += fact.stake;
    exposure_ += fact.exposure - round.exposure;
    round.exposure = fact.exposure;
}

void RoundBook::apply(const BonusBetHeld& fact)
{
    Bet& bet = rounds_.at(fact.round).bets.at({fact.player, fact.bet});
    CROUPIER_ASSERT(bet.bonus == 0 && fact.bonus > 0 && fact.bonus <= bet.stake);
    bet.bonus = fact.bonus;
}

void RoundBook::apply(const BetRolledBack& fact)
{
    Round& round = rounds_.at(fact.round);
    const BetKey key{fact.player, fact.bet};
    const bool fresh = round.rolled_back.insert(key).second;
    CROUPIER_ASSERT(fresh);
    CROUPIER_ASSERT(fact.exposure >= 0 && fact.exposure <= round.exposure);
    exposure_ += fact.exposure - round.exposure;
    round.exposure = fact.exposure;
    const auto bet = round.bets.find(key);
    if (bet == round.bets.end()) { return; }
    round.held -= bet->second.stake;
    round.bets.erase(bet);
}

void RoundBook::apply(const RoundClosed& fact)
{
    const auto round = rounds_.find(fact.round);
    CROUPIER_ASSERT(round != rounds_.end());  // A round ends once.
    CROUPIER_ASSERT(fact.stake + fact.refund == round->second.held);
    exposure_ -= round->second.exposure;
    rounds_.erase(round);
}

void RoundBook::save(ByteWriter& out) const
{
    out.write(last_opened_);
    out.write(static_cast<std::uint32_t>(rounds_.size()));
    for (const auto& [id, round] : rounds_) {
        out.write(id);
        out.write(round.opened_at);
        out.write(round.exposure);
        out.write(static_cast<std::uint32_t>(round.bets.size()));
        for (const auto& [key, bet] : round.bets) {
            out.write(key.first);
            out.write(key.second);
            out.write(bet.stake);
            out.write(bet.bonus);
        }
        out.write(static_cast<std::uint32_t>(round.rolled_back.size()));
        for (const auto& [player, bet] : round.rolled_back) {
            out.write(player);
            out.write(bet);
        }
    }
}

RoundBook RoundBook::restore(ByteReader& in)
{
    RoundBook book;
    book.last_opened_ = in.read<RoundId>();
    const auto rounds = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < rounds && !in.failed(); ++i) {
        Round& round = book.rounds_[in.read<RoundId>()];
        round.opened_at = in.read<WallTime>();
        round.exposure = in.read<std::int64_t>();
        const auto read_key = [&] {
            const auto player = in.read<PlayerId>();
            return BetKey{player, in.read<std::uint64_t>()};
        };
        const auto bets = in.read<std::uint32_t>();
        for (std::uint32_t bet = 0; bet < bets && !in.failed(); ++bet) {
            const BetKey key = read_key();
            Bet held;
            held.stake = in.read<std::int64_t>();
            held.bonus = in.read<std::int64_t>();
            round.bets.emplace(key, held);
            round.held += held.stake;
        }
        const auto rolled_back = in.read<std::uint32_t>();
        for (std::uint32_t bet = 0; bet < rolled_back && !in.failed(); ++bet) { round.rolled_back.insert(read_key()); }
        book.exposure_ += round.exposure;
    }
    return book;
}

}  // namespace croupier::ledger
