#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "adapters/clock.hpp"
#include "casino.hpp"
#include "floor.hpp"
#include "house.hpp"
#include "input_queries.hpp"
#include "ledger_file.hpp"
#include "outbox.hpp"
#include "rate.hpp"
#include "recorder.hpp"
#include "sim_views.hpp"

/// One life of the server, from a start to a crash; private to the house.
namespace croupier::simulation {

using fakes::FaultyDisk;

// The store port over the ledger's file, in simulated time: what waits is written in one batch, which takes a while, and
// while it does the next one gathers.
class House::SimStore final : public Store {
public:
    SimStore(House& house, std::unique_ptr<store::LedgerFile> ledger)
        : house_{house}, ledger_{std::move(ledger)}, committed_{ledger_->head()}, submitted_{committed_}
    {
    }

    Position committed() const override { return committed_; }
    bool admits(Admission admission, std::size_t bytes) const override
    {
        if (admission == Admission::new_work && disk_low()) { return false; }
        const std::size_t reserve = admission == Admission::settlement ? 0 : house_.plan_.queue_bytes / 8;
        return bytes_ + bytes <= house_.plan_.queue_bytes - reserve;
    }
    bool disk_low() const override { return house_.disk_low_; }
    void submit(std::shared_ptr<const Unit> unit) override
    {
        CROUPIER_ASSERT(unit->position.seq == next(submitted_.seq));
        submitted_ = unit->position;
        bytes_ += unit->bytes.size();
        const auto has = [&](std::uint16_t type) {
            return std::ranges::find(unit->content.events, type, &EventRow::type) != unit->content.events.end();
        };
        for (const EventRow& event : unit->content.events) { house_.rounds_ += event.type == rounds::Settled::kFact; }
        const bool begins = has(rounds::Begun::kFact) || (has(rounds::Settled::kFact) && !has(rounds::Chosen::kFact));
        require(!begins || !house_.stopping_, [] { return "a round begins on a server that was asked to stop"; });
        waiting_.push_back(std::move(unit));
        if (!writing_) { begin(); }
    }
    void allow(Seq) override {}
    void on_committed(std::function<void(const Committed&)>) override {}
    void read(Seq, std::size_t, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) override
    {
        done({});
    }
    void backup(std::filesystem::path, std::function<void(std::optional<std::string>)> done) override
    {
        done("not here");
    }
    void close(std::function<void()> done) override { done(); }

    store::LedgerFile& ledger() { return *ledger_; }
    const Position& submitted() const { return submitted_; }
    std::size_t bytes() const { return bytes_; }
    /// The process or the machine ends while a batch may be half written.
    void end_in_the_middle()
    {
        if (!writing_ || batch_.empty()) { return; }
        if (house_.world_.chance(3)) {
            house_.disk_.strike_at_sync(FaultyDisk::Fault::power_off, house_.world_.next_seed());
        } else {
            house_.disk_.strike_at(
                1 + house_.world_.below(40), FaultyDisk::Fault::power_off, house_.world_.next_seed());
        }
        static_cast<void>(ledger_->append(batch_));
    }

private:
    void begin();
    void finish();

    House& house_;
    std::unique_ptr<store::LedgerFile> ledger_;
    Position committed_;
    Position submitted_;
    std::deque<std::shared_ptr<const Unit>> waiting_;
    store::Units batch_;
    std::size_t bytes_ = 0;
    bool writing_ = false;
    microseconds told_at_{0};
};

// The edge without sockets: its outboxes, its rates and its gate.
class House::SimEdge final : public edge::Edge {
public:
    explicit SimEdge(House& house) : house_{house} {}

    std::optional<std::string> listen() override { return std::nullopt; }
    std::uint16_t port() const override { return 0; }
    void send(
        ConnectionId connection, Seq rests_on, edge::FrameKind kind, std::string_view topic, std::string frame) override
    {
        Socket* socket = open(connection);
        if (socket == nullptr) { return; }
        ++told_;
        if (!socket->outbox.push(rests_on, kind, topic, std::move(frame))) { return close(connection, 4002, "slow"); }
        socket->outbox.release(committed_);
        pump(connection);
    }
    void send_now(ConnectionId connection, std::string frame) override
    {
        Socket* socket = open(connection);
        if (socket == nullptr) { return; }
        if (!socket->outbox.push_now({std::move(frame)})) { return close(connection, 4002, "slow"); }
        pump(connection);
    }
    void close_after(ConnectionId connection, Seq rests_on, std::uint16_t code, std::string_view) override
    {
        Socket* socket = open(connection);
        if (socket == nullptr) { return; }
        socket->closing = Closing{rests_on, code};
        pump(connection);
    }
    void close(ConnectionId connection, std::uint16_t code, std::string_view) override
    {
        Socket* socket = open(connection);
        if (socket == nullptr) { return; }
        socket->outbox.drop_held();
        socket->closing = Closing{Seq{0}, code};
        pump(connection);
    }
    void respond(ConnectionId call, Seq rests_on, edge::HttpResponse response) override
    {
        const auto found = calls_.find(call);
        require(found != calls_.end() && !found->second.response, [] { return "an HTTP call was answered twice"; });
        found->second.rests_on = rests_on;
        found->second.response = std::move(response);
        release(call);
    }
    void committed(Seq seq) override
    {
        committed_ = seq;
        std::vector<ConnectionId> all;
        for (auto& [id, socket] : sockets_) {
            socket.outbox.release(seq);
            all.push_back(id);
        }
        for (const auto id : all) { pump(id); }
        all.clear();
        for (const auto& [id, call] : calls_) { all.push_back(id); }
        for (const auto id : all) { release(id); }
    }
    void drain() override {}
    void stop(std::chrono::milliseconds, std::function<void()> done) override { done(); }
    edge::Counters counters() const override { return {}; }

