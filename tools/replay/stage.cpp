#include "stage.hpp"

#include <map>

#include "builtin_modules.hpp"
#include "croupier/codec.hpp"
#include "ledger_file.hpp"
#include "recovery.hpp"
#include "snapshot.hpp"

namespace croupier::replay {

namespace {

using record::Item;

/// A port was asked out of turn.
struct Lost {
    std::string what;
};

/// What happened within the input that is being taken: the ports' answers, and what is told now.
class Script {
public:
    void begin(const std::vector<Happened>& happened)
    {
        happened_ = &happened;
        at_ = 0;
        told_.clear();
        told_.reserve(happened.size());
    }
    /// The body of the next answer of a port; it has to be of this kind.
    ByteReader answer(Item kind)
    {
        while (at_ < happened_->size() && is_told((*happened_)[at_].kind)) { ++at_; }
        if (at_ == happened_->size()) {
            throw Lost{"a port was asked (" + std::string{name(kind)} + ") that was not asked then"};
        }
        const Happened& next = (*happened_)[at_++];
        if (next.kind != kind) {
            throw Lost{"a port was asked (" + std::string{name(kind)} + ") where another one was asked then ("
                + std::string{name(next.kind)} + ")"};
        }
        return ByteReader{next.body};
    }
    /// Whether the store refused this here. Only refusals are recorded, and an input asks once for each admission.
    bool refuses(Admission admission)
    {
        while (at_ < happened_->size() && is_told((*happened_)[at_].kind)) { ++at_; }
        if (at_ == happened_->size() || (*happened_)[at_].kind != Item::refused) { return false; }
        const bool refused = ByteReader{(*happened_)[at_].body}.read<std::uint8_t>()
            == static_cast<std::uint8_t>(admission);
        at_ += refused ? 1 : 0;
        return refused;
    }
    void check_all_asked()
    {
        while (at_ < happened_->size() && is_told((*happened_)[at_].kind)) { ++at_; }
        if (at_ < happened_->size()) {
            throw Lost{"a port was not asked that was asked then (" + std::string{name((*happened_)[at_].kind)} + ")"};
        }
    }
    template <class... Values>
    void tell(Item kind, const Values&... values)
    {
        Happened item{.kind = kind, .body = {}};
        item.body.reserve((0 + ... + room(values)));
        ByteWriter out{item.body};
        (out.write(values), ...);
        told_.push_back(std::move(item));
    }
    std::vector<Happened> told() { return std::exchange(told_, {}); }

private:
    /// What it takes in canonical bytes, or somewhat more.
    template <class T>
    static std::size_t room(const T& value)
    {
        if constexpr (std::is_same_v<T, std::string>) {
            return sizeof(std::uint32_t) + value.size();
        } else {
            return sizeof(T);
        }
    }

