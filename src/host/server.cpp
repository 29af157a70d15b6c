#include "server.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>

#include "admin.hpp"
#include "edge.hpp"
#include "floor.hpp"
#include "game_watch.hpp"
#include "house.hpp"
#include "input_queries.hpp"
#include "adapters/log.hpp"
#include "adapters/secrets.hpp"
#include "adapters/watchdog.hpp"
#include "pages.hpp"
#include "recorder.hpp"
#include "recovery.hpp"
#include "server_metrics.hpp"
#ifdef CROUPIER_SCRIPTED_DRAWS
#include "scripted_rng.hpp"
#endif

namespace croupier::host {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

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

constexpr std::uint64_t kWatchTicks = 120;  // Every minute somebody looks at what games return.
constexpr std::uint64_t kStateTicks = 120;  // Every minute a recording gets a hash of the state.

constexpr std::string_view kBuild = "croupier " CROUPIER_VERSION
#ifdef NDEBUG
                                    " release"
#else
                                    " debug"
#endif
                                    " clang " __clang_version__;

/// The call as the floor takes it: the token's hash instead of the token, and no header that it does not read.
ApiRequest api_request(edge::HttpRequest request)
{
    static constexpr std::string_view kScheme = "Bearer ";
    ApiRequest call{.method = std::move(request.method),
        .path = std::move(request.path),
        .query = {},
        .body = std::move(request.body),
        .token = {},
        .idempotency_key = std::move(request.idempotency_key)};
    for (auto& [name, value] : request.query) { call.query.push_back({std::move(name), std::move(value)}); }
    if (request.authorization.starts_with(kScheme)) {
        call.token = token_hash(std::string_view{request.authorization}.substr(kScheme.size()));
    }
    return call;
}

/// The server: a house with an edge. Every method runs on the loop.
class Server final : public edge::Handler {
public:
    explicit Server(const config::Config& config)
        : config_{config},
          signals_{loop_, SIGINT, SIGTERM},
          tick_{loop_},
          metrics_{
              {.sigmas_max = static_cast<double>(config.monitor.sigmas_max), .rounds_min = config.monitor.rounds_min}}
    {
    }

    int run();

    // What the edge tells.
    void on_http(ConnectionId call, edge::HttpRequest request) override;
    void on_open(ConnectionId connection) override;
    void on_text(ConnectionId connection, std::string_view text) override;
    void on_rate_limited(ConnectionId connection, std::string_view text) override;
    void on_closed(ConnectionId connection) override;

private:
    std::optional<std::string> build();
    /// Where a recording, or a part of one, begins; without the state.
    Opening opening();
    Bytes state() const;
    void start_recording();
    /// The recording goes on; where it cannot, or has become so large that the next has to begin, that one begins.
    void keep_recording();
    void print_address() const;
    bool script_draw(ConnectionId call, const edge::HttpRequest& request);

    /// Hands an input to the floor, at this moment.
    template <class In>
    auto take(const In& input);
    void now();

    void offer_changed_games();

    void on_committed(const Committed& committed);
    void on_tick();
    void drain();
    void finish_drain();
    bool ready() const;
    void backup(const std::filesystem::path& directory, Admin::Done done);
    void erase(std::uint64_t player, Admin::Done done);
    void change_operator(const OperatorLine& line, Admin::Done done);
    void reseed(Admin::Done done);
    /// Tells an operator once what was decided is durable.
    void tell_when_durable(Admin::Done done);
    void tell_durable();

    const config::Config& config_;
    adapters::Watchdog watchdog_;  // Goes last: until then a stop may hang.
    asio::io_context loop_{1};
    asio::signal_set signals_;
    asio::steady_timer tick_;
    ServerMetrics metrics_;
    InputClock clock_;
    adapters::OsEntropy entropy_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<House> house_;
    std::unique_ptr<edge::Edge> edge_;
    std::unique_ptr<InputQueries> views_;
    std::unique_ptr<RandomTokens> tokens_;
    std::unique_ptr<Floor> floor_;
    std::unique_ptr<Admin> admin_;
    std::optional<GameWatch> game_watch_;  // In demo mode, if the games are in a folder.

