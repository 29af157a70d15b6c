#pragma once

#include <compare>
#include <cstdint>
#include <type_traits>

namespace croupier {

/// Ids are counters that start at 1 and are never reused; 0 means "none". They stay below 2^53, so that a
/// JavaScript number can hold them; protocols still write them as strings.
enum class PlayerId : std::uint64_t {};
enum class SessionId : std::uint64_t {};
enum class RoundId : std::uint64_t {};
enum class AccountId : std::uint64_t {};
enum class TransferId : std::uint64_t {};
enum class EventId : std::uint64_t {};
enum class HoldId : std::uint64_t {};
enum class OperatorId : std::uint64_t {};

/// Position of a unit of work in the ledger: 1, 2, 3, … without gaps. 0 stands before the first.
enum class Seq : std::uint64_t {};
/// Counts the takeovers of a ledger by another machine; 1 until a failover.
enum class Epoch : std::uint64_t {};

/// A WebSocket connection or an HTTP call of this process; never written to the ledger.
enum class ConnectionId : std::uint64_t {};
/// Names one input of this process in logs: the correlation id.
enum class InputId : std::uint64_t {};

template <class Id>
    requires std::is_enum_v<Id>
constexpr auto raw(Id id) noexcept
{
    return static_cast<std::underlying_type_t<Id>>(id);
}

template <class Id>
    requires std::is_enum_v<Id>
constexpr Id next(Id id) noexcept
{
    return static_cast<Id>(raw(id) + 1);
}

}  // namespace croupier