    const std::vector<Happened>* happened_ = nullptr;
    std::size_t at_ = 0;
    std::vector<Happened> told_;
};

std::unexpected<Error> refused(std::uint16_t code, std::int64_t wait = 0)
{
    const auto known = error_code(code);
    if (!known) { throw Lost{"a port refused then with a code that this build does not know"}; }
    return refuse(*known, wait == 0 ? std::nullopt : std::optional{std::chrono::milliseconds{wait}});
}

class ReplayedRng final : public Rng {
public:
    explicit ReplayedRng(Script& script) : script_{script} {}
    Result<KeptSeed> seed(std::string_view) override
    {
        auto in = script_.answer(Item::seeded);
        const auto code = in.read<std::uint16_t>();
        if (code != 0) { return refused(code); }
        return in.left() == 0 ? KeptSeed{} : in.read<KeptSeed>();  // Older recordings say nothing of it.
    }
    Result<void> draw(std::string_view, std::span<const Bound> bounds, std::span<Value> values) override
    {
        auto in = script_.answer(Item::drew);
        const auto code = in.read<std::uint16_t>();
        const auto drawn = in.read<std::vector<Value>>();
        if (code != 0) { return refused(code); }
        if (drawn.size() != values.size()) {
            throw Lost{std::to_string(values.size()) + " values are drawn where " + std::to_string(drawn.size())
                + " were drawn then"};
        }
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            if (drawn[i] >= bounds[i]) {
                throw Lost{"value " + std::to_string(i) + " is drawn below another bound than then"};
            }
            values[i] = drawn[i];
        }
        return {};
    }

private:
    Script& script_;
};

class ReplayedKeys final : public Keys {
public:
    ReplayedKeys(Script& script, const std::vector<host::Pseudonym>& names) : script_{script}
    {
        for (const auto& [key_id, name] : names) { names_.emplace(key_id, name); }
    }
    Result<Sealed> seal(std::uint64_t key_id, std::span<const std::byte> plain) override
    {
        auto in = script_.answer(Item::sealed);
        const auto code = in.read<std::uint16_t>();
        const auto wait = in.read<std::int64_t>();
        auto sealed = in.read<Sealed>();
        if (code != 0) { return refused(code, wait); }
        names_.insert_or_assign(key_id, std::string{as_text(plain)});
        return sealed;
    }
    std::optional<Bytes> unseal(const Sealed& sealed) override
    {
        const auto found = names_.find(sealed.key_id);
        if (found == names_.end()) { return std::nullopt; }
        const auto bytes = as_bytes(found->second);
        return Bytes(bytes.begin(), bytes.end());
    }
    bool erase(std::uint64_t key_id) override
    {
        names_.erase(key_id);
        return script_.answer(Item::erased).read<bool>();
    }

private:
    Script& script_;
    std::unordered_map<std::uint64_t, std::string> names_;
};

class ReplayedSealKey final : public SealKey {
public:
    ReplayedSealKey(Script& script, const std::array<std::byte, 32>& key) : script_{script}, key_{key} {}
    std::array<std::byte, 32> public_key() const override { return key_; }
    std::array<std::byte, 64> sign(std::span<const std::byte>) override
    {
        return script_.answer(Item::signature).read<std::array<std::byte, 64>>();
    }

private:
    Script& script_;
    std::array<std::byte, 32> key_;
};

class ReplayedFairSeeds final : public FairSeeds {
public:
    explicit ReplayedFairSeeds(Script& script) : script_{script} {}
    Result<Made> make(PlayerId, const Hash&) override
    {
        auto in = script_.answer(Item::fair_made);
        if (const auto error = read_refusal(in)) { return std::unexpected{*error}; }
        Made made;
        made.seed = in.read<Sealed>();
        made.commitment = in.read<Hash>();
        return made;
    }
    Result<std::vector<Value>> draw(
        const Sealed&, fair::Scheme, std::string_view, std::uint64_t, std::span<const Bound> bounds) override
    {
        auto in = script_.answer(Item::fair_drew);
        if (const auto error = read_refusal(in)) { return std::unexpected{*error}; }
        auto drawn = in.read<std::vector<Value>>();
        if (!std::ranges::equal(drawn, bounds, std::ranges::less{})) {
            throw Lost{"the seeds decided other draws then"};
        }
        return drawn;
    }
    Result<std::string> reveal(const Sealed&) override
    {
        auto in = script_.answer(Item::fair_revealed);
        if (const auto error = read_refusal(in)) { return std::unexpected{*error}; }
        return in.read<std::string>();
    }

private:
    static std::optional<Error> read_refusal(ByteReader& in)
    {
        const auto code = in.read<std::uint16_t>();
        const auto wait = in.read<std::int64_t>();
        return code == 0 ? std::nullopt : std::optional{refused(code, wait).error()};
    }

