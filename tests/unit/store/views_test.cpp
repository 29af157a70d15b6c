#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <thread>

#include "croupier/merkle.hpp"
#include "views_support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

TEST_CASE("views: rounds, statement and requests say what the facts say", "[views]")
{
    Casino casino = small_casino();
    casino.spin(kAda, 100, 250);  // Round 1, unit 4, transfers 1 and 2.
    casino.spin(kBob, 40, 0);     // Round 2, unit 5, transfer 3.
    casino.refuse(kAda);          // Request 3, unit 6.
    casino.spin(kAda, 60, 0);     // Round 4, unit 7, transfer 4.
    House house;
    house.open();
    house.start();
    house.submit(casino.units);
    house.wait_for_views(Seq{7});
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};

    const auto rounds = ask<std::vector<RoundRow>>(
        house.loop, [&](auto done) { reader.rounds(Seq{0}, kAda, std::nullopt, 10, std::move(done)); });
    REQUIRE(rounds);
    CHECK(rounds->applied_seq == Seq{7});
    REQUIRE(rounds->rows.size() == 2);
    CHECK(rounds->rows[0].round == RoundId{4});
    CHECK(rounds->rows[1].round == RoundId{1});
    CHECK(rounds->rows[1].seq == Seq{4});
    CHECK(rounds->rows[1].game == "lucky-lines");
    CHECK(rounds->rows[1].stake == 100);
    CHECK(rounds->rows[1].win == 250);
    CHECK(rounds->rows[1].currency == euro());
    CHECK(to_micros(rounds->rows[1].at) == 1'700'000'003'000'000);

    const auto detail = ask<std::optional<RoundDetail>>(
        house.loop, [&](auto done) { reader.round(Seq{0}, kAda, RoundId{1}, std::move(done)); });
    REQUIRE(detail);
    REQUIRE(detail->rows);
    CHECK(detail->rows->answer == Casino::answer(1));
    CHECK(detail->rows->bets == std::vector<rounds::Bet>{{.kind = "straight", .numbers = {17}, .stake = 100}});
    const auto others = ask<std::optional<RoundDetail>>(
        house.loop, [&](auto done) { reader.round(Seq{0}, kBob, RoundId{1}, std::move(done)); });
    CHECK_FALSE(others->rows);  // Another player's round is no round of mine.

    const auto statement = ask<std::vector<StatementRow>>(house.loop, [&](auto done) {
        reader.statement(Seq{0}, {.player = kAda, .at = {}, .before = {}, .limit = 10}, std::move(done));
    });
    REQUIRE(statement);
    REQUIRE(statement->rows.size() == 3);
    const auto& [newest, win, stake] = std::tie(statement->rows[0], statement->rows[1], statement->rows[2]);
    CHECK(newest.transfer == TransferId{4});
    CHECK(newest.amount == -60);
    CHECK(newest.balance_after == 90);
    CHECK(newest.version == 3);
    CHECK(win.amount == 250);
    CHECK(win.balance_after == 150);
    CHECK(win.code == ledger::TransferCode::win);
    CHECK(win.reference == 1);
    CHECK(win.account == Casino::account(kAda));
    CHECK(stake.amount == -100);
    CHECK(stake.balance_after == -100);
    CHECK(stake.currency == euro());

    const auto request = ask<std::optional<RequestRow>>(
        house.loop, [&](auto done) { reader.request(Seq{0}, 10, to_bytes(std::uint64_t{3}), std::move(done)); });
    REQUIRE(request);
    REQUIRE(request->rows);
    CHECK(request->rows->seq == Seq{6});
    CHECK(request->rows->result == 400);
    CHECK(request->rows->answer == "no");
    CHECK(request->rows->content_hash == sha256(to_bytes(std::uint64_t{3})));
    const auto unknown = ask<std::optional<RequestRow>>(
        house.loop, [&](auto done) { reader.request(Seq{0}, 20, to_bytes(std::uint64_t{3}), std::move(done)); });
    CHECK_FALSE(unknown->rows);
    house.close();
}

