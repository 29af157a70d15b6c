#include <catch2/catch.hpp>

#include "croupier/unit.hpp"

using namespace croupier;

namespace {

UnitContent sample()
{
    const Currency euro = Currency::from_code("EUR").value();
    UnitContent content;
    content.at = from_micros(1'795'460'520'000'000);
    content.request = {.scope = 7, .key = Bytes(8), .content_hash = sha256({}), .result = 0, .answer = "{\"re\":1}"};
    content.first_transfer = TransferId{10};
    content.first_event = EventId{5};
    content.transfers = {
        {.id = TransferId{10},
            .debit = AccountId{1},
            .credit = AccountId{2},
            .amount = 100,
            .currency = euro,
            .code = ledger::TransferCode::stake,
            .reference = 3},
        {.id = TransferId{11},
            .debit = AccountId{2},
            .credit = AccountId{1},
            .amount = 250,
            .currency = euro,
            .code = ledger::TransferCode::win,
            .reference = 3},
    };
    content.events = {{.stream = 1, .type = 2, .after_transfers = 0, .body = Bytes(3)},
        {.stream = 1, .type = 3, .after_transfers = 2, .body = {}}};
    return content;
}

/// The bytes of a content as they are, whether or not a unit may look like that.
Bytes forged(const UnitContent& content) { return to_bytes(content); }

}  // namespace

TEST_CASE("unit: a sealed unit follows the one before and opens to what was sealed", "[kernel]")
{
    const UnitContent content = sample();
    const Position before{.epoch = Epoch{2}, .seq = Seq{41}, .hash = sha256(as_bytes("before"))};
    const Unit unit = seal_unit(content, before);
    CHECK(unit.position.seq == Seq{42});
    CHECK(unit.position.epoch == Epoch{2});
    CHECK(unit.content.seq == Seq{42});
    CHECK(unit.position.hash == chain_hash(before.hash, unit.bytes));

    const auto opened = open_unit(unit.bytes);
    REQUIRE(opened.has_value());
    CHECK(opened->seq == Seq{42});
    CHECK(opened->request == content.request);
    CHECK(opened->events == content.events);
    REQUIRE(opened->transfers.size() == 2);
    CHECK(opened->transfers[1].amount == 250);
    CHECK(to_bytes(*opened) == unit.bytes);
}

TEST_CASE("unit: the chain's hash depends on the unit and on all before it", "[kernel]")
{
    const Unit one = seal_unit(sample(), Position{});
    CHECK(seal_unit(sample(), Position{}).position == one.position);

    UnitContent changed = sample();
    changed.transfers[1].amount = 251;
    CHECK(seal_unit(changed, Position{}).position.hash != one.position.hash);
    CHECK(seal_unit(sample(), one.position).position.hash
        != seal_unit(sample(), Position{one.position.epoch, one.position.seq, Hash{}}).position.hash);
    // SHA-256 of 32 zero bytes and nothing else: the hash before counts even when a unit were empty.
    CHECK(to_hex(chain_hash(Hash{}, {})) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

TEST_CASE("unit: bytes that no unit has are not opened", "[kernel]")
{
    REQUIRE(open_unit(forged(sample())).has_value());
    CHECK(open_unit({}) == std::nullopt);

    UnitContent content = sample();
    content.format = 2;
    CHECK(open_unit(forged(content)) == std::nullopt);

    content = sample();
    content.transfers[1].id = TransferId{12};  // A gap.
    CHECK(open_unit(forged(content)) == std::nullopt);

    content = sample();
    content.first_transfer = TransferId{9};
    CHECK(open_unit(forged(content)) == std::nullopt);

    content = sample();
    std::swap(content.events[0], content.events[1]);  // Not in the order in which they were made.
    CHECK(open_unit(forged(content)) == std::nullopt);

    content = sample();
    content.events[1].after_transfers = 3;  // After a transfer that is not there.
    CHECK(open_unit(forged(content)) == std::nullopt);

    content = sample();
    content.request.key = Bytes(65);
    CHECK(open_unit(forged(content)) == std::nullopt);

    Bytes longer = forged(sample());
    longer.push_back(std::byte{});
    CHECK(open_unit(longer) == std::nullopt);
}
