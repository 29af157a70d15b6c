#include <algorithm>

#include "books.hpp"
#include "text.hpp"

/// Rounds: every one is played again from its draws and its player's choices.
namespace croupier::verify {

using ledger::TransferCode;

void Books::fact(const UnitContent&, const rounds::VersionPlayed& fact)
{
    const std::string which = "the version of a game that is kept as " + to_hex(fact.definition) + ": ";
    if (sha256(as_bytes(fact.text)) != fact.definition) { return say(which + "it is another one"); }
    if (!versions_.insert(fact.definition).second) { say(which + "it was kept before"); }
    // Whatever the game's file says by now: rounds of this version can be played again.
    if (auto game = rounds::load_game(fact.text)) { games_.emplace(fact.definition, std::move(*game)); }
}

void Books::fact(const UnitContent& content, const rounds::Begun& fact)
{
    const std::string which = "round " + number(fact.round) + ": ";
    if (!versions_.contains(fact.definition)) { say(which + "the version of its game was not kept"); }
    if (fact.until <= content.at) { say(which + "its player has no time to choose"); }
    const auto opened = open_rounds_.find(fact.round);
    const bool held = opened != open_rounds_.end() && opened->second.bets.size() == 1
        && opened->second.bets.begin()->first.first == fact.player
        && opened->second.bets.begin()->second.stake == fact.stake;
    if (!held) { say(which + "it begins, and its stake is not held"); }
    in_play_.emplace(fact.round, InPlay{.fact = fact, .steps = {}});
}

void Books::fact(const UnitContent& content, const rounds::Chosen& fact)
{
    const auto round = in_play_.find(fact.round);
    if (round == in_play_.end()) { return say("round " + number(fact.round) + ": a choice, and it is not in play"); }
    // By rule only when the time is over.
    if (fact.by_rule && content.at < round->second.fact.until) {
        say("round " + number(fact.round) + ": the choice was made for its player before the time was over");
    }
    round->second.steps.emplace_back(fact);
}

void Books::fact(const UnitContent&, const rounds::Shown& fact)
{
    const std::string which = "round " + number(fact.round) + ": ";
    const bool told = settled_ && settled_->round == fact.round;
    if (!told) { return say(which + "it is shown, and not settled"); }
    if (!settled_->outcome) { return; }  // Of a game that is not known here.
    rounds::Outcome outcome = *settled_->outcome;
    if (settled_->by_rule) { outcome.events.emplace_back(*settled_->by_rule); }
    if (!settled_->by_rule || outcome != fact.outcome) { say(which + "it was not as it is shown"); }
}

void Books::fact(const UnitContent& content, const rounds::Settled& fact)
{
    const std::string which = "round " + number(fact.round) + ": ";
    const auto in_play = in_play_.find(fact.round);
    if (in_play == in_play_.end()) {
        next_round(fact.round);
    } else {
        const rounds::Begun& begun = in_play->second.fact;
        if (begun.player != fact.player || begun.game != fact.game || begun.definition != fact.definition
            || begun.stake != fact.stake || begun.bets != fact.bets) {
            say(which + "it ends as another one than began");
        }
        if (open_rounds_.contains(fact.round)) { say(which + "it is settled, and its stake is held"); }
        if (!drawn_.empty()) { say(which + "a draw of another round is in its unit"); }
        drawn_ = std::move(in_play->second.steps);
        in_play_.erase(in_play);
    }
    const auto stake = moved(content, TransferCode::stake, raw(fact.round), fact.player);
    const auto win = moved(content, TransferCode::win, raw(fact.round), fact.player);
    const auto refund = moved(content, TransferCode::refund, raw(fact.round), fact.player);
    if (stake != fact.stake) { say(differs(which + "its stake's transfer", number(fact.stake), number(stake))); }
    if (win != fact.win) { say(differs(which + "its win's transfer", number(fact.win), number(win))); }
    if (refund != 0) { say(which + "it is settled, and " + number(refund) + " was given back"); }
    shared(content, fact.round, fact.player, stake,
        moved_bonus(content, TransferCode::stake, raw(fact.round), fact.player));
    jackpots_settled(content, fact);
    play_again(fact);
}

void Books::fact(const UnitContent& content, const rounds::Voided& fact)
{
    const std::string which = "round " + number(fact.round) + ": ";
    const auto in_play = in_play_.find(fact.round);
    const bool was_held = in_play != in_play_.end();
    if (was_held) {
        in_play_.erase(in_play);  // The round's closing says what was given back.
        if (open_rounds_.contains(fact.round)) { say(which + "it is voided, and its stake is held"); }
    } else {
        next_round(fact.round);
    }
    const auto stake = moved(
        content, was_held ? TransferCode::bet_back : TransferCode::stake, raw(fact.round), fact.player);
    const auto refund = was_held ? stake : moved(content, TransferCode::refund, raw(fact.round), fact.player);
    const auto bonus = moved_bonus(content, TransferCode::stake, raw(fact.round), fact.player);
    if (!was_held && bonus != moved_bonus(content, TransferCode::refund, raw(fact.round), fact.player)) {
        say(which + "its refund went into another pocket than its stake came from");
    }
    if (stake != fact.stake || refund != fact.stake) {
        say(differs(which + "voided, stake and refund", number(fact.stake) + " twice",
            number(stake) + " and " + number(refund)));
    }
    drawn_.clear();  // What was drawn before the draw failed is void with the round.
}

/// What decided the round and the game's definition give the win again.
void Books::play_again(const rounds::Settled& fact)
{
    const std::string which = "round " + number(fact.round) + ": ";
    const auto steps = std::exchange(drawn_, {});
    settled_ = Settlement{.round = fact.round, .outcome = {}, .by_rule = {}};
    if (const auto decided = std::exchange(decided_, {})) {
        const auto& seeds = seeds_[{decided->player, decided->game}].fact;
        if (decided->player != fact.player || decided->game != fact.game || seeds.definition != fact.definition) {
            say(which + "the seeds that decided it were committed to for another player, game or version");
        }
    }
    const auto found = games_.find(fact.definition);
    // Each step's bounds as the game asks for them, and each choice where it asks for one; one too many or too few is no
    // round.
    std::vector<Value> so_far;
    for (const Step& step : steps) {
        if (const auto* chosen = std::get_if<rounds::Chosen>(&step)) {
            if (found == games_.end()) { continue; }
            const auto question = found->second->question(so_far);
            if (!question || chosen->choice >= question->choices
                || (chosen->by_rule && chosen->choice != question->by_rule)) {
                return say(which + "its game does not ask for such a choice");
            }
            if (chosen->by_rule) { settled_->by_rule = rounds::ChosenByRule{chosen->choice}; }
            so_far.push_back(chosen->choice);
            continue;
        }
        const auto& drawn = std::get<rng::Drawn>(step);
        if (drawn.round != fact.round) { say(which + "a draw of round " + number(drawn.round) + " is in its unit"); }
        if (found == games_.end()) { continue; }
        if (!std::ranges::equal(found->second->next_bounds(so_far), drawn.bounds)) {
            return say(which + "its draws are not those of its game");
        }
        // Said already where the draw was read; no game can be played from it.
        if (!std::ranges::equal(drawn.values, drawn.bounds, std::ranges::less{})) { return; }
        so_far.insert(so_far.end(), drawn.values.begin(), drawn.values.end());
    }
    if (found == games_.end()) {
        ++unknown_games_;
        return;
    }
    const rounds::Game& game = *found->second;
    if (!game.next_bounds(so_far).empty()) { return say(which + "draws are missing"); }
    if (game.question(so_far)) { return say(which + "its player's choice is missing"); }
    settled_->outcome = game.evaluate(fact.stake, fact.bets, so_far);
    const auto win = settled_->outcome->win;
    if (win != fact.win) { say(differs(which + "what its draws win", number(win), number(fact.win))); }
}

}  // namespace croupier::verify
