#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "drbg.hpp"
#include "generators.hpp"
#include "health.hpp"

namespace croupier::rng {

/// What the streams of one process share.
struct StreamsOptions {
    Mechanism mechanism = Mechanism::hmac;
    std::string instance;                ///< One life of one server.
    bool prediction_resistance = false;  ///< Fresh entropy in each draw.
};

/// A generator for each stream, made when it is first seeded; no two can be alike, as each has its name in its
/// personalization (GLI-19 3.3.2(b)). What fails in one ends all of them: no game is played from then on, until restart.
class Streams final : public Generators {
public:
    /// Runs the known-answer test, and the start-up tests of the sources. Look at ready().
    Streams(StreamsOptions options, Entropy& first, Entropy* second);

    Result<void> seed(std::string_view stream) override;
    /// Of a stream that was never seeded it refuses, and ends all.
    Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) override;

    bool test() override;
    bool has_second_source() const noexcept { return entropy_.has_second(); }

private:
    std::unexpected<Error> fail(std::string why);

    StreamsOptions options_;
    TestedEntropy entropy_;
    std::map<std::string, std::unique_ptr<Drbg>, std::less<>> drbgs_;
};

}  // namespace croupier::rng
