#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/ports.hpp"
#include "croupier/time.hpp"

/// The canonical form of one unit of work. docs/format.md describes it byte by byte, with golden vectors; the rows of
/// ledger.db hold the same and nothing else, so that rows and bytes follow from each other.
namespace croupier {

/// Set in the scope of an operator's request; the rest of the scope is then the operator.
inline constexpr std::uint64_t kOperatorScopes = std::uint64_t{1} << 63;

/// The request that a unit answers for ever. A session's command: scope is the session, key its n (8 bytes, big-endian). An
/// operator's: scope is kOperatorScopes | operator, key the caller's Idempotency-Key.
struct RequestRecord {
    std::uint64_t scope = 0;   ///< 0: this unit answers no request.
    Bytes key;                 ///< At most 64 bytes.
    Hash content_hash{};       ///< SHA-256 of the command's canonical bytes: the same key with another hash is refused.
    std::uint16_t result = 0;  ///< 0: done; else the number of the ErrorCode it was refused with.
    std::string answer;        ///< What was answered, exactly.

    friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};
BOOST_DESCRIBE_STRUCT(RequestRecord, (), (scope, key, content_hash, result, answer))

/// A fact other than a transfer.
struct EventRow {
    std::uint64_t stream = 0;           ///< The player it is about; 0 for the house.
    std::uint16_t type = 0;             ///< The fact's kFact.
    std::uint32_t after_transfers = 0;  ///< How many of the unit's transfers were made before it: keeps the order.
    Bytes body;                         ///< The fact's canonical bytes.

    friend bool operator==(const EventRow&, const EventRow&) = default;
};
BOOST_DESCRIBE_STRUCT(EventRow, (), (stream, type, after_transfers, body))

struct UnitContent {
    std::uint16_t format = 1;
    Epoch epoch{1};
    Seq seq{};
    WallTime at{};
    RequestRecord request;
    TransferId first_transfer{};  ///< Id of the first transfer; of the next one ever made, if there is none here.
    EventId first_event{};        ///< Likewise for events.
    std::vector<ledger::Transferred> transfers;  ///< Ids first_transfer, first_transfer + 1, …
    std::vector<EventRow> events;                ///< Ids first_event, first_event + 1, …
};
BOOST_DESCRIBE_STRUCT(
    UnitContent, (), (format, epoch, seq, at, request, first_transfer, first_event, transfers, events))

/// One unit of work, canonical and immutable: what is chained, stored, replicated and replayed. `bytes` are the canonical
/// bytes of `content`, which goes with them so that nobody has to decode what was just encoded.
struct Unit {
    Position position;
    UnitContent content;
    Bytes bytes;
};

/// What a receipt shows of a unit: when it was, what was asked (by its hash) and what was answered; and the chain's hash, which
/// nobody can guess, so that the hashes beside it in a proof tell nothing of the units that they stand for.
struct ReceiptLeaf {
    Hash hash{};  ///< The chain's, at seq.
    Seq seq{};
    WallTime at{};
    RequestRecord request;

    friend bool operator==(const ReceiptLeaf&, const ReceiptLeaf&) = default;
};
BOOST_DESCRIBE_STRUCT(ReceiptLeaf, (), (hash, seq, at, request))

/// The unit's leaf, number seq - 1, in the tree over all units: merkle_leaf of its ReceiptLeaf's canonical bytes.
Hash unit_leaf(const Hash& hash, const UnitContent& content);

/// The unit that follows `before`; content.seq and epoch are set from it.
Unit seal_unit(UnitContent content, const Position& before);
/// Likewise, of the content that is in `unit` already, whose bytes may have room from before.
void seal_unit(Unit& unit, const Position& before);
/// The content, if `bytes` are exactly one unit with ids in order.
std::optional<UnitContent> open_unit(std::span<const std::byte> bytes);
/// SHA-256(hash of the unit before || bytes).
Hash chain_hash(const Hash& before, std::span<const std::byte> bytes);

}  // namespace croupier
