#include "in_play.hpp"

#include "croupier/assert.hpp"

namespace croupier::rounds {

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
    const bool fresh = rounds_.emplace(fact.round, Round{.begun = fact, .decided = {}}).second;
    CROUPIER_ASSERT(fresh);
    index(fact);
}

void InPlay::index(const Begun& begun)
{
    const bool alone = by_player_.emplace(begun.player, begun.round).second;
    CROUPIER_ASSERT(alone);  // A player has one round in play at a time.
    by_time_.emplace(begun.until, begun.round);
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
    by_player_.erase(found->second.begun.player);
    by_time_.erase({found->second.begun.until, round});
    rounds_.erase(found);
    return true;
}

void InPlay::save(ByteWriter& out) const
{
    std::vector<VersionPlayed> versions;
    versions.reserve(versions_.size());
    for (const auto& [definition, version] : versions_) { versions.push_back({definition, version.text}); }
    out.write(versions);
    std::vector<Round> rounds;
    rounds.reserve(rounds_.size());
    for (const auto& [id, round] : rounds_) { rounds.push_back(round); }
    out.write(rounds);
}

InPlay InPlay::restore(ByteReader& in)
{
    InPlay in_play;
    for (const auto& version : in.read<std::vector<VersionPlayed>>()) { in_play.apply(version); }
    for (auto& round : in.read<std::vector<Round>>()) {
        in_play.index(round.begun);
        const RoundId id = round.begun.round;
        const bool fresh = in_play.rounds_.emplace(id, std::move(round)).second;
        CROUPIER_ASSERT(fresh);
    }
    return in_play;
}

}  // namespace croupier::rounds
