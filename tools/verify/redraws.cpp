#include "redraws.hpp"

#include <algorithm>
#include <utility>

#include "streams.hpp"
#include "text.hpp"

namespace croupier::verify {

/// Gives the seed that was opened, once.
class Redraws::OpenedSeed final : public rng::Seeds {
public:
    const char* next(rng::Seed& seed) override
    {
        if (note == nullptr) { return "it takes a seed that it was not given then"; }
        seed.system = note->seed.system;
        seed.port = note->seed.port;
        note.reset();
        return nullptr;
    }
    std::unique_ptr<rng::SeedNote> note;
};

Redraws::Stream* Redraws::stream(rng::StreamId id)
{
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;  // A stream that there is not was told already.
}

void Redraws::opened(const rng::StreamOpened& fact)
{
    streams_.try_emplace(fact.stream, Stream{.name = fact.name, .seeds = {}, .generator = {}});
}

void Redraws::seeded(const rng::Seeded& fact, const rng::SeedKept* kept, const Say& say)
{
    Stream* const stream = this->stream(fact.stream);
    if (stream == nullptr) { return; }
    const bool start = fact.reason == rng::SeedReason::start;
    const std::string which = "stream " + stream->name + ": ";
    const auto unknown = [&](const std::string& why) {
        stream->generator.reset();
        if (!why.empty()) { say(which + why); }
    };
    const auto key = kept == nullptr ? keys_.end() : keys_.find(kept->seed.key);
    if (key == keys_.end()) { return unknown(""); }
    auto note = rng::open(kept->seed.sealed, key->second);
    if (note == nullptr) { return unknown("its seed cannot be opened with the key that it is sealed for"); }
    if (note->stream != stream->name || note->reseed == start) {
        return unknown("its seed is one of another stream, or of another time");
    }
    if (start) {
        stream->generator.reset();
        auto seeds = std::make_unique<OpenedSeed>();
        rng::DrbgOptions options{.mechanism = note->mechanism,
            .instance = note->instance,
            .stream = note->stream,
            .purpose = std::string{rng::kPurpose}};
        seeds->note = std::move(note);
        stream->generator = std::make_unique<rng::Drbg>(std::move(options), *seeds);
        stream->seeds = std::move(seeds);
    } else if (stream->generator != nullptr) {
        static_cast<OpenedSeed&>(*stream->seeds).note = std::move(note);
        static_cast<void>(stream->generator->reseed());
    }
    if (stream->generator != nullptr && !stream->generator->ready()) {
        unknown(std::string{stream->generator->failure()});
    }
}

void Redraws::drawn(const rng::Drawn& fact, const Say& say)
{
    Stream* const stream = this->stream(fact.stream);
    const bool drawable = std::ranges::all_of(fact.bounds, [](Bound bound) { return bound > 0; });
    if (stream == nullptr || stream->generator == nullptr || !drawable) {
        ++not_computed_;
        return;
    }
    std::vector<Value> values(fact.bounds.size());
    if (stream->generator->draw(fact.bounds, values) && values == fact.values) {
        ++agreed_;
        return;
    }
    // From here on the generator may be somewhere else than it was: what follows says nothing.
    stream->generator.reset();
    say("round " + number(fact.round) + ": draw " + number(fact.counter) + " of stream " + stream->name
        + " is not what its seed gives");
}

}  // namespace croupier::verify