TEST_CASE("views: pages follow each other without gap or repeat, newest first", "[views]")
{
    Casino casino = small_casino();
    for (int i = 0; i < 53; ++i) { casino.spin(i % 4 == 3 ? kBob : kAda, 10, 7); }
    House house;
    house.open();
    house.start();
    house.submit(casino.units);
    house.wait_for_views(casino.chain.head().seq);
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};

    std::vector<std::uint64_t> rounds;
    std::optional<RoundId> before;
    while (true) {
        const auto page = ask<std::vector<RoundRow>>(
            house.loop, [&](auto done) { reader.rounds(Seq{0}, kAda, before, 7, std::move(done)); });
        REQUIRE(page);
        if (page->rows.empty()) { break; }
        CHECK(page->rows.size() <= 7);
        for (const auto& row : page->rows) { rounds.push_back(raw(row.round)); }
        before = page->rows.back().round;
    }
    CHECK(rounds.size() == 40);
    CHECK(std::ranges::is_sorted(rounds, std::ranges::greater_equal{}));

    std::vector<std::uint64_t> entries;
    std::optional<std::uint64_t> before_id;
    while (true) {
        const auto page = ask<std::vector<StatementRow>>(house.loop, [&](auto done) {
            reader.statement(Seq{0}, {.player = kAda, .at = {}, .before = before_id, .limit = 9}, std::move(done));
        });
        REQUIRE(page);
        if (page->rows.empty()) { break; }
        for (const auto& row : page->rows) { entries.push_back(row.id); }
        before_id = page->rows.back().id;
    }
    CHECK(entries.size() == 80);
    CHECK(std::ranges::adjacent_find(entries, std::ranges::less_equal{}) == entries.end());

    const auto from_the_end = ask<std::vector<RoundRow>>(house.loop, [&](auto done) {
        reader.rounds(Seq{0}, kAda, RoundId{std::numeric_limits<std::uint64_t>::max()}, 1, std::move(done));
    });
    CHECK(from_the_end->rows.at(0).round == RoundId{rounds.front()});
    house.close();
}

TEST_CASE("views: what overflows the queue is read from the ledger, and the rows are the same", "[views]")
{
    Casino casino = small_casino();
    casino.play(6000);
    House house;
    ViewsOptions options;
    options.queue_bytes_max = 20'000;
    options.read_bytes = 30'000;
    options.transaction_units_max = 50;
    options.fold = std::make_unique<StakeFold>();
    options.snapshot_units = 1000;
    house.open(std::move(options));

    house.submit(std::span{casino.units}.first(3000));
    house.loop.run_until([&] { return house.store->queued_bytes() == 0 || house.loop.run_posted() > 0; });
    house.start();  // The worker was away; it goes on while more comes.
    for (std::size_t i = 3000; i < casino.units.size(); i += 100) {
        house.submit(std::span{casino.units}.subspan(i, std::min<std::size_t>(100, casino.units.size() - i)));
        house.loop.run_posted();
    }
    house.wait_for_views(casino.chain.head().seq);
    CHECK(house.views->dropped_batches() > 0);
    house.close();
    CHECK(house.problems.empty());

    const auto rebuilt = rebuild_views(house.dir / "ledger.db", house.dir / "rebuilt.db");
    REQUIRE(rebuilt);
    CHECK(*rebuilt == casino.chain.head().seq);
    CHECK(dump(house.dir / "views.db") == dump(house.dir / "rebuilt.db"));

    // The fold saw every unit too.
    const auto snapshots = load_snapshots(house.dir.path()).snapshots;
    REQUIRE(snapshots.size() == 2);
    CHECK(snapshots[0].position == casino.chain.head());
    CHECK(from_bytes<std::uint64_t>(snapshots[0].sections[0].bytes)
        == staked_up_to(casino.units, snapshots[0].position.seq));
}

TEST_CASE("views: a restart goes on where the rows end", "[views]")
{
    Casino casino = small_casino();
    casino.play(500);
    House house;
    for (std::size_t i = 0; i < casino.units.size(); i += 100) {
        house.open();
        house.start();
        house.submit(std::span{casino.units}.subspan(i, std::min<std::size_t>(100, casino.units.size() - i)));
        house.close();  // Everything was offered and worked off.
        CHECK(raw(house.views->applied_seq()) == std::min(i + 100, casino.units.size()));
        house.store.reset();
        house.views.reset();
    }
    REQUIRE(rebuild_views(house.dir / "ledger.db", house.dir / "rebuilt.db"));
    CHECK(dump(house.dir / "views.db") == dump(house.dir / "rebuilt.db"));
}

