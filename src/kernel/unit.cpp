#include "croupier/unit.hpp"

#include "croupier/assert.hpp"
#include "croupier/merkle.hpp"

namespace croupier {

namespace {

constexpr std::size_t kRequestKeyMax = 64;
// So that a unit's bytes take one allocation: what its parts take at most, without what is of any length.
constexpr std::size_t kUnitUsual = 160 + kRequestKeyMax;
constexpr std::size_t kTransferBytes = 90;
constexpr std::size_t kEventBytes = 18;

bool well_formed(const UnitContent& content)
{
    if (content.format != 1 || content.request.key.size() > kRequestKeyMax) { return false; }
    for (std::size_t i = 0; i < content.transfers.size(); ++i) {
        if (raw(content.transfers[i].id) != raw(content.first_transfer) + i) { return false; }
    }
    std::uint32_t before = 0;
    for (const EventRow& event : content.events) {
        if (event.after_transfers < before || event.after_transfers > content.transfers.size()) { return false; }
        before = event.after_transfers;
    }
    return true;
}

}  // namespace

Hash unit_leaf(const Hash& hash, const UnitContent& content)
{
    thread_local Bytes bytes;  // Used again: no allocation a unit.
    bytes.clear();
    ByteWriter writer{bytes};
    // As a ReceiptLeaf, without a copy of the request.
    writer.write(hash);
    writer.write(content.seq);
    writer.write(content.at);
    writer.write(content.request);
    return merkle_leaf(bytes);
}

Hash chain_hash(const Hash& before, std::span<const std::byte> bytes) { return sha256(before, bytes); }

void seal_unit(Unit& unit, const Position& before)
{
    UnitContent& content = unit.content;
    content.epoch = before.epoch;
    content.seq = next(before.seq);
    CROUPIER_ASSERT(well_formed(content));
    std::size_t size = kUnitUsual + content.request.answer.size() + content.transfers.size() * kTransferBytes;
    for (const EventRow& event : content.events) { size += kEventBytes + event.body.size(); }
    unit.bytes.clear();
    unit.bytes.reserve(size);
    ByteWriter{unit.bytes}.write(content);
    unit.position = Position{content.epoch, content.seq, chain_hash(before.hash, unit.bytes)};
}

Unit seal_unit(UnitContent content, const Position& before)
{
    Unit unit{.content = std::move(content)};
    seal_unit(unit, before);
    return unit;
}

std::optional<UnitContent> open_unit(std::span<const std::byte> bytes)
{
    auto content = from_bytes<UnitContent>(bytes);
    if (content && !well_formed(*content)) { return std::nullopt; }
    return content;
}

}  // namespace croupier
