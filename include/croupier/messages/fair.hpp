#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/fair.hpp"
#include "croupier/ids.hpp"
#include "croupier/ports.hpp"

/// What may be said to the fair module, and what it records. A player has a pair of seeds for each provably fair game: pairs have
/// numbers 1, 2, 3, …; rounds of a pair have nonces 1, 2, 3, … The server seed of the next pair is always promised before the player
/// names a client seed for it, so that neither side knows the other's when it chooses.
namespace croupier::fair {

/// The pair that decides the next round.
struct Pair {
    std::uint64_t index = 0;
    Scheme scheme{};
    Hash commitment{};  ///< Of the server seed, which only its revelation tells.
    Hash definition{};  ///< Of the game, covered by the commitment.
    std::string client_seed;
    std::uint64_t rounds = 0;  ///< Played with it: the last nonce.
};
BOOST_DESCRIBE_STRUCT(Pair, (), (index, scheme, commitment, definition, client_seed, rounds))

/// A pair that decides nothing any more.
struct Past {
    Pair pair;
    std::string seed;  ///< The server seed's text.
};
BOOST_DESCRIBE_STRUCT(Past, (), (pair, seed))

/// The server seed of the pair that comes next is fixed: this is its hash.
struct Promise {
    std::uint64_t index = 0;
    Scheme scheme{};
    Hash commitment{};
    Hash definition{};
};
BOOST_DESCRIBE_STRUCT(Promise, (), (index, scheme, commitment, definition))

struct Pairs {
    std::optional<Pair> current;  ///< None before the first bet or choice.
    Promise next;
    std::vector<Past> past;  ///< The last ones, newest first.
};
BOOST_DESCRIBE_STRUCT(Pairs, (), (current, next, past))

/// Whoever asks for the first time is promised the first pair. Refuses: game_unknown (also for a game that is not provably fair),
/// entropy_unavailable.
struct Show {
    using Reply = Pairs;
    static constexpr std::string_view kName = "fair.Show";
    PlayerId player{};
    std::string game;
};
BOOST_DESCRIBE_STRUCT(Show, (), (player, game))

/// Reveals the server seed of pair `after`, begins the pair that was promised, with this client seed, and promises the next. Asked again for the same pair with the
/// same client seed, it answers as it did. Refuses: game_unknown, malformed (not a client seed), seeds_changed (another pair is
/// the current one), entropy_unavailable.
struct Rotate {
    using Reply = Pairs;
    static constexpr std::string_view kName = "fair.Rotate";
    PlayerId player{};
    std::string game;
    std::uint64_t after = 0;  ///< 0: there is none yet.
    std::string client_seed;
};
BOOST_DESCRIBE_STRUCT(Rotate, (), (player, game, after, client_seed))

/// The values of a round, and which round of which pair it is.
struct Decided {
    std::uint64_t index = 0;
    std::uint64_t nonce = 0;
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Decided, (), (index, nonce, values))

/// All draws of a round at once, recorded in the same unit of work. A pair that has decided as many rounds as it may, or belongs to
/// another version of the game, is revealed and followed by the next before it. Refuses: entropy_unavailable.
struct Draw {
    using Reply = Decided;
    static constexpr std::string_view kName = "fair.Draw";
    PlayerId player{};
    std::string game;
    RoundId round{};
    std::vector<Bound> bounds;
};
BOOST_DESCRIBE_STRUCT(Draw, (), (player, game, round, bounds))

/// Fact: the server seed of the next pair is fixed. Promised again only for another version of the game.
struct Promised {
    static constexpr std::string_view kName = "fair.promised";
    static constexpr std::uint16_t kFact = 40;
    PlayerId player{};
    std::string game;
    std::uint64_t index = 0;
    Scheme scheme{};
    Hash definition{};
    Hash commitment{};
    Sealed seed;  ///< The server seed's text, under the player's key.
};
BOOST_DESCRIBE_STRUCT(Promised, (), (player, game, index, scheme, definition, commitment, seed))

/// Fact: the promised pair decides from here on, with this client seed.
struct Begun {
    static constexpr std::string_view kName = "fair.begun";
    static constexpr std::uint16_t kFact = 43;
    PlayerId player{};
    std::string game;
    std::uint64_t index = 0;
    std::string client_seed;
};
BOOST_DESCRIBE_STRUCT(Begun, (), (player, game, index, client_seed))

/// Fact: the pair decides no more, and this is its server seed's text.
struct Revealed {
    static constexpr std::string_view kName = "fair.revealed";
    static constexpr std::uint16_t kFact = 41;
    PlayerId player{};
    std::string game;
    std::uint64_t index = 0;
    std::string seed;
};
BOOST_DESCRIBE_STRUCT(Revealed, (), (player, game, index, seed))

/// Fact: these values decided the round.
struct Drawn {
    static constexpr std::string_view kName = "fair.drawn";
    static constexpr std::uint16_t kFact = 42;
    PlayerId player{};
    std::string game;
    std::uint64_t index = 0;
    std::uint64_t nonce = 0;
    RoundId round{};
    std::vector<Bound> bounds;
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Drawn, (), (player, game, index, nonce, round, bounds, values))

}  // namespace croupier::fair