TEST_CASE("views: rows of another ledger, a missing or a damaged file are built again", "[views]")
{
    Casino casino = small_casino();
    casino.play(300);
    House house;
    house.open();
    house.start();
    house.submit(casino.units);
    house.close();
    const std::string expected = dump(house.dir / "views.db");
    house.store.reset();
    house.views.reset();

    SECTION("it is missing") { std::filesystem::remove(house.dir / "views.db"); }
    SECTION("it is no database") { std::ofstream{house.dir / "views.db", std::ios::trunc} << std::string(9000, '?'); }
    SECTION("it is of another ledger, which was longer")
    {
        Casino other = small_casino();
        other.play(900, 2);
        const TempDir elsewhere;
        {
            auto ledger = open_ledger(elsewhere / "ledger.db");
            append(*ledger, other.units);
        }
        std::filesystem::remove(house.dir / "views.db");
        REQUIRE(rebuild_views(elsewhere / "ledger.db", house.dir / "views.db"));
    }
    SECTION("it is of another ledger, which was shorter")
    {
        Casino other = small_casino();
        other.play(100, 2);
        const TempDir elsewhere;
        {
            auto ledger = open_ledger(elsewhere / "ledger.db");
            append(*ledger, other.units);
        }
        REQUIRE(rebuild_views(elsewhere / "ledger.db", house.dir / "views.db"));
    }
    SECTION("it is of a newer program")
    {
        Connection connection{(house.dir / "views.db").string(), OpenMode::existing};
        connection.run("INSERT INTO schema_version VALUES (99, 99, '')");
        connection.run("DELETE FROM units");
    }

    house.open();
    house.start();
    house.wait_for_views(casino.chain.head().seq);
    house.close();
    CHECK(dump(house.dir / "views.db") == expected);
}

TEST_CASE("views: a file that another process is writing is not thrown away", "[views]")
{
    const TempDir dir;
    REQUIRE(ViewsFile::open(dir / "views.db"));
    Connection other{(dir / "views.db").string(), OpenMode::existing};
    other.run("INSERT INTO accounts VALUES (1, 1, 1, 1, 1)");
    other.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    CHECK_FALSE(ViewsFile::open(dir / "views.db"));
    other.run("COMMIT");
    CHECK(other.integer("SELECT count(*) FROM accounts") == 1);
    CHECK(std::filesystem::exists(dir / "views.db"));
}

TEST_CASE("views: snapshots are made every so many units and at the end, and are gone on from", "[views]")
{
    Casino casino = small_casino();
    casino.play(997);  // 1000 units.
    House house;
    {
        ViewsOptions options;
        options.fold = std::make_unique<StakeFold>();
        options.snapshot_units = 400;
        house.open(std::move(options));
    }
    house.start();
    house.submit(std::span{casino.units}.first(900));
    house.wait_for_views(Seq{900});
    house.close();
    house.store.reset();
    house.views.reset();
    auto snapshots = load_snapshots(house.dir.path()).snapshots;
    REQUIRE(snapshots.size() == 2);
    CHECK(snapshots[0].position == casino.units[899]->position);
    CHECK(snapshots[1].position == casino.units[799]->position);
    for (const auto& snapshot : snapshots) {
        CHECK(from_bytes<std::uint64_t>(snapshot.sections.at(0).bytes)
            == staked_up_to(casino.units, snapshot.position.seq));
    }

    // The next start takes the older one, as if the newer had been damaged: the rows are ahead of the fold.
    {
        ViewsOptions options;
        options.fold = std::make_unique<StakeFold>(
            from_bytes<std::uint64_t>(snapshots[1].sections[0].bytes).value(), Seq{800});
        options.folded = snapshots[1].position;
        house.open(std::move(options));
    }
    house.start();
    house.submit(std::span{casino.units}.subspan(900));
    house.wait_for_views(Seq{1000});
    house.close();
    snapshots = load_snapshots(house.dir.path()).snapshots;
    CHECK(snapshots.at(0).position == casino.chain.head());
    CHECK(from_bytes<std::uint64_t>(snapshots[0].sections[0].bytes) == staked_up_to(casino.units, Seq{1000}));
}

TEST_CASE("views: a snapshot that cannot be written is told, and the rows go on", "[views]")
{
    Casino casino = small_casino();
    casino.play(300);
    House house;
    ViewsOptions options;
    options.fold = std::make_unique<StakeFold>();
    options.snapshot_units = 100;
    options.views_path = house.dir / "views.db";
    options.snapshot_directory = house.dir / "missing";
    std::atomic<int> problems{0};
    options.on_failure = [&](const std::string&) { ++problems; };
    {
        auto ledger = open_ledger(house.dir / "ledger.db");
        append(*ledger, casino.units);
        auto views = Views::open(std::move(options), *ledger);
        REQUIRE(views);
        (*views)->start([&](Seq from, std::size_t limit, std::move_only_function<void(Units)> done) {
            done(ledger->read(from, limit).value());  // On the views' own thread: nobody else uses this ledger.
        });
        house.views = std::move(*views);
        house.wait_for_views(Seq{303});
        house.views->close();
    }
    CHECK(problems == 4);  // At 100, 200, 300 and at the end.
}

