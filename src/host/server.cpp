#include "server.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>
#include <unordered_map>

#include "admin.hpp"
#include "api.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/lobby.hpp"
#include "edge.hpp"
#include "frame.hpp"
#include "gated_outputs.hpp"
#include "house.hpp"
#include "operator_api.hpp"
#include "adapters/log.hpp"
#include "adapters/watchdog.hpp"
#include "pages.hpp"
#include "sealing.hpp"
#include "server_metrics.hpp"

namespace croupier::host {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint16_t kGoodbye = 4003;
constexpr std::uint16_t kIdle = 4004;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::size_t kUnitBytes = 8192;  // More than a round's unit takes.

edge::Options edge_options(const config::Config& config)
{
    edge::Options options;
    options.host = config.edge.listen.host;
    options.port = config.edge.listen.port;
    if (!config.edge.tls_certificate.empty()) {
        options.tls_certificate = config.edge.tls_certificate;
        options.tls_key = config.edge.tls_key;
    }
    options.origins = config.edge.origins;
    options.connections_max = config.edge.connections_max;
    options.http_header_max = config.edge.http_header_max_bytes;
    options.http_body_max = config.edge.http_body_max_bytes;
    options.frame_max = config.edge.frame_max_bytes;
    options.outbox_max = config.edge.outbox_max_bytes;
    options.frames_per_second = config.edge.frames_per_second;
    options.frames_burst = config.edge.frames_burst;
    options.frames_excess_max = config.edge.frames_excess_max;
    options.request_timeout = config.edge.request_timeout;
    options.idle_timeout = config.edge.idle_timeout;
    options.ping_interval = config.edge.ping_interval;
    options.silence_max = config.edge.silence_max;
    options.echo = config.server.test_endpoints;
    return options;
}

/// The server: a house with an edge. Every method runs on the loop.
class Server final : public edge::Handler {
public:
    explicit Server(const config::Config& config) : config_{config}, signals_{loop_, SIGINT, SIGTERM}, tick_{loop_} {}

    int run();

    // What the edge tells.
    void on_http(ConnectionId call, edge::HttpRequest request) override;
    void on_open(ConnectionId connection) override;
    void on_text(ConnectionId connection, std::string_view text) override;
    void on_rate_limited(ConnectionId connection, std::string_view text) override;
    void on_closed(ConnectionId connection) override;

private:
    struct Connection {
        SteadyTime heard;  ///< When its last frame came; pongs do not count.
        bool greeted = false;
        std::uint32_t malformed = 0;
    };

    std::optional<std::string> build();
    void print_address() const;

    template <class Command>
    Result<typename Command::Reply> send(const Command& command);
    /// Counts and times a decision.
    template <class Decide>
    auto timed(Flow flow, Decide decide)
    {
        const SteadyTime begin = house_->clock().steady();
        auto result = decide();
        metrics_.decided(flow, result.has_value(), house_->clock().steady() - begin);
        return result;
    }
    void flush();
    void look_up(const GatedOutputs::LookUp& wanted);

    void handle(ConnectionId connection, const HelloFrame& frame);
    void handle(ConnectionId connection, const SpinFrame& frame);
    void handle(ConnectionId connection, const QueryFrame& frame);
    void handle(ConnectionId connection, const PingFrame& frame);
    void handle(ConnectionId connection, const BadFrame& frame);
    /// A refusal that rests on no state: it does not wait for the disk.
    void refuse_now(
        ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error);
    /// A refusal that rests on the casino's state: it waits like any answer.
    void refuse(
        ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error);

    void on_committed(const Committed& committed);
    void on_tick();
    void close_idle(SteadyTime now);
    void drain();
    void finish_drain();
    bool ready() const;
    void backup(const std::filesystem::path& directory, Admin::Done done);
    void erase(std::uint64_t player, Admin::Done done);
    void change_operator(const OperatorLine& line, Admin::Done done);
    /// Tells an operator once what was decided is durable.
    void tell_when_durable(Admin::Done done);
    void tell_durable();

