#include "player.hpp"

#include "frame.hpp"

namespace croupier::simulation {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

Json parsed(std::string_view text)
{
    Json json = Json::parse(text, nullptr, false);
    require(!json.is_discarded(), [&] { return "this is no JSON: " + std::string{text}; });
    return json;
}

std::uint64_t choices_of(const Json& round) { return round.at("awaits").at("choices").get<std::uint64_t>(); }
std::string code_of(const Json& error) { return error.value("code", ""); }

bool transient(std::string_view code)
{
    // As docs/protocol/errors.md tells clients, not by asking the server's own function.
    static const std::set<std::string_view> kTransient{"malformed", "too_large", "operation_unknown", "not_logged_in",
        "out_of_order", "in_flight", "rate_limited", "receipt_not_ready", "overloaded", "draining", "disk_low",
        "not_available", "entropy_unavailable", "internal", "session_unknown", "too_soon"};
    return kTransient.contains(code);
}

}  // namespace

std::uint64_t Wallet::see(const Json& balance)
{
    const Seen now{balance.at("available").get<std::int64_t>(), balance.value("bonus", std::int64_t{0})};
    const auto version = balance.at("version").get<std::uint64_t>();
    require(now.available >= 0 && now.bonus >= 0,
        [&] { return nickname + ": a balance is below zero: " + balance.dump(); });
    const auto [known, fresh] = seen.emplace(version, now);
    require(fresh || known->second == now, [&] {
        return nickname + ": version " + std::to_string(version) + " of the balance was "
            + std::to_string(known->second.available) + " and is " + balance.dump();
    });
    return version;
}

void Wallet::ended(const std::string& round, const Round& how)
{
    in_play.erase(round);
    require(!voided.contains(round), [&] { return nickname + ": round " + round + " is void, and has ended"; });
    const auto [known, fresh] = rounds.emplace(round, how);
    require(fresh || (known->second.stake == how.stake && known->second.win == how.win),
        [&] { return nickname + ": round " + round + " ended in two ways"; });
    if (fresh) { moved += how.win + how.jackpot - how.stake; }
}

Device::Device(World& world, const Plan& plan, House& house, Wallet& wallet, std::string name)
    : world_{world},
      plan_{plan},
      house_{house},
      wallet_{wallet},
      name_{std::move(name)},
      slow_{plan.slow_readers && world.chance(3)}
{
}

void Device::begin() { later(); }

void Device::later()
{
    world_.after(world_.about(resting_ ? microseconds{200ms} : plan_.think), [this] {
        act();
        later();
    });
}

void Device::prove()
{
    proving_ = true;
    slow_ = false;
}

bool Device::done() const { return open_.empty() && !proving_ && wallet_.in_play.empty(); }

std::string Device::state() const
{
    return name_ + ": state " + std::to_string(static_cast<int>(state_)) + ", " + std::to_string(open_.size())
        + " open, acknowledged " + std::to_string(acknowledged_) + (proving_ ? ", has something to prove" : "");
}

void Device::act()
{
    switch (state_) {
        case State::away: return log_in();
        case State::offline: return connect();
        case State::playing: break;
        default: return;
    }
    if (wallet_.stake_limit && !wallet_.limited) { return; }
    if (resting_) {
        if (!open_.empty()) { return; }
        if (!wallet_.in_play.empty()) { return choose(); }
        if (proving_) { spin(); }
        return;
    }
    switch (world_.below(20)) {
        case 0:
            if (plan_.cuts) { house_.cut(connection_); }
            break;
        case 1:
            if (plan_.repeats) { repeat_old(); }
            break;
        case 2:
            if (plan_.malice) { misbehave(); }
            break;
        case 3:
            if (plan_.tabs) { take_over(); }
            break;
        case 4:
            if (plan_.leavers && open_.empty() && world_.chance(4)) { log_out(); }
            break;
        case 5:
        case 6:
            if (plan_.curious) { ask(); }
            break;
        case 7:
            if (plan_.curious) { look(); }
            break;
        case 8:
            if (plan_.repeats) { send_again(); }
            break;
        default:
            if (open_.size() >= 3) { break; }
            if (!wallet_.in_play.empty() && world_.chance(2)) {
                choose();
            } else {
                spin();
            }
            break;
    }
}

