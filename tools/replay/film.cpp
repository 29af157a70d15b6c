#include "film.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <deque>
#include <map>

#include "compare.hpp"
#include "recording.hpp"
#include "stage.hpp"

namespace croupier::replay {

namespace {

using Json = nlohmann::json;
using record::Item;

double milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

/// A recording that is played, and how far.
struct Showing {
    std::string recording;
    host::Opening opening;
    double length = 0;
    std::string problem;
    std::unique_ptr<Stage> stage;
    Who who;
};

/// Plays the recording and lets `see` look at every step and what it told.
template <class See>
std::expected<Showing, std::string> play(const FilmSource& source, See see)
{
    auto recording = Recording::open(source.files);
    if (!recording) { return std::unexpected{recording.error()}; }
    Showing showing{
        .recording = recording->name(), .opening = recording->opening(), .problem = {}, .stage = {}, .who = {}};
    auto stage = Stage::open(showing.opening, source.ledger);
    if (!stage) { return std::unexpected{stage.error()}; }
    showing.stage = std::move(*stage);
    showing.who.learn(showing.opening);
    const SteadyTime began{std::chrono::nanoseconds{showing.opening.steady}};
    while (showing.problem.empty()) {
        const auto step = recording->next();
        if (!step) { return std::unexpected{step.error()}; }
        if (!*step) { break; }
        const Outcome outcome = showing.stage->take(**step);
        showing.who.learn(outcome.told);
        showing.length = milliseconds(showing.stage->steady() - began);
        see(showing, **step, outcome);
        if (outcome.lost) { showing.problem = "input " + std::to_string((*step)->number) + ": " + *outcome.lost; }
    }
    return showing;
}

/// The answer to a call that everybody may make, of a casino as it was when the recording began.
Json call(const FilmSource& source, const std::string& path)
{
    auto recording = Recording::open(source.files);
    if (!recording) { return nullptr; }
    auto stage = Stage::open(recording->opening(), source.ledger);
    if (!stage) { return nullptr; }
    Step step;
    step.input = host::Called{
        ConnectionId{1}, {.method = "GET", .path = path, .query = {}, .body = {}, .token = {}, .idempotency_key = {}}};
    for (const Happened& item : (*stage)->take(step).told) {
        if (item.kind == Item::response) { return presented(item)["text"]; }
    }
    return nullptr;
}

/// Collects the scenes of one session: a gated frame is seen once what it rests on is durable.
class Camera {
public:
    Camera(std::string session, Seq durable) : session_{std::move(session)}, durable_{durable} {}

    void see(const Showing& showing, const Step& step, const Outcome& outcome)
    {
        const auto* input = std::get_if<host::Input>(&step.input);
        if (input != nullptr) {
            if (const auto* durable = std::get_if<host::Durable>(input)) { durable_ = durable->seq; }
            if (const auto* framed = std::get_if<host::Framed>(input);
                framed != nullptr && is_ours(showing, framed->connection)) {
                scenes_.push_back({{"at", showing.length}, {"what", "sent"}, {"frame", presented(step)["frame"]}});
            }
        }
        for (const Happened& item : outcome.told) { look_at(showing, item); }
        while (!held_.empty() && held_.front().rests_on <= durable_) {
            put(showing, std::move(held_.front().scene));
            held_.pop_front();
        }
        if (input == nullptr) { return; }
        const auto* gone = std::get_if<host::Disconnected>(input);
        if (gone != nullptr && connected_ && gone->connection == connection_) { put(showing, closed(1006)); }
    }
    /// The session was connected when the recording began.
    void begin(ConnectionId connection)
    {
        connection_ = connection;
        connected_ = true;
    }
    Json take_scenes() { return std::move(scenes_); }

private:
    struct Held {
        Seq rests_on;
        Json scene;
    };

