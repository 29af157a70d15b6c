#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/ports.hpp"

/// What server and worker say to each other: one packet a request, one packet its answer, in canonical bytes.
namespace croupier::vault {

enum class Op : std::uint8_t { start = 1, seed = 2, draw = 3, test = 4 };
BOOST_DESCRIBE_ENUM(Op, start, seed, draw, test)

struct Request {
    Op op{};
    std::string stream;         ///< Of start: the instance.
    std::vector<Bound> bounds;  ///< Of draw.
    bool ctr = false;           ///< Of start: the mechanism.
    bool prediction_resistance = false;
    std::string audit_key = {};  ///< Of start.
};
BOOST_DESCRIBE_STRUCT(Request, (), (op, stream, bounds, ctr, prediction_resistance, audit_key))

struct Answer {
    std::string failure;  ///< Empty: done.
    std::vector<Value> values;
    KeptSeed kept = {};  ///< Of seed.
};
BOOST_DESCRIBE_STRUCT(Answer, (), (failure, values, kept))

/// The largest packet: a draw of so many values, and a name. (An auditor's key is far smaller.)
inline constexpr std::size_t kValuesMax = 4096;
inline constexpr std::size_t kPacketMax = kValuesMax * sizeof(Value) + 1024;

enum class Received : std::uint8_t { packet, nothing_in_time, end };

/// False: the other side is gone.
bool send_packet(int socket, std::span<const std::byte> packet);
/// The next packet into `packet`, which is resized. Waits as long as the socket's own timeout says.
Received receive_packet(int socket, Bytes& packet);

}  // namespace croupier::vault
