#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/ports.hpp"

/// What may be said to the rng module, and what it records.
namespace croupier::rng {

/// The random numbers of one step of a round, in order: values[i] is uniform in [0, bounds[i]).
struct Values {
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Values, (), (values))

/// Draws for a round, and records the draw in the same unit of work. Refuses: entropy_unavailable.
struct Draw {
    using Reply = Values;
    static constexpr std::string_view kName = "rng.Draw";
    RoundId round{};
    std::uint16_t step = 0;  ///< 0 for a round's first draw, 1 for the next (free spins), …
    std::vector<Bound> bounds;
};
BOOST_DESCRIBE_STRUCT(Draw, (), (round, step, bounds))

/// Fact: these values were drawn, once.
struct Drawn {
    static constexpr std::string_view kName = "rng.drawn";
    static constexpr std::uint16_t kFact = 2;
    RoundId round{};
    std::uint16_t step = 0;
    std::vector<Bound> bounds;
    std::vector<Value> values;
};
BOOST_DESCRIBE_STRUCT(Drawn, (), (round, step, bounds, values))

}  // namespace croupier::rng