    Script& script_;
};

class ReplayedTokens final : public host::Tokens {
public:
    explicit ReplayedTokens(Script& script) : script_{script} {}
    Result<host::Token> issue() override
    {
        auto in = script_.answer(Item::issued);
        const auto code = in.read<std::uint16_t>();
        const auto hash = in.read<Hash>();
        if (code != 0) { return refused(code); }
        return host::Token{host::token_stand_in(hash), hash};
    }

private:
    Script& script_;
};

/// No disk: units are durable when the recording says so.
class ReplayedStore final : public Store {
public:
    explicit ReplayedStore(Script& script) : script_{script} {}
    void begin_at(const Position& position) { committed_ = position; }
    /// Of the position only the seq is asked for once play has begun.
    void durable(Seq seq) { committed_.seq = seq; }

    Position committed() const override { return committed_; }
    bool admits(Admission admission, std::size_t) const override { return !script_.refuses(admission); }
    bool disk_low() const override { return script_.answer(Item::disk_low).read<bool>(); }
    void submit(std::shared_ptr<const Unit> unit) override
    {
        script_.tell(Item::unit, unit->position.seq, host::hash_start(unit->position.hash));
    }
    void allow(Seq) override {}
    void on_committed(std::function<void(const Committed&)>) override {}
    void read(Seq, std::size_t, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) override
    {
        done({});
    }
    void backup(std::filesystem::path, std::function<void(std::optional<std::string>)> done) override
    {
        done("a replay has no files");
    }
    void close(std::function<void()> done) override { done(); }

private:
    Script& script_;
    Position committed_;
};

/// Keeps the questions until the recording has their answers.
class ReplayedQueries final : public store::Queries {
public:
    void begin_at(std::uint64_t asked) { questions_ = asked; }
    void answer(std::uint64_t question, std::span<const std::byte> bytes)
    {
        const auto found = waiting_.find(question);
        if (found == waiting_.end()) { throw Lost{"the views answer a question that was not asked"}; }
        const auto take = std::move(found->second);
        waiting_.erase(found);
        take(bytes);
    }

    void rounds(Seq, PlayerId, std::optional<RoundId>, std::size_t, Done<std::vector<store::RoundRow>> done) override
    {
        keep(std::move(done));
    }
    void round(Seq, PlayerId, RoundId, Done<std::optional<store::RoundDetail>> done) override { keep(std::move(done)); }
    void statement(Seq, const store::StatementQuery&, Done<std::vector<store::StatementRow>> done) override
    {
        keep(std::move(done));
    }
    void trial(Seq, Done<std::optional<std::vector<ledger::TrialRow>>> done) override { keep(std::move(done)); }
    void request(Seq, std::uint64_t, Bytes, Done<std::optional<store::RequestRow>> done) override
    {
        keep(std::move(done));
    }
    void tree_head(std::uint64_t, Done<std::optional<store::TreeHead>> done) override { keep(std::move(done)); }
    void inclusion(Seq, std::uint64_t, Done<std::optional<store::Inclusion>> done) override { keep(std::move(done)); }

private:
    template <class T>
    void keep(Done<T> done)
    {
        waiting_.emplace(++questions_, [done = std::move(done)](std::span<const std::byte> bytes) {
            auto answer = store::answer_from<T>(bytes);
            if (!answer) { throw Lost{"the views' answer is one to another question"}; }
            done(std::move(*answer));
        });
    }

