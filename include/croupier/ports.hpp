#pragma once

#include <boost/describe.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/ids.hpp"
#include "croupier/result.hpp"
#include "croupier/time.hpp"

/// The ports: everything that is not determined by the inputs comes through one of these. Production adapters live in
/// src/, fakes in tests/support/. Nothing else may ask for the time, for randomness, a file, a socket or a thread.
/// All are called on the loop thread, and call back on it.
namespace croupier {

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() = 0;
    virtual SteadyTime steady() = 0;
};

/// Random bytes fit for keys (getrandom(2) in production). The seed of the games' generator comes from here too.
class Entropy {
public:
    virtual ~Entropy() = default;
    /// Fills all of `out`, or refuses with entropy_unavailable and leaves it zeroed.
    virtual Result<void> fill(std::span<std::byte> out) = 0;
};

/// A uniform draw asks for a value in [0, bound); bound is at least 1.
using Bound = std::uint32_t;
using Value = std::uint32_t;

/// What a generator was seeded with, sealed so that only an auditor can open it; both empty where nothing is kept for one.
struct KeptSeed {
    Hash key{};    ///< SHA-256 of the auditor's public key (SubjectPublicKeyInfo).
    Bytes sealed;  ///< RSA-OAEP with SHA-256 (RFC 8017).

    friend bool operator==(const KeptSeed&, const KeptSeed&) = default;
};
BOOST_DESCRIBE_STRUCT(KeptSeed, (), (key, sealed))

/// The games' random number generators, one for each named stream: one call for all draws that are known to be needed, never
/// prefetched. Both refuse with entropy_unavailable once a generator failed a check.
class Rng {
public:
    virtual ~Rng() = default;
    /// Fresh entropy for the stream; the first time it makes the stream's generator.
    virtual Result<KeptSeed> seed(std::string_view stream) = 0;
    /// Fills values[i] with a uniform value in [0, bounds[i]), exactly (no modulo bias), from a stream that was seeded. The
    /// spans have one size. Refused, no value is valid.
    virtual Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) = 0;
};

/// A value sealed under one key: AES-256-GCM (NIST SP 800-38D), the tag behind the ciphertext.
struct Sealed {
    std::uint64_t key_id = 0;
    std::array<std::byte, 12> nonce{};
    Bytes ciphertext;

    friend bool operator==(const Sealed&, const Sealed&) = default;
};
BOOST_DESCRIBE_STRUCT(Sealed, (), (key_id, nonce, ciphertext))

/// Keys that can be forgotten: a person's data is sealed under a key of its own, and erased with it. Keys never stand
/// in facts, views, logs or recordings.
class Keys {
public:
    virtual ~Keys() = default;
    /// Seals under key `key_id`, which is durable before this returns. Ids are handed out by the caller, 1, 2, 3, …, each
    /// for one use. Refuses with overloaded while that key is not durable yet, with player_unknown when it was erased.
    virtual Result<Sealed> seal(std::uint64_t key_id, std::span<const std::byte> plain) = 0;
    /// The plain value; nullopt when the key was erased or the ciphertext is not authentic.
    virtual std::optional<Bytes> unseal(const Sealed& sealed) = 0;
    /// Forgets the key for ever; durable before this returns. True if there was one.
    virtual bool erase(std::uint64_t key_id) = 0;
};

namespace fair {
enum class Scheme : std::uint8_t;  // croupier/fair.hpp
}

/// Behind which the server seeds of the provably fair games are: made here of entropy, so that nobody writes one, and told only to
/// be revealed. Seeds stand in facts sealed under their player's key.
class FairSeeds {
public:
    struct Made {
        Sealed seed;
        Hash commitment{};
    };
    virtual ~FairSeeds() = default;
    /// A fresh seed for a player's rounds of one game version. Refuses: entropy_unavailable, overloaded, player_unknown.
    virtual Result<Made> make(PlayerId player, const Hash& definition) = 0;
    /// What the two seeds and the nonce decide (fair::values). Refuses: entropy_unavailable, when the seed cannot be opened.
    virtual Result<std::vector<Value>> draw(const Sealed& seed, fair::Scheme scheme, std::string_view client_seed,
        std::uint64_t nonce, std::span<const Bound> bounds) = 0;
    /// The seed's text. It must not decide anything after this. Refuses: entropy_unavailable.
    virtual Result<std::string> reveal(const Sealed& seed) = 0;
};

