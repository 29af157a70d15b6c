#include "recorder.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "adapters/log.hpp"
#include "api.hpp"
#include "croupier/json_writer.hpp"
#include "operator_api.hpp"
#include "recovery.hpp"
#include "sessions.hpp"

namespace croupier::host {

namespace {

using record::Item;

std::string in_quotes(std::string_view text)
{
    std::string out;
    json::write_string(out, text);
    return out;
}

}  // namespace

Hash state_hash(const Casino& casino, std::size_t* size)
{
    Bytes bytes;
    ByteWriter out{bytes};
    for (const auto& section : snapshot_sections(casino)) {
        out.write(section.name);
        out.write(section.bytes);
    }
    if (size != nullptr) { *size = bytes.size(); }
    return sha256(bytes);
}

std::uint64_t hash_start(const Hash& hash)
{
    std::uint64_t start = 0;
    for (std::size_t i = 0; i < sizeof start; ++i) { start |= std::to_integer<std::uint64_t>(hash[i]) << (8 * i); }
    return start;
}

std::uint64_t frame_digest(std::string_view text) { return ::XXH3_64bits(text.data(), text.size()); }

std::string token_stand_in(const Hash& hash) { return base64url(hash); }

// The ports.

class Recorder::RecordedRng final : public Rng {
public:
    RecordedRng(Recorder& to, Rng& inner) : to_{to}, inner_{inner} {}
    Result<KeptSeed> seed(std::string_view stream) override
    {
        auto kept = inner_.seed(stream);
        if (kept) {
            to_.item(Item::seeded, std::uint16_t{0}, *kept);
        } else {
            to_.item(Item::seeded, kept.error().code, KeptSeed{});
        }
        return kept;
    }
    Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) override
    {
        const auto done = inner_.draw(stream, bounds, values);
        if (done) {
            to_.item(Item::drew, std::uint16_t{0}, values);
        } else {
            to_.item(Item::drew, done.error().code, std::span<Value>{});
        }
        return done;
    }

private:
    Recorder& to_;
    Rng& inner_;
};

class Recorder::RecordedKeys final : public Keys {
public:
    RecordedKeys(Recorder& to, Keys& inner) : to_{to}, inner_{inner} {}
    Result<Sealed> seal(std::uint64_t key_id, std::span<const std::byte> plain) override
    {
        auto sealed = inner_.seal(key_id, plain);
        if (sealed) {
            to_.item(Item::sealed, std::uint16_t{0}, std::int64_t{0}, *sealed);
        } else {
            const auto& [code, wait] = sealed.error();
            to_.item(Item::sealed, code, std::int64_t{wait ? wait->count() : 0}, Sealed{});
        }
        return sealed;
    }
    std::optional<Bytes> unseal(const Sealed& sealed) override
    {
        auto plain = inner_.unseal(sealed);
        if (plain) {
            const auto nickname = as_text(*plain);
            auto name = to_.pseudonym(nickname);
            if (to_.running_) { to_.hide(in_quotes(nickname), in_quotes(name)); }
            to_.know(sealed.key_id, std::move(name));
        }
        return plain;
    }
    bool erase(std::uint64_t key_id) override
    {
        const bool erased = inner_.erase(key_id);
        to_.names_.erase(key_id);
        to_.item(Item::erased, erased);
        return erased;
    }

private:
    Recorder& to_;
    Keys& inner_;
};

class Recorder::RecordedSealKey final : public SealKey {
public:
    RecordedSealKey(Recorder& to, SealKey& inner) : to_{to}, inner_{inner} {}
    std::array<std::byte, 32> public_key() const override { return inner_.public_key(); }
    std::array<std::byte, 64> sign(std::span<const std::byte> message) override
    {
        const auto signature = inner_.sign(message);
        to_.item(Item::signature, signature);
        return signature;
    }

private:
    Recorder& to_;
    SealKey& inner_;
};