TEST_CASE("views: the reader refuses what is too much, and answers nobody once it is gone", "[views]")
{
    House house;
    house.open();
    {
        ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up(), 0};
        const auto refused = ask<std::vector<RoundRow>>(
            house.loop, [&](auto done) { reader.rounds(Seq{0}, kAda, std::nullopt, 10, std::move(done)); });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::overloaded);
    }
    {
        ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};
        reader.rounds(Seq{0}, kAda, std::nullopt, 10, [](const auto&) { FAIL("the reader is gone"); });
    }
    house.loop.run_posted();
    {
        ViewsReader reader{house.dir / "no/views.db", house.loop.poster(), house.catch_up()};
        const auto refused = ask<std::vector<RoundRow>>(
            house.loop, [&](auto done) { reader.rounds(Seq{0}, kAda, std::nullopt, 10, std::move(done)); });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::not_available);
    }
    house.start();
    house.close();
}

TEST_CASE("views: who asks need not wait for the rows to gather", "[views]")
{
    Casino casino = small_casino();
    casino.play(50);
    House house;
    ViewsOptions options;
    options.transaction_time = std::chrono::hours{1};
    house.open(std::move(options));
    house.start();
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};
    const Seq head = casino.chain.head().seq;
    house.submit(casino.units);
    house.loop.run_until([&] { return house.store->committed().seq == head; });

    const auto at_once = ask<std::vector<RoundRow>>(
        house.loop, [&](auto done) { reader.rounds(Seq{0}, kAda, std::nullopt, 5, std::move(done)); });
    CHECK(at_once->applied_seq < head);  // Nobody wanted more.
    const auto all = ask<std::vector<RoundRow>>(
        house.loop, [&](auto done) { reader.rounds(head, kAda, std::nullopt, 5, std::move(done)); });
    CHECK(all->applied_seq == head);

    house.close();
    const auto after_the_end = ask<std::vector<RoundRow>>(
        house.loop, [&](auto done) { reader.rounds(next(head), kAda, std::nullopt, 5, std::move(done)); });
    CHECK(after_the_end->applied_seq == head);  // Nothing more will come, so nobody waits for it.
}

TEST_CASE("views: rows may be read while they are written, each answer of one moment", "[views]")
{
    Casino casino = small_casino();
    casino.play(3000);
    House house;
    ViewsOptions options;
    options.transaction_units_max = 20;
    house.open(std::move(options));
    house.start();
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};
    Seq last{0};
    std::size_t submitted = 0;
    while (last < casino.chain.head().seq) {
        const std::size_t more = std::min<std::size_t>(100, casino.units.size() - submitted);
        house.submit(std::span{casino.units}.subspan(submitted, more));
        submitted += more;
        const auto page = ask<std::vector<RoundRow>>(
            house.loop, [&](auto done) { reader.rounds(next(last), kAda, std::nullopt, 5, std::move(done)); });
        REQUIRE(page);
        CHECK(page->applied_seq >= last);
        for (const auto& row : page->rows) { CHECK(row.seq <= page->applied_seq); }
        last = page->applied_seq;
    }
    house.close();
}

TEST_CASE("views: the tree over all units has the roots and the paths of RFC 6962, whatever was restarted", "[views]")
{
    Casino casino = small_casino();
    casino.play(1600);
    House house;
    for (const std::size_t until : {100UZ, 255UZ, 256UZ, 700UZ, casino.units.size()}) {
        house.open();
        house.start();
        const auto from = static_cast<std::size_t>(raw(house.store->committed().seq));
        house.submit(std::span{casino.units}.subspan(from, until - from));
        house.close();
        house.store.reset();
        if (until == casino.units.size()) { break; }
        house.views.reset();
    }
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};
    MerkleEdge tree;
    std::vector<Hash> leaves;
    for (const auto& unit : casino.units) {
        leaves.push_back(unit_leaf(unit->position.hash, unit->content));
        tree.add(leaves.back());
        const std::uint64_t size = tree.size();
        if (size % 97 != 0 && size % 256 > 1 && size % 256 != 255) { continue; }
        const auto head = ask<std::optional<TreeHead>>(
            house.loop, [&](auto done) { reader.tree_head(size, std::move(done)); });
        REQUIRE(head);
        REQUIRE(head->rows);
        CHECK(head->rows->root == tree.root());
        CHECK(head->rows->head == unit->position.hash);
        const std::uint64_t index = size / 3;
        const auto inclusion = ask<std::optional<Inclusion>>(
            house.loop, [&](auto done) { reader.inclusion(Seq{index + 1}, size, std::move(done)); });
        REQUIRE(inclusion->rows);
        CHECK(merkle_leaf(to_bytes(inclusion->rows->leaf)) == leaves[index]);
        CHECK(merkle_root_by(leaves[index], index, size, inclusion->rows->path) == tree.root());
    }
    const auto too_far = ask<std::optional<TreeHead>>(
        house.loop, [&](auto done) { reader.tree_head(casino.units.size() + 1, std::move(done)); });
    CHECK_FALSE(too_far->rows);
}