void Device::log_in()
{
    state_ = State::registering;
    const std::string body = "{\"nickname\":\"" + wallet_.nickname + "\"}";
    // Whoever is there already is told so, which is as good.
    house_.call(
        {.method = "POST", .path = "/api/v1/players", .query = {}, .body = body, .token = {}, .idempotency_key = {}},
        [this, body](const std::optional<edge::HttpResponse>& answer) {
            if (!answer) {
                state_ = State::away;
                return;
            }
            const Json json = parsed(answer->body);
            if (answer->status == 201) {
                if (std::exchange(wallet_.registered, true)) { wrong("registered twice"); }
                wallet_.id = std::stoull(json.at("player").get<std::string>());
                wallet_.see(json.at("balance"));
            } else if (code_of(json) != "nickname_taken") {
                if (!transient(code_of(json))) { wrong("cannot register: " + answer->body); }
                state_ = State::away;
                return;
            }
            state_ = State::logging_in;
            house_.call({.method = "POST",
                            .path = "/api/v1/sessions",
                            .query = {},
                            .body = body,
                            .token = {},
                            .idempotency_key = {}},
                [this](const std::optional<edge::HttpResponse>& session) {
                    state_ = State::away;
                    if (!session) { return; }
                    const Json opened = parsed(session->body);
                    if (session->status != 201) {
                        if (!transient(code_of(opened))) { wrong("cannot log in: " + session->body); }
                        return;
                    }
                    const auto id = std::stoull(opened.at("player").get<std::string>());
                    if (wallet_.id != 0 && wallet_.id != id) { wrong("is another player now"); }
                    wallet_.id = id;
                    token_ = opened.at("token").get<std::string>();
                    session_ = opened.at("session").get<std::string>();
                    wallet_.unresolved += open_.size();
                    acknowledged_ = 0;
                    open_.clear();
                    answers_.clear();
                    frames_.clear();
                    instance_.clear();
                    push_ = 0;
                    state_ = State::offline;
                });
        });
}

void Device::log_out()
{
    house_.call({.method = "DELETE",
                    .path = "/api/v1/sessions/current",
                    .query = {},
                    .body = {},
                    .token = host::token_hash(token_),
                    .idempotency_key = {}},
        [](const std::optional<edge::HttpResponse>&) {});
    // The server closes the connection; the next log-in is another session.
}

void Device::connect()
{
    state_ = State::connecting;
    version_ = 0;
    connection_ = house_.connect(*this);
}

void Device::opened()
{
    state_ = State::greeting;
    std::string hello = "{\"q\":" + std::to_string(++q_) + ",\"op\":\"hello\",\"token\":\"" + token_ + "\"";
    if (!instance_.empty() && world_.chance(2)) {
        hello += ",\"resume\":{\"instance\":\"" + instance_ + "\",\"seq\":" + std::to_string(push_) + "}";
    }
    house_.send(connection_, hello + "}");
}

void Device::closed(std::uint16_t code)
{
    world_.trace(name_ + " closed", std::to_string(code));
    connection_ = ConnectionId{};
    if (state_ == State::connecting || state_ == State::greeting || state_ == State::playing) {
        state_ = State::offline;
    }
    if (code == 4003 && !token_.empty()) {
        // The session has ended: by us, or because the player opened too many.
        wallet_.unresolved += open_.size();
        open_.clear();
        token_.clear();
        state_ = State::away;
    }
}

const std::string& Device::next_command()
{
    const std::uint64_t n = last_sent() + 1;
    std::string frame = "{\"n\":" + std::to_string(n) + ",\"op\":\"spin\",";
    std::int64_t stake = 0;
    if (world_.chance(8)) {
        const std::uint64_t coins = 1 + world_.below(5);
        stake = static_cast<std::int64_t>(coins * 5 * (1 + world_.below(10)));
        frame += R"("game":"jacks-or-better","bets":[{"kind":"coins","numbers":[)" + std::to_string(coins)
            + R"(],"stake":)" + std::to_string(stake) + "}]}";
    } else if (world_.chance(4)) {
        struct Placed {
            std::string_view game;
            std::string_view bet;
        };
        static constexpr std::array kBets{Placed{"european-roulette", R"("kind":"red")"},
            Placed{"french-roulette", R"("kind":"even")"},
            Placed{"french-roulette", R"("kind":"straight","numbers":[0])"},
            Placed{"american-roulette", R"("kind":"top_line","numbers":[0,37,2,1,3])"},
            Placed{"dice", R"("kind":"under","numbers":[5000])"}, Placed{"dice", R"("kind":"over","numbers":[2500])"}};
        const Placed& placed = kBets[world_.below(kBets.size())];
        stake = static_cast<std::int64_t>((placed.game == "dice" ? 100 : 10) * (1 + world_.below(5)));
        frame += R"("game":")" + std::string{placed.game} + R"(","bets":[{)" + std::string{placed.bet} + R"(,"stake":)"
            + std::to_string(stake) + "}]}";
    } else {
        struct Slot {
            std::string_view game;
            std::uint64_t step;
        };
        static constexpr std::array kSlots{Slot{"lucky-lines", 20}, Slot{"lucky-lines", 20}, Slot{"classic-sevens", 5},
            Slot{"fortune-ways", 25}, Slot{"starry-night", 10}, Slot{"treasure-chests", 15},
            Slot{"treasure-chests", 15}};
        const Slot& slot = kSlots[world_.below(kSlots.size())];
        stake = world_.chance(12)
            ? 7
            : static_cast<std::int64_t>(slot.step * (1 + world_.below(world_.chance(8) ? 1000 : 10)));
        frame += R"("game":")" + std::string{slot.game} + R"(","stake":)" + std::to_string(stake) + "}";
    }
    frames_[n] = frame;
    return (open_[n] = {std::move(frame), stake, {}}).frame;
}

