#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "histogram.hpp"

namespace croupier::load {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

/// A command of a script: when it was sent, counted from the first one, and its members without n and op.
struct Line {
    std::chrono::nanoseconds at{};
    std::string members;
};

/// What to do, from the command line.
struct Plan {
    sockaddr_in server{};
    std::string host;  ///< As the Host header wants it.
    std::string path = "/ws";
    std::size_t sessions = 1;
    std::optional<std::chrono::nanoseconds> duration;  ///< Stop sending after so long; or
    std::optional<std::uint64_t> spins_per_session;    ///< after so many.
    double rate = 0;                                   ///< Spins a second over all sessions; 0: closed loop.
    std::string game = "lucky-lines";
    std::int64_t stake = 20;
    std::string bets;  ///< JSON; for games that take bets instead of a stake.
    std::string prefix = "load";
    bool echo = false;
    bool idle = false;
    bool ignore_refusals = false;
    std::optional<std::chrono::nanoseconds> reconnect_for;  ///< Retry a broken connection so long.
    std::string ack_log;
    std::vector<std::vector<Line>> script;  ///< A list a session, as croupier-replay --script writes it; empty: none.
    double speed = 1;                       ///< So much faster than the script was.

    /// When the command at this place (1, 2, …) of a session's script is due, after play began.
    std::chrono::nanoseconds due(std::size_t session, std::uint64_t place) const
    {
        const std::chrono::duration<double, std::nano> at = script[session][place - 1].at;
        return std::chrono::duration_cast<std::chrono::nanoseconds>(at / speed);
    }
    /// The text of a session's command at this place, under number `n`.
    std::string command(std::size_t session, std::uint64_t n, std::uint64_t place) const
    {
        if (!script.empty()) {
            return "{\"n\":" + std::to_string(n) + ",\"op\":\"spin\"," + script[session][place - 1].members + "}";
        }
        auto text = "{\"n\":" + std::to_string(n) + ",\"op\":\"spin\",\"game\":\"" + game + "\",";
        text += bets.empty() ? "\"stake\":" + std::to_string(stake) : "\"bets\":" + bets;
        return text + "}";
    }
};

/// What came of it.
struct Tally {
    Histogram latency;  ///< Of answers, from the time a command was meant to be sent.
    std::uint64_t answers = 0;
    std::uint64_t repeated = 0;  ///< Answers to commands sent again after a broken connection.
    std::uint64_t reconnects = 0;
    std::map<std::string, std::uint64_t> errors;      ///< Refusals, by code.
    std::map<std::string, std::uint64_t> violations;  ///< Broken promises of the server, by kind. Any fails the run.
    std::uint64_t sessions_checked = 0;               ///< Whose balance agreed in the end.
    std::uint64_t sessions_failed = 0;                ///< That could not go on.
    std::string first_failure;
    Time started{};
    Time last_answer{};
    std::ofstream acks;

    double seconds() const { return std::chrono::duration<double>(last_answer - started).count(); }
};

}  // namespace croupier::load
