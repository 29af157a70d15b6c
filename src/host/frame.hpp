#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "croupier/messages/rounds.hpp"
#include "croupier/messages/session.hpp"
#include "croupier/result.hpp"

namespace croupier::host {

/// What a client's frame asks for (docs/protocol). The token of a hello is hashed here and goes no further.
struct HelloFrame {
    std::uint64_t q = 0;
    Hash token{};
    std::optional<session::Resume> resume;
};
BOOST_DESCRIBE_STRUCT(HelloFrame, (), (q, token, resume))
struct SpinFrame {
    std::uint64_t n = 0;
    std::string game;
    std::int64_t stake = 0;
    std::vector<rounds::Bet> bets;
};
BOOST_DESCRIBE_STRUCT(SpinFrame, (), (n, game, stake, bets))
struct ChooseFrame {
    std::uint64_t n = 0;
    RoundId round{};
    std::uint32_t choice = 0;
};
BOOST_DESCRIBE_STRUCT(ChooseFrame, (), (n, round, choice))
struct QueryFrame {
    std::uint64_t q = 0;
    session::QueryKind kind{};
};
BOOST_DESCRIBE_STRUCT(QueryFrame, (), (q, kind))
struct PingFrame {
    std::uint64_t q = 0;
};
BOOST_DESCRIBE_STRUCT(PingFrame, (), (q))

/// A frame that asks for nothing we know. The number, if one could be read, goes into the refusal.
struct BadFrame {
    ErrorCode code = ErrorCode::malformed;
    std::optional<std::uint64_t> n;
    std::optional<std::uint64_t> q;
};
BOOST_DESCRIBE_STRUCT(BadFrame, (), (code, n, q))

using Frame = std::variant<HelloFrame, SpinFrame, QueryFrame, PingFrame, BadFrame, ChooseFrame>;

/// Never fails: what cannot be understood is a BadFrame.
Frame parse_frame(std::string_view text);

/// The number that a frame names, as far as it can be seen without parsing the frame: for a refusal that looks at nothing
/// else. At most one of them is set.
struct FrameNumbers {
    std::optional<std::uint64_t> n;
    std::optional<std::uint64_t> q;
};
FrameNumbers skim_numbers(std::string_view text);

/// {"re":n,"error":…}, {"rq":q,"error":…} or {"error":…}: a refusal that rests on no state.
std::string refusal(std::optional<std::uint64_t> n, std::optional<std::uint64_t> q, const Error& error);

/// SHA-256 of a session token as it stands in protocols.
Hash token_hash(std::string_view token);

}  // namespace croupier::host
