#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plan.hpp"
#include "wire.hpp"

namespace croupier::load {

/// One player: registers, logs in, upgrades the same connection, says hello, then plays one command at a time. Told by
/// the swarm when its socket is ready and when its time has come; keeps the books that are checked in the end.
class Session {
public:
    Session(const Plan& plan, Tally& tally, std::size_t index, std::string nickname);

    void connect(Time now);
    void on_socket(bool readable, bool writable, Time now);
    /// The time it asked for with wake_at() has come.
    void on_wake(Time now);
    /// All sessions are ready: play.
    void begin(Time now);
    /// Send no further command; check the balance once the open one is answered.
    void finish(Time now);

    int fd() const noexcept { return socket_.fd(); }
    bool wants_write() const noexcept { return state_ == State::connecting || socket_.has_unsent(); }
    bool ready() const noexcept { return state_ == State::ready; }
    bool ended() const noexcept { return state_ == State::ended; }
    /// When it wants on_wake; nullopt: not.
    std::optional<Time> wake_at() const noexcept { return wake_at_; }

private:
    enum class State : std::uint8_t {
        broken,  ///< Waits to connect again.
        connecting,
        registering,
        logging_in,
        upgrading,
        greeting,  ///< hello is sent.
        ready,     ///< Connected, nothing under way.
        waiting,   ///< For the answer to the open command.
        proving,   ///< For the answer to a command already answered, sent again.
        checking,  ///< For the final balance.
        ended,
    };

    // Steps of getting ready.
    void next_step(Time now);
    void post(std::string_view path, std::string_view body);
    void upgrade();
    void on_response(const Response& response, Time now);
    void on_welcome(std::string_view ok, Time now);

    // Play.
    void play(Time now);
    void send_command(Time now);
    std::string choice() const;
    void on_message(std::string_view text, Time now);
    void on_answer(std::string_view text, Time now);
    void on_ok(std::uint64_t n, std::string_view ok);
    void on_refusal(std::string_view error, std::string_view text, Time now);
    void acknowledge(std::string_view text, Time now);
    void check();
    void on_final_balance(std::string_view ok);

    void read_balance(std::string_view balance);
    void log_ack(std::uint64_t n, std::string_view rest);
    void send_text(std::string_view text);
    void read_http(Time now);
    void read_frames(Time now);
    void broke(std::string_view why, Time now);
    void fail(std::string_view why);
    void violation(const std::string& what);

    const Plan* plan_;
    Tally* tally_;
    std::size_t index_;
    std::string nickname_;
    Socket socket_;
    State state_ = State::broken;
    std::optional<Time> wake_at_;
    std::optional<Time> broken_since_;
    std::string message_;  ///< Fragments of a message, so far.

    bool registered_ = false;
    std::string token_;
    bool begun_ = false;
    Time begun_at_{};
    bool finishing_ = false;

    std::uint64_t n_ = 1;       ///< Of the open or next command.
    bool open_ = false;         ///< The command was sent and is not answered yet.
    bool again_ = false;        ///< It was sent before, on a connection that broke.
    Time intended_{};           ///< When it was meant to be sent.
    std::uint64_t place_ = 1;   ///< Of that command in the plan; a choice belongs to its round.
    std::string awaited_;       ///< The round that waits for a choice.
    std::int64_t choices_ = 0;  ///< How many it has.
    std::int64_t awaited_stake_ = 0;
    std::string command_;
    std::uint64_t done_ = 0;   ///< Commands answered.
    std::string last_answer_;  ///< To n_ - 1, as it came.
    std::string last_command_;

    std::optional<std::int64_t> start_;
    std::int64_t sum_ = 0;  ///< Of win - stake.
    std::int64_t balance_ = 0;
    std::int64_t version_ = -1;
    std::uint32_t mask_;
};

}  // namespace croupier::load