TEST_CASE("views: the tree goes on above 65536 units", "[views]")
{
    const TempDir dir;
    auto file = ViewsFile::open(dir / "views.db");
    REQUIRE(file);
    Chain chain;
    MerkleEdge tree;
    Units units;
    constexpr std::uint64_t kUnits = 65536 + 256 + 3;
    while (tree.size() < kUnits) {
        units.push_back(chain.add(UnitContent{}));
        tree.add(unit_leaf(units.back()->position.hash, units.back()->content));
        if (units.size() == 10'000 || tree.size() == kUnits) {
            REQUIRE((*file)->apply(units));
            units.clear();
        }
    }
    file->reset();
    TestLoop loop;
    ViewsReader reader{dir / "views.db", loop.poster(), [](Seq) {}};
    const auto head = ask<std::optional<TreeHead>>(loop, [&](auto done) { reader.tree_head(kUnits, std::move(done)); });
    REQUIRE(head->rows);
    CHECK(head->rows->root == tree.root());
    Connection connection{(dir / "views.db").string(), OpenMode::read_only};
    CHECK(connection.integer("SELECT count(*) FROM nodes WHERE level = 1") == 257);
    CHECK(connection.integer("SELECT count(*) FROM nodes WHERE level = 2") == 1);
    REQUIRE(ViewsFile::open(dir / "views.db"));  // And it is gone on from.
}

TEST_CASE("views: the trial balance after any unit is what the transfers up to there add up to", "[views]")
{
    Casino casino = small_casino();
    casino.play(9'000);  // More than two of the balances that are kept.
    House house;
    for (const std::size_t until : {4'000UZ, 4'100UZ, casino.units.size()}) {
        house.open();
        house.start();
        const auto from = static_cast<std::size_t>(raw(house.store->committed().seq));
        house.submit(std::span{casino.units}.subspan(from, until - from));
        house.close();
        house.store.reset();
        if (until < casino.units.size()) { house.views.reset(); }
    }
    ViewsReader reader{house.dir / "views.db", house.loop.poster(), house.catch_up()};
    std::int64_t players = 0;
    std::uint64_t accounts = 0;
    for (const auto& unit : casino.units) {
        for (const auto& event : unit->content.events) {
            if (event.type == ledger::AccountOpened::kFact && event.stream != 0) { ++accounts; }
        }
        for (const auto& transfer : unit->content.transfers) {
            players += transfer.debit == kBank ? transfer.amount : -transfer.amount;
        }
        const std::uint64_t seq = raw(unit->position.seq);
        if (seq % 1'111 != 0 && seq % 4'096 > 1 && seq % 4'096 != 4'095 && seq > 4) { continue; }
        using Rows = std::optional<std::vector<ledger::TrialRow>>;
        const auto trial = ask<Rows>(house.loop, [&](auto done) { reader.trial(Seq{seq}, std::move(done)); });
        REQUIRE(trial);
        REQUIRE(trial->rows);
        std::int64_t sum = 0;
        for (const ledger::TrialRow& row : *trial->rows) {
            sum += row.balance;
            if (row.kind != ledger::AccountKind::player) { continue; }
            CHECK(row.balance == players);
            CHECK(row.accounts == accounts);
        }
        CHECK(sum == 0);

        // And Ada's own statement as it was then ends with the balance that she had.
        const StatementQuery query{.player = kAda, .at = Seq{seq}, .before = {}, .limit = 1};
        const auto entry = ask<std::vector<StatementRow>>(
            house.loop, [&](auto done) { reader.statement(Seq{0}, query, std::move(done)); });
        for (const StatementRow& row : entry->rows) { CHECK(row.seq <= Seq{seq}); }
    }
    const StatementQuery beyond{.player = kAda, .at = next(casino.chain.head().seq), .before = {}, .limit = 1};
    const auto refused = ask<std::vector<StatementRow>>(
        house.loop, [&](auto done) { reader.statement(Seq{0}, beyond, std::move(done)); });
    CHECK(refused.error().code == ErrorCode::not_available);
}
