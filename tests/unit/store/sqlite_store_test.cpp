#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "sqlite_store.hpp"
#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

namespace {

/// A store in a folder of its own, on a loop that the test runs.
struct Fixture {
    TempDir dir;
    TestLoop loop;
    Chain chain;
    Units units;
    std::atomic<int> failures{0};
    std::vector<Committed> commits;
    std::mutex mutex;
    Units heard;  ///< By on_batch.
    std::unique_ptr<SqliteStore> store;

    void open(StoreOptions options = {})
    {
        options.post = loop.poster();
        options.fail_stop = [this](const std::string& why) {
            CROUPIER_ASSERT(!why.empty());  // On the writer's thread, where Catch's macros must not be used.
            ++failures;
        };
        if (!options.on_batch) {
            options.on_batch = [this](std::span<const std::shared_ptr<const Unit>> batch) {
                const std::lock_guard lock{mutex};
                heard.insert(heard.end(), batch.begin(), batch.end());
            };
        }
        store = std::make_unique<SqliteStore>(open_ledger(dir / "ledger.db"), std::move(options));
        store->on_committed([this](const Committed& committed) { commits.push_back(committed); });
    }

    void submit(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            units.push_back(chain.spin());
            store->submit(units.back());
        }
    }

    void run_until_committed(std::size_t seq)
    {
        loop.run_until([&] { return raw(store->committed().seq) >= seq; });
    }

    void close()
    {
        bool closed = false;
        store->close([&] { closed = true; });
        loop.run_until([&] { return closed; });
    }
};

}  // namespace

TEST_CASE("store: what is submitted becomes durable, in order, and is reported on the loop", "[store]")
{
    Fixture fixture;
    fixture.open();
    CHECK(fixture.store->committed() == Position{});
    fixture.submit(1000);
    CHECK(fixture.store->submitted() == fixture.chain.head());
    CHECK(fixture.store->committed() == Position{});  // Nothing is reported but on the loop.
    fixture.run_until_committed(1000);
    CHECK(fixture.store->committed() == fixture.chain.head());
    CHECK(fixture.store->queued_bytes() == 0);

    std::size_t units = 0;
    std::size_t bytes = 0;
    for (const Committed& committed : fixture.commits) {
        units += committed.units;
        bytes += committed.bytes;
        CHECK(raw(committed.position.seq) == units);
        CHECK(committed.sync.count() > 0);
        CHECK(committed.write >= committed.sync);
    }
    CHECK(units == 1000);
    std::size_t submitted = 0;
    for (const auto& unit : fixture.units) { submitted += unit->bytes.size(); }
    CHECK(bytes == submitted);
    fixture.close();
    CHECK(fixture.heard == fixture.units);
    fixture.store.reset();
    auto ledger = open_ledger(fixture.dir / "ledger.db");
    check_holds(*ledger, fixture.units);
}

TEST_CASE("store: units that wait are written together", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.store->allow(Seq{0});
    fixture.submit(500);
    fixture.store->allow(Seq{500});
    fixture.run_until_committed(500);
    REQUIRE(fixture.commits.size() == 1);
    CHECK(fixture.commits[0].units == 500);
    fixture.close();
}

TEST_CASE("store: a batch is capped in units and in bytes", "[store]")
{
    Fixture fixture;
    const bool by_bytes = GENERATE(false, true);
    const auto size = Chain{}.spin()->bytes.size();
    StoreOptions options;
    if (by_bytes) {
        options.batch_bytes_max = 100 * (size + 8);
    } else {
        options.batch_units_max = 100;
    }
    fixture.open(std::move(options));
    fixture.store->allow(Seq{0});
    fixture.submit(1000);
    fixture.store->allow(Seq{1000});
    fixture.run_until_committed(1000);
    CHECK(fixture.commits.size() >= 10);
    for (const auto& committed : fixture.commits) { CHECK(committed.units <= 110); }
    fixture.close();
}