    std::unordered_map<std::uint64_t, std::function<void(std::span<const std::byte>)>> waiting_;
    std::uint64_t questions_ = 0;
};

/// No network: what is sent is only told.
class ReplayedEdge final : public edge::Edge {
public:
    explicit ReplayedEdge(Script& script) : script_{script} {}
    std::optional<std::string> listen() override { return "a replay has no network"; }
    std::uint16_t port() const override { return 0; }
    void send(
        ConnectionId connection, Seq rests_on, edge::FrameKind kind, std::string_view topic, std::string frame) override
    {
        if (kind == edge::FrameKind::chatter) {
            script_.tell(Item::chatter, connection, rests_on, std::string{topic}, frame);
        } else {
            script_.tell(Item::frame, connection, rests_on, frame);
        }
    }
    void send_now(ConnectionId connection, std::string frame) override
    {
        script_.tell(Item::frame_now, connection, frame);
    }
    void close_after(ConnectionId connection, Seq rests_on, std::uint16_t code, std::string_view reason) override
    {
        script_.tell(Item::close_after, connection, rests_on, code, std::string{reason});
    }
    void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override
    {
        script_.tell(Item::close, connection, code, std::string{reason});
    }
    void respond(ConnectionId call, Seq rests_on, edge::HttpResponse response) override
    {
        std::vector<host::Parameter> headers;
        headers.reserve(response.headers.size());
        for (auto& [name, value] : response.headers) { headers.push_back({std::move(name), std::move(value)}); }
        script_.tell(Item::response, call, rests_on, static_cast<std::uint16_t>(response.status), response.content_type,
            response.body, headers);
    }
    void committed(Seq) override {}
    void drain() override {}
    void stop(std::chrono::milliseconds, std::function<void()> done) override { done(); }
    edge::Counters counters() const override { return {}; }

private:
    Script& script_;
};

}  // namespace

bool is_told(Item kind)
{
    switch (kind) {
        case Item::frame:
        case Item::chatter:
        case Item::frame_now:
        case Item::close_after:
        case Item::close:
        case Item::response:
        case Item::frame_digest:
        case Item::unit:
        case Item::state: return true;
        default: return false;
    }
}

namespace {

/// What passes over the bus within one step.
class Trace final : public Tap {
public:
    void saw(const AnyMessage& message, const Error* refused, const Context&) override
    {
        std::string line{message_name(message)};
        if (refused != nullptr) { line += " refused " + std::string{croupier::name(refused->code)}; }
        lines.push_back(std::move(line));
    }
    std::vector<std::string> lines;
};

}  // namespace

struct Stage::Ports {
    Ports(const host::Opening& opening, config::Config with)
        : config{std::move(with)}, keys{script, opening.names}, seal_key{script, opening.seal_key}
    {
        wall = opening.at;
        steady = SteadyTime{std::chrono::nanoseconds{opening.steady}};
    }

    config::Config config;
    host::GameList games;
    Script script;
    ReplayedRng rng{script};
    ReplayedKeys keys;
    ReplayedSealKey seal_key;
    ReplayedFairSeeds fair_seeds{script};
    ReplayedTokens tokens{script};
    ReplayedStore store{script};
    ReplayedQueries queries;
    ReplayedEdge edge{script};
    WallTime wall{};
    SteadyTime steady{};
    host::InputClock clock;
    host::ServerMetrics metrics;
    Trace trace;
    std::unique_ptr<host::Casino> casino;
    std::unique_ptr<host::Floor> floor;
};

Stage::Stage() = default;
Stage::~Stage() = default;

std::expected<std::unique_ptr<Stage>, std::string> Stage::open(
    const host::Opening& opening, const std::filesystem::path& ledger)
{
    auto games = host::load_games(opening.games);
    if (!games) { return std::unexpected{games.error()}; }
    return open(opening, std::move(*games), ledger);
}