    bool is_ours(const Showing& showing, ConnectionId connection)
    {
        const auto* person = showing.who.find(connection);
        return person != nullptr && person->session == session_;
    }
    static Json closed(std::uint16_t code) { return {{"what", "closed"}, {"code", code}}; }
    void put(const Showing& showing, Json scene)
    {
        if (scene["what"] == "closed" && !std::exchange(connected_, false)) { return; }
        scene["at"] = showing.length;
        scenes_.push_back(std::move(scene));
    }
    void look_at(const Showing& showing, const Happened& item)
    {
        ByteReader in{item.body};
        const auto connection = in.read<ConnectionId>();
        switch (item.kind) {
            case Item::frame:
            case Item::chatter:
            case Item::frame_now:
            case Item::close_after:
            case Item::close: break;
            default: return;
        }
        if (!is_ours(showing, connection)) { return; }
        if (!connected_ || connection != connection_) {  // Its welcome is what makes it ours.
            held_.clear();
            begin(connection);
        }
        const bool is_close = item.kind == Item::close || item.kind == Item::close_after;
        const Json shown = presented(item);
        Json scene = is_close ? closed(shown["code"].get<std::uint16_t>())
                              : Json{{"what", "told"}, {"frame", shown["text"]}};
        if (item.kind == Item::frame_now || item.kind == Item::close) { return put(showing, std::move(scene)); }
        held_.push_back({in.read<Seq>(), std::move(scene)});
    }

    std::string session_;
    Seq durable_;
    ConnectionId connection_{};
    bool connected_ = false;
    std::deque<Held> held_;
    Json scenes_ = Json::array();
};

Seq durable_at_first(const host::Opening& opening) { return opening.live.empty() ? opening.seq : opening.durable; }

}  // namespace

std::expected<std::string, std::string> sessions_json(const FilmSource& source)
{
    struct Seen {
        std::string player;
        double from = 0;
        double to = 0;
        std::uint64_t rounds = 0;
    };
    std::map<std::uint64_t, Seen> sessions;
    const auto showing = play(source, [&](const Showing& now, const Step& step, const Outcome&) {
        const auto* person = now.who.find(connection_of(step));
        if (person == nullptr) { return; }
        const auto [found, first] = sessions.try_emplace(std::stoull(person->session));
        if (first) { found->second = {.player = person->player, .from = now.length}; }
        found->second.to = now.length;
        const auto* framed = std::get_if<host::Framed>(&std::get<host::Input>(step.input));
        if (framed != nullptr && std::holds_alternative<host::SpinFrame>(framed->frame)) { ++found->second.rounds; }
    });
    if (!showing) { return std::unexpected{showing.error()}; }
    Json all{{"recording", showing->recording}, {"length", showing->length}, {"sessions", Json::array()}};
    if (!showing->problem.empty()) { all["problem"] = showing->problem; }
    for (const auto& [session, seen] : sessions) {
        all["sessions"].push_back({{"session", std::to_string(session)}, {"player", seen.player}, {"from", seen.from},
            {"to", seen.to}, {"rounds", seen.rounds}});
    }
    return all.dump();
}

std::expected<std::string, std::string> film_json(const FilmSource& source, const std::string& session)
{
    std::optional<Camera> camera;
    bool connected = false;
    std::string player;
    const auto showing = play(source, [&](const Showing& now, const Step& step, const Outcome& outcome) {
        if (!camera) {
            camera.emplace(session, durable_at_first(now.opening));
            Who at_first;
            at_first.learn(now.opening);
            if (const auto connection = at_first.connection_of(session)) {
                connected = true;
                camera->begin(*connection);
            }
        }
        camera->see(now, step, outcome);
        if (const auto* person = now.who.find(connection_of(step)); person != nullptr && person->session == session) {
            player = person->player;
        }
    });
    if (!showing) { return std::unexpected{showing.error()}; }
    if (player.empty()) { return std::unexpected{"the recording has no session " + session}; }
    Json film{{"recording", showing->recording}, {"player", player}, {"session", session}, {"length", showing->length},
        {"connected", connected}, {"games", call(source, "/api/v1/games")},
        {"jackpots", call(source, "/api/v1/jackpots")}, {"scenes", camera->take_scenes()}};
    if (!showing->problem.empty()) { film["problem"] = showing->problem; }
    return film.dump();
}

}  // namespace croupier::replay
