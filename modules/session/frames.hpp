#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "croupier/messages/rounds.hpp"
#include "croupier/messages/session.hpp"
#include "croupier/result.hpp"
#include "sessions.hpp"

/// The frames of croupier.v1 that the server sends (docs/protocol). The texts of answers are recorded, so a change here
/// changes what a repeated command is told only for commands decided after it.
namespace croupier::session::frames {

/// The members of an answer, without braces: what is recorded and repeated.
std::string spun(std::uint64_t n, std::string_view op, const rounds::Spun& spun);
std::string refused(std::uint64_t n, const Error& error);

/// {members}
std::string whole(std::string_view members);
/// A transient refusal of command n, or, with `expected`, out_of_order.
std::string command_refused(std::uint64_t n, const Error& error, std::optional<std::uint64_t> expected = std::nullopt);
std::string query_refused(std::uint64_t q, const Error& error);

struct Welcome {
    std::uint64_t q = 0;
    const PlayerInfo* who = nullptr;
    std::string_view instance;
    std::uint64_t seq = 0;
    std::uint64_t last_n = 0;
    std::span<const Answer> results;    ///< Oldest first.
    std::span<const Answer> previous;   ///< Of the session before.
    std::size_t answers_bytes_max = 0;  ///< Of the answers that it tells; the newest come first.
    bool resumed = false;
    bool demo = false;
    WallTime now{};
};
std::string welcome(const Welcome& welcome);

std::string balance(std::uint64_t q, const ledger::Balance& balance);
std::string games(std::uint64_t q, const rounds::Games& games, Currency currency);
std::string online(std::uint64_t q, std::uint64_t players);
std::string open(std::uint64_t q, const rounds::OpenRounds& open);

std::string balance_push(std::uint64_t seq, const ledger::Balance& balance);
std::string online_push(std::uint64_t seq, std::uint64_t players);
std::string games_push(std::uint64_t seq);
std::string draining_push(std::uint64_t seq);

}  // namespace croupier::session::frames