void Device::choose()
{
    auto one = wallet_.in_play.begin();
    std::advance(one, static_cast<std::ptrdiff_t>(world_.below(wallet_.in_play.size())));
    const std::uint64_t n = last_sent() + 1;
    const std::string frame = "{\"n\":" + std::to_string(n) + R"(,"op":"choose","round":")" + one->first
        + R"(","choice":)" + std::to_string(world_.below(one->second.choices)) + "}";
    frames_[n] = frame;
    open_[n] = {frame, one->second.stake, one->first};
    house_.send(connection_, frame);
    if (plan_.repeats && world_.chance(6)) { house_.send(connection_, frame); }
}

/// A round that waits no more, as the history has it.
void Device::look_up(const std::string& round)
{
    house_.call({.method = "GET",
                    .path = "/api/v1/me/rounds/" + round,
                    .query = {},
                    .body = {},
                    .token = host::token_hash(token_),
                    .idempotency_key = {}},
        [this, round](const std::optional<edge::HttpResponse>& answer) {
            if (!answer) { return; }
            const Json json = parsed(answer->body);
            if (answer->status == 200 && json.at("status") == "voided") {
                wallet_.in_play.erase(round);
            } else if (answer->status == 200) {
                wallet_.ended(round, {json.at("stake").get<std::int64_t>(), json.at("win").get<std::int64_t>(), 0});
            } else if (!transient(code_of(json))) {
                wrong("its round cannot be looked up: " + answer->body);
            }
        });
}

void Device::spin()
{
    const std::string frame = next_command();
    if (plan_.reorders && world_.chance(6)) { house_.send(connection_, next_command()); }  // The later one first.
    house_.send(connection_, frame);
    if (plan_.repeats && world_.chance(6)) { house_.send(connection_, frame); }
}

void Device::send_again()
{
    if (state_ != State::playing) { return; }
    for (const auto& [n, sent] : open_) {
        house_.send(connection_, sent.frame);
        if (one_by_one_) { break; }
    }
}

void Device::send_again_later()
{
    if (std::exchange(again_soon_, true)) { return; }
    one_by_one_ = true;
    world_.after(world_.between(500ms, 800ms), [this] {
        again_soon_ = false;
        send_again();
    });
}

void Device::repeat_old()
{
    if (answers_.empty()) { return; }
    auto one = answers_.begin();
    std::advance(one, static_cast<std::ptrdiff_t>(world_.below(answers_.size())));
    house_.send(connection_, frames_.at(one->first));
}

void Device::misbehave()
{
    switch (world_.below(4)) {
        case 0:
            if (acknowledged_ > 0) {
                // Other content under a used number.
                const std::uint64_t n = 1 + world_.below(acknowledged_);
                house_.send(
                    connection_, "{\"n\":" + std::to_string(n) + R"(,"op":"spin","game":"lucky-lines","stake":99999})");
            }
            break;
        case 1:
            house_.send(connection_, "{\"n\":" + std::to_string(acknowledged_ + 1) + ",\"op\":\"give me money\"}");
            break;
        case 2: house_.send(connection_, "{\"q\":1,\"op\":\"hello\",\"token\":\"" + token_ + "\"}"); break;
        default:
            // Somebody else's round, most of the time.
            const std::string round = std::to_string(1 + world_.below(house_.rounds() + 1));
            house_.call({.method = "GET",
                            .path = "/api/v1/me/rounds/" + round,
                            .query = {},
                            .body = {},
                            .token = host::token_hash(token_),
                            .idempotency_key = {}},
                [this, round](const std::optional<edge::HttpResponse>& answer) {
                    if (answer && answer->status == 200) { wallet_.claimed.insert(round); }
                });
            break;
    }
}