TEST_CASE("store: nothing is written beyond the commit limit", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.store->allow(Seq{3});
    fixture.submit(10);
    fixture.run_until_committed(3);
    // A read goes through the writer's turn after it had its chance to write more.
    std::optional<std::size_t> read;
    fixture.store->read(Seq{1}, 1'000'000, [&](const Units& units) { read = units.size(); });
    fixture.loop.run_until([&] { return read.has_value(); });
    CHECK(*read == 3);
    CHECK(fixture.store->committed().seq == Seq{3});

    bool closed = false;
    fixture.store->close([&] { closed = true; });
    fixture.store->allow(Seq{7});
    fixture.run_until_committed(7);
    CHECK_FALSE(closed);  // Three units are still not allowed.
    fixture.store->allow(Seq{10});
    fixture.loop.run_until([&] { return closed; });
    CHECK(fixture.store->committed().seq == Seq{10});
}

TEST_CASE("store: the queue is bounded in bytes, with a reserve for settling", "[store]")
{
    Fixture fixture;
    StoreOptions options;
    options.queue_bytes_max = 10'000;
    options.settlement_reserve_bytes = 2'000;
    fixture.open(std::move(options));
    fixture.store->allow(Seq{0});
    CHECK(fixture.store->admits(Admission::new_work, 8'000));
    CHECK_FALSE(fixture.store->admits(Admission::new_work, 8'001));
    CHECK(fixture.store->admits(Admission::settlement, 10'000));
    CHECK_FALSE(fixture.store->admits(Admission::settlement, 10'001));

    while (fixture.store->admits(Admission::new_work, 500)) { fixture.submit(1); }
    CHECK(fixture.store->queued_bytes() > 7'000);
    CHECK(fixture.store->queued_bytes() <= 8'000);
    CHECK(fixture.store->admits(Admission::settlement, 500));
    while (fixture.store->admits(Admission::settlement, 500)) { fixture.submit(1); }
    CHECK(fixture.store->queued_bytes() <= 10'000);

    fixture.store->allow(fixture.store->submitted().seq);
    fixture.run_until_committed(raw(fixture.store->submitted().seq));
    CHECK(fixture.store->admits(Admission::new_work, 8'000));
    fixture.close();
    CHECK_FALSE(fixture.store->admits(Admission::settlement, 1));
}

TEST_CASE("store: a full disk refuses new work but not settling, and is noticed when it has room again", "[store]")
{
    Fixture fixture;
    std::atomic<std::uintmax_t> free{100};
    StoreOptions options;
    options.disk_free_min_bytes = 1000;
    options.disk_free_bytes = [&] { return free.load(); };
    fixture.open(std::move(options));
    CHECK(fixture.store->disk_low());
    CHECK_FALSE(fixture.store->admits(Admission::new_work, 10));
    CHECK(fixture.store->admits(Admission::settlement, 10));
    fixture.submit(1);  // Settling goes on.
    fixture.run_until_committed(1);

    free = 5000;
    const auto asked = [&] {
        std::optional<std::size_t> read;
        fixture.store->read(Seq{1}, 1, [&](const Units& units) { read = units.size(); });
        fixture.loop.run_until([&] { return read.has_value(); });
    };
    // No unit is submitted: asking again is enough, once the writer had a turn.
    bool admitted = fixture.store->admits(Admission::new_work, 10);
    for (int i = 0; i < 3 && !admitted; ++i) {
        asked();
        admitted = fixture.store->admits(Admission::new_work, 10);
    }
    CHECK(admitted);

    free = 0;
    fixture.submit(4000);  // More than a mebibyte: looked at again while writing.
    fixture.run_until_committed(4001);
    asked();
    CHECK(fixture.store->disk_low());
    fixture.close();
}

TEST_CASE("store: a write that fails stops everything; nothing is retried or reported", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.submit(5);
    fixture.run_until_committed(5);
    // The right seq, but transfer ids that were given out before.
    UnitContent content;
    content.first_transfer = TransferId{1};
    content.first_event = EventId{6};
    fixture.store->submit(std::make_shared<const Unit>(seal_unit(content, fixture.chain.head())));
    while (fixture.failures == 0) { fixture.loop.run_posted(); }
    fixture.loop.run_posted();
    CHECK(fixture.failures == 1);
    CHECK(fixture.store->committed().seq == Seq{5});
    fixture.store.reset();
    CHECK(fixture.loop.run_posted() == 0);
    auto ledger = open_ledger(fixture.dir / "ledger.db");
    check_holds(*ledger, fixture.units);
}

TEST_CASE("store: reads give committed units while others are written", "[store]")
{
    Fixture fixture;
    fixture.open();
    std::size_t next_seq = 1;
    bool reading = false;
    for (int round = 0; round < 40; ++round) {
        fixture.submit(50);
        if (!reading) {
            reading = true;
            fixture.store->read(Seq{next_seq}, 20'000, [&](const Units& units) {
                reading = false;
                for (const auto& unit : units) {
                    CHECK(unit->bytes == fixture.units[next_seq - 1]->bytes);
                    CHECK(unit->position == fixture.units[next_seq - 1]->position);
                    ++next_seq;
                }
            });
        }
        fixture.loop.run_posted();
    }
    fixture.run_until_committed(2000);
    fixture.loop.run_until([&] { return !reading; });
    CHECK(next_seq > 1);
    fixture.close();
}

TEST_CASE("store: a backup is made while play goes on, opens and verifies", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.submit(8000);
    fixture.run_until_committed(8000);
    std::optional<std::optional<std::string>> done;
    fixture.store->backup(fixture.dir / "backup/deeper", [&](std::optional<std::string> problem) { done = problem; });
    while (!done) {
        fixture.submit(20);
        const std::size_t written = fixture.units.size();
        fixture.loop.run_until([&] { return done.has_value() || raw(fixture.store->committed().seq) >= written; });
    }
    CHECK(*done == std::nullopt);

    // A second one into the same place is refused, and play goes on.
    done.reset();
    fixture.store->backup(fixture.dir / "backup/deeper", [&](std::optional<std::string> problem) { done = problem; });
    fixture.loop.run_until([&] { return done.has_value(); });
    CHECK(done->value().find("exists already") != std::string::npos);
    fixture.submit(1);
    fixture.run_until_committed(fixture.units.size());
    fixture.close();

    auto copy = open_ledger(fixture.dir / "backup/deeper/ledger.db");
    const auto head = raw(copy->head().seq);
    CHECK(head >= 8000);
    check_holds(*copy, Units(fixture.units.begin(), fixture.units.begin() + static_cast<std::ptrdiff_t>(head)));
}

TEST_CASE("store: closing writes everything first, and its answer is the last", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.submit(3000);
    std::optional<std::size_t> committed_at_close;
    fixture.store->close([&] { committed_at_close = raw(fixture.store->committed().seq); });
    fixture.loop.run_until([&] { return committed_at_close.has_value(); });
    CHECK(*committed_at_close == 3000);
    CHECK(fixture.loop.run_posted() == 0);
    CHECK_FALSE(std::filesystem::exists(fixture.dir / "ledger.db-wal"));
    fixture.store.reset();
    auto ledger = open_ledger(fixture.dir / "ledger.db");
    check_holds(*ledger, fixture.units);
}

TEST_CASE("store: one that is dropped without closing calls nobody back, and leaves a ledger that opens", "[store]")
{
    Fixture fixture;
    fixture.open();
    fixture.submit(2000);
    fixture.store->read(Seq{1}, 100, [](const Units&) { FAIL("nobody asked any more"); });
    fixture.store.reset();
    fixture.loop.run_posted();
    auto ledger = open_ledger(fixture.dir / "ledger.db");
    const auto head = raw(ledger->head().seq);
    check_holds(*ledger, Units(fixture.units.begin(), fixture.units.begin() + static_cast<std::ptrdiff_t>(head)));
}

TEST_CASE("store: wake-ups are coalesced: at most one report is on its way", "[store]")
{
    Fixture fixture;
    StoreOptions options;
    options.batch_units_max = 10;
    fixture.open(std::move(options));
    fixture.submit(500);
    bool read = false;
    fixture.store->read_on_writer(Seq{500}, 1, [&](const Units&) {});
    fixture.store->read(Seq{1}, 1, [&](const Units&) { read = true; });
    while (fixture.store->queued_bytes() > 0) { std::this_thread::yield(); }
    std::size_t tasks = 0;
    while (!read) { tasks += fixture.loop.run_posted(); }
    CHECK(tasks <= 3);  // One report, the read; one more report if the read came in between.
    fixture.run_until_committed(500);
    CHECK(fixture.commits.size() >= 50);  // Yet every batch is told.
    fixture.close();
}