    struct Untold {
        Seq seq;
        Admin::Done done;
    };
    std::deque<Untold> untold_;  // Operators who wait for the disk.
    std::uint64_t ticks_ = 0;
    std::uint64_t recordings_ = 0;
    bool rng_failed_ = false;  // And it was told.
    SteadyTime recorded_until_{};
    bool draining_ = false;
    std::atomic<bool> stopping_ = false;  // The watchdog tells it.
};

std::optional<std::string> Server::build()
{
    if (config_.recording.mode == "on" || (config_.recording.mode == "auto" && config_.server.demo)) {
        recorder_ = std::make_unique<Recorder>(
            entropy_, config_.recording.frames == "digest", config_.recording.checkpoint_inputs);
    }
    auto house = House::open(config_, loop_, config_.server.demo, recorder_.get());
    if (!house) { return house.error(); }
    house_ = std::move(*house);
    clock_.set(house_->casino().time(), house_->clock().steady());
    house_->store().on_committed([this](const Committed& committed) { on_committed(committed); });

    edge_ = edge::make_edge(loop_, edge_options(config_), *this);
    edge_->committed(house_->store().committed().seq);
    views_ = std::make_unique<InputQueries>(house_->reader(), [this](const InputQueries::Answer& answer) {
        now();
        if (recorder_) { recorder_->viewed(clock_, answer); }
        answer.take();
    });
    tokens_ = std::make_unique<RandomTokens>(entropy_);
    floor_ = std::make_unique<Floor>(Floor::Parts{.config = config_,
        .casino = house_->casino(),
        .edge = recorder_ ? recorder_->wrap(*edge_) : *edge_,
        .store = house_->store_port(),
        .views = *views_,
        .clock = clock_,
        .stopwatch = house_->clock(),
        .tokens = recorder_ ? recorder_->wrap(static_cast<Tokens&>(*tokens_)) : *tokens_,
        .seal_key = house_->seal_key(),
        .metrics = metrics_});
    auto admin = Admin::listen(loop_, house_->paths().admin_socket(),
        {.backup = [this](const auto& directory, auto done) { backup(directory, std::move(done)); },
            .erase = [this](auto player, auto done) { erase(player, std::move(done)); },
            .change_operator = [this](const auto& line, auto done) { change_operator(line, std::move(done)); },
            .reseed = [this](auto done) { reseed(std::move(done)); }});
    if (!admin) { return admin.error(); }
    admin_ = std::move(*admin);
    if (config_.server.demo && !config_.games.directory.empty()) { game_watch_.emplace(config_.games); }
    if (recorder_) { start_recording(); }
    return edge_->listen();
}

Opening Server::opening()
{
    const Casino& casino = house_->casino();
    return {.build = std::string{kBuild},
        .instance = house_->instance(),
        .config = config::print(config_),
        .games = house_->games(),
        .seal_key = house_->seal_key().public_key(),
        .at = clock_.wall(),
        .steady = clock_.steady().time_since_epoch().count(),
        .seq = casino.submitted().seq,
        .hash = casino.submitted().hash,
        .durable = house_->store().committed().seq,
        .questions = views_->asked(),
        .live = floor_->live()};
}

Bytes Server::state() const
{
    const Casino& casino = house_->casino();
    return store::encode_snapshot({.position = casino.submitted(), .sections = snapshot_sections(casino)});
}

void Server::start_recording()
{
    now();
    Opening opening = this->opening();
    // Nothing waits for the first one; for those that follow play does.
    if (recordings_ == 0 || recorder_->state_is_small()) { opening.snapshot = state(); }
    if (opening.snapshot.size() > config_.recording.state_max_bytes) { opening.snapshot.clear(); }
    std::string name = house_->instance();
    if (++recordings_ > 1) { name += "." + std::to_string(recordings_); }
    log::info("recording", "begins",
        {{"recording", name}, {"seq", raw(opening.seq)}, {"state_bytes", opening.snapshot.size()}});
    recorder_->start(std::move(opening),
        {.directory = house_->paths().recordings(),
            .recording = std::move(name),
            .segment_bytes = config_.recording.segment_max_bytes,
            .disk_bytes_max = config_.recording.disk_max_bytes,
            .queue_bytes_max = config_.recording.queue_max_bytes});
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

void Server::now() { clock_.set(house_->clock().wall(), house_->clock().steady()); }

template <class In>
auto Server::take(const In& input)
{
    now();
    if (recorder_) { recorder_->input(clock_, input); }
    return floor_->take(input);
}

void Server::on_open(ConnectionId connection) { take(Connected{connection}); }

void Server::on_closed(ConnectionId connection) { take(Disconnected{connection}); }

void Server::on_text(ConnectionId connection, std::string_view text) { take(Framed{connection, parse_frame(text)}); }

void Server::on_rate_limited(ConnectionId connection, std::string_view text)
{
    const auto [n, q] = skim_numbers(text);  // Cheaper than what a frame within the rate costs.
    take(RateLimited{connection, n, q});
}

/// POST /test/draws, where results can be forced. False: it is another call.
bool Server::script_draw([[maybe_unused]] ConnectionId call, [[maybe_unused]] const edge::HttpRequest& request)
{
#ifdef CROUPIER_SCRIPTED_DRAWS
    if (house_->scripted() == nullptr || request.path != "/test/draws" || request.method != "POST") { return false; }
    auto draw = parse_scripted_draw(request.body);
    const bool taken = draw && house_->scripted()->script(std::move(draw->stream), std::move(draw->values));
    edge_->respond(call, Seq{0},
        taken ? edge::HttpResponse{.status = 204, .body = {}}
              : problem({draw ? ErrorCode::overloaded : ErrorCode::malformed}));
    return true;
#else
    return false;
#endif
}

void Server::on_http(ConnectionId call, edge::HttpRequest request)
{
    if (request.path.starts_with("/api/")) { return take(Called{call, api_request(std::move(request))}); }
    if (script_draw(call, request)) { return; }
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
        metrics_.watch(house_->casino(), house_->clock().wall());
        NoOutputs nowhere;
        const auto counts = house_->casino().input(house_->clock().wall(), nowhere,
            [this](Context& context) { return house_->casino().bus().send(session::GetCounts{}, context); });
        return edge_->respond(call, Seq{0},
            {.content_type = std::string{metrics::Registry::kContentType},
                .body = metrics_.text(house_->casino(), *edge_, house_->store(), house_->views(), recorder_.get(),
                    counts ? counts->sessions_open : 0, counts ? counts->players_online : 0)});
    }
    edge_->respond(call, Seq{0}, page(request));
}

// Time and durability.

void Server::on_committed(const Committed& committed)
{
    metrics_.committed(committed);
    take(Durable{committed.position.seq});
    tell_durable();
    if (draining_) { finish_drain(); }
}

void Server::on_tick()
{
    take(Ticked{});
    if (game_watch_) { offer_changed_games(); }
    if (recorder_) { keep_recording(); }
    if (!rng_failed_ && !house_->rng().ready()) {
        rng_failed_ = true;
        log::error("rng", "no game is played until the server is restarted", {{"why", house_->rng().failure()}});
    }
    if (++ticks_ % kWatchTicks == 0) { metrics_.watch(house_->casino(), house_->clock().wall()); }
    tick_.expires_after(Floor::kTick);
    tick_.async_wait([this](const boost::system::error_code& error) {
        if (!error) { on_tick(); }
    });
}

void Server::offer_changed_games()
{
    for (GameText& text : game_watch_->changed(house_->games())) {
        const auto offered = take(GameChanged{text.text});
        if (!offered) {
            log::warn("games", "a changed definition is offered from the next start on, as another game",
                {{"file", text.file}});
            continue;
        }
        log::info("games", "a changed definition is offered from the next round on",
            {{"game", offered->game}, {"rtp_ppm", offered->rtp_ppm}});
        house_->game_changed(std::move(text));
    }
}

void Server::keep_recording()
{
    if (ticks_ % kStateTicks == 0) { recorder_->state(house_->casino()); }
    const SteadyTime now = clock_.steady();
    if (recorder_->running()) { recorded_until_ = now; }
    // Half of the disk is for this one, so that it is there whole until the next one is.
    const bool due = recorder_->running() ? recorder_->bytes_written() > config_.recording.disk_max_bytes / 2
                                          : now - recorded_until_ >= config_.recording.resume_after;
    // An answer of the views belongs to the recording that has the question.
    const bool nothing_asked = views_->open() == 0;
    if (due && !draining_ && nothing_asked && recorder_->can_start_anew()) { start_recording(); }
    if (nothing_asked && recorder_->checkpoint_due()) {
        Opening from_here = opening();
        from_here.snapshot = state();
        recorder_->checkpoint(std::move(from_here));
    }
    recorder_->flush();
}

bool Server::ready() const { return house_->rng().ready() && floor_->takes_stakes(); }

// Stopping.

void Server::drain()
{
    log::info("server", "draining", {{"connections", floor_->connections()}});
    draining_ = true;
    watchdog_.start(config_.server.drain_timeout, [this] {
        log::end_process(
            75, "server", "could not drain in time; what is durable stays", {{"flushed", stopping_.load()}});
    });
    take(DrainAsked{});
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
        if (recorder_) { recorder_->end(house_->casino()); }
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
    const auto erased = take(EraseAsked{static_cast<PlayerId>(player)});
    if (!erased) { return done(std::string{meaning(erased.error().code)}); }
    tell_when_durable(std::move(done));
}

void Server::change_operator(const OperatorLine& line, Admin::Done done)
{
    const auto changed = take(OperatorChanged{line});
    if (!changed) { return done(std::string{meaning(changed.error().code)}); }
    tell_when_durable(std::move(done));
}

void Server::reseed(Admin::Done done)
{
    if (!house_->rng().test()) { return done("the generators failed: " + house_->rng().failure()); }
    const auto reseeded = take(ReseedAsked{});
    if (!reseeded) { return done(std::string{meaning(reseeded.error().code)}); }
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
    if (!config.server.core_dumps) { adapters::forbid_core_dumps(); }
    if (!adapters::lock_secrets()) {
        log::warn("rng", "the generators' states cannot be locked in memory", {{"remedy", "raise RLIMIT_MEMLOCK"}});
    }
    Server server{config};
    return server.run();
}

}  // namespace croupier::host
