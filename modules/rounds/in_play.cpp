#include "in_play.hpp"

#include "croupier/assert.hpp"

namespace croupier::rounds {

namespace {

struct SavedRound {
    RoundId round{};
    PlayerId player{};
    std::string game;
    Hash definition{};
    std::int64_t stake = 0;
    std::vector<Bet> bets;
    WallTime until{};
    std::vector<Value> decided;
    std::uint16_t steps = 0;
};
BOOST_DESCRIBE_STRUCT(SavedRound, (), (round, player, game, definition, stake, bets, until, decided, steps))

}  // namespace

const InPlay::Round* InPlay::find(RoundId round) const
{
    const auto found = rounds_.find(round);
    return found == rounds_.end() ? nullptr : &found->second;
}

RoundId InPlay::of(PlayerId player) const
{
    const auto found = by_player_.find(player);
    return found == by_player_.end() ? RoundId{0} : found->second;
}

std::optional<RoundId> InPlay::overdue(WallTime now) const
{
    if (by_time_.empty() || by_time_.begin()->first > now) { return std::nullopt; }
    return by_time_.begin()->second;
}

const Game* InPlay::version(const Hash& definition) const
{
    const auto found = versions_.find(definition);
    return found == versions_.end() ? nullptr : found->second.game.get();
}

void InPlay::apply(const VersionPlayed& fact)
{
    auto game = load_game(fact.text);
    const bool fresh =
        versions_.emplace(fact.definition, Version{.text = fact.text, .game = game ? std::move(*game) : nullptr})
            .second;
    CROUPIER_ASSERT(fresh);  // It is recorded once.
}

void InPlay::apply(const Begun& fact)
{
    const auto [round, fresh] = rounds_.emplace(fact.round,
        Round{.player = fact.player,
            .game = fact.game,
            .definition = fact.definition,
            .stake = fact.stake,
            .bets = fact.bets,
            .until = fact.until,
            .decided = {}});
    CROUPIER_ASSERT(fresh);
    index(fact.round, round->second);
}

void InPlay::index(RoundId id, const Round& round)
{
    const bool alone = by_player_.emplace(round.player, id).second;
    CROUPIER_ASSERT(alone);  // A player has one round in play at a time.
    by_time_.emplace(round.until, id);
}

void InPlay::apply(const rng::Drawn& fact)
{
    const auto found = rounds_.find(fact.round);
    if (found == rounds_.end()) { return; }
    Round& round = found->second;
    CROUPIER_ASSERT(fact.step == round.steps);
    round.decided.insert(round.decided.end(), fact.values.begin(), fact.values.end());
    ++round.steps;
}

void InPlay::apply(const Chosen& fact)
{
    const auto found = rounds_.find(fact.round);
    CROUPIER_ASSERT(found != rounds_.end());
    found->second.decided.push_back(fact.choice);
}

bool InPlay::end(RoundId round)
{
    const auto found = rounds_.find(round);
    if (found == rounds_.end()) { return false; }
    by_player_.erase(found->second.player);
    by_time_.erase({found->second.until, round});
    rounds_.erase(found);
    return true;
}

void InPlay::save(ByteWriter& out) const
{
    std::vector<VersionPlayed> versions;
    versions.reserve(versions_.size());
    for (const auto& [definition, version] : versions_) { versions.push_back({definition, version.text}); }
    out.write(versions);
    std::vector<SavedRound> rounds;
    rounds.reserve(rounds_.size());
    for (const auto& [id, round] : rounds_) {
        rounds.push_back({id, round.player, round.game, round.definition, round.stake, round.bets, round.until,
            round.decided, round.steps});
    }
    out.write(rounds);
}

InPlay InPlay::restore(ByteReader& in)
{
    InPlay in_play;
    for (const auto& version : in.read<std::vector<VersionPlayed>>()) { in_play.apply(version); }
    for (auto& saved : in.read<std::vector<SavedRound>>()) {
        const auto [round, fresh] = in_play.rounds_.emplace(saved.round,
            Round{saved.player, std::move(saved.game), saved.definition, saved.stake, std::move(saved.bets),
                saved.until, std::move(saved.decided), saved.steps});
        CROUPIER_ASSERT(fresh);
        in_play.index(saved.round, round->second);
    }
    return in_play;
}

}  // namespace croupier::rounds
