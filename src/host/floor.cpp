#include "floor.hpp"

#include <algorithm>

#include "adapters/log.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/lobby.hpp"

namespace croupier::host {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kGoodbye = 4003;
constexpr std::uint16_t kIdle = 4004;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::size_t kUnitBytes = 8192;  // More than a round's unit takes.
constexpr unsigned kFinishedATick = 100;

}  // namespace

Floor::Floor(const Parts& parts)
    : parts_{parts},
      api_{{.casino = parts.casino,
          .edge = parts.edge,
          .outputs = outputs_,
          .clock = parts.clock,
          .tokens = parts.tokens,
          .views = parts.views,
          .store = parts.store,
          .currency = parts.config.server.currency,
          .seal_key = parts.seal_key,
          .draining = draining_,
          .refused = [this](ErrorCode code) { parts_.metrics.refused(code); }}},
      operator_api_{api_.parts()},
      sealing_{{.close = [this](const ledger::CloseDay& command) { return send(command); },
          .seal = [this](const ledger::SealDay& command) { return send(command); },
          .may_write = [this] { return takes_stakes(); },
          .views = parts.views}}
{
}

bool Floor::takes_stakes() const { return !draining_ && parts_.store.admits(Admission::new_work, kUnitBytes); }

template <class Command>
Result<typename Command::Reply> Floor::send(const Command& command)
{
    Casino& casino = parts_.casino;
    auto reply = casino.input(
        parts_.clock.wall(), outputs_, [&](Context& context) { return casino.bus().send(command, context); });
    log::debug("server", "decided",
        {log::input(casino.last_input()), {"command", Command::kName}, {"ok", reply.has_value()},
            {"rests_on", raw(casino.submitted().seq)}});
    flush();
    return reply;
}

template <class Decide>
auto Floor::timed(Flow flow, Decide decide)
{
    const SteadyTime begin = parts_.stopwatch.steady();
    auto result = decide();
    parts_.metrics.decided(flow, result.has_value(), parts_.stopwatch.steady() - begin);
    return result;
}

void Floor::flush()
{
    for (const ErrorCode code : outputs_.take_refusals()) { parts_.metrics.refused(code); }
    for (const auto& wanted : outputs_.flush(parts_.edge, parts_.casino.submitted().seq)) { look_up(wanted); }
}

void Floor::look_up(const GatedOutputs::LookUp& wanted)
{
    Bytes key(8);
    for (std::size_t i = 0; i < 8; ++i) { key[i] = static_cast<std::byte>(wanted.n >> (8 * (7 - i))); }
    parts_.views.request(parts_.casino.submitted().seq, raw(wanted.session), std::move(key),
        [this, wanted](const Result<store::Viewed<std::optional<store::RequestRow>>>& viewed) {
            session::OldAnswer answer{.connection = wanted.connection, .n = wanted.n, .content = wanted.content};
            if (viewed && viewed->rows) {
                answer.found = true;
                answer.content_first = viewed->rows->content_hash;
                answer.answer = viewed->rows->answer;
            }
            static_cast<void>(send(answer));  // Its reply says nothing; what the client is told went out as a frame.
        });
}

// WebSockets.

void Floor::take(const Connected& input)
{
    const SteadyTime now = parts_.clock.steady();
    connections_.emplace(input.connection, Connection{.heard = now});
    ungreeted_.push_back({now + parts_.config.edge.hello_timeout, input.connection});
}

void Floor::take(const Disconnected& input)
{
    connections_.erase(input.connection);
    static_cast<void>(send(session::Disconnect{input.connection}));  // Never refuses.
}

void Floor::take(const Framed& input)
{
    if (const auto found = connections_.find(input.connection); found != connections_.end()) {
        found->second.heard = parts_.clock.steady();
    }
    std::visit([&](const auto& typed) { handle(input.connection, typed); }, input.frame);
}

void Floor::take(const RateLimited& input)
{
    const auto interval = 1000ms / std::max(1U, parts_.config.edge.frames_per_second);
    refuse_now(input.connection, input.n, input.q, {ErrorCode::rate_limited, std::max(interval, 1ms)});
}

void Floor::refuse_now(
    ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error)
{
    parts_.metrics.refused(error.code);
    log::debug("server", "refused at once", {{"connection", raw(connection)}, {"code", name(error.code)}});
    parts_.edge.send_now(connection, refusal(n, q, error));
}

void Floor::refuse(
    ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error)
{
    parts_.metrics.refused(error.code);
    log::debug("server", "refused", {log::input(parts_.casino.last_input()), {"code", name(error.code)}});
    const Seq rests_on = parts_.casino.submitted().seq;
    parts_.edge.send(connection, rests_on, edge::FrameKind::own, {}, refusal(n, q, error));
    if (error.code == ErrorCode::session_unknown) {
        parts_.edge.close_after(connection, rests_on, kGoodbye, "the session is not valid");
    }
}

