#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "croupier/unit_pool.hpp"

using namespace croupier;

namespace {

/// A unit of one event, whose body says which it is.
std::shared_ptr<const Unit> make(UnitPool& pool, Position& head, std::uint64_t number)
{
    const UnitDraft draft = pool.draft();
    REQUIRE(draft.content.events.empty());
    REQUIRE(draft.content.transfers.empty());
    REQUIRE(draft.content.request == RequestRecord{});
    Bytes body;
    if (!draft.bodies.empty()) {
        body = std::move(draft.bodies.back());
        draft.bodies.pop_back();
    }
    REQUIRE(body.empty());
    ByteWriter{body}.write(number);
    draft.content.events.push_back({.type = 1, .body = std::move(body)});
    draft.content.first_event = EventId{number};
    auto unit = pool.seal(head);
    head = unit->position;
    return unit;
}

std::uint64_t number_of(const Unit& unit) { return ByteReader{unit.content.events.at(0).body}.read<std::uint64_t>(); }

}  // namespace

TEST_CASE("unit pool: a unit is the same, whatever memory it is made of", "[kernel]")
{
    UnitPool pool;
    Position head;
    Position expected;
    for (std::uint64_t number = 1; number <= 100; ++number) {
        const auto unit = make(pool, head, number);
        UnitContent content;
        content.first_event = EventId{number};
        content.events.push_back({.type = 1, .body = to_bytes(number)});
        const Unit fresh = seal_unit(std::move(content), expected);
        expected = fresh.position;
        CHECK(unit->position == fresh.position);
        CHECK(unit->bytes == fresh.bytes);
        CHECK(open_unit(unit->bytes).has_value());
    }
}

TEST_CASE("unit pool: memory comes back when the last one lets go of a unit, and is used again", "[kernel]")
{
    UnitPool pool;
    Position head;
    std::set<const Unit*> places;
    for (std::uint64_t number = 1; number <= 1000; ++number) {
        const auto unit = make(pool, head, number);
        const auto again = unit;  // Two hold it.
        places.insert(unit.get());
    }
    CHECK(places.size() <= 2);

    // Those that somebody still holds are not touched.
    const auto held = make(pool, head, 1001);
    const auto bytes = held->bytes;
    for (std::uint64_t number = 1002; number <= 1010; ++number) { CHECK(make(pool, head, number) != held); }
    CHECK(held->bytes == bytes);
    CHECK(number_of(*held) == 1001);
}

TEST_CASE("unit pool: a draft has room from before, and is the same until it is sealed", "[kernel]")
{
    UnitPool pool;
    Position head;
    static_cast<void>(make(pool, head, 1));
    static_cast<void>(make(pool, head, 2));
    const UnitDraft draft = pool.draft();
    CHECK(draft.content.events.capacity() > 0);
    CHECK(draft.bodies.size() == 1);
    CHECK(draft.bodies.front().capacity() > 0);
    CHECK(&pool.draft().content == &draft.content);
}

TEST_CASE("unit pool: units go back from other threads, some after the pool is gone", "[kernel]")
{
    constexpr std::uint64_t kUnits = 20'000;
    std::vector<std::shared_ptr<const Unit>> last;
    {
        UnitPool pool;
        Position head;
        std::vector<std::shared_ptr<const Unit>> batch;
        std::vector<std::thread> threads;
        for (std::uint64_t number = 1; number <= kUnits; ++number) {
            batch.push_back(make(pool, head, number));
            if (batch.size() < 500) { continue; }
            if (!threads.empty()) {
                threads.back().join();
                threads.pop_back();
            }
            if (number == kUnits) { last.assign(batch.end() - 10, batch.end()); }
            threads.emplace_back([units = std::exchange(batch, {}), number]() mutable {
                for (std::size_t i = 0; i < units.size(); ++i) {
                    if (number_of(*units[i]) != number - units.size() + 1 + i) { std::abort(); }
                    units[i].reset();
                }
            });
        }
        threads.back().join();
    }
    for (std::size_t i = 0; i < last.size(); ++i) { CHECK(number_of(*last[i]) == kUnits - last.size() + 1 + i); }
}
