#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "builtin_modules.hpp"
#include "edge.hpp"
#include "faulty_disk.hpp"
#include "fixed_seal_key.hpp"
#include "inputs.hpp"
#include "memory_keys.hpp"
#include "plan.hpp"
#include "seeded_random.hpp"
#include "server_seeds.hpp"
#include "world.hpp"

namespace croupier::host {
struct Opening;
}

namespace croupier::simulation {

/// One end of a simulated WebSocket: what a client hears.
class Peer {
public:
    virtual ~Peer() = default;
    virtual void opened() = 0;
    virtual void heard(std::string_view frame) = 0;
    /// 0: the connection broke.
    virtual void closed(std::uint16_t code) = 0;
    /// Frames that may be on the way to it at once; few for a slow reader.
    virtual std::size_t window() const = 0;
};

/// What an HTTP call came to; nullopt: no answer came.
using Answered = std::function<void(const std::optional<edge::HttpResponse>&)>;

/// The whole server over all its lives: the floor and its modules, the store's own code on SQLite on a disk with faults, the
/// edge's outboxes and rates. Only sockets, threads and the time are simulated.
class House {
public:
    /// `scratch`: an empty folder for what is not on the simulated disk: views and snapshots.
    House(World& world, const Plan& plan, std::filesystem::path scratch, const std::filesystem::path& recordings);
    ~House();
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    // The network. Everything takes time, and anything may get lost when the server dies.

    /// A new connection; `peer` outlives it, until it is told closed or lets go.
    ConnectionId connect(Peer& peer);
    void send(ConnectionId connection, std::string frame);
    /// The connection breaks, for both.
    void cut(ConnectionId connection);
    /// The peer goes away without a word, and hears nothing more.
    void let_go(ConnectionId connection);
    void call(host::ApiRequest request, Answered answered);

    // The machine.

    bool up() const noexcept { return life_ != nullptr; }
    /// Whether the process has submitted what is not durable.
    bool writing() const;
    /// How many frames for players this process has had.
    std::uint64_t told() const;
    /// The process ends, now. `power`: and the disk loses what was not synced.
    void crash(bool power);
    /// The process is asked to stop, and does once all that it took is durable; later it starts again.
    void stop();
    /// No more faults from here on, and the server comes up again.
    void heal();
    void fail_disk(fakes::FaultyDisk::Fault fault);
    void set_slow_disk(bool slow) noexcept { slow_disk_ = slow; }
    void set_disk_low(bool low) noexcept { disk_low_ = low; }
    void set_entropy(bool there);
    void step_clock(std::chrono::microseconds by);
    void take_snapshot(bool damaged);
    Result<OperatorId> add_operator(const Hash& token, bool admin);

    WallTime wall() const;
    Seq durable() const;
    std::uint64_t lives() const noexcept { return lives_; }
    std::uint64_t rounds() const noexcept { return rounds_; }

    /// Everything that is kept, after the last fault: the chain holds, sums are zero, the state is what the facts add up to,
    /// and what was told to be durable is there.
    void audit();

private:
    struct Life;
    class SimStore;
    class SimEdge;

    void start();
    /// Whether what belongs to this life has nobody left to happen to.
    bool gone(const std::weak_ptr<Life>& life) const;
    /// Starts again soon, unless it is up.
    host::Opening opening();
    void start_recording();
    void finish_stop();
    void start_later(microseconds delay);
    template <class In>
    void take(const In& input);
    void tick();

    World& world_;
    const Plan& plan_;
    std::filesystem::path scratch_;
    std::filesystem::path recordings_;
    host::GameList games_;
    fakes::FaultyDisk disk_;
    fakes::MemoryKeys keys_;
    fakes::FixedSealKey seal_key_;
    fakes::SeededEntropy entropy_;
    fakes::SeededEntropy recorder_entropy_;
    fair::ServerSeeds fair_seeds_{entropy_, keys_};
    fakes::SeededRng rng_;
    microseconds clock_offset_{0};
    Seq told_durable_{};
    bool slow_views_;
    bool stopping_ = false;
    bool closed_ = false;  // All connections, as it is to stop.
    bool slow_disk_ = false;
    bool disk_low_ = false;
    bool healed_ = false;
    bool starting_ = false;
    std::uint64_t lives_ = 0;
    std::uint64_t rounds_ = 0;
    std::uint64_t last_connection_ = 0;
    std::map<ConnectionId, Peer*> peers_;  ///< Clients that wait to hear something.
    std::shared_ptr<Life> life_;
};

}  // namespace croupier::simulation
