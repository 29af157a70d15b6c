#include "recovery.hpp"

#include <catch2/catch.hpp>

#include "ledger_module.hpp"
#include "memory_store.hpp"
#include "temporary_folder.hpp"

using namespace croupier;

namespace {

const Currency kEur = Currency::from_code("EUR").value();
const WallTime kNow = from_micros(1'795'460'520'000'000);

std::unique_ptr<host::Casino> make_casino()
{
    std::vector<std::unique_ptr<Module>> modules;
    modules.push_back(ledger::make_module({.currency = kEur, .bank_capital = 1'000'000}));
    return std::make_unique<host::Casino>(std::move(modules));
}

/// A casino with its units in memory.
struct Played {
    explicit Played(int stakes) : casino{make_casino()}
    {
        casino->open(store);
        casino->start(kNow, nowhere);
        send(ledger::OpenPlayer{PlayerId{1}});
        send(ledger::GrantPromo{PlayerId{1}, 100'000});
        for (int i = 0; i < stakes; ++i) { send(ledger::TakeStake{PlayerId{1}, RoundId{1}, 1, 0}); }
    }

    template <class Command>
    void send(const Command& command)
    {
        const bool done = casino->input(
            kNow, nowhere, [&](Context& context) { return casino->bus().send(command, context).has_value(); });
        REQUIRE(done);
    }

    fakes::MemoryStore store;
    std::unique_ptr<host::Casino> casino;
    NoOutputs nowhere;
};

std::unique_ptr<store::LedgerFile> write(const std::filesystem::path& folder, const store::Units& units)
{
    auto ledger = store::LedgerFile::open(folder / "ledger.db", store::LedgerOptions{.verify_tail_units = 0});
    REQUIRE(ledger.has_value());
    REQUIRE((*ledger)->append(units).has_value());
    return std::move(*ledger);
}

std::expected<host::Recovered, std::string> recover(
    store::LedgerFile& ledger, const std::filesystem::path& snapshots, std::vector<Seq>* progress = nullptr)
{
    return host::recover(
        ledger, kEur, snapshots, make_casino, [](const std::string& problem) { FAIL(problem); },
        [&](Seq done, Seq) {
            if (progress != nullptr) { progress->push_back(done); }
        });
}

}  // namespace

TEST_CASE("recovery: a long ledger is folded in slices, to the state that it was written from", "[recovery]")
{
    constexpr int kStakes = 20'000;
    const fakes::TemporaryFolder folder;
    Played played{kStakes};
    const auto ledger = write(folder.path(), {played.store.units().begin(), played.store.units().end()});

    std::vector<Seq> progress;
    const auto recovered = recover(*ledger, folder.path(), &progress);
    REQUIRE(recovered.has_value());
    CHECK(recovered->units == raw(played.casino->submitted().seq));
    CHECK(recovered->snapshot == Seq{0});
    CHECK(recovered->casino->submitted() == played.casino->submitted());
    CHECK(host::snapshot_sections(*recovered->casino) == host::snapshot_sections(*played.casino));
    CHECK(progress.size() > 1);
    CHECK(progress.back() == played.casino->submitted().seq);
}

TEST_CASE("recovery: behind a snapshot only what follows it is folded, be it nothing", "[recovery]")
{
    const fakes::TemporaryFolder folder;
    Played played{10};
    const std::uint64_t follow = GENERATE(0U, 5U);
    REQUIRE(store::write_snapshot(
        folder.path(), {.position = played.casino->submitted(), .sections = host::snapshot_sections(*played.casino)})
            .has_value());
    const Seq at = played.casino->submitted().seq;
    for (std::uint64_t i = 0; i < follow; ++i) { played.send(ledger::TakeStake{PlayerId{1}, RoundId{2}, 1, 0}); }
    const auto ledger = write(folder.path(), {played.store.units().begin(), played.store.units().end()});

    const auto recovered = recover(*ledger, folder.path());
    REQUIRE(recovered.has_value());
    CHECK(recovered->snapshot == at);
    CHECK(recovered->units == follow);
    CHECK(host::snapshot_sections(*recovered->casino) == host::snapshot_sections(*played.casino));
}

TEST_CASE("recovery: the ledger's time never goes back, over a restart either", "[recovery]")
{
    const fakes::TemporaryFolder folder;
    Played played{1};
    const auto later = kNow + std::chrono::hours{30};
    const auto stake = [](host::Casino& casino, WallTime now) {
        NoOutputs nowhere;
        return casino.input(now, nowhere, [&](Context& context) {
            REQUIRE(casino.bus().send(ledger::TakeStake{PlayerId{1}, RoundId{1}, 1, 0}, context).has_value());
            return context.now;
        });
    };
    CHECK(stake(*played.casino, later) == later);
    CHECK(stake(*played.casino, kNow) == later);
    CHECK(played.store.units().back()->content.at == later);
    const bool by_snapshot = GENERATE(false, true);
    if (by_snapshot) {
        REQUIRE(store::write_snapshot(folder.path(),
            {.position = played.casino->submitted(), .sections = host::snapshot_sections(*played.casino)})
                .has_value());
    }
    const auto ledger = write(folder.path(), {played.store.units().begin(), played.store.units().end()});
    const auto recovered = recover(*ledger, folder.path());
    REQUIRE(recovered.has_value());
    CHECK(raw(recovered->snapshot) == (by_snapshot ? raw(played.casino->submitted().seq) : 0));
    CHECK(recovered->casino->time() == later);
    recovered->casino->open(played.store);
    CHECK(stake(*recovered->casino, kNow) == later);
}

TEST_CASE("recovery: a unit whose hash does not follow is not folded", "[recovery]")
{
    const fakes::TemporaryFolder folder;
    Played played{10};
    store::Units units{played.store.units().begin(), played.store.units().end()};
    auto other = std::make_shared<Unit>(*units[6]);
    other->position.hash[0] ^= std::byte{1};
    units[6] = other;
    const auto ledger = write(folder.path(), units);

    const auto recovered = recover(*ledger, folder.path());
    REQUIRE_FALSE(recovered.has_value());
    CHECK(recovered.error().starts_with("unit 7 cannot be folded"));
}