    const config::Config& config_;
    adapters::Watchdog watchdog_;  // Goes last: until then a stop may hang.
    asio::io_context loop_{1};
    asio::signal_set signals_;
    asio::steady_timer tick_;
    ServerMetrics metrics_;
    GatedOutputs outputs_;
    std::unique_ptr<House> house_;
    std::unique_ptr<edge::Edge> edge_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<OperatorApi> operator_api_;
    std::unique_ptr<Sealing> sealing_;
    std::unique_ptr<Admin> admin_;

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
    struct Untold {
        Seq seq;
        Admin::Done done;
    };
    std::deque<Untold> untold_;  // Operators who wait for the disk.
    std::uint64_t ticks_ = 0;
    bool draining_ = false;
    std::atomic<bool> stopping_ = false;  // The watchdog tells it.
};

std::optional<std::string> Server::build()
{
    auto house = House::open(config_, loop_, config_.server.demo);
    if (!house) { return house.error(); }
    house_ = std::move(*house);
    house_->store().on_committed([this](const Committed& committed) { on_committed(committed); });

    edge_ = edge::make_edge(loop_, edge_options(config_), *this);
    edge_->committed(house_->store().committed().seq);
    const Calls::Parts parts{.casino = house_->casino(),
        .edge = *edge_,
        .outputs = outputs_,
        .clock = house_->clock(),
        .entropy = house_->entropy(),
        .views = house_->reader(),
        .store = house_->store(),
        .currency = config_.server.currency,
        .seal_key = house_->seal_key(),
        .draining = [this] { return draining_; },
        .refused = [this](ErrorCode code) { metrics_.refused(code); }};
    api_ = std::make_unique<Api>(parts);
    operator_api_ = std::make_unique<OperatorApi>(parts);
    sealing_ = std::make_unique<Sealing>(
        Sealing::Parts{.close = [this](const ledger::CloseDay& command) { return send(command); },
            .seal = [this](const ledger::SealDay& command) { return send(command); },
            .may_write = [this] { return !draining_ && house_->store().admits(Admission::new_work, kUnitBytes); },
            .views = house_->reader()});
    auto admin = Admin::listen(loop_, house_->paths().admin_socket(),
        {.backup = [this](const auto& directory, auto done) { backup(directory, std::move(done)); },
            .erase = [this](auto player, auto done) { erase(player, std::move(done)); },
            .change_operator = [this](const auto& line, auto done) { change_operator(line, std::move(done)); }});
    if (!admin) { return admin.error(); }
    admin_ = std::move(*admin);
    return edge_->listen();
}

int Server::run()
{
    if (const auto problem = build()) {
        log::error("server", "cannot start", {{"why", *problem}});
        std::fprintf(stderr, "croupier: %s\n", problem->c_str());
        return 1;
    }
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) { drain(); }
    });
    on_tick();
    print_address();
    loop_.run();
    return 0;
}

void Server::print_address() const
{
    const bool tls = !config_.edge.tls_certificate.empty();
    const config::Address address{config_.edge.listen.host, edge_->port()};
    const std::string text = config::to_string(address);
    std::printf("listening on %s://%s\n", tls ? "https" : "http", text.c_str());
    std::fflush(stdout);
    log::info("server", "listening",
        {{"address", text}, {"tls", tls}, {"demo", config_.server.demo}, {"instance", house_->instance()}});
}

// Inputs.

template <class Command>
Result<typename Command::Reply> Server::send(const Command& command)
{
    Casino& casino = house_->casino();
    auto reply = casino.input(
        house_->clock().wall(), outputs_, [&](Context& context) { return casino.bus().send(command, context); });
    log::debug("server", "decided",
        {log::input(casino.last_input()), {"command", Command::kName}, {"ok", reply.has_value()},
            {"rests_on", raw(casino.submitted().seq)}});
    flush();
    return reply;
}

void Server::flush()
{
    for (const ErrorCode code : outputs_.take_refusals()) { metrics_.refused(code); }
    for (const auto& wanted : outputs_.flush(*edge_, house_->casino().submitted().seq)) { look_up(wanted); }
}