class Recorder::RecordedFairSeeds final : public FairSeeds {
public:
    RecordedFairSeeds(Recorder& to, FairSeeds& inner) : to_{to}, inner_{inner} {}
    Result<Made> make(PlayerId player, const Hash& definition) override
    {
        auto made = inner_.make(player, definition);
        if (made) {
            to_.item(Item::fair_made, std::uint16_t{0}, std::int64_t{0}, made->seed, made->commitment);
        } else {
            refused(Item::fair_made, made.error());
        }
        return made;
    }
    Result<std::vector<Value>> draw(const Sealed& seed, fair::Scheme scheme, std::string_view client_seed,
        std::uint64_t nonce, std::span<const Bound> bounds) override
    {
        auto drawn = inner_.draw(seed, scheme, client_seed, nonce, bounds);
        if (drawn) {
            to_.item(Item::fair_drew, std::uint16_t{0}, std::int64_t{0}, *drawn);
        } else {
            refused(Item::fair_drew, drawn.error());
        }
        return drawn;
    }
    Result<std::string> reveal(const Sealed& seed) override
    {
        auto text = inner_.reveal(seed);
        if (text) {
            to_.item(Item::fair_revealed, std::uint16_t{0}, std::int64_t{0}, *text);
        } else {
            refused(Item::fair_revealed, text.error());
        }
        return text;
    }

private:
    void refused(Item kind, const Error& error)
    {
        to_.item(kind, error.code, std::int64_t{error.retry_after ? error.retry_after->count() : 0});
    }

    Recorder& to_;
    FairSeeds& inner_;
};

class Recorder::RecordedStore final : public Store {
public:
    RecordedStore(Recorder& to, Store& inner) : to_{to}, inner_{inner} {}
    Position committed() const override { return inner_.committed(); }
    bool admits(Admission admission, std::size_t bytes) const override
    {
        const bool admitted = inner_.admits(admission, bytes);
        if (!admitted) { to_.item(Item::refused, static_cast<std::uint8_t>(admission)); }
        return admitted;
    }
    bool disk_low() const override
    {
        const bool low = inner_.disk_low();
        to_.item(Item::disk_low, low);
        return low;
    }
    void submit(std::shared_ptr<const Unit> unit) override
    {
        to_.item(Item::unit, unit->position.seq, hash_start(unit->position.hash));
        inner_.submit(std::move(unit));
    }
    void allow(Seq commit_limit) override { inner_.allow(commit_limit); }
    void on_committed(std::function<void(const Committed&)> listener) override
    {
        inner_.on_committed(std::move(listener));
    }
    void read(
        Seq from, std::size_t limit_bytes, std::function<void(std::vector<std::shared_ptr<const Unit>>)> done) override
    {
        inner_.read(from, limit_bytes, std::move(done));
    }
    void backup(std::filesystem::path directory, std::function<void(std::optional<std::string>)> done) override
    {
        inner_.backup(std::move(directory), std::move(done));
    }
    void close(std::function<void()> done) override { inner_.close(std::move(done)); }

private:
    Recorder& to_;
    Store& inner_;
};

class Recorder::RecordedTokens final : public Tokens {
public:
    RecordedTokens(Recorder& to, Tokens& inner) : to_{to}, inner_{inner} {}
    Result<Token> issue() override
    {
        auto token = inner_.issue();
        if (token) {
            to_.hide(token->text, token_stand_in(token->hash));
            to_.item(Item::issued, std::uint16_t{0}, token->hash);
        } else {
            to_.item(Item::issued, token.error().code, Hash{});
        }
        return token;
    }

private:
    Recorder& to_;
    Tokens& inner_;
};