/// What signs the sealed heads of the ledger: Ed25519 (RFC 8032). The private key stays behind this port; a key store can take
/// its place.
class SealKey {
public:
    virtual ~SealKey() = default;
    virtual std::array<std::byte, 32> public_key() const = 0;
    virtual std::array<std::byte, 64> sign(std::span<const std::byte> message) = 0;
};

/// Where a unit of work stands in the chain.
struct Position {
    Epoch epoch{1};
    Seq seq{0};
    Hash hash{};  ///< SHA-256 over the hash before and this unit's bytes; all zero at seq 0.

    friend bool operator==(const Position&, const Position&) = default;
};
struct Unit;  // croupier/unit.hpp

/// Why room in the store is asked for. Settling what was accepted has a reserve that new stakes cannot use up.
enum class Admission : std::uint8_t { new_work, settlement };

/// What the store reports after each durable batch.
struct Committed {
    Position position;  ///< All units up to here are durable.
    std::size_t units = 0;
    std::size_t bytes = 0;
    std::chrono::nanoseconds write{};  ///< Time of the whole batch.
    std::chrono::nanoseconds sync{};   ///< Of which: making it durable.
};

/// Facts, durable and in order. The store never refuses a submitted unit; a write or sync that fails ends the process.
class Store {
public:
    virtual ~Store() = default;
    virtual Position committed() const = 0;
    /// Whether a unit of about `bytes` would still fit the queue (and the disk). Ask before deciding.
    virtual bool admits(Admission admission, std::size_t bytes) const = 0;
    /// Whether the disk has so little room that new work is not admitted.
    virtual bool disk_low() const = 0;
    /// Asserts that the unit is the next one.
    virtual void submit(std::shared_ptr<const Unit> unit) = 0;
    /// Raises the seq up to which units may be written (replication sets it; alone it is unlimited).
    virtual void allow(Seq commit_limit) = 0;
    /// Sets the one listener, called on the loop after each durable batch.
    virtual void on_committed(std::function<void(const Committed&)> listener) = 0;
    /// Reads committed units from `from` on, at most `limit_bytes` (but at least one unit if there is one).
    virtual void read(
        Seq from, std::size_t limit_bytes, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) = 0;
    /// A consistent copy of the ledger into `directory`, while play goes on. nullopt: done; else what failed.
    virtual void backup(std::filesystem::path directory, std::function<void(std::optional<std::string>)> done) = 0;
    /// Writes what was submitted, then closes; `done` is the last call back.
    virtual void close(std::function<void()> done) = 0;
};

/// An ordered stream of frames to and from one peer, which may break at any time. `write` queues and never blocks.
class Link {
public:
    virtual ~Link() = default;
    virtual void write(std::string_view frame) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// Whole files, written so that after a crash the old or the new content stands there, never a mixture.
class Disk {
public:
    virtual ~Disk() = default;
    virtual std::optional<Bytes> read(const std::filesystem::path& path) = 0;
    /// Temporary file, sync, rename, sync of the folder. False if any step failed; the old content then stands.
    virtual bool replace(const std::filesystem::path& path, std::span<const std::byte> content) = 0;
    virtual bool remove(const std::filesystem::path& path) = 0;
    virtual std::vector<std::filesystem::path> list(const std::filesystem::path& directory) = 0;
    virtual std::uintmax_t free_bytes(const std::filesystem::path& directory) = 0;
};

/// One outgoing HTTP call to a third party (a payment service, a game vendor); the answer is an input.
class Vendor {
public:
    struct Answer {
        int status = 0;
        std::string body;
    };
    virtual ~Vendor() = default;
    virtual void post(std::string_view url, std::string_view body, std::chrono::milliseconds timeout,
        std::function<void(Result<Answer>)> done) = 0;
};

}  // namespace croupier
