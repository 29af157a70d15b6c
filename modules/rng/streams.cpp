#include "streams.hpp"

#include <utility>

namespace croupier::rng {

Streams::Streams(StreamsOptions options, Entropy& first, Entropy* second)
    : options_{std::move(options)}, entropy_{first, second}
{
    if (!known_answer_holds(options_.mechanism)) {
        (void)fail("the generator does not give the known answer");
    } else if (!entropy_.healthy()) {
        (void)fail("a source of entropy failed its tests");
    }
}

bool Streams::test()
{
    if (!ready()) { return false; }
    if (!known_answer_holds(options_.mechanism)) {
        (void)fail("the generator does not give the known answer");
    } else if (!entropy_.test()) {
        (void)fail("a source of entropy failed its tests");
    }
    return ready();
}

Result<void> Streams::seed(std::string_view stream)
{
    if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
    const auto found = drbgs_.find(stream);
    if (found != drbgs_.end()) {
        if (!found->second->reseed()) { return fail(std::string{found->second->failure()}); }
        return {};
    }
    auto made = std::make_unique<Drbg>(DrbgOptions{.mechanism = options_.mechanism,
                                           .instance = options_.instance,
                                           .stream = std::string{stream},
                                           .purpose = "games",
                                           .prediction_resistance = options_.prediction_resistance},
        entropy_);
    if (!made->ready()) { return fail(std::string{made->failure()}); }
    drbgs_.emplace(stream, std::move(made));
    return {};
}

Result<void> Streams::draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values)
{
    std::ranges::fill(values, 0);
    if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
    const auto found = drbgs_.find(stream);
    if (found == drbgs_.end()) { return fail("a stream is drawn from that was never seeded"); }
    if (!found->second->draw(bounds, values)) { return fail(std::string{found->second->failure()}); }
    return {};
}

std::unexpected<Error> Streams::fail(std::string why)
{
    failure_ = std::move(why);
    drbgs_.clear();
    return refuse(ErrorCode::entropy_unavailable);
}

}  // namespace croupier::rng