void Device::ask()
{
    static constexpr std::string_view kOps[] = {"balance", "games", "online", "ping"};
    house_.send(
        connection_, "{\"q\":" + std::to_string(++q_) + ",\"op\":\"" + std::string{kOps[world_.below(4)]} + "\"}");
}

void Device::look()
{
    static constexpr std::string_view kPaths[] = {"me", "me/rounds", "me/statement", "games", "jackpots", "seals"};
    const std::string path{kPaths[world_.below(6)]};
    const std::uint64_t newest = wallet_.seen.empty() ? 0 : wallet_.seen.rbegin()->first;
    const std::size_t rounds = wallet_.rounds.size();
    house_.call({.method = "GET",
                    .path = "/api/v1/" + path,
                    .query = {},
                    .body = {},
                    .token = host::token_hash(token_),
                    .idempotency_key = {}},
        [this, path, newest, rounds](const std::optional<edge::HttpResponse>& answer) {
            if (!answer || answer->status != 200) { return; }
            const Json json = parsed(answer->body);
            if (path == "me" && wallet_.see(json.at("balance")) < newest) {
                wrong("/me is older than what had been told before it was asked: " + answer->body);
            }
            if (path != "me/rounds") { return; }
            // What had been told is in the history that was asked for afterwards.
            if (json.at("rounds").size() < std::min<std::size_t>(rounds, 25) && !plan_.slow_views && !plan_.malice) {
                wrong("/me/rounds lacks rounds that had been told: " + answer->body);
            }
        });
}

void Device::take_over()
{
    // As another tab would: the server closes the first one.
    house_.let_go(connection_);
    state_ = State::offline;
}

void Device::heard(std::string_view text)
{
    const Json frame = parsed(text);
    if (frame.contains("ev")) { return pushed(frame); }
    if (frame.contains("rq")) {
        if (!frame.contains("ok")) {
            if (state_ == State::greeting && code_of(frame.at("error")) == "session_unknown") { return; }  // It closes.
            if (state_ == State::greeting) { house_.cut(connection_); }
            return;
        }
        const Json& ok = frame.at("ok");
        if (ok.value("op", "") == "hello") { return welcomed(ok); }
        if (ok.value("op", "") == "open") {
            for (const Json& round : ok.at("rounds")) {
                const auto number = round.at("round").get<std::string>();
                if (wallet_.rounds.contains(number)) { continue; }  // It was asked for before it ended.
                wallet_.in_play[number] = {round.at("stake").get<std::int64_t>(), choices_of(round)};
            }
            return;
        }
        if (ok.contains("balance")) { saw_version(wallet_.see(ok.at("balance")), "an answer to a query"); }
        return;
    }
    if (frame.contains("re")) { return answered(frame.at("re").get<std::uint64_t>(), text, frame); }
}

void Device::welcomed(const Json& ok)
{
    if (ok.at("session").get<std::string>() != session_) { wrong("welcomed to another session"); }
    const auto last_n = ok.at("last_n").get<std::uint64_t>();
    if (last_n < acknowledged_) {
        wrong("command " + std::to_string(acknowledged_) + " was answered, and the server knows none after "
            + std::to_string(last_n));
    }
    if (last_n > last_sent()) { wrong("the server knows a command that was never sent"); }
    for (const Json& result : ok.at("results")) {
        const auto n = result.at("re").get<std::uint64_t>();
        const auto known = answers_.find(n);
        if (known != answers_.end() && parsed(known->second) != result) {
            wrong("command " + std::to_string(n) + " had another answer than the welcome says");
        }
    }
    known_at_welcome_ = last_n;
    saw_version(wallet_.see(ok.at("balance")), "the welcome");
    if (!ok.at("resumed").get<bool>() || instance_ != ok.at("instance").get<std::string>()) {
        push_ = ok.at("seq").get<std::uint64_t>();
    }
    instance_ = ok.at("instance").get<std::string>();
    state_ = State::playing;
    send_again();
}

void Device::saw_version(std::uint64_t version, std::string_view why)
{
    if (version < version_) {
        wrong(std::string{why} + " shows version " + std::to_string(version) + " of the balance after version "
            + std::to_string(version_));
    }
    version_ = version;
}

