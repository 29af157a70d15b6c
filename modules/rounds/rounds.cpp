#include "rounds.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "croupier/messages/fair.hpp"
#include "croupier/messages/risk.hpp"

namespace croupier::rounds {

namespace {

bool is_slot(const Game& game) { return game.info().kind == "slot"; }

}  // namespace

Rounds::Rounds(std::vector<std::shared_ptr<const Game>> games, const Options& options, Bus& bus)
    : options_{options}, bus_{bus}
{
    for (auto& game : games) {
        const std::string name = game->info().game;
        const bool open = std::ranges::find(options.closed, name) == options.closed.end();
        const bool added =
            games_.emplace(name, Table{.game = std::move(game), .open = open, .jackpot = {}, .tally = {}}).second;
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
        if (drawn.game.empty()) {
            drawn.game = std::move(values->values);
        } else {
            drawn.game.insert(drawn.game.end(), values->values.begin(), values->values.end());
        }
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

Result<std::int64_t> Rounds::stake_of(const Spin& command, const Table& table, Context& context) const
{
    const Game& game = *table.game;
    const auto stake = game.total_stake(command.stake, command.bets);
    if (!stake) { return stake; }
    if (is_slot(game) && options_.slot_stake_max != 0 && *stake > options_.slot_stake_max) {
        return refuse(ErrorCode::stake_too_high);
    }
    if (const auto ready = pace_.check(command.player, context.now); !ready) { return std::unexpected{ready.error()}; }
    if (bus_.handles<risk::CheckStake>()) {
        const auto allowed = bus_.send(risk::CheckStake{command.player, *stake}, context);
        if (!allowed) { return std::unexpected{allowed.error()}; }
    }
    return stake;
}

Result<Spun> Rounds::spin(const Spin& command, Context& context)
{
    const auto found = games_.find(command.game);
    if (found == games_.end()) { return refuse(ErrorCode::game_unknown); }
    Table& table = found->second;
    const Game& game = *table.game;
    // Without the module that has the seeds nothing can decide such a game.
    const bool decidable = !game.fair() || bus_.handles<fair::Draw>();
    if (!table.open || !decidable) { return refuse(ErrorCode::game_closed); }
    // No game begins before the one before it is complete (GLI-19 4.3.3, RTS 14C).
    if (raw(in_play_.of(command.player)) != 0) { return refuse(ErrorCode::round_open); }
    const auto stake = stake_of(command, table, context);
    if (!stake) { return std::unexpected{stake.error()}; }
    return game.asks() ? begin(command, game, *stake, context) : play_at_once(command, table, *stake, context);
}

Result<Spun> Rounds::play_at_once(const Spin& command, Table& table, std::int64_t stake, Context& context)
{
    const Game& game = *table.game;
    const RoundId round = next(last_round_);
    const ledger::JackpotId jackpot = jackpot_of(command.game, table, context);
    const std::int64_t win_max = game.win_max(stake, command.bets);
    const auto taken = bus_.send(ledger::TakeStake{command.player, round, stake, win_max, jackpot}, context);
    if (!taken) { return std::unexpected{taken.error()}; }

    // The stake is taken: from here the round ends by facts, settled or voided, never by being dropped.
    const auto drawn = draw(round, command.player, game, jackpot, context);
    if (!drawn) {
        const auto refunded = bus_.send(ledger::Refund{command.player, round, stake}, context);
        CROUPIER_ASSERT(refunded.has_value());
        context.work.add(Voided{round, command.player, command.game, stake});
        tally_voided(command.game);
        return refuse(ErrorCode::round_voided);
    }
    Spun spun{
        .round = round, .game = command.game, .stake = stake, .jackpot = 0, .outcome = {}, .balance = {}, .awaits = {}};
    spun.outcome = game.evaluate(stake, command.bets, drawn->game);
    spun.win = spun.outcome.win;
    CROUPIER_ASSERT(spun.outcome.stake == stake && spun.win >= 0 && spun.win <= win_max);
    if (drawn->seeds) { spun.outcome.events.emplace_back(*drawn->seeds); }
    if (drawn->ticket) {
        const auto shared = bus_.send(ledger::ShareJackpot{jackpot, round, command.player, *drawn->ticket}, context);
        CROUPIER_ASSERT(shared.has_value());
        spun.jackpot = shared->won;
    }
    const auto paid = bus_.send(ledger::PayWin{command.player, round, spun.win}, context);
    CROUPIER_ASSERT(paid.has_value());
    spun.balance = *paid;
    const Settled settled{round, command.player, command.game, game.definition(), stake, spun.win, command.bets};
    context.work.add(settled);
    bus_.publish(settled, context);
    tally(table.tally, settled, game);
    return spun;
}

Result<Spun> Rounds::begin(const Spin& command, const Game& game, std::int64_t stake, Context& context)
{
    const RoundId round = next(last_round_);
    const std::int64_t win_max = game.win_max(stake, command.bets);
    const auto held = bus_.send(ledger::OpenBet{round, command.player, stake, win_max}, context);
    if (!held) { return std::unexpected{held.error()}; }
    if (!in_play_.knows(game.definition())) {
        context.work.add(VersionPlayed{game.definition(), std::string{game.kept_text()}});
    }
    context.work.add(Begun{round, command.player, command.game, game.definition(), stake, command.bets,
        context.now + options_.choice_time});
    return play_on(round, context);
}

Result<Spun> Rounds::choose(const Choose& command, Context& context)
{
    if (raw(command.round) == 0 || command.round > last_round_) { return refuse(ErrorCode::round_unknown); }
    const InPlay::Round* round = in_play_.find(command.round);
    if (round == nullptr) { return refuse(ErrorCode::round_closed); }
    if (round->begun.player != command.player) { return refuse(ErrorCode::round_unknown); }
    const Game* game = in_play_.version(round->begun.definition);
    if (game == nullptr) { return give_back(command.round, context); }
    const auto question = game->question(round->decided);
    CROUPIER_ASSERT(question.has_value());  // Or it would have been played on.
    if (command.choice >= question->choices) { return refuse(ErrorCode::choice_invalid); }
    context.work.add(Chosen{command.round, command.choice, false});
    return play_on(command.round, context);
}

Result<Spun> Rounds::play_on(RoundId id, Context& context)
{
    const InPlay::Round& round = *in_play_.find(id);
    const Game& game = *in_play_.version(round.begun.definition);
    for (auto bounds = game.next_bounds(round.decided); !bounds.empty(); bounds = game.next_bounds(round.decided)) {
        // What is drawn is folded into the round as the fact that it is.
        const auto drawn = bus_.send(
            rng::Draw{round.begun.game + "/outcome", id, round.steps, {bounds.begin(), bounds.end()}}, context);
        if (!drawn) { return give_back(id, context); }
    }
    return game.question(round.decided) ? waiting(id, game, context) : settle(id, game, context);
}

Spun Rounds::waiting(RoundId id, const Game& game, Context& context) const
{
    const InPlay::Round& round = *in_play_.find(id);
    const auto balance = bus_.send(ledger::GetBalance{round.begun.player}, context);
    CROUPIER_ASSERT(balance.has_value());
    const auto question = game.question(round.decided);
    return {.round = id,
        .game = round.begun.game,
        .stake = round.begun.stake,
        .win = 0,
        .jackpot = 0,
        .outcome = game.evaluate(round.begun.stake, round.begun.bets, round.decided),
        .balance = *balance,
        .awaits = Awaited{.choices = question->choices, .until = round.begun.until}};
}

Spun Rounds::settle(RoundId id, const Game& game, Context& context)
{
    const InPlay::Round round = *in_play_.find(id);  // It is gone in the end.
    Spun spun{.round = id,
        .game = round.begun.game,
        .stake = round.begun.stake,
        .jackpot = 0,
        .outcome = {},
        .balance = {},
        .awaits = {}};
    spun.outcome = game.evaluate(round.begun.stake, round.begun.bets, round.decided);
    spun.win = spun.outcome.win;
    ledger::SettleRound settlement{.round = id, .wins = {}};
    if (spun.win > 0) { settlement.wins.push_back({round.begun.player, spun.win}); }
    const auto closed = bus_.send(settlement, context);
    CROUPIER_ASSERT(closed.has_value() && closed->stake == round.begun.stake);
    const auto balance = bus_.send(ledger::GetBalance{round.begun.player}, context);
    CROUPIER_ASSERT(balance.has_value());
    spun.balance = *balance;
    const Settled settled{id, round.begun.player, round.begun.game, round.begun.definition, round.begun.stake, spun.win,
        round.begun.bets};
    context.work.add(settled);
    bus_.publish(settled, context);
    if (const auto found = games_.find(settled.game); found != games_.end()) {
        tally(found->second.tally, settled, game);
    }
    return spun;
}

void Rounds::tally(Tally& tally, const Settled& settled, const Game& game)
{
    __extension__ using Wide = __int128;
    constexpr Wide kMillion = 1'000'000;
    const Wide expected = game.rtp_ppm(settled.bets);
    const Wide returned = Wide{settled.win} * kMillion / settled.stake;
    ++tally.rounds;
    tally.stake += settled.stake;
    tally.win += settled.win;
    tally.returned_ppm += static_cast<std::uint64_t>(returned);
    tally.expected_ppm += static_cast<std::uint64_t>(expected);
    tally.squared_deviation += static_cast<std::uint64_t>((returned - expected) * (returned - expected) / kMillion);
}

void Rounds::tally_voided(const std::string& game)
{
    if (const auto found = games_.find(game); found != games_.end()) { ++found->second.tally.voided; }
}

Tallies Rounds::tallies() const
{
    Tallies all;
    for (const auto& [name, table] : games_) {
        all.games.push_back(table.tally);
        all.games.back().game = name;
        all.games.back().asks = table.game->asks();
    }
    return all;
}

PlayReport Rounds::report() const
{
    PlayReport report;
    for (const auto& [version, played] : played_) {
        const auto& [game, definition] = version;
        PlayedVersion& one = report.versions.emplace_back(
            game, definition, played.rounds, played.stake, played.win, played.jackpot, played.first, played.last);
        const auto offered = games_.find(game);
        if (offered != games_.end() && offered->second.game->definition() == definition) {
            one.rtp_ppm = offered->second.game->info().rtp_ppm;
        }
    }
    for (const auto& [game, voided] : voided_) { report.voided.push_back(voided); }
    return report;
}

Result<ledger::RoundClosed> Rounds::end(RoundId id, Context& context)
{
    const auto closed = bus_.send(ledger::VoidRound{id}, context);
    const InPlay::Round* round = in_play_.find(id);
    if (!closed || round == nullptr) { return closed; }
    const Voided voided{id, round->begun.player, round->begun.game, round->begun.stake};
    CROUPIER_ASSERT(closed->refund == voided.stake);
    context.work.add(voided);
    tally_voided(voided.game);
    return closed;
}

std::unexpected<Error> Rounds::give_back(RoundId id, Context& context)
{
    const auto closed = end(id, context);
    CROUPIER_ASSERT(closed.has_value());
    return refuse(ErrorCode::round_voided);
}

OpenRounds Rounds::list_open(PlayerId player, Context& context) const
{
    OpenRounds open;
    const RoundId id = in_play_.of(player);
    if (raw(id) == 0) { return open; }
    // One whose version cannot be read any more has nothing to show; its next choice gives the stake back.
    const Game* game = in_play_.version(in_play_.find(id)->begun.definition);
    if (game != nullptr) { open.rounds.push_back(waiting(id, *game, context)); }
    return open;
}

Finished Rounds::finish_overdue(Context& context)
{
    const auto id = in_play_.overdue(context.now);
    if (!id) { return {.one = false}; }
    const InPlay::Round& round = *in_play_.find(*id);
    const Game* game = in_play_.version(round.begun.definition);
    if (game == nullptr) {
        static_cast<void>(give_back(*id, context));
        return {.one = true};
    }
    const Value choice = game->question(round.decided)->by_rule;
    context.work.add(Chosen{*id, choice, true});
    auto spun = play_on(*id, context);
    if (spun && !spun->awaits) {
        spun->outcome.events.emplace_back(ChosenByRule{choice});
        context.work.add(Shown{*id, std::move(spun->outcome)});
    }
    return {.one = true};
}

std::chrono::milliseconds Rounds::cycle_of(const Game& game) const
{
    return is_slot(game) ? options_.slot_cycle : options_.other_cycle;
}

Games Rounds::list() const
{
    Games list;
    for (const auto& [name, table] : games_) {
        const Game& game = *table.game;
        GameInfo& info = list.games.emplace_back(game.info());
        info.open = table.open && (!game.fair() || bus_.handles<fair::Draw>());
        info.cycle_ms = static_cast<std::uint32_t>(cycle_of(game).count());
        if (game.asks()) { info.choice_ms = static_cast<std::uint32_t>(options_.choice_time.count()); }
        if (is_slot(game) && options_.slot_stake_max != 0 && options_.slot_stake_max < info.stake_max) {
            info.stake_max = options_.slot_stake_max / info.stake_step * info.stake_step;
        }
    }
    return list;
}

Result<GameInfo> Rounds::offer(const Offer& command, Context& context)
{
    auto made = load_game(command.text);
    if (!made) { return refuse(ErrorCode::malformed); }
    std::shared_ptr<const Game> game = std::move(*made);
    const std::string name = game->info().game;
    const auto found = games_.find(name);
    if (found == games_.end()) { return refuse(ErrorCode::game_unknown); }
    Table& table = found->second;
    // What is decided in another way, or asks now and has a part in a jackpot, is not that game any more.
    const bool other_kind = table.game->info().kind != game->info().kind;
    if (other_kind || (game->asks() && raw(jackpot_of(name, table, context)) != 0)) {
        return refuse(ErrorCode::malformed);
    }
    table.game = std::move(game);
    bus_.publish(Offered{name, table.game->definition(), table.game->fair()}, context);
    return table.game->info();
}

void Rounds::number(RoundId round)
{
    CROUPIER_ASSERT(round == next(last_round_));
    last_round_ = round;
}

void Rounds::start(const std::string& game, PlayerId player, WallTime at)
{
    // A game that is not offered any more has no cycle any more.
    const auto found = games_.find(game);
    if (found != games_.end()) { pace_.began(player, at, cycle_of(*found->second.game)); }
}

void Rounds::apply(const Begun& fact, WallTime at)
{
    number(fact.round);
    in_play_.apply(fact);
    start(fact.game, fact.player, at);
}

void Rounds::apply(const Settled& fact, WallTime at)
{
    if (!in_play_.end(fact.round)) {
        number(fact.round);
        start(fact.game, fact.player, at);
    }
    Played& played = played_[{fact.game, fact.definition}];
    ++played.rounds;
    played.stake += fact.stake;
    played.win += fact.win;
    if (jackpot_won_.first == fact.round) { played.jackpot += jackpot_won_.second; }
    if (played.rounds == 1) { played.first = at; }
    played.last = at;
}

void Rounds::apply(const Voided& fact)
{
    if (!in_play_.end(fact.round)) { number(fact.round); }
    VoidedRounds& voided = voided_[fact.game];
    voided.game = fact.game;
    ++voided.rounds;
    voided.stake += fact.stake;
}

void Rounds::save(ByteWriter& out) const
{
    out.write(last_round_);
    std::vector<PlayedVersion> versions;
    versions.reserve(played_.size());
    for (const auto& [version, played] : played_) {
        versions.push_back({version.first, version.second, played.rounds, played.stake, played.win, played.jackpot,
            played.first, played.last, {}});
    }
    out.write(versions);
    std::vector<VoidedRounds> voided;
    voided.reserve(voided_.size());
    for (const auto& [game, rounds] : voided_) { voided.push_back(rounds); }
    out.write(voided);
    in_play_.save(out);
    pace_.save(out);
}

bool Rounds::restore(ByteReader& in)
{
    const auto last = in.read<RoundId>();
    const auto versions = in.read<std::vector<PlayedVersion>>();
    const auto voided = in.read<std::vector<VoidedRounds>>();
    auto in_play = InPlay::restore(in);
    auto pace = Pace::restore(in);
    if (in.failed()) { return false; }
    in_play_ = std::move(in_play);
    pace_ = std::move(pace);
    last_round_ = last;
    for (const PlayedVersion& one : versions) {
        played_[{one.game, one.definition}] = {one.rounds, one.stake, one.win, one.jackpot, one.first, one.last};
    }
    for (const VoidedRounds& one : voided) { voided_[one.game] = one; }
    return true;
}

}  // namespace croupier::rounds
