#include "books.hpp"

/// The provably fair games: every round of a revealed pair of seeds, computed again.
namespace croupier::verify {

namespace {

std::string which(PlayerId player, const std::string& game, std::uint64_t index)
{
    return "player " + std::to_string(raw(player)) + ", " + game + ", seeds " + std::to_string(index) + ": ";
}

}  // namespace

void Books::fact(const UnitContent&, const fair::Promised& fact)
{
    Seeds& seeds = seeds_[{fact.player, fact.game}];
    const std::string told = which(fact.player, fact.game, fact.index);
    if (fact.index != seeds.fact.index + 1) { say(told + "they do not follow those before them"); }
    // Or the server could have promised until it liked what it had.
    const bool again = seeds.next && seeds.next->index == fact.index;
    if (again && seeds.next->definition == fact.definition && seeds.next->scheme == fact.scheme) {
        say(told + "they are promised twice for the same version of the game");
    }
    seeds.next = fact;
}

void Books::fact(const UnitContent&, const fair::Begun& fact)
{
    Seeds& seeds = seeds_[{fact.player, fact.game}];
    const std::string told = which(fact.player, fact.game, fact.index);
    if (!seeds.next || seeds.next->index != fact.index) { say(told + "they begin and were not promised"); }
    if (!seeds.revealed) { say(told + "those before them were not revealed"); }
    if (!fair::is_client_seed(fact.client_seed)) { say(told + "the client seed is none"); }
    const auto promise = std::exchange(seeds.next, {}).value_or(fair::Promised{.index = fact.index});
    seeds = {.fact = promise, .client_seed = fact.client_seed, .revealed = false};
}

void Books::fact(const UnitContent&, const fair::Drawn& fact)
{
    Seeds& seeds = seeds_[{fact.player, fact.game}];
    const std::string told = which(fact.player, fact.game, fact.index);
    if (fact.index != seeds.fact.index || seeds.revealed) {
        say(told + "they decide a round and are not the current ones");
    }
    if (fact.nonce != ++seeds.rounds) {
        say(told + "nonce " + std::to_string(fact.nonce) + " does not follow the one before it");
        seeds.rounds = fact.nonce;
    }
    seeds.unproved.push_back(fact);
    decided_ = fact;
    drawn({.round = fact.round, .step = 0, .bounds = fact.bounds, .values = fact.values});
}

void Books::fact(const UnitContent&, const fair::Revealed& fact)
{
    Seeds& seeds = seeds_[{fact.player, fact.game}];
    const fair::Promised& committed = seeds.fact;
    const std::string told = which(fact.player, fact.game, fact.index);
    if (fact.index != committed.index || seeds.revealed) {
        say(told + "they are revealed and are not the current ones");
    }
    if (fair::commitment(fact.seed) != committed.commitment) {
        say(told + "the revealed seed is not the one that was committed to");
    }
    if (!fact.seed.ends_with("." + to_hex(committed.definition))) {
        say(told + "the revealed seed does not name the game's definition");
    }
    for (const fair::Drawn& drawn : seeds.unproved) {
        const bool drawable = std::ranges::all_of(drawn.bounds, [](Bound bound) { return bound >= 1; });
        if (!drawable
            || fair::values(committed.scheme, fact.seed, seeds.client_seed, drawn.nonce, drawn.bounds)
                != drawn.values) {
            say("round " + std::to_string(raw(drawn.round)) + ": its seeds decide otherwise");
            continue;
        }
        ++proved_;
    }
    seeds.unproved.clear();
    seeds.revealed = true;
}

}  // namespace croupier::verify
