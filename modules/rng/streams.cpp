#include "streams.hpp"

#include <utility>

namespace croupier::rng {

const char* Streams::NotedSeeds::next(Seed& seed)
{
    const char* const why = fresh_.next(seed);
    if (why == nullptr && note != nullptr) {
        note->seed.system = seed.system;
        note->seed.port = seed.port;
    }
    return why;
}

Streams::Streams(StreamsOptions options, Entropy& first, Entropy* second)
    : options_{std::move(options)}, entropy_{first, second}, seeds_{entropy_}
{
    if (!known_answer_holds(options_.mechanism)) {
        (void)fail("the generator does not give the known answer");
    } else if (!entropy_.healthy()) {
        (void)fail("a source of entropy failed its tests");
    } else if (!options_.audit_key.empty()) {
        auto key = read_audit_key(options_.audit_key, /*with_private=*/false);
        if (!key || options_.prediction_resistance) {
            (void)fail("the auditor's key: " + (key ? std::string{"not with prediction resistance"} : key.error()));
            return;
        }
        audit_key_ = std::move(*key);
        audit_key_name_ = audit_key_name(audit_key_);
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

Result<KeptSeed> Streams::seed(std::string_view stream)
{
    if (!ready()) { return refuse(ErrorCode::entropy_unavailable); }
    const auto found = drbgs_.find(stream);
    const bool reseed = found != drbgs_.end();
    if (audit_key_ != nullptr) {
        seeds_.note = std::make_unique<SeedNote>();
        seeds_.note->mechanism = options_.mechanism;
        seeds_.note->instance = options_.instance;
        seeds_.note->stream = stream;
        seeds_.note->reseed = reseed;
    }
    if (reseed) {
        if (!found->second->reseed()) { return fail(std::string{found->second->failure()}); }
        return keep();
    }
    auto made = std::make_unique<Drbg>(DrbgOptions{.mechanism = options_.mechanism,
                                           .instance = options_.instance,
                                           .stream = std::string{stream},
                                           .purpose = std::string{kPurpose},
                                           .prediction_resistance = options_.prediction_resistance},
        seeds_);
    if (!made->ready()) { return fail(std::string{made->failure()}); }
    drbgs_.emplace(stream, std::move(made));
    return keep();
}

Result<KeptSeed> Streams::keep()
{
    if (seeds_.note == nullptr) { return KeptSeed{}; }
    KeptSeed kept{.key = audit_key_name_, .sealed = seal(*seeds_.note, audit_key_)};
    seeds_.note.reset();
    if (kept.sealed.empty()) { return fail("a seed could not be sealed for the auditor"); }
    return kept;
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