void Device::answered(std::uint64_t n, std::string_view text, const Json& frame)
{
    if (frame.contains("error") && transient(code_of(frame.at("error")))) {
        const Json& error = frame.at("error");
        if (code_of(error) == "rate_limited" && !error.contains("retry_after_ms")) {
            // The session has used up its refusals and takes no command any more: another session does.
            if (state_ == State::playing) {
                house_.cut(connection_);
                state_ = State::away;
            }
            return;
        }
        if (open_.contains(n)) { send_again_later(); }
        return;
    }
    if (frame.contains("error") && code_of(frame.at("error")) == "key_conflict") {
        if (!plan_.malice) { wrong("a repeat of command " + std::to_string(n) + " was taken for another one"); }
        return;
    }
    if (const auto known = answers_.find(n); known != answers_.end()) {
        if (known->second != text) { wrong("command " + std::to_string(n) + " was answered twice, and not alike"); }
        return;
    }
    const auto sent = open_.find(n);
    if (sent == open_.end()) { wrong("an answer to a command that was not sent: " + std::string{text}); }
    // Of old answers one may have to be looked up, and so come after a younger one; new ones come in their order.
    const std::uint64_t newest = answers_.empty() ? 0 : answers_.rbegin()->first;
    if (n > known_at_welcome_ && n != std::max(newest, known_at_welcome_) + 1) {
        wrong("command " + std::to_string(n) + " was answered before the one ahead of it");
    }
    ++answered_;
    answers_[n] = text;
    while (answers_.contains(acknowledged_ + 1)) { ++acknowledged_; }
    one_by_one_ = false;
    const Sent was = std::move(sent->second);
    open_.erase(sent);
    if (!open_.empty()) { send_again_later(); }
    if (!frame.contains("ok")) { return refused(was, code_of(frame.at("error")), text); }
    const Json& ok = frame.at("ok");
    if (was.round.empty()) { proving_ = false; }
    if (ok.at("stake").get<std::int64_t>() != was.stake) {
        wrong("another stake was taken than was sent: " + std::string{text});
    }
    const auto number = ok.at("round").get<std::string>();
    const Wallet::Round round{
        .stake = was.stake, .win = ok.at("win").get<std::int64_t>(), .jackpot = ok.value("jackpot", std::int64_t{0})};
    if (ok.contains("awaits")) {
        if (!was.round.empty()) { wrong("a round asks twice: " + std::string{text}); }
        if (!wallet_.dealt.insert(number).second) { wrong("round " + number + " was told twice"); }
        if (!wallet_.rounds.contains(number)) { wallet_.in_play[number] = {was.stake, choices_of(ok)}; }
    } else {
        if (was.round.empty() && wallet_.rounds.contains(number)) { wrong("round " + number + " was told twice"); }
        if (!was.round.empty() && number != was.round) { wrong("another round was played on: " + std::string{text}); }
        wallet_.ended(number, round);
    }
    const auto version = wallet_.see(ok.at("balance"));
    if (n > known_at_welcome_) { saw_version(version, "an answer"); }
}

void Device::refused(const Sent& sent, const std::string& code, std::string_view text)
{
    if (!sent.round.empty()) {
        // A choice comes too late when another device, or the rule, has chosen.
        if (code == "round_closed") { return look_up(sent.round); }
        if (code != "round_voided") { wrong("a choice was refused for good: " + std::string{text}); }
        wallet_.in_play.erase(sent.round);
        return;
    }
    // What may be decided against a spin of these games, and nothing else.
    static const std::set<std::string_view> kFinal{"stake_invalid", "insufficient_funds", "round_voided",
        "limit_reached", "account_frozen", "bank_exposed", "stake_too_high", "stake_too_low", "round_open"};
    if (!kFinal.contains(code)) { wrong("a spin was refused for good: " + std::string{text}); }
    if (code == "round_open") {
        house_.send(connection_, "{\"q\":" + std::to_string(++q_) + R"(,"op":"open"})");
        return;  // What was to be proved still is.
    }
    proving_ = false;
}

void Device::pushed(const Json& frame)
{
    if (frame.at("ev").get<std::string>() != "balance") { return; }
    const auto seq = frame.at("seq").get<std::uint64_t>();
    if (seq != push_ + 1) { wrong("push " + std::to_string(seq) + " came after push " + std::to_string(push_)); }
    push_ = seq;
    // A push that was sent again behind a welcome is older than the welcome's balance.
    wallet_.see(frame.at("balance"));
}

}  // namespace croupier::simulation
