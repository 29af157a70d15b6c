#include "desk.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "croupier/assert.hpp"
#include "croupier/messages/bonus.hpp"
#include "croupier/messages/lobby.hpp"
#include "frames.hpp"

namespace croupier::session {

namespace {

constexpr std::uint16_t kTakenOver = 4001;
constexpr std::uint16_t kSessionEnded = 4003;
constexpr std::size_t kSweepMax = 100;
constexpr std::size_t kFrameCost = 64;  // What a waiting frame takes besides its text.
constexpr std::chrono::milliseconds kSoon{100};

/// Whether all pushes behind `seq` are still there, and few enough to be sent at once.
bool can_resume(const Live::Session& live, std::uint64_t seq, std::size_t bytes_max)
{
    if (seq > live.seq || (seq < live.seq && live.pushes.front().seq > seq + 1)) { return false; }
    std::size_t bytes = 0;
    for (const auto& push : live.pushes) {
        if (push.seq > seq) { bytes += push.text.size() + kFrameCost; }
    }
    return bytes <= bytes_max;
}

std::string_view op_of(const rounds::Spin&) { return "spin"; }
std::string_view op_of(const rounds::Choose&) { return "choose"; }

Bytes request_key(std::uint64_t n)
{
    Bytes key(8);
    for (std::size_t i = 0; i < 8; ++i) { key[i] = static_cast<std::byte>(n >> (8 * (7 - i))); }
    return key;
}

}  // namespace

Result<PlayerInfo> Desk::info(PlayerId player, SessionId session, Context& context)
{
    const auto balance = bus_.send(ledger::GetBalance{player}, context);
    if (!balance) { return std::unexpected{balance.error()}; }
    return PlayerInfo{player, registry_.nickname(player), session, *balance};
}

Result<PlayerInfo> Desk::register_player(const Register& command, Context& context)
{
    if (!options_.demo) { return refuse(ErrorCode::demo_only); }
    if (!valid_nickname(command.nickname)) { return refuse(ErrorCode::nickname_invalid); }
    if (raw(registry_.player_named(command.nickname)) != 0) { return refuse(ErrorCode::nickname_taken); }
    if (registry_.players() >= options_.players_max) { return refuse(ErrorCode::overloaded); }
    const auto player = static_cast<PlayerId>(registry_.players() + 1);
    auto sealed = keys_->seal(raw(player), as_bytes(command.nickname));
    if (!sealed) { return std::unexpected{sealed.error()}; }

    context.work.add(PlayerRegistered{player, std::move(*sealed)});
    const auto opened = bus_.send(ledger::OpenPlayer{player}, context);
    CROUPIER_ASSERT(opened.has_value());
    if (bus_.handles<bonus::GrantWelcome>()) {
        // A grant that is refused leaves the player with nothing, which is what the refusal says.
        static_cast<void>(bus_.send(bonus::GrantWelcome{player}, context));
    }
    return info(player, SessionId{0}, context);
}

Result<LoggedIn> Desk::log_in(const LogIn& command, Context& context)
{
    if (!options_.demo) { return refuse(ErrorCode::demo_only); }
    const PlayerId player = registry_.player_named(command.nickname);
    if (raw(player) == 0) { return refuse(ErrorCode::player_unknown); }
    const auto& open = registry_.player(player)->open;
    const bool full = registry_.open_sessions() >= options_.sessions_max;
    std::vector<SessionId> idle;
    if (full && open.size() < options_.sessions_per_player) {  // Else the player's own oldest one makes room.
        idle = oldest_idle(std::min(kSweepMax, registry_.open_sessions() - options_.sessions_max + 1));
        if (idle.empty()) { return refuse(ErrorCode::overloaded, kSoon); }
    }

    for (const SessionId id : idle) { end_session(id, context); }
    while (open.size() >= options_.sessions_per_player) { end_session(open.front(), context); }
    const Opened opened{registry_.next_session(), player, command.token, context.now + options_.lifetime};
    context.work.add(opened);
    return LoggedIn{opened.session, player, opened.expires_at};
}

std::vector<SessionId> Desk::oldest_idle(std::size_t count_max)
{
    std::vector<SessionId> idle;
    if (live_.connections().size() >= registry_.open_sessions()) { return idle; }  // Not worth a search.
    for (const SessionId id : registry_.open_by_age()) {
        if (idle.size() == count_max) { break; }
        const auto* live = live_.find(id);
        if (live == nullptr || raw(live->connection) == 0) { idle.push_back(id); }
    }
    return idle;
}

Result<PlayerInfo> Desk::authenticate(const Authenticate& command, Context& context)
{
    const SessionId id = registry_.session_of(command.token);
    const auto* session = registry_.session(id, context.now);
    if (session == nullptr) { return refuse(ErrorCode::session_unknown); }
    return info(session->player, id, context);
}

Result<Done> Desk::log_out(const LogOut& command, Context& context)
{
    const SessionId id = registry_.session_of(command.token);
    if (registry_.session(id, context.now) == nullptr) { return refuse(ErrorCode::session_unknown); }
    end_session(id, context);
    presence_changed(context);
    return Done{};
}

void Desk::end_session(SessionId id, Context& context)
{
    const auto* session = registry_.kept(id);
    CROUPIER_ASSERT(session != nullptr && !session->closed);
    if (const auto* live = live_.find(id); live != nullptr && raw(live->connection) != 0) {
        context.out.close(live->connection, kSessionEnded, "session ended");
    }
    live_.forget(id);
    context.work.add(Closed{id, session->player});
}

void Desk::presence_changed(Context& context) { bus_.publish(PresenceChanged{live_.players_online()}, context); }

Result<Done> Desk::hello(const Hello& command, Context& context)
{
    if (raw(live_.session_of(command.connection)) != 0) { return refuse(ErrorCode::malformed); }
    const SessionId id = registry_.session_of(command.token);
    const auto* session = registry_.session(id, context.now);
    if (session == nullptr) { return refuse(ErrorCode::session_unknown); }
    const auto who = info(session->player, id, context);
    if (!who) { return std::unexpected{who.error()}; }

    Live::Session& live = live_.at(id, session->player);
    if (raw(live.connection) != 0) {
        context.out.close(live.connection, kTakenOver, "another connection of this session took over");
        live_.detach(live.connection);
    }
    live_.attach(id, command.connection);

    const bool resumed = command.resume && command.resume->instance == options_.instance
        && can_resume(live, command.resume->seq, options_.resume_bytes_max);
    const auto* previous = registry_.kept(registry_.player(session->player)->previous);
    const auto results = session->answers_in_order();
    const auto previous_results = previous == nullptr || previous == session ? std::vector<Answer>{}
                                                                             : previous->answers_in_order();
    context.out.frame(command.connection,
        frames::welcome({.q = command.q,
            .who = &*who,
            .instance = options_.instance,
            .seq = live.seq,
            .last_n = session->last_n,
            .results = results,
            .previous = previous_results,
            .answers_bytes_max = options_.welcome_answers_bytes_max,
            .resumed = resumed,
            .demo = options_.demo,
            .now = context.now}));
    if (resumed) {
        for (const auto& push : live.pushes) {
            if (push.seq > command.resume->seq) { context.out.frame(command.connection, push.text); }
        }
    }
    presence_changed(context);
    return Done{};
}

Result<Done> Desk::play(const Play& command, Context& context)
{
    return decide(command.connection, command.n, context,
        [&](PlayerId player) { return rounds::Spin{player, command.game, command.stake, command.bets}; });
}

Result<Done> Desk::choose(const Choose& command, Context& context)
{
    return decide(command.connection, command.n, context,
        [&](PlayerId player) { return rounds::Choose{player, command.round, command.choice}; });
}

template <class Make>
Result<Done> Desk::decide(ConnectionId connection, std::uint64_t n, Context& context, Make make)
{
    const SessionId id = live_.session_of(connection);
    if (raw(id) == 0) { return refuse(ErrorCode::not_logged_in); }
    const auto* session = registry_.session(id, context.now);
    if (session == nullptr) { return refuse(ErrorCode::session_unknown); }

    const auto command = make(session->player);
    Bytes canonical;
    canonical.reserve(128);
    // A spin's content is its bare bytes, as it was when there was no other command.
    if constexpr (!std::is_same_v<decltype(command), const rounds::Spin>) {
        ByteWriter{canonical}.write(std::string{command.kName});
    }
    ByteWriter{canonical}.write(command);
    const Hash content = sha256(canonical);
    if (n <= session->last_n) {
        repeat(*session, id, connection, n, content, context);
        return Done{};
    }
    const auto refuse_transiently = [&](const Error& error, std::optional<std::uint64_t> expected = std::nullopt) {
        CROUPIER_ASSERT(is_transient(error.code) && context.work.empty());
        context.out.refused(error.code);
        context.out.frame(connection, frames::command_refused(n, error, expected));
        return Done{};
    };
    if (n != session->last_n + 1) { return refuse_transiently({ErrorCode::out_of_order}, session->last_n + 1); }
    if (session->refusals >= options_.refusals_max) { return refuse_transiently({ErrorCode::rate_limited}); }

    acting_ = id;
    acting_input_ = context.input;
    const auto spun = bus_.send(command, context);
    if (!spun && is_transient(spun.error().code)) { return refuse_transiently(spun.error()); }

    // A decision, for or against: it is recorded with its answer, and n is used up.
    if (!spun) { context.out.refused(spun.error().code); }
    std::string text = spun ? frames::spun(n, op_of(command), *spun) : frames::refused(n, spun.error());
    context.out.frame(connection, frames::whole(text));
    context.work.add(RequestRecord{.scope = raw(id),
        .key = request_key(n),
        .content_hash = content,
        .result = spun ? std::uint16_t{0} : static_cast<std::uint16_t>(spun.error().code),
        .answer = std::move(text)});
    return Done{};
}

void Desk::repeat(const Registry::Session& session, SessionId id, ConnectionId connection, std::uint64_t n,
    const Hash& content, Context& context)
{
    const auto found = std::ranges::find(session.answers, n, &Answer::n);
    if (found == session.answers.end()) {
        context.out.look_up(connection, id, n, content);
    } else if (found->content != content) {
        context.out.refused(ErrorCode::key_conflict);
        context.out.frame(connection, frames::command_refused(n, {ErrorCode::key_conflict}));
    } else {
        context.out.frame(connection, frames::whole(found->text));
    }
}

Result<Done> Desk::old_answer(const OldAnswer& command, Context& context)
{
    if (raw(live_.session_of(command.connection)) == 0) { return Done{}; }
    if (!command.found) {
        context.out.refused(ErrorCode::overloaded);
        context.out.frame(command.connection, frames::command_refused(command.n, {ErrorCode::overloaded, kSoon}));
    } else if (command.content != command.content_first) {
        context.out.refused(ErrorCode::key_conflict);
        context.out.frame(command.connection, frames::command_refused(command.n, {ErrorCode::key_conflict}));
    } else {
        context.out.frame(command.connection, frames::whole(command.answer));
    }
    return Done{};
}

Result<Done> Desk::ask(const Ask& command, Context& context)
{
    const SessionId id = live_.session_of(command.connection);
    if (raw(id) == 0) { return refuse(ErrorCode::not_logged_in); }
    const auto* session = registry_.session(id, context.now);
    if (session == nullptr) { return refuse(ErrorCode::session_unknown); }

    const auto answer = [&]<class Reply>(const Result<Reply>& reply, auto&& text) {
        if (!reply) { context.out.refused(reply.error().code); }
        context.out.frame(command.connection, reply ? text(*reply) : frames::query_refused(command.q, reply.error()));
    };
    switch (command.kind) {
        case QueryKind::balance:
            answer(bus_.send(ledger::GetBalance{session->player}, context),
                [&](const ledger::Balance& balance) { return frames::balance(command.q, balance); });
            break;
        case QueryKind::games: {
            const auto balance = bus_.send(ledger::GetBalance{session->player}, context);
            CROUPIER_ASSERT(balance.has_value());
            answer(bus_.send(rounds::ListGames{}, context),
                [&](const rounds::Games& games) { return frames::games(command.q, games, balance->currency); });
            break;
        }
        case QueryKind::open:
            answer(bus_.send(rounds::ListOpen{session->player}, context),
                [&](const rounds::OpenRounds& open) { return frames::open(command.q, open); });
            break;
        case QueryKind::online:
            answer(bus_.send(lobby::CountOnline{}, context),
                [&](const lobby::Online& online) { return frames::online(command.q, online.players); });
            break;
    }
    return Done{};
}

Result<Done> Desk::disconnect(const Disconnect& command, Context& context)
{
    if (raw(live_.session_of(command.connection)) != 0) {
        live_.detach(command.connection);
        presence_changed(context);
    }
    return Done{};
}

Result<Done> Desk::erase(const Erase& command, Context& context)
{
    const auto* player = registry_.player(command.player);
    if (player == nullptr) { return refuse(ErrorCode::player_unknown); }
    // The key first: whatever happens after, the nickname is gone. A second Erase finishes what a crash interrupted.
    keys_->erase(raw(command.player));
    while (!player->open.empty()) { end_session(player->open.front(), context); }
    if (!player->erased) { context.work.add(PlayerErased{command.player}); }
    presence_changed(context);
    return Done{};
}

Result<Done> Desk::sweep(Context& context)
{
    for (std::size_t i = 0; i < kSweepMax; ++i) {
        const SessionId oldest = registry_.oldest_open();
        if (raw(oldest) == 0 || registry_.session(oldest, context.now) != nullptr) { break; }
        end_session(oldest, context);
    }
    return Done{};
}

Result<Done> Desk::announce_drain(Context& context)
{
    for (const auto& [connection, session] : live_.connections()) {
        context.out.chatter(connection, "draining", frames::draining_push(live_.find(session)->seq));
    }
    return Done{};
}

Counts Desk::counts() const { return Counts{registry_.players(), registry_.open_sessions(), live_.players_online()}; }

void Desk::balance_changed(const ledger::BalanceChanged& event, Context& context)
{
    const auto* player = registry_.player(event.player);
    if (player == nullptr) { return; }
    for (const SessionId id : player->open) {
        if (id == acting_ && context.input == acting_input_) { continue; }
        Live::Session* live = live_.find(id);
        if (live == nullptr) { continue; }
        ++live->seq;
        std::string text = frames::balance_push(live->seq, event.balance);
        if (raw(live->connection) != 0) { context.out.frame(live->connection, text); }
        live->pushes.push_back({live->seq, std::move(text)});
        if (live->pushes.size() > options_.pushes_kept) { live->pushes.pop_front(); }
    }
}

void Desk::online_announced(std::uint64_t players, Context& context)
{
    tell_all("online", context, [players](std::uint64_t seq) { return frames::online_push(seq, players); });
}

void Desk::games_changed(Context& context) { tell_all("games", context, frames::games_push); }

template <class Push>
void Desk::tell_all(std::string_view topic, Context& context, const Push& push)
{
    for (const auto& [connection, session] : live_.connections()) {
        context.out.chatter(connection, topic, push(live_.find(session)->seq));
    }
}

std::vector<LiveSession> Desk::live() const
{
    std::vector<LiveSession> sessions;
    for (const SessionId id : registry_.open_by_age()) {
        const auto* live = live_.find(id);
        if (live == nullptr) { continue; }
        sessions.push_back({.session = id,
            .player = live->player,
            .connection = live->connection,
            .seq = live->seq,
            .pushes = {live->pushes.begin(), live->pushes.end()}});
    }
    return sessions;
}

bool Desk::restore_live(const std::vector<LiveSession>& sessions)
{
    for (const LiveSession& session : sessions) {
        const auto* kept = registry_.kept(session.session);
        const bool heard = raw(session.connection) != 0 && raw(live_.session_of(session.connection)) != 0;
        if (kept == nullptr || kept->player != session.player || heard || live_.find(session.session) != nullptr) {
            return false;
        }
        live_.add(session);
    }
    return true;
}

}  // namespace croupier::session