    void add(ConnectionId connection)
    {
        const auto& limits = house_.plan_.config.edge;
        sockets_.emplace(connection,
            Socket{.outbox = edge::Outbox{limits.outbox_max_bytes},
                .rate = edge::Rate{limits.frames_per_second, limits.frames_burst}});
        most_ = limits.outbox_max_bytes;
    }
    void add_call(ConnectionId call, Answered answered) { calls_.emplace(call, Call{std::move(answered)}); }
    /// A frame has come in. nullopt: nobody listens any more.
    std::optional<bool> within_rate(ConnectionId connection, SteadyTime now)
    {
        Socket* socket = open(connection);
        if (socket == nullptr) { return std::nullopt; }
        return socket->rate.take(now);
    }
    bool has(ConnectionId connection) const { return sockets_.contains(connection); }
    void remove(ConnectionId connection) { sockets_.erase(connection); }
    /// The peer has taken a frame in.
    void read_on(ConnectionId connection)
    {
        const auto found = sockets_.find(connection);
        if (found == sockets_.end()) { return; }
        --found->second.in_flight;
        pump(connection);
    }
    /// The server died: who waits for an answer gets none.
    /// Frames for players so far that are answers and pushes, not refusals of the edge's.
    std::uint64_t told() const noexcept { return told_; }
    std::vector<Answered> unanswered()
    {
        std::vector<Answered> all;
        all.reserve(calls_.size());
        for (auto& [id, call] : calls_) { all.push_back(std::move(call.answered)); }
        calls_.clear();
        return all;
    }

private:
    struct Closing {
        Seq rests_on{};
        std::uint16_t code = 0;
    };
    struct Socket {
        edge::Outbox outbox;
        edge::Rate rate;
        std::optional<Closing> closing{};
        std::size_t in_flight = 0;
        microseconds last{0};
    };
    struct Call {
        Answered answered;
        Seq rests_on{};
        std::optional<edge::HttpResponse> response{};
    };

    /// One that is still heard and sent to.
    Socket* open(ConnectionId connection)
    {
        const auto found = sockets_.find(connection);
        return found == sockets_.end() || found->second.closing ? nullptr : &found->second;
    }
    void pump(ConnectionId connection);
    void release(ConnectionId call);

    House& house_;
    std::uint64_t told_ = 0;
    std::map<ConnectionId, Socket> sockets_;
    std::map<ConnectionId, Call> calls_;
    Seq committed_{};
    std::size_t most_ = 0;
};

struct House::Life {
    explicit Life(House& house) : tokens{house.entropy_}, edge{house} {}

    std::uint64_t number = 0;
    host::InputClock clock;
    adapters::SystemClock stopwatch;
    host::RandomTokens tokens;
    host::ServerMetrics metrics;
    std::unique_ptr<host::Recorder> recorder;
    std::uint64_t recordings = 0;
    microseconds recording_since{0};
    std::unique_ptr<SimStore> store;
    std::unique_ptr<SimViews> views;
    std::unique_ptr<host::InputQueries> queries;
    SimEdge edge;
    std::unique_ptr<host::Casino> casino;
    std::unique_ptr<host::Floor> floor;
};

template <class In>
void House::take(const In& input)
{
    Life& life = *life_;
    life.clock.set(wall(), SteadyTime{std::chrono::nanoseconds{world_.now()} + std::chrono::seconds{1000}});
    if (life.recorder) { life.recorder->input(life.clock, input); }
    static_cast<void>(life.floor->take(input));
    require(life.store->bytes() <= plan_.queue_bytes + 64 * 1024, [] { return "more waits for the disk than may"; });
}

}  // namespace croupier::simulation
