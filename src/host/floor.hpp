#pragma once

#include <chrono>
#include <algorithm>
#include <deque>
#include <functional>
#include <unordered_map>

#include "api.hpp"
#include "calls.hpp"
#include "casino.hpp"
#include "config/config.hpp"
#include "croupier/codec.hpp"
#include "croupier/messages/rng.hpp"
#include "edge.hpp"
#include "gated_outputs.hpp"
#include "inputs.hpp"
#include "operator_api.hpp"
#include "queries.hpp"
#include "sealing.hpp"
#include "server_metrics.hpp"
#include "token.hpp"

namespace croupier::host {

/// The time of one input, for all of it. It never goes back: a machine's clock that was set back is waited for at half its
/// speed, so that what waits for a time (a deadline, the next game of a player) goes on.
class InputClock final : public Clock {
public:
    /// The first one is the casino's own time: what it recorded last.
    void set(WallTime wall, SteadyTime steady) noexcept
    {
        const auto least = wall_ + std::chrono::floor<std::chrono::microseconds>((steady - steady_) / 2);
        wall_ = std::max(wall, least);
        steady_ = steady;
    }
    WallTime wall() override { return wall_; }
    SteadyTime steady() override { return steady_; }

private:
    WallTime wall_{};
    SteadyTime steady_{};
};

/// What a module (by its name) or the floor ("floor") knows of this process only: who is connected.
struct LivePart {
    std::string name;
    Bytes bytes;
};
BOOST_DESCRIBE_STRUCT(LivePart, (), (name, bytes))

/// The casino's floor: the casino behind what clients and operators send, without sockets, files, threads or clocks. It takes
/// one input after the other, and everything else that it does not know by itself comes through a port: so the same inputs
/// with the same answers of the ports give the same outputs, which is what a recording keeps and a replay compares.
class Floor {
public:
    /// How often it wants to be told Ticked.
    static constexpr std::chrono::milliseconds kTick{500};

    /// What it stands on. All outlive it. `clock` is the input's: it does not move while one input is taken. `stopwatch`
    /// measures how long decisions take, for metrics only.
    struct Parts {
        const config::Config& config;
        Casino& casino;
        edge::Edge& edge;
        Store& store;
        store::Queries& views;
        Clock& clock;
        Clock& stopwatch;
        Tokens& tokens;
        const SealKey& seal_key;
        ServerMetrics& metrics;
    };
    explicit Floor(const Parts& parts);

    void take(const Connected& input);
    void take(const Framed& input);
    void take(const RateLimited& input);
    void take(const Disconnected& input);
    void take(const Called& input);
    void take(const Durable& input);
    void take(const Ticked& input);
    /// Refuses: player_unknown.
    Result<session::Done> take(const EraseAsked& input);
    /// Refuses: what cashier::AddOperator and cashier::RemoveOperator refuse.
    Result<cashier::Operator> take(const OperatorChanged& input);
    /// Refuses: entropy_unavailable.
    Result<rng::Reseeds> take(const ReseedAsked& input);
    Result<rounds::GameInfo> take(const GameChanged& input);
    void take(const DrainAsked& input);

    /// Between two inputs, with no question to the views open: what it and the modules know of this process only, as bytes
    /// of a vector of LivePart.
    Bytes live() const;
    /// Before the first input, what live() said. False: not readable.
    bool restore_live(std::span<const std::byte> live);

    /// Whether a stake would be taken, as far as the store is concerned.
    bool takes_stakes() const;
    std::size_t connections() const noexcept { return connections_.size(); }

private:
    struct Connection {
        SteadyTime heard;  ///< When its last frame came; pongs do not count.
        bool greeted = false;
        std::uint32_t malformed = 0;
    };

    template <class Command>
    Result<typename Command::Reply> send(const Command& command);
    /// Counts and times a decision.
    template <class Decide>
    auto timed(Flow flow, Decide decide);
    void flush();
    void look_up(const GatedOutputs::LookUp& wanted);

    void handle(ConnectionId connection, const HelloFrame& frame);
    void handle(ConnectionId connection, const SpinFrame& frame);
    void handle(ConnectionId connection, const ChooseFrame& frame);
    /// A command of a round: decided, timed, and measured until it is durable.
    template <class Command>
    void command(ConnectionId connection, std::uint64_t n, Flow flow, const Command& command);
    void handle(ConnectionId connection, const QueryFrame& frame);
    void handle(ConnectionId connection, const PingFrame& frame);
    void handle(ConnectionId connection, const BadFrame& frame);
    /// A refusal that rests on no state: it does not wait for the disk.
    void refuse_now(
        ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error);
    /// A refusal that rests on the casino's state: it waits like any answer.
    void refuse(
        ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error);
    void finish_overdue();
    void close_ungreeted();
    void close_idle();
    void save_live(ByteWriter& out) const;
    bool restore_live(ByteReader& in);

    Parts parts_;
    GatedOutputs outputs_;
    Api api_;
    OperatorApi operator_api_;
    Sealing sealing_;

    std::unordered_map<ConnectionId, Connection> connections_;
    struct Waiting {
        SteadyTime until;
        ConnectionId connection;
    };
    std::deque<Waiting> ungreeted_;  // In the order of opening, and so of their deadlines.
    struct Submitted {
        Seq seq;
        SteadyTime at;
    };
    std::deque<Submitted> submitted_;  // Rounds whose answers wait for the disk.
    std::uint64_t ticks_ = 0;
    bool draining_ = false;
};

}  // namespace croupier::host