std::expected<std::unique_ptr<Stage>, std::string> Stage::open(
    const host::Opening& opening, host::GameList games, const std::filesystem::path& ledger)
{
    auto config = config::parse(opening.config, "the recording's configuration", {});
    if (!config) { return std::unexpected{to_string(config.error().front())}; }
    std::unique_ptr<Stage> stage{new Stage};
    stage->ports_ = std::make_unique<Ports>(opening, std::move(*config));
    Ports& ports = *stage->ports_;
    ports.games = std::move(games);
    const auto make = [&] {
        return std::make_unique<host::Casino>(host::make_modules(ports.config, ports.games,
            {&ports.rng, &ports.keys, &ports.seal_key, &ports.fair_seeds}, opening.instance));
    };
    ports.casino = make();
    if (!opening.snapshot.empty()) {
        const auto snapshot = store::decode_snapshot(opening.snapshot);
        if (!snapshot || !host::restore_snapshot(*ports.casino, *snapshot)) {
            return std::unexpected{std::string{"this build cannot read the state that the recording begins with"}};
        }
    } else {
        if (ledger.empty()) {
            return std::unexpected{std::string{
                "the state was too large for the recording: --ledger has to name a folder with the ledger"}};
        }
        auto file = store::LedgerFile::open(
            ledger / "ledger.db", {.migrate = store::MigrateMode::refuse, .create = false, .verify_tail_units = 0});
        if (!file) { return std::unexpected{file.error()}; }
        if (auto problem = host::fold_units(*ports.casino, **file, opening.seq)) {
            return std::unexpected{std::move(*problem)};
        }
    }
    if (ports.casino->submitted().seq != opening.seq || ports.casino->submitted().hash != opening.hash) {
        return std::unexpected{std::string{"the ledger beside the recording is another one than it was made with"}};
    }
    ports.store.begin_at(ports.casino->submitted());
    ports.casino->open(ports.store);
    ports.floor = std::make_unique<host::Floor>(host::Floor::Parts{.config = ports.config,
        .casino = *ports.casino,
        .edge = ports.edge,
        .store = ports.store,
        .views = ports.queries,
        .clock = ports.clock,
        .stopwatch = ports.clock,  // Nobody asks how long it took.
        .tokens = ports.tokens,
        .seal_key = ports.seal_key,
        .metrics = ports.metrics});
    if (!opening.live.empty()) {
        ports.store.durable(opening.durable);
        ports.queries.begin_at(opening.questions);
        if (!ports.floor->restore_live(opening.live)) {
            return std::unexpected{
                std::string{"who was connected when the recording began cannot be read by this build"}};
        }
    }
    return stage;
}

Outcome Stage::take(const Step& step)
{
    Ports& ports = *ports_;
    ports.wall += std::chrono::microseconds{step.moment.wall};
    ports.steady += std::chrono::nanoseconds{step.moment.steady};
    ports.clock.set(ports.wall, ports.steady);
    ports.script.begin(step.happened);
    Outcome outcome;
    try {
        if (const auto* viewed = std::get_if<Viewed>(&step.input)) {
            ports.queries.answer(viewed->question, viewed->answer);
        } else {
            std::visit(
                [&]<class In>(const In& input) {
                    if constexpr (std::is_same_v<In, host::Durable>) { ports.store.durable(input.seq); }
                    static_cast<void>(ports.floor->take(input));
                },
                std::get<host::Input>(step.input));
        }
        ports.script.check_all_asked();
        for (const Happened& item : step.happened) {
            if (item.kind == Item::state) { ports.script.tell(Item::state, host::state_hash(*ports.casino)); }
        }
    } catch (const Lost& lost) {
        outcome.lost = lost.what;
    }
    outcome.told = ports.script.told();
    outcome.messages = std::exchange(ports.trace.lines, {});
    return outcome;
}

const host::Casino& Stage::casino() const noexcept { return *ports_->casino; }

bool Stage::is_at(const host::Opening& opening) const
{
    const host::Casino& casino = *ports_->casino;
    return casino.submitted().seq == opening.seq && casino.submitted().hash == opening.hash
        && ports_->store.committed().seq == opening.durable && ports_->floor->live() == opening.live
        && store::encode_snapshot({.position = casino.submitted(), .sections = host::snapshot_sections(casino)})
        == opening.snapshot;
}

WallTime Stage::now() const noexcept { return ports_->wall; }

SteadyTime Stage::steady() const noexcept { return ports_->steady; }

void Stage::trace() { ports_->casino->bus().tap(&ports_->trace); }

}  // namespace croupier::replay
