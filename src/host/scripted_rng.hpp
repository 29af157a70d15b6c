#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "croupier/ports.hpp"

namespace croupier::host {

/// Forced results, for a studio or QA to see every feature of a game at will: in front of the generators, it answers a stream's
/// next draws as it was told. Only in builds with CROUPIER_SCRIPTED_DRAWS, and there only with --test-endpoints in demo mode.
/// What is forced stands in the ledger as any other draw does.
class ScriptedRng final : public Rng {
public:
    static constexpr std::size_t kScriptsMax = 1'000;  ///< Draws that wait, over all streams.

    /// `told(stream, fits)`: a draw was scripted; if its bounds did not fit, the generators drew.
    using Told = std::function<void(std::string_view stream, bool fits)>;
    ScriptedRng(Rng& inner, Told told) : inner_{inner}, told_{std::move(told)} {}

    /// The values of the stream's next draw that is not scripted yet. False: too many wait.
    bool script(std::string stream, std::vector<Value> values);

    Result<KeptSeed> seed(std::string_view stream) override { return inner_.seed(stream); }
    Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) override;

private:
    Rng& inner_;
    Told told_;
    std::map<std::string, std::deque<std::vector<Value>>, std::less<>> scripts_;
    std::size_t waiting_ = 0;
};

/// {"stream":"lucky-lines/outcome","values":[3,17,0,5,9]}: what is asked of /test/draws. nullopt: it is not that.
struct ScriptedDraw {
    std::string stream;
    std::vector<Value> values;
};
std::optional<ScriptedDraw> parse_scripted_draw(std::string_view json);

}  // namespace croupier::host