void Server::look_up(const GatedOutputs::LookUp& wanted)
{
    Bytes key(8);
    for (std::size_t i = 0; i < 8; ++i) { key[i] = static_cast<std::byte>(wanted.n >> (8 * (7 - i))); }
    house_->reader().request(house_->casino().submitted().seq, raw(wanted.session), std::move(key),
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

void Server::on_open(ConnectionId connection)
{
    const SteadyTime now = house_->clock().steady();
    connections_.emplace(connection, Connection{.heard = now});
    ungreeted_.push_back({now + config_.edge.hello_timeout, connection});
}

void Server::on_closed(ConnectionId connection)
{
    connections_.erase(connection);
    static_cast<void>(send(session::Disconnect{connection}));  // Never refuses.
}

void Server::on_text(ConnectionId connection, std::string_view text)
{
    if (const auto found = connections_.find(connection); found != connections_.end()) {
        found->second.heard = house_->clock().steady();
    }
    const auto frame = parse_frame(text);
    std::visit([&](const auto& typed) { handle(connection, typed); }, frame);
}

void Server::on_rate_limited(ConnectionId connection, std::string_view text)
{
    const auto [n, q] = skim_numbers(text);  // Cheaper than what a frame within the rate costs.
    const auto interval = 1000ms / std::max(1U, config_.edge.frames_per_second);
    refuse_now(connection, n, q, {ErrorCode::rate_limited, std::max(interval, 1ms)});
}

void Server::refuse_now(
    ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error)
{
    metrics_.refused(error.code);
    log::debug("server", "refused at once", {{"connection", raw(connection)}, {"code", name(error.code)}});
    edge_->send_now(connection, refusal(n, q, error));
}

void Server::refuse(
    ConnectionId connection, std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error)
{
    metrics_.refused(error.code);
    log::debug("server", "refused", {log::input(house_->casino().last_input()), {"code", name(error.code)}});
    const Seq rests_on = house_->casino().submitted().seq;
    edge_->send(connection, rests_on, edge::FrameKind::own, {}, refusal(n, q, error));
    if (error.code == ErrorCode::session_unknown) {
        edge_->close_after(connection, rests_on, kGoodbye, "the session is not valid");
    }
}

void Server::handle(ConnectionId connection, const HelloFrame& frame)
{
    const auto done = timed(
        Flow::hello, [&] { return send(session::Hello{connection, frame.q, frame.token, frame.resume}); });
    if (!done) { return refuse(connection, std::nullopt, frame.q, done.error()); }
    if (const auto found = connections_.find(connection); found != connections_.end()) { found->second.greeted = true; }
}

void Server::handle(ConnectionId connection, const SpinFrame& frame)
{
    if (draining_) { return refuse_now(connection, frame.n, std::nullopt, {ErrorCode::draining, 1s}); }
    if (!house_->store().admits(Admission::new_work, kUnitBytes)) {
        const auto code = house_->store().disk_low() ? ErrorCode::disk_low : ErrorCode::overloaded;
        return refuse_now(connection, frame.n, std::nullopt, {code, 200ms});
    }
    const SteadyTime begin = house_->clock().steady();
    const Seq before = house_->casino().submitted().seq;
    const auto done = timed(
        Flow::spin, [&] { return send(session::Play{connection, frame.n, frame.game, frame.stake, frame.bets}); });
    if (!done) { return refuse(connection, frame.n, std::nullopt, done.error()); }
    if (const Seq after = house_->casino().submitted().seq; after != before) { submitted_.push_back({after, begin}); }
}

void Server::handle(ConnectionId connection, const QueryFrame& frame)
{
    const auto done = timed(Flow::query, [&] { return send(session::Ask{connection, frame.q, frame.kind}); });
    if (!done) { refuse(connection, std::nullopt, frame.q, done.error()); }
}

void Server::handle(ConnectionId connection, const PingFrame& frame)
{
    std::string pong{"{\"rq\":"};
    json::write_number(pong, frame.q);
    pong += ",\"ok\":{\"op\":\"ping\"}}";
    edge_->send_now(connection, std::move(pong));
}

void Server::handle(ConnectionId connection, const BadFrame& frame)
{
    refuse_now(connection, frame.n, frame.q, {frame.code});
    const auto found = connections_.find(connection);
    if (found == connections_.end()) { return; }
    if (++found->second.malformed >= config_.sessions.malformed_max) {
        edge_->close(connection, kPolicy, "too many malformed frames");
    }
}

void Server::on_http(ConnectionId call, edge::HttpRequest request)
{
    if (request.path.starts_with("/api/")) {
        const SteadyTime begin = house_->clock().steady();
        const bool ok = request.path.starts_with(OperatorApi::kPrefix) ? operator_api_->handle(call, request)
                                                                       : api_->handle(call, request);
        return metrics_.decided(Flow::http, ok, house_->clock().steady() - begin);
    }
    if (request.method != "GET") { return edge_->respond(call, Seq{0}, problem({ErrorCode::method_not_allowed})); }
    if (request.path == "/healthz") {
        return edge_->respond(call, Seq{0}, {.content_type = "text/plain; charset=utf-8", .body = "ok\n"});
    }
    if (request.path == "/readyz") {
        const bool takes_money = ready();
        return edge_->respond(call, Seq{0},
            {.status = takes_money ? 200 : 503,
                .content_type = "text/plain; charset=utf-8",
                .body = takes_money ? "ready\n" : "not ready\n"});
    }
    if (request.path == "/metrics") {
        const auto counts = send(session::GetCounts{});
        return edge_->respond(call, Seq{0},
            {.content_type = std::string{metrics::Registry::kContentType},
                .body = metrics_.text(house_->casino(), *edge_, house_->store(), house_->views(),
                    counts ? counts->sessions_open : 0, counts ? counts->players_online : 0)});
    }
    edge_->respond(call, Seq{0}, page(request));
}

// Time and durability.

void Server::on_committed(const Committed& committed)
{
    const SteadyTime now = house_->clock().steady();
    metrics_.committed(committed);
    while (!submitted_.empty() && submitted_.front().seq <= committed.position.seq) {
        metrics_.durable(now - submitted_.front().at);
        submitted_.pop_front();
    }
    edge_->committed(committed.position.seq);
    tell_durable();
    if (draining_) { finish_drain(); }
}

void Server::on_tick()
{
    const SteadyTime now = house_->clock().steady();
    while (!ungreeted_.empty() && ungreeted_.front().until <= now) {
        const auto found = connections_.find(ungreeted_.front().connection);
        if (found != connections_.end() && !found->second.greeted) {
            edge_->close(found->first, kGoodbye, "no hello in time");
        }
        ungreeted_.pop_front();
    }
    if (++ticks_ % 4 == 0) { close_idle(now); }
    if (ticks_ % 4 == 0) { static_cast<void>(send(lobby::Announce{})); }  // Refused only where there is no lobby.
    static_cast<void>(send(ledger::ExpireHolds{}));                       // Never refuses.
    sealing_->tick();
    if (ticks_ % 120 == 0) { static_cast<void>(send(session::Sweep{})); }  // Never refuses.
    tick_.expires_after(500ms);
    tick_.async_wait([this](const boost::system::error_code& error) {
        if (!error) { on_tick(); }
    });
}

void Server::close_idle(SteadyTime now)
{
    std::vector<ConnectionId> idle;
    for (const auto& [id, connection] : connections_) {
        if (now - connection.heard >= config_.sessions.idle) { idle.push_back(id); }
    }
    for (const auto id : idle) { edge_->close(id, kIdle, "idle for too long"); }
}

bool Server::ready() const
{
    return !draining_ && house_->rng().ready() && house_->store().admits(Admission::new_work, kUnitBytes);
}

// Stopping.

void Server::drain()
{
    log::info("server", "draining", {{"connections", connections_.size()}});
    draining_ = true;
    watchdog_.start(config_.server.drain_timeout, [this] {
        log::end_process(
            75, "server", "could not drain in time; what is durable stays", {{"flushed", stopping_.load()}});
    });
    edge_->drain();
    static_cast<void>(send(session::AnnounceDrain{}));  // Never refuses.
    finish_drain();
}

void Server::finish_drain()
{
    if (stopping_ || house_->store().committed().seq != house_->casino().submitted().seq) { return; }
    stopping_ = true;
    admin_->stop();
    edge_->stop(config_.server.drain_timeout / 2, [this] {
        log::info("server", "all connections are closed");
        tick_.cancel();  // No input may follow once the store closes.
        house_->close([this] {
            log::info("server", "stopped", {{"seq", raw(house_->casino().submitted().seq)}});
            loop_.stop();
        });
    });
}

// The operator's socket.

void Server::backup(const std::filesystem::path& directory, Admin::Done done)
{
    log::info("server", "backup begins");
    house_->backup(directory, [done = std::move(done)](std::optional<std::string> failure) {
        log::info("server", "backup ended", {{"failed", failure.has_value()}});
        done(std::move(failure));
    });
}

void Server::erase(std::uint64_t player, Admin::Done done)
{
    if (house_->copying_keys()) { return done("a backup is copying the keys; try again when it is done"); }
    const auto erased = send(session::Erase{static_cast<PlayerId>(player)});
    log::info("server", "erase", {{"player", player}, {"done", erased.has_value()}});
    if (!erased) { return done(std::string{meaning(erased.error().code)}); }
    tell_when_durable(std::move(done));
}

void Server::change_operator(const OperatorLine& line, Admin::Done done)
{
    const auto changed = line.role ? send(cashier::AddOperator{*line.role, line.token})
                                   : send(cashier::RemoveOperator{line.token});
    if (!changed) { return done(std::string{meaning(changed.error().code)}); }
    log::info("server", "operators changed", {{"operator", raw(changed->id)}, {"added", line.role.has_value()}});
    tell_when_durable(std::move(done));
}

void Server::tell_when_durable(Admin::Done done)
{
    // Like every answer, this one waits for the disk.
    untold_.push_back({house_->casino().submitted().seq, std::move(done)});
    tell_durable();
}

void Server::tell_durable()
{
    while (!untold_.empty() && untold_.front().seq <= house_->store().committed().seq) {
        untold_.front().done(std::nullopt);
        untold_.pop_front();
    }
}

}  // namespace

int serve(const config::Config& config)
{
    Server server{config};
    return server.run();
}

}  // namespace croupier::host