class Recorder::RecordedEdge final : public edge::Edge {
public:
    RecordedEdge(Recorder& to, Edge& inner) : to_{to}, inner_{inner} {}
    std::optional<std::string> listen() override { return inner_.listen(); }
    std::uint16_t port() const override { return inner_.port(); }
    void send(
        ConnectionId connection, Seq rests_on, edge::FrameKind kind, std::string_view topic, std::string frame) override
    {
        if (kind == edge::FrameKind::chatter) {
            to_.item(Item::chatter, connection, rests_on, std::string{topic}, frame);
        } else if (!to_.hidden_.empty()) {
            to_.item(Item::frame, connection, rests_on, to_.masked(frame));
        } else if (to_.digests_) {
            to_.item(Item::frame_digest, connection, rests_on, frame_digest(frame));
        } else {
            to_.item(Item::frame, connection, rests_on, frame);
        }
        inner_.send(connection, rests_on, kind, topic, std::move(frame));
    }
    void send_now(ConnectionId connection, std::string frame) override
    {
        to_.item(Item::frame_now, connection, frame);
        inner_.send_now(connection, std::move(frame));
    }
    void close_after(ConnectionId connection, Seq rests_on, std::uint16_t code, std::string_view reason) override
    {
        to_.item(Item::close_after, connection, rests_on, code, std::string{reason});
        inner_.close_after(connection, rests_on, code, reason);
    }
    void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override
    {
        to_.item(Item::close, connection, code, std::string{reason});
        inner_.close(connection, code, reason);
    }
    void respond(ConnectionId call, Seq rests_on, edge::HttpResponse response) override
    {
        if (to_.running_) {
            std::vector<Parameter> headers;
            headers.reserve(response.headers.size());
            for (const auto& [name, value] : response.headers) { headers.push_back({name, value}); }
            to_.item(Item::response, call, rests_on, static_cast<std::uint16_t>(response.status), response.content_type,
                to_.masked(response.body), headers);
        }
        inner_.respond(call, rests_on, std::move(response));
    }
    void committed(Seq seq) override { inner_.committed(seq); }
    void drain() override { inner_.drain(); }
    void stop(std::chrono::milliseconds grace, std::function<void()> done) override
    {
        inner_.stop(grace, std::move(done));
    }
    edge::Counters counters() const override { return inner_.counters(); }

private:
    Recorder& to_;
    Edge& inner_;
};

Recorder::Recorder(Entropy& entropy, bool digests, std::uint64_t checkpoint_inputs)
    : tape_{record::kBlockUsual * 5 / 4}, digests_{digests}, checkpoint_inputs_{checkpoint_inputs}
{
    const auto filled = entropy.fill(key_);
    CROUPIER_ASSERT(filled.has_value());
}

Recorder::~Recorder() = default;

Rng& Recorder::wrap(Rng& inner) { return *(rng_ = std::make_unique<RecordedRng>(*this, inner)); }
Keys& Recorder::wrap(Keys& inner) { return *(keys_ = std::make_unique<RecordedKeys>(*this, inner)); }
SealKey& Recorder::wrap(SealKey& inner) { return *(seal_key_ = std::make_unique<RecordedSealKey>(*this, inner)); }
FairSeeds& Recorder::wrap(FairSeeds& inner)
{
    return *(fair_seeds_ = std::make_unique<RecordedFairSeeds>(*this, inner));
}
Store& Recorder::wrap(Store& inner) { return *(store_ = std::make_unique<RecordedStore>(*this, inner)); }
Tokens& Recorder::wrap(Tokens& inner) { return *(tokens_ = std::make_unique<RecordedTokens>(*this, inner)); }
edge::Edge& Recorder::wrap(edge::Edge& inner) { return *(edge_ = std::make_unique<RecordedEdge>(*this, inner)); }

void Recorder::start(Opening opening, record::SinkOptions options)
{
    if (running_) {
        tape_.item(Item::end);
        flush();
    }
    if (sink_) {
        written_before_ += sink_->bytes_written();
        sink_->finish();
        before_ = std::move(sink_);
    }
    tape_.bytes().clear();
    wall_ = opening.at;
    steady_ = SteadyTime{std::chrono::nanoseconds{opening.steady}};
    name_all(opening);
    if (names_.size() > kNamesMax) { forget_names(); }
    games_ = opening.games;
    inputs_ = 0;
    gathered_ = 0;
    // One that is not in it is a large one.
    state_bytes_ = opening.snapshot.empty() ? kSmallState + 1 : opening.snapshot.size();
    sink_ = std::make_unique<record::Sink>(std::move(options));
    tape_.item(Item::opening, opening);
    running_ = true;
    flush();
}

void Recorder::name_all(Opening& opening) const
{
    opening.names.reserve(names_.size());
    for (const auto& [key_id, name] : names_) { opening.names.push_back({key_id, name}); }
    std::ranges::sort(opening.names, {}, &Pseudonym::key_id);
}

