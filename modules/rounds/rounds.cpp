#include "rounds.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "croupier/messages/fair.hpp"
#include "croupier/messages/risk.hpp"
#include "croupier/messages/rng.hpp"

namespace croupier::rounds {

Rounds::Rounds(std::vector<std::shared_ptr<const Game>> games, std::vector<std::string> closed, Bus& bus) : bus_{bus}
{
    for (auto& game : games) {
        const std::string name = game->info().game;
        const bool open = std::ranges::find(closed, name) == closed.end();
        const bool added = games_.emplace(name, Table{.game = std::move(game), .open = open, .jackpot = {}}).second;
        CROUPIER_ASSERT(added);  // The host refuses two definitions of one name.
    }
}

ledger::JackpotId Rounds::jackpot_of(const std::string& name, Table& table, Context& context)
{
    if (!table.jackpot) {
        table.jackpot = ledger::JackpotId{0};
        const auto list = bus_.send(ledger::ListJackpots{}, context);
        CROUPIER_ASSERT(list.has_value());
        for (const ledger::JackpotState& one : list->jackpots) {
            if (std::ranges::find(one.terms.games, name) != one.terms.games.end()) { table.jackpot = one.jackpot; }
        }
    }
    return *table.jackpot;
}

Result<Rounds::Draws> Rounds::draw_by_rng(RoundId round, const Game& game, Context& context)
{
    Draws drawn;
    for (std::uint16_t step = 0;; ++step) {
        const auto bounds = game.next_bounds(drawn.game);
        if (bounds.empty()) { return drawn; }
        auto values = bus_.send(
            rng::Draw{game.info().game + "/outcome", round, step, {bounds.begin(), bounds.end()}}, context);
        if (!values) { return std::unexpected{values.error()}; }
        drawn.game.insert(drawn.game.end(), values->values.begin(), values->values.end());
        drawn.steps = static_cast<std::uint16_t>(step + 1);
    }
}

Result<Rounds::Draws> Rounds::draw_by_seeds(RoundId round, PlayerId player, const Game& game, Context& context)
{
    const auto bounds = game.next_bounds({});
    auto decided = bus_.send(fair::Draw{player, game.info().game, round, {bounds.begin(), bounds.end()}}, context);
    if (!decided) { return std::unexpected{decided.error()}; }
    Draws drawn;
    drawn.game = std::move(decided->values);
    drawn.seeds = DecidedBySeeds{decided->index, decided->nonce};
    CROUPIER_ASSERT(game.next_bounds(drawn.game).empty());
    return drawn;
}

Result<Rounds::Draws> Rounds::draw(
    RoundId round, PlayerId player, const Game& game, ledger::JackpotId jackpot, Context& context)
{
    auto drawn = game.fair() ? draw_by_seeds(round, player, game, context) : draw_by_rng(round, game, context);
    if (!drawn || raw(jackpot) == 0) { return drawn; }
    const auto tickets = bus_.send(ledger::CountTickets{jackpot, round}, context);
    CROUPIER_ASSERT(tickets.has_value());
    if (tickets->held == 0) { return drawn; }
    const auto ticket = bus_.send(
        rng::Draw{game.info().game + "/jackpot", round, drawn->steps, {tickets->of}}, context);
    if (!ticket) { return std::unexpected{ticket.error()}; }
    drawn->ticket = ticket->values.front();
    return drawn;
}

Result<Spun> Rounds::spin(const Spin& command, Context& context)
{
    const auto found = games_.find(command.game);
    if (found == games_.end()) { return refuse(ErrorCode::game_unknown); }
    const Game& game = *found->second.game;
    // Without the module that has the seeds nothing can decide such a game.
    const bool decidable = !game.fair() || bus_.handles<fair::Draw>();
    if (!found->second.open || !decidable) { return refuse(ErrorCode::game_closed); }
    const auto stake = game.total_stake(command.stake, command.bets);
    if (!stake) { return std::unexpected{stake.error()}; }
    if (bus_.handles<risk::CheckStake>()) {
        if (const auto allowed = bus_.send(risk::CheckStake{command.player, *stake}, context); !allowed) {
            return std::unexpected{allowed.error()};
        }
    }
    const RoundId round = next(last_round_);
    const ledger::JackpotId jackpot = jackpot_of(found->first, found->second, context);
    const std::int64_t win_max = game.win_max(*stake, command.bets);
    const auto taken = bus_.send(ledger::TakeStake{command.player, round, *stake, win_max, jackpot}, context);
    if (!taken) { return std::unexpected{taken.error()}; }

    // The stake is taken: from here the round ends by facts, settled or voided, never by being dropped.
    const auto drawn = draw(round, command.player, game, jackpot, context);
    if (!drawn) {
        const auto refunded = bus_.send(ledger::Refund{command.player, round, *stake}, context);
        CROUPIER_ASSERT(refunded.has_value());
        context.work.add(Voided{round, command.player, command.game, *stake});
        return refuse(ErrorCode::round_voided);
    }
    Spun spun{.round = round, .game = command.game, .stake = *stake, .jackpot = 0, .outcome = {}, .balance = {}};
    spun.outcome = game.evaluate(*stake, command.bets, drawn->game);
    spun.win = spun.outcome.win;
    CROUPIER_ASSERT(spun.outcome.stake == *stake && spun.win >= 0 && spun.win <= win_max);
    if (drawn->seeds) { spun.outcome.events.emplace_back(*drawn->seeds); }
    if (drawn->ticket) {
        const auto shared = bus_.send(ledger::ShareJackpot{jackpot, round, command.player, *drawn->ticket}, context);
        CROUPIER_ASSERT(shared.has_value());
        spun.jackpot = shared->won;
    }
    const auto paid = bus_.send(ledger::PayWin{command.player, round, spun.win}, context);
    CROUPIER_ASSERT(paid.has_value());
    spun.balance = *paid;
    const Settled settled{round, command.player, command.game, game.definition(), *stake, spun.win, command.bets};
    context.work.add(settled);
    bus_.publish(settled, context);
    return spun;
}

Games Rounds::list() const
{
    Games list;
    for (const auto& [name, table] : games_) {
        list.games.push_back(table.game->info());
        list.games.back().open = table.open && (!table.game->fair() || bus_.handles<fair::Draw>());
    }
    return list;
}

void Rounds::apply(const Settled& fact)
{
    CROUPIER_ASSERT(fact.round == next(last_round_));
    last_round_ = fact.round;
    Played& played = played_[fact.game];
    ++played.rounds;
    played.stake += fact.stake;
    played.win += fact.win;
}

void Rounds::apply(const Voided& fact)
{
    CROUPIER_ASSERT(fact.round == next(last_round_));
    last_round_ = fact.round;
}

void Rounds::save(ByteWriter& out) const
{
    out.write(last_round_);
    out.write(static_cast<std::uint32_t>(played_.size()));
    for (const auto& [game, played] : played_) {
        out.write(game);
        out.write(played.rounds);
        out.write(played.stake);
        out.write(played.win);
    }
}

bool Rounds::restore(ByteReader& in)
{
    const auto last = in.read<RoundId>();
    std::map<std::string, Played, std::less<>> all;
    const auto count = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        const auto game = in.read<std::string>();
        Played& played = all[game];
        played.rounds = in.read<std::uint64_t>();
        played.stake = in.read<std::int64_t>();
        played.win = in.read<std::int64_t>();
    }
    if (in.failed()) { return false; }
    last_round_ = last;
    played_ = std::move(all);
    return true;
}

}  // namespace croupier::rounds
