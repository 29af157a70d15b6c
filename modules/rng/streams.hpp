#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "audit.hpp"
#include "drbg.hpp"
#include "generators.hpp"
#include "health.hpp"

namespace croupier::rng {

/// What the streams of games are for, in their personalization.
inline constexpr std::string_view kPurpose = "games";

/// What the streams of one process share.
struct StreamsOptions {
    Mechanism mechanism = Mechanism::hmac;
    std::string instance;                ///< One life of one server.
    bool prediction_resistance = false;  ///< Fresh entropy in each draw.
    std::string audit_key;  ///< PEM, public; seeds are kept for who has the private one. Empty: for nobody.
};

/// A generator for each stream, made when it is first seeded; no two can be alike, as each has its name in its
/// personalization (GLI-19 3.3.2(b)). What fails in one ends all of them: no game is played from then on, until restart.
class Streams final : public Generators {
public:
    /// Runs the known-answer test, and the start-up tests of the sources. Look at ready(). With an audit key there is no
    /// prediction resistance: what is drawn from fresh entropy each time cannot be computed again.
    Streams(StreamsOptions options, Entropy& first, Entropy* second);

    Result<KeptSeed> seed(std::string_view stream) override;
    /// Of a stream that was never seeded it refuses, and ends all.
    Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) override;

    bool test() override;
    bool has_second_source() const noexcept { return entropy_.has_second(); }

private:
    /// Fresh seeds; a copy of the last one waits to be kept for the auditor.
    class NotedSeeds final : public Seeds {
    public:
        explicit NotedSeeds(Entropy& port) : fresh_{port} {}
        const char* next(Seed& seed) override;
        std::unique_ptr<SeedNote> note;  ///< Null: nothing is noted.

    private:
        FreshSeeds fresh_;
    };

    std::unexpected<Error> fail(std::string why);
    Result<KeptSeed> keep();

    StreamsOptions options_;
    Key audit_key_;  ///< Null: nobody's.
    Hash audit_key_name_{};
    TestedEntropy entropy_;
    NotedSeeds seeds_;
    std::map<std::string, std::unique_ptr<Drbg>, std::less<>> drbgs_;
};

}  // namespace croupier::rng