void Floor::handle(ConnectionId connection, const HelloFrame& frame)
{
    const auto done = timed(
        Flow::hello, [&] { return send(session::Hello{connection, frame.q, frame.token, frame.resume}); });
    if (!done) { return refuse(connection, std::nullopt, frame.q, done.error()); }
    if (const auto found = connections_.find(connection); found != connections_.end()) { found->second.greeted = true; }
}

void Floor::handle(ConnectionId connection, const SpinFrame& frame)
{
    if (draining_) { return refuse_now(connection, frame.n, std::nullopt, {ErrorCode::draining, 1s}); }
    if (!parts_.store.admits(Admission::new_work, kUnitBytes)) {
        const auto code = parts_.store.disk_low() ? ErrorCode::disk_low : ErrorCode::overloaded;
        return refuse_now(connection, frame.n, std::nullopt, {code, 200ms});
    }
    command(connection, frame.n, Flow::spin, session::Play{connection, frame.n, frame.game, frame.stake, frame.bets});
}

void Floor::handle(ConnectionId connection, const ChooseFrame& frame)
{
    // A round in play may end while the server stops, and on a disk that has no room for new ones.
    if (!parts_.store.admits(Admission::settlement, kUnitBytes)) {
        return refuse_now(connection, frame.n, std::nullopt, {ErrorCode::overloaded, 200ms});
    }
    command(connection, frame.n, Flow::choose, session::Choose{connection, frame.n, frame.round, frame.choice});
}

template <class Command>
void Floor::command(ConnectionId connection, std::uint64_t n, Flow flow, const Command& command)
{
    const SteadyTime begin = parts_.stopwatch.steady();
    const Seq before = parts_.casino.submitted().seq;
    const auto done = timed(flow, [&] { return send(command); });
    if (!done) { return refuse(connection, n, std::nullopt, done.error()); }
    if (const Seq after = parts_.casino.submitted().seq; after != before) { submitted_.push_back({after, begin}); }
}

void Floor::handle(ConnectionId connection, const QueryFrame& frame)
{
    const auto done = timed(Flow::query, [&] { return send(session::Ask{connection, frame.q, frame.kind}); });
    if (!done) { refuse(connection, std::nullopt, frame.q, done.error()); }
}

void Floor::handle(ConnectionId connection, const PingFrame& frame)
{
    std::string pong{"{\"rq\":"};
    json::write_number(pong, frame.q);
    pong += ",\"ok\":{\"op\":\"ping\"}}";
    parts_.edge.send_now(connection, std::move(pong));
}

void Floor::handle(ConnectionId connection, const BadFrame& frame)
{
    refuse_now(connection, frame.n, frame.q, {frame.code});
    const auto found = connections_.find(connection);
    if (found == connections_.end()) { return; }
    if (++found->second.malformed >= parts_.config.sessions.malformed_max) {
        parts_.edge.close(connection, kPolicy, "too many malformed frames");
    }
}

// HTTP.

void Floor::take(const Called& input)
{
    const SteadyTime begin = parts_.stopwatch.steady();
    const bool ok = input.request.path.starts_with(OperatorApi::kPrefix)
        ? operator_api_.handle(input.call, input.request)
        : api_.handle(input.call, input.request);
    parts_.metrics.decided(Flow::http, ok, parts_.stopwatch.steady() - begin);
}

// Time and durability.

void Floor::take(const Durable& input)
{
    const SteadyTime now = parts_.stopwatch.steady();
    while (!submitted_.empty() && submitted_.front().seq <= input.seq) {
        parts_.metrics.durable(now - submitted_.front().at);
        submitted_.pop_front();
    }
    parts_.edge.committed(input.seq);
}

void Floor::take(const Ticked&)
{
    close_ungreeted();
    if (++ticks_ % 4 == 0) {
        close_idle();
        static_cast<void>(send(lobby::Announce{}));  // Refused only where there is no lobby.
    }
    static_cast<void>(send(ledger::ExpireHolds{}));  // Never refuses.
    finish_overdue();
    sealing_.tick();
    if (ticks_ % 120 == 0) { static_cast<void>(send(session::Sweep{})); }  // Never refuses.
}

void Floor::finish_overdue()
{
    // What is left comes with the next tick.
    for (unsigned i = 0; i < kFinishedATick && parts_.store.admits(Admission::settlement, kUnitBytes); ++i) {
        const auto finished = send(rounds::FinishOverdue{});
        if (!finished || !finished->one) { return; }  // Refused only where there are no rounds.
    }
}

void Floor::close_ungreeted()
{
    const SteadyTime now = parts_.clock.steady();
    while (!ungreeted_.empty() && ungreeted_.front().until <= now) {
        const auto found = connections_.find(ungreeted_.front().connection);
        if (found != connections_.end() && !found->second.greeted) {
            parts_.edge.close(found->first, kGoodbye, "no hello in time");
        }
        ungreeted_.pop_front();
    }
}