void Recorder::checkpoint(Opening opening)
{
    CROUPIER_ASSERT(checkpoint_due());
    inputs_ = 0;
    gathered_ = 0;
    state_bytes_ = opening.snapshot.size();
    // Inputs are timed from the one before, and what does not change is not said again.
    opening.at = wall_;
    opening.steady = steady_.time_since_epoch().count();
    name_all(opening);
    opening.config.clear();
    if (opening.games == games_) { opening.games.clear(); }
    tape_.item(Item::checkpoint, opening);
}

bool Recorder::can_start_anew() const
{
    return !names_forgotten_ && (!before_ || before_->done()) && (!sink_ || sink_->done() || sink_->idle());
}

void Recorder::know(std::uint64_t key_id, std::string name)
{
    if (names_forgotten_) { return; }
    names_.insert_or_assign(key_id, std::move(name));
    if (sink_ && names_.size() > kNamesMax) { forget_names(); }
}

void Recorder::forget_names()
{
    names_forgotten_ = true;
    names_ = {};
}

void Recorder::state(const Casino& casino)
{
    if (running_ && state_is_small()) { tape_.item(Item::state, state_hash(casino, &state_bytes_)); }
}

void Recorder::end(const Casino& casino)
{
    if (!running_) { return; }
    tape_.item(Item::state, state_hash(casino));
    tape_.item(Item::end);
    flush();
    running_ = false;
    sink_.reset();
}

void Recorder::flush()
{
    if (!running_ || tape_.size() == 0) { return; }
    gathered_ += tape_.size();
    running_ = sink_->put(tape_.bytes());
    if (!running_) {
        log::warn("recording", "the recording ended before its time; play goes on", {{"why", *sink_->failure()}});
    }
}

std::optional<std::string> Recorder::failure() const { return sink_ ? sink_->failure() : std::nullopt; }

bool Recorder::begin(Clock& now)
{
    hidden_.clear();
    if (tape_.size() >= record::kBlockUsual) { flush(); }
    if (!running_) { return false; }
    moment_ = {(now.wall() - wall_).count(), (now.steady() - steady_).count()};
    wall_ = now.wall();
    steady_ = now.steady();
    ++inputs_;
    return true;
}

void Recorder::viewed(Clock& now, const InputQueries::Answer& answer)
{
    if (begin(now)) { tape_.item(Item::viewed, moment_, answer.question, answer.bytes()); }
}

// What must not be seen.

std::string Recorder::pseudonym(std::string_view nickname) const
{
    static constexpr std::size_t kDigits = 20;
    if (!session::valid_nickname(nickname)) { return "?"; }  // Refused just as the nickname itself.
    return "p-" + to_hex(sha256(key_, as_bytes(session::folded(nickname)))).substr(0, kDigits);
}

void Recorder::hide(std::string_view text, std::string_view instead)
{
    hidden_.push_back({std::string{text}, std::string{instead}});
}

std::string Recorder::masked(std::string text) const
{
    for (const auto& [hidden, instead] : hidden_) {
        for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + instead.size())) {
            text.replace(at, hidden.size(), instead);
        }
    }
    return text;
}

Called Recorder::presentable(const Called& input)
{
    Called shown = input;
    ApiRequest& request = shown.request;
    if (const auto nickname = parse_nickname(request)) {
        const auto name = pseudonym(*nickname);
        hide(in_quotes(*nickname), in_quotes(name));
        request.body = "{\"nickname\":" + in_quotes(name) + "}";
    } else if (!request.path.starts_with(OperatorApi::kPrefix)) {
        request.body = request.body.empty() ? "" : "?";  // Malformed, whatever it was.
    }
    if (!request.path.starts_with(OperatorApi::kPrefix)) { request.path = Api::presentable(request.path); }
    for (Parameter& parameter : request.query) {
        // Numbers and the names of accounts are all that is understood; anything else is refused, as "?" is.
        const bool understood = std::ranges::all_of(parameter.value, [](char c) { return c >= '0' && c <= '9'; })
            || parameter.value == "available" || parameter.value == "held" || parameter.value == "bonus";
        if (!understood) { parameter.value = "?"; }
    }
    return shown;
}

}  // namespace croupier::host
