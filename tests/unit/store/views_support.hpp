#pragma once

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>

#include "sqlite_store.hpp"
#include "support.hpp"
#include "views.hpp"
#include "views_reader.hpp"

/// A small casino's facts, a ledger file with its views, and questions to a reader.
namespace croupier::store::test {

constexpr PlayerId kAda{1};
constexpr PlayerId kBob{2};
constexpr AccountId kBank{1};

/// A small casino's facts: the bank is account 1, player n has account n + 1.
class Casino {
public:
    Chain chain;
    Units units;

    void open(PlayerId player)
    {
        const bool house = raw(player) == 0;
        UnitContent content;
        content.at = time();
        content.events.push_back({.stream = raw(player),
            .type = ledger::AccountOpened::kFact,
            .after_transfers = 0,
            .body = to_bytes(ledger::AccountOpened{house ? kBank : account(player),
                house ? ledger::AccountKind::bank : ledger::AccountKind::player, ledger::Pocket::cash, player,
                euro()})});
        units.push_back(chain.add(content));
    }

    /// A round: the stake goes to the bank, the win (if any) comes back.
    void spin(PlayerId player, std::int64_t stake, std::int64_t win)
    {
        const std::uint64_t round = ++rounds_;
        UnitContent content;
        content.at = time();
        content.request.scope = raw(player) * 10;
        content.request.key = to_bytes(round);
        content.request.content_hash = sha256(content.request.key);
        content.request.answer = answer(round);
        content.transfers.push_back(move(account(player), kBank, stake, ledger::TransferCode::stake, round));
        if (win > 0) {
            content.transfers.push_back(move(kBank, account(player), win, ledger::TransferCode::win, round));
        }
        rounds::Settled settled;
        settled.round = RoundId{round};
        settled.player = player;
        settled.game = "lucky-lines";
        settled.stake = stake;
        settled.win = win;
        settled.bets = {{.kind = "straight", .numbers = {17}, .stake = stake}};
        content.events.push_back({.stream = raw(player),
            .type = rounds::Settled::kFact,
            .after_transfers = static_cast<std::uint32_t>(content.transfers.size()),
            .body = to_bytes(settled)});
        units.push_back(chain.add(content));
    }

    /// A recorded refusal.
    void refuse(PlayerId player)
    {
        UnitContent content;
        content.at = time();
        content.request.scope = raw(player) * 10;
        content.request.key = to_bytes(++rounds_);
        content.request.content_hash = sha256(content.request.key);
        content.request.result = static_cast<std::uint16_t>(ErrorCode::insufficient_funds);
        content.request.answer = "no";
        units.push_back(chain.add(content));
    }

    void play(std::size_t count, std::uint64_t seed = 1)
    {
        std::mt19937_64 random{seed};
        for (std::size_t i = 0; i < count; ++i) {
            const PlayerId player = random() % 2 == 0 ? kAda : kBob;
            if (random() % 10 == 0) {
                refuse(player);
            } else {
                spin(player, 100, random() % 3 == 0 ? static_cast<std::int64_t>(random() % 1000) : 0);
            }
        }
    }

    static AccountId account(PlayerId player) { return AccountId{raw(player) + 1}; }
    static std::string answer(std::uint64_t round) { return R"({"ok":{"round":")" + std::to_string(round) + "\"}}"; }

private:
    WallTime time() const
    {
        return from_micros(1'700'000'000'000'000 + static_cast<std::int64_t>(units.size()) * 1'000'000);
    }

    ledger::Transferred move(
        AccountId from, AccountId to, std::int64_t amount, ledger::TransferCode code, std::uint64_t reference)
    {
        return {.debit = from,
            .credit = to,
            .amount = amount,
            .currency = euro(),
            .code = code,
            .reference = reference,
            .debit_after = balances_[raw(from)] -= amount,
            .credit_after = balances_[raw(to)] += amount,
            .debit_version = ++versions_[raw(from)],
            .credit_version = ++versions_[raw(to)]};
    }

    std::uint64_t rounds_ = 0;
    std::map<std::uint64_t, std::int64_t> balances_;
    std::map<std::uint64_t, std::uint64_t> versions_;
};

inline Casino small_casino()
{
    Casino casino;
    casino.open(PlayerId{0});
    casino.open(kAda);
    casino.open(kBob);
    return casino;
}

/// All rows of views.db as text, to compare two of them.
inline std::string dump(const std::filesystem::path& path)
{
    Connection connection{path.string(), OpenMode::read_only};
    std::string text;
    for (const std::string table : {"progress", "accounts", "units", "nodes", "trials", "history", "requests"}) {
        text += table + "\n";
        Statement columns{connection,
            "SELECT group_concat('quote(' || name || ')', '||''|''||') FROM pragma_table_info('" + table + "')"};
        REQUIRE(columns.step());
        Statement rows{connection, "SELECT " + std::string{columns.text_at(0)} + " FROM " + table + " ORDER BY 1"};
        while (rows.step()) { text += std::string{rows.text_at(0)} + "\n"; }
    }
    return text;
}

/// A fold that a test can look into: it sums up what was staked.
class StakeFold final : public ShadowFold {
public:
    explicit StakeFold(std::uint64_t staked = 0, Seq last = Seq{0}) : staked_{staked}, last_{last} {}

