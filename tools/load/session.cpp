#include "session.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "croupier/result.hpp"
#include "skim.hpp"

namespace croupier::load {

namespace {

using namespace std::chrono_literals;

constexpr auto kConnectPause = 20ms;
constexpr auto kRetryPause = 10ms;

/// Codes that the tool does not know count as final.
bool is_transient_code(std::string_view code)
{
#define X(name, number, finality, http, meaning) \
    if (code == #name) { return is_transient(ErrorCode::name); }
    CROUPIER_ERROR_CODES(X)
#undef X
    return false;
}

bool refused_for_now(std::string_view error)
{
    bool transient = false;
    skim(error, [&](std::string_view name, std::string_view value) {
        if (name == "code") { transient = is_transient_code(as_text(value)); }
    });
    return transient;
}

}  // namespace

Session::Session(const Plan& plan, Tally& tally, std::size_t index, std::string nickname)
    : plan_{&plan},
      tally_{&tally},
      index_{index},
      nickname_{std::move(nickname)},
      mask_{static_cast<std::uint32_t>(index * 2'654'435'761U + 1)}
{
}

void Session::connect(Time now)
{
    wake_at_.reset();
    message_.clear();
    state_ = State::connecting;
    if (!socket_.connect(plan_->server)) { broke(std::strerror(errno), now); }
}

void Session::on_socket(bool readable, bool writable, Time now)
{
    if (writable && state_ == State::connecting) {
        if (const int error = socket_.connect_error(); error != 0) {
            broke(std::strerror(error), now);
            return;
        }
        next_step(now);
    } else if (writable && !socket_.flush()) {
        broke("the connection broke", now);
        return;
    }
    if (!readable || state_ == State::broken || state_ == State::ended) { return; }
    const bool open = socket_.receive();
    if (state_ == State::registering || state_ == State::logging_in || state_ == State::upgrading) { read_http(now); }
    if (state_ != State::registering && state_ != State::logging_in && state_ != State::upgrading) { read_frames(now); }
    if (!open && state_ != State::ended && state_ != State::broken) { broke("the server closed the connection", now); }
}

void Session::on_wake(Time now)
{
    wake_at_.reset();
    if (state_ == State::broken) {
        connect(now);
    } else if (state_ == State::ready && begun_) {
        play(now);
    } else if (state_ == State::proving) {
        send_text(last_command_);
    }
}

void Session::begin(Time now)
{
    begun_ = true;
    begun_at_ = now;
    if (plan_->rate > 0) {
        // Sessions take turns: the first sends at once, the last almost an interval later.
        const auto interval = std::chrono::duration<double>(1.0 / plan_->rate);
        intended_ = now + std::chrono::duration_cast<Clock::duration>(interval * static_cast<double>(index_));
    }
    if (plan_->idle) { return; }
    if (state_ == State::ready) { play(now); }
}

void Session::finish(Time)
{
    finishing_ = true;
    if (state_ == State::ready) { check(); }
}

// ---- Getting ready.

void Session::next_step(Time)
{
    if (plan_->echo) {
        upgrade();
    } else if (!registered_) {
        state_ = State::registering;
        post("/api/v1/players", "{\"nickname\":\"" + nickname_ + "\"}");
    } else if (token_.empty()) {
        state_ = State::logging_in;
        post("/api/v1/sessions", "{\"nickname\":\"" + nickname_ + "\"}");
    } else {
        upgrade();
    }
}

void Session::post(std::string_view path, std::string_view body)
{
    std::string request{"POST "};
    request.append(path).append(" HTTP/1.1\r\nHost: ").append(plan_->host);
    // The key lets a registration be repeated when its answer was lost.
    request.append("\r\nIdempotency-Key: \"").append(nickname_).append(state_ == State::registering ? "-r" : "-s");
    request.append("\"\r\nContent-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
    request.append("\r\n\r\n").append(body);
    socket_.send(request);
}

void Session::upgrade()
{
    state_ = State::upgrading;
    std::string request{"GET "};
    request.append(plan_->path).append(" HTTP/1.1\r\nHost: ").append(plan_->host);
    request.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    request.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    if (!plan_->echo) { request.append("Sec-WebSocket-Protocol: croupier.v1\r\n"); }
    request.append("\r\n");
    socket_.send(request);
}

void Session::read_http(Time now)
{
    while (state_ == State::registering || state_ == State::logging_in || state_ == State::upgrading) {
        const auto response = parse_response(socket_.inbox());
        if (!response) { return; }
        const auto size = response->size;
        on_response(*response, now);
        if (state_ == State::ended || state_ == State::broken) { return; }
        socket_.take(size);
    }
}

void Session::on_response(const Response& response, Time now)
{
    if (state_ == State::upgrading) {
        if (response.status != 101) {
            fail("the upgrade was answered " + std::to_string(response.status));
            return;
        }
        if (plan_->echo) {
            state_ = State::ready;
            if (begun_) { play(now); }
            return;
        }
        state_ = State::greeting;
        send_text("{\"q\":1,\"op\":\"hello\",\"token\":\"" + token_ + "\"}");
        return;
    }

    std::string code;
    std::string token;
    skim(response.body, [&](std::string_view name, std::string_view value) {
        if (name == "code") { code = as_text(value); }
        if (name == "token") { token = as_text(value); }
    });
    // After a broken connection the registration may have been made although its answer was lost.
    const bool lost_answer = state_ == State::registering && code == "nickname_taken" && tally_->reconnects > 0;
    if (response.status >= 500 && plan_->reconnect_for) {
        broke("the server answered " + std::to_string(response.status), now);
        return;
    }
    if (response.status != 201 && !lost_answer) {
        ++tally_->errors[code.empty() ? "http " + std::to_string(response.status) : code];
        fail((state_ == State::registering ? "registering was answered " : "logging in was answered ")
            + std::to_string(response.status) + " " + code);
        return;
    }
    if (state_ == State::registering) {
        registered_ = true;
    } else {
        token_ = token;
    }
    next_step(now);
}

void Session::on_welcome(std::string_view ok, Time now)
{
    std::optional<std::int64_t> last_n;
    skim(ok, [&](std::string_view name, std::string_view value) {
        if (name == "last_n") { last_n = as_integer(value); }
        if (name == "balance") { read_balance(value); }
    });
    if (!start_) { start_ = balance_; }
    broken_since_.reset();

    // What we have an answer to is durable; at most the open command can be recorded beyond it.
    const auto answered = static_cast<std::int64_t>(n_ - 1);
    if (!last_n || *last_n < answered) { violation("an acknowledged answer is missing"); }
    if (last_n && *last_n > answered + (open_ ? 1 : 0)) { violation("a command is recorded that was never sent"); }

    if (!last_answer_.empty()) {
        state_ = State::proving;
        send_text(last_command_);
    } else if (open_) {
        state_ = State::waiting;
        send_text(command_);
    } else {
        state_ = State::ready;
        if (begun_) { play(now); }
    }
}

// ---- Play.

void Session::play(Time now)
{
    const bool scripted = !plan_->script.empty();
    if (!awaited_.empty() && !finishing_) {
        // A round that asks is played on at once, as the same round.
        if (plan_->rate <= 0) { intended_ = now; }
        send_command(now);
        return;
    }
    const bool enough = (plan_->spins_per_session && done_ >= *plan_->spins_per_session)
        || (scripted && place_ > plan_->script[index_].size());
    if (finishing_ || enough) {
        check();
        return;
    }
    if (plan_->idle) { return; }
    if (scripted) { intended_ = begun_at_ + plan_->due(index_, place_); }
    const bool open_loop = plan_->rate > 0 || scripted;
    if (open_loop && intended_ > now) {
        wake_at_ = intended_;
        return;
    }
    if (!open_loop) { intended_ = now; }
    send_command(now);
}

void Session::send_command(Time)
{
    command_ = awaited_.empty() ? plan_->command(index_, n_, place_) : choice();
    open_ = true;
    state_ = State::waiting;
    send_text(command_);
}

/// The last choice there is; of video poker: every card is held.
std::string Session::choice() const
{
    return "{\"n\":" + std::to_string(n_) + ",\"op\":\"choose\",\"round\":\"" + awaited_
        + "\",\"choice\":" + std::to_string(choices_ - 1) + "}";
}

void Session::read_frames(Time now)
{
    while (state_ != State::ended && state_ != State::broken) {
        const auto frame = parse_frame(socket_.inbox());
        if (!frame) { return; }
        const auto size = frame->size;
        if (frame->opcode == kPingFrame) {
            socket_.send(make_frame(kPongFrame, frame->payload, mask_));
        } else if (frame->opcode == kCloseFrame) {
            const auto code = frame->payload.size() < 2
                ? 1005
                : (static_cast<unsigned char>(frame->payload[0]) << 8) | static_cast<unsigned char>(frame->payload[1]);
            ++tally_->errors["close " + std::to_string(code)];
            broke("the server closed with " + std::to_string(code), now);
            return;
        } else if (frame->opcode < kCloseFrame && frame->fin && message_.empty()) {
            on_message(frame->payload, now);
        } else if (frame->opcode < kCloseFrame) {
            message_.append(frame->payload);
            if (frame->fin) {
                const auto whole = std::exchange(message_, {});
                on_message(whole, now);
            }
        }
        if (state_ == State::ended || state_ == State::broken) { return; }
        socket_.take(size);
    }
}

void Session::on_message(std::string_view text, Time now)
{
    if (plan_->echo) {
        if (text != command_) { violation("the echo differs"); }
        acknowledge(text, now);
        return;
    }
    std::optional<std::int64_t> re;
    std::optional<std::int64_t> rq;
    std::string_view ok;
    std::string_view error;
    const bool readable = skim(text, [&](std::string_view name, std::string_view value) {
        if (name == "re") { re = as_integer(value); }
        if (name == "rq") { rq = as_integer(value); }
        if (name == "ok") { ok = value; }
        if (name == "error") { error = value; }
        if (name == "balance") { read_balance(value); }  // A push.
    });
    if (!readable) {
        violation("a frame is not a JSON object");
        return;
    }
    if (re && static_cast<std::uint64_t>(*re) == n_ && state_ == State::waiting) {
        on_answer(text, now);
    } else if (re && state_ == State::proving && static_cast<std::uint64_t>(*re) + 1 == n_) {
        if (text != last_answer_ && refused_for_now(error)) {
            wake_at_ = now + kRetryPause;
            return;
        }
        if (text != last_answer_) { violation("a repeated command got another answer"); }
        ++tally_->repeated;
        state_ = open_ ? State::waiting : State::ready;
        if (open_) {
            send_text(command_);
        } else if (begun_) {
            play(now);
        }
    } else if (re) {
        violation("an answer nobody waits for");
    } else if (rq && state_ == State::greeting && !ok.empty()) {
        on_welcome(ok, now);
    } else if (rq && state_ == State::checking && !ok.empty()) {
        on_final_balance(ok);
    } else if (!error.empty()) {
        on_refusal(error, text, now);
    }
}

void Session::on_answer(std::string_view text, Time now)
{
    std::string_view ok;
    std::string_view error;
    skim(text, [&](std::string_view name, std::string_view value) {
        if (name == "ok") { ok = value; }
        if (name == "error") { error = value; }
    });
    if (!error.empty()) {
        on_refusal(error, text, now);
        return;
    }
    on_ok(n_, ok);
    acknowledge(text, now);
}

void Session::on_ok(std::uint64_t n, std::string_view ok)
{
    std::optional<std::int64_t> win;
    std::int64_t jackpot = 0;  // Beside the win.
    std::optional<std::int64_t> stake;
    std::string_view round;
    std::optional<std::int64_t> choices;  // It asks.
    const auto version_before = version_;
    skim(ok, [&](std::string_view name, std::string_view value) {
        if (name == "win") { win = as_integer(value); }
        if (name == "jackpot") { jackpot = as_integer(value).value_or(0); }
        if (name == "stake") { stake = as_integer(value); }
        if (name == "round") { round = as_text(value); }
        if (name == "balance") { read_balance(value); }
        if (name == "awaits") {
            skim(value, [&](std::string_view member, std::string_view number) {
                if (member == "choices") { choices = as_integer(number); }
            });
        }
    });
    const bool chosen = !awaited_.empty();
    awaited_ = choices ? std::string{round} : std::string{};
    choices_ = choices.value_or(0);
    awaited_stake_ = stake.value_or(0);
    if (!win || !stake) {
        violation("an answer without win and stake");
        return;
    }
    sum_ += *win + jackpot - (chosen ? 0 : *stake);  // Of a round that asked it went when that began.
    // A choice may win nothing: its stake was taken out of the balance before.
    const bool rose = version_ > version_before || (chosen && version_ == version_before);
    if (!rose && !again_) { violation("a balance's version did not rise"); }
    log_ack(n,
        ",\"round\":\"" + std::string{round} + "\",\"win\":" + std::to_string(*win)
            + ",\"stake\":" + std::to_string(*stake));
}

void Session::acknowledge(std::string_view text, Time now)
{
    tally_->latency.record(now - intended_);
    tally_->last_answer = now;
    ++tally_->answers;
    if (again_) { ++tally_->repeated; }
    ++done_;
    ++n_;
    if (awaited_.empty()) { ++place_; }
    open_ = false;
    again_ = false;
    if (plan_->reconnect_for) {
        last_answer_.assign(text);
        last_command_ = command_;
    }
    if (plan_->rate > 0) {
        const std::chrono::duration<double> interval{static_cast<double>(plan_->sessions) / plan_->rate};
        intended_ += std::chrono::duration_cast<Clock::duration>(interval);
    }
    state_ = State::ready;
    play(now);
}

void Session::on_refusal(std::string_view error, std::string_view text, Time now)
{
    std::string code;
    std::optional<std::int64_t> retry_after_ms;
    skim(error, [&](std::string_view name, std::string_view value) {
        if (name == "code") { code = as_text(value); }
        if (name == "retry_after_ms") { retry_after_ms = as_integer(value); }
    });
    ++tally_->errors[code];
    if (state_ != State::waiting) {
        const bool may_pass = is_transient_code(code) && plan_->reconnect_for;
        may_pass ? broke("refused: " + code, now) : fail("refused: " + code);
        return;
    }
    if (is_transient_code(code)) {
        // Nothing was consumed: the same command again, a little later.
        open_ = false;
        state_ = State::ready;
        wake_at_ = now + (retry_after_ms ? std::chrono::milliseconds{*retry_after_ms} : kRetryPause);
        if (finishing_) { check(); }
        return;
    }
    if (!awaited_.empty() && code == "round_voided") { sum_ += awaited_stake_; }
    awaited_.clear();
    log_ack(n_, ",\"error\":\"" + code + "\"");
    if (!plan_->ignore_refusals) { finishing_ = true; }
    acknowledge(text, now);
}

void Session::check()
{
    wake_at_.reset();
    if (plan_->echo) {
        ++tally_->sessions_checked;
        state_ = State::ended;
        socket_.close();
        return;
    }
    state_ = State::checking;
    send_text("{\"q\":2,\"op\":\"balance\"}");
}

void Session::on_final_balance(std::string_view ok)
{
    const auto seen = balance_;
    std::optional<std::int64_t> available;
    skim(ok, [&](std::string_view name, std::string_view value) {
        if (name != "balance") { return; }
        skim(value, [&](std::string_view member, std::string_view number) {
            if (member == "available") { available = as_integer(number); }
        });
    });
    if (!available) {
        violation("no balance in the end");
    } else if (*available != seen) {
        violation("the last balance seen is not the server's");
    } else if (start_.value_or(0) + sum_ != *available) {
        violation("start + sum of (win - stake) is not the balance");
    } else {
        ++tally_->sessions_checked;
    }
    socket_.send(make_frame(kCloseFrame, std::string_view{"\x03\xe8", 2}, mask_));
    state_ = State::ended;
    socket_.close();
}

// ---- Books and troubles.

void Session::read_balance(std::string_view balance)
{
    std::optional<std::int64_t> available;
    std::optional<std::int64_t> version;
    skim(balance, [&](std::string_view name, std::string_view value) {
        if (name == "available") { available = as_integer(value); }
        if (name == "version") { version = as_integer(value); }
    });
    if (!available || !version) {
        violation("a balance without amount or version");
        return;
    }
    if (*version == version_ && *available != balance_) { violation("one version, two balances"); }
    if (*version < version_) { return; }
    version_ = *version;
    balance_ = *available;
}

void Session::log_ack(std::uint64_t n, std::string_view rest)
{
    if (!tally_->acks.is_open()) { return; }
    tally_->acks << "{\"nickname\":\"" << nickname_ << "\",\"token\":\"" << token_ << "\",\"n\":" << n << rest
                 << ",\"balance\":" << balance_ << ",\"version\":" << version_ << "}" << std::endl;
}

void Session::send_text(std::string_view text)
{
    mask_ = mask_ * 1'664'525U + 1'013'904'223U;
    socket_.send(make_frame(kTextFrame, text, mask_));  // A broken connection shows itself to the next receive().
}

void Session::broke(std::string_view why, Time now)
{
    socket_.close();
    if (!plan_->reconnect_for) {
        fail(why);
        return;
    }
    if (!broken_since_) {
        broken_since_ = now;
        ++tally_->reconnects;
    }
    if (now - *broken_since_ > *plan_->reconnect_for) {
        fail("could not reconnect: " + std::string{why});
        return;
    }
    if (open_) { again_ = true; }
    state_ = State::broken;
    wake_at_ = now + kConnectPause;
}

void Session::fail(std::string_view why)
{
    ++tally_->sessions_failed;
    if (tally_->first_failure.empty()) { tally_->first_failure = nickname_ + ": " + std::string{why}; }
    wake_at_.reset();
    socket_.close();
    state_ = State::ended;
}

void Session::violation(const std::string& what)
{
    ++tally_->violations[what];
    if (tally_->first_failure.empty()) {
        tally_->first_failure = nickname_ + ", n " + std::to_string(n_) + ": " + what;
    }
}

}  // namespace croupier::load
