#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "audit.hpp"
#include "croupier/messages/rng.hpp"

namespace croupier::verify {

/// An auditor's private keys, by the names of their public halves.
using AuditKeys = std::map<Hash, rng::Key>;

/// Draws computed again from the seeds that the ledger keeps for an auditor: every generator made anew, seeded as it was then, and
/// drawn from as often.
class Redraws {
public:
    using Say = std::function<void(const std::string& what)>;
    /// `keys` outlives it; without one of them nothing is computed again.
    explicit Redraws(const AuditKeys& keys) : keys_{keys} {}

    void opened(const rng::StreamOpened& fact);
    /// `kept`: what follows it in its unit; nullptr: nothing was kept.
    void seeded(const rng::Seeded& fact, const rng::SeedKept* kept, const Say& say);
    void drawn(const rng::Drawn& fact, const Say& say);

    /// Draws that are as their seeds say.
    std::uint64_t agreed() const noexcept { return agreed_; }
    /// Draws whose seed was not kept, or for somebody whose key is not here.
    std::uint64_t not_computed() const noexcept { return not_computed_; }

private:
    struct Stream {
        std::string name;
        std::unique_ptr<rng::Seeds> seeds;
        std::unique_ptr<rng::Drbg> generator;  ///< Null: its seed is not known.
    };
    class OpenedSeed;

    Stream* stream(rng::StreamId id);

    const AuditKeys& keys_;
    std::map<rng::StreamId, Stream> streams_;
    std::uint64_t agreed_ = 0;
    std::uint64_t not_computed_ = 0;
};

}  // namespace croupier::verify