    void apply(const UnitContent& content, const Position& position) override
    {
        // On the views' thread, where Catch's macros must not be used.
        CROUPIER_ASSERT(position.seq == next(last_));
        CROUPIER_ASSERT(content.seq == position.seq);
        last_ = position.seq;
        for (const auto& transfer : content.transfers) {
            if (transfer.code == ledger::TransferCode::stake) {
                staked_ += static_cast<std::uint64_t>(transfer.amount);
            }
        }
    }
    std::vector<SnapshotSection> save() const override { return {{"stakes", 1, to_bytes(staked_)}}; }

private:
    std::uint64_t staked_;
    Seq last_;
};

inline std::uint64_t staked_up_to(const Units& units, Seq seq)
{
    std::uint64_t staked = 0;
    for (const auto& unit : units) {
        if (unit->position.seq > seq) { break; }
        for (const auto& transfer : unit->content.transfers) {
            if (transfer.code == ledger::TransferCode::stake) { staked += static_cast<std::uint64_t>(transfer.amount); }
        }
    }
    return staked;
}

/// Store and views together, as the host builds them.
struct House {
    TempDir dir;
    TestLoop loop;
    std::mutex mutex;
    std::vector<std::string> problems;
    std::unique_ptr<Views> views;
    std::unique_ptr<SqliteStore> store;

    void open(ViewsOptions options = {})
    {
        options.views_path = dir / "views.db";
        options.snapshot_directory = dir.path();
        options.on_failure = [this](const std::string& problem) {
            const std::lock_guard lock{mutex};
            problems.push_back(problem);
        };
        auto ledger = open_ledger(dir / "ledger.db");
        auto opened = Views::open(std::move(options), *ledger);
        INFO((opened ? "" : opened.error()));
        REQUIRE(opened);
        views = std::move(*opened);
        StoreOptions store_options;
        store_options.post = loop.poster();
        store_options.fail_stop = [](const std::string& why) { throw std::runtime_error{why}; };
        store_options.on_batch = [this](std::span<const std::shared_ptr<const Unit>> batch) { views->offer(batch); };
        store = std::make_unique<SqliteStore>(std::move(ledger), std::move(store_options));
    }

    void start()
    {
        views->start([this](Seq from, std::size_t limit, std::move_only_function<void(Units)> done) {
            store->read_on_writer(from, limit, std::move(done));
        });
    }

    void submit(std::span<const std::shared_ptr<const Unit>> units)
    {
        for (const auto& unit : units) { store->submit(unit); }
        loop.run_posted();  // Hands them to the writer.
    }

    ViewsReader::CatchUp catch_up()
    {
        return [this](Seq wanted) { views->catch_up(wanted, std::chrono::seconds{60}); };
    }

    void wait_for_views(Seq seq) const
    {
        const auto start = std::chrono::steady_clock::now();
        while (views->applied_seq() < seq) {
            REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds{60});
            views->catch_up(seq, std::chrono::seconds{1});
            std::this_thread::yield();
        }
    }

    void close()
    {
        bool closed = false;
        store->close([&] { closed = true; });
        loop.run_until([&] { return closed; });
        views->close();
    }
};

/// Asks the reader and waits for the answer.
template <class T, class Ask>
Result<Viewed<T>> ask(TestLoop& loop, Ask query)
{
    std::optional<Result<Viewed<T>>> answer;
    query([&](Result<Viewed<T>> viewed) { answer = std::move(viewed); });
    loop.run_until([&] { return answer.has_value(); });
    return *answer;
}

}  // namespace croupier::store::test
