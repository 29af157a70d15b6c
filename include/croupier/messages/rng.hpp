#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/ports.hpp"

/// What may be said to the rng module, and what it records.
namespace croupier::rng {

/// A stream of random numbers: each use in a game has one of its own (GLI-19 4.5.1), 1, 2, 3, … in the order of their first draw.
enum class StreamId : std::uint16_t {};

/// The random numbers of one step of a round, in order: values[i] is uniform in [0, bounds[i]).
struct Values {
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Values, (), (values))

/// Draws for a round, and records the draw in the same unit of work. Refuses: entropy_unavailable.
struct Draw {
    using Reply = Values;
    static constexpr std::string_view kName = "rng.Draw";
    std::string stream;  ///< The game and what for: "lucky-lines/outcome".
    RoundId round{};
    std::uint16_t step = 0;  ///< 0 for a round's first draw, 1 for the next (free spins), …
    std::vector<Bound> bounds;
};
BOOST_DESCRIBE_STRUCT(Draw, (), (stream, round, step, bounds))

struct Reseeds {
    std::uint32_t streams = 0;  ///< That got fresh entropy.
};
BOOST_DESCRIBE_STRUCT(Reseeds, (), (streams))

/// Fresh entropy now, for every stream that this process has drawn from. Refuses: entropy_unavailable.
struct Reseed {
    using Reply = Reseeds;
    static constexpr std::string_view kName = "rng.Reseed";
};
BOOST_DESCRIBE_STRUCT(Reseed, (), ())

/// How the values that this process drew from a stream below one bound are spread: part i of 16 has those with
/// floor(value * 16 / bound) = i.
struct Spread {
    std::string stream;
    Bound bound = 0;
    std::vector<std::uint64_t> parts;
};
BOOST_DESCRIBE_STRUCT(Spread, (), (stream, bound, parts))

struct Spreads {
    std::vector<Spread> spreads;
};
BOOST_DESCRIBE_STRUCT(Spreads, (), (spreads))

/// For monitoring (GLI-19 A.6.2): it decides nothing. Refuses: nothing.
struct GetSpreads {
    using Reply = Spreads;
    static constexpr std::string_view kName = "rng.GetSpreads";
};
BOOST_DESCRIBE_STRUCT(GetSpreads, (), ())

/// Fact: a stream is drawn from for the first time, ever.
struct StreamOpened {
    static constexpr std::string_view kName = "rng.stream_opened";
    static constexpr std::uint16_t kFact = 38;
    StreamId stream{};
    std::string name;
};
BOOST_DESCRIBE_STRUCT(StreamOpened, (), (stream, name))

enum class SeedReason : std::uint8_t {
    start = 1,      ///< The first draw of this process: instantiated.
    scheduled = 2,  ///< So many draws, or so much time, after the last one (GLI-19 3.3.2(c)).
    forced = 3,     ///< Somebody asked for it.
};
BOOST_DESCRIBE_ENUM(SeedReason, start, scheduled, forced)

/// Fact: a stream's generator got fresh entropy.
struct Seeded {
    static constexpr std::string_view kName = "rng.seeded";
    static constexpr std::uint16_t kFact = 39;
    StreamId stream{};
    std::uint64_t draws = 0;  ///< Of the stream, ever, before it.
    SeedReason reason{};
};
BOOST_DESCRIBE_STRUCT(Seeded, (), (stream, draws, reason))

/// Fact: what the stream was seeded with, as the Seeded before it in the same unit says, sealed for an auditor, who can compute the
/// stream's draws again from it.
struct SeedKept {
    static constexpr std::string_view kName = "rng.seed_kept";
    static constexpr std::uint16_t kFact = 48;
    StreamId stream{};
    KeptSeed seed;
};
BOOST_DESCRIBE_STRUCT(SeedKept, (), (stream, seed))

/// Fact: these values were drawn, once.
struct Drawn {
    static constexpr std::string_view kName = "rng.drawn";
    static constexpr std::uint16_t kFact = 37;
    StreamId stream{};
    std::uint64_t counter = 0;  ///< The stream's first draw is 1; without gaps.
    RoundId round{};
    std::uint16_t step = 0;
    std::vector<Bound> bounds;
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Drawn, (), (stream, counter, round, step, bounds, values))

/// Fact, of ledgers from before there were streams; no longer written.
struct DrawnUnnamed {
    static constexpr std::string_view kName = "rng.drawn_unnamed";
    static constexpr std::uint16_t kFact = 2;
    RoundId round{};
    std::uint16_t step = 0;
    std::vector<Bound> bounds;
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(DrawnUnnamed, (), (round, step, bounds, values))

}  // namespace croupier::rng