void Floor::close_idle()
{
    std::vector<ConnectionId> idle;
    for (const auto& [id, connection] : connections_) {
        if (parts_.clock.steady() - connection.heard >= parts_.config.sessions.idle) { idle.push_back(id); }
    }
    std::ranges::sort(idle);  // The map has an order of its own, which is nobody's business.
    for (const auto id : idle) { parts_.edge.close(id, kIdle, "idle for too long"); }
}

// A recording that begins in the middle.

namespace {

struct SavedConnection {
    ConnectionId connection{};
    std::int64_t heard = 0;  // Nanoseconds.
    bool greeted = false;
    std::uint32_t malformed = 0;
};
BOOST_DESCRIBE_STRUCT(SavedConnection, (), (connection, heard, greeted, malformed))

struct SavedWaiting {
    std::int64_t until = 0;  // Nanoseconds.
    ConnectionId connection{};
};
BOOST_DESCRIBE_STRUCT(SavedWaiting, (), (until, connection))

std::int64_t nanoseconds(SteadyTime at) { return std::chrono::nanoseconds{at.time_since_epoch()}.count(); }
SteadyTime at_nanoseconds(std::int64_t count) { return SteadyTime{std::chrono::nanoseconds{count}}; }

}  // namespace

void Floor::save_live(ByteWriter& out) const
{
    std::vector<SavedConnection> connections;
    connections.reserve(connections_.size());
    for (const auto& [id, connection] : connections_) {
        connections.push_back({id, nanoseconds(connection.heard), connection.greeted, connection.malformed});
    }
    std::ranges::sort(connections, {}, &SavedConnection::connection);
    out.write(connections);
    std::vector<SavedWaiting> waiting;
    waiting.reserve(ungreeted_.size());
    for (const Waiting& one : ungreeted_) { waiting.push_back({nanoseconds(one.until), one.connection}); }
    out.write(waiting);
    out.write(ticks_);
    out.write(draining_);
}

bool Floor::restore_live(ByteReader& in)
{
    const auto connections = in.read<std::vector<SavedConnection>>();
    const auto waiting = in.read<std::vector<SavedWaiting>>();
    ticks_ = in.read<std::uint64_t>();
    draining_ = in.read<bool>();
    for (const auto& [id, heard, greeted, malformed] : connections) {
        connections_.emplace(id, Connection{at_nanoseconds(heard), greeted, malformed});
    }
    for (const auto& [until, connection] : waiting) { ungreeted_.push_back({at_nanoseconds(until), connection}); }
    return in.complete();
}

Bytes Floor::live() const
{
    std::vector<LivePart> parts{{"floor", {}}};
    ByteWriter floor{parts.front().bytes};
    save_live(floor);
    for (const auto& module : parts_.casino.modules()) {
        LivePart part{std::string{module->name()}, {}};
        ByteWriter out{part.bytes};
        module->save_live(out);
        if (!part.bytes.empty()) { parts.push_back(std::move(part)); }
    }
    return to_bytes(parts);
}

bool Floor::restore_live(std::span<const std::byte> live)
{
    const auto parts = from_bytes<std::vector<LivePart>>(live);
    if (!parts) { return false; }
    return std::ranges::all_of(*parts, [&](const LivePart& part) {
        ByteReader in{part.bytes};
        if (part.name == "floor") { return restore_live(in); }
        const auto& modules = parts_.casino.modules();
        const auto found = std::ranges::find(modules, part.name, [](const auto& module) { return module->name(); });
        return found != modules.end() && (*found)->restore_live(in);
    });
}

// The operator's machine.

Result<session::Done> Floor::take(const EraseAsked& input)
{
    const auto erased = send(session::Erase{input.player});
    log::info("server", "erase", {{"player", raw(input.player)}, {"done", erased.has_value()}});
    return erased;
}

Result<cashier::Operator> Floor::take(const OperatorChanged& input)
{
    const OperatorLine& line = input.line;
    const auto changed = line.role ? send(cashier::AddOperator{*line.role, line.token})
                                   : send(cashier::RemoveOperator{line.token});
    if (changed) {
        log::info("server", "operators changed", {{"operator", raw(changed->id)}, {"added", line.role.has_value()}});
    }
    return changed;
}

Result<rng::Reseeds> Floor::take(const ReseedAsked&)
{
    const auto reseeded = send(rng::Reseed{});
    log::info("rng", "reseeded", {{"done", reseeded.has_value()}, {"streams", reseeded ? reseeded->streams : 0}});
    return reseeded;
}

Result<rounds::GameInfo> Floor::take(const GameChanged& input) { return send(rounds::Offer{input.text}); }

void Floor::take(const DrainAsked&)
{
    draining_ = true;
    parts_.edge.drain();
    static_cast<void>(send(session::AnnounceDrain{}));  // Never refuses.
}

}  // namespace croupier::host
