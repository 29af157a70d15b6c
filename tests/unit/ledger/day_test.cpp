#include <catch2/catch.hpp>

#include "croupier/seal.hpp"
#include "test_casino.hpp"

using namespace croupier;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

/// A casino whose days begin at six in the morning. The clock stands at 2026-11-23, 19:02.
struct House {
    House() : casino{config()}
    {
        casino.player("Ada");
        REQUIRE(casino.hello(1, "Ada"));
        casino.out = {};
    }

    static config::Config config()
    {
        auto config = TestCasino::demo();
        config.ledger.day_starts_minute = 6 * 60;
        return config;
    }
    static std::int64_t today()
    {
        return std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}.time_since_epoch().count();
    }

    Result<ledger::DayState> close(bool at_once = false) { return casino.send(ledger::CloseDay{at_once}); }
    Result<ledger::DaySealed> seal(std::uint64_t size)
    {
        return casino.send(ledger::SealDay{size, sha256(as_bytes("root")), sha256(as_bytes("head"))});
    }
    std::vector<ledger::Seal> seals(std::uint64_t before = 0)
    {
        return casino.send(ledger::ListSeals{before, 10})->seals;
    }
    std::uint64_t head() const { return raw(casino.casino->submitted().seq); }

    TestCasino casino;
};

const ledger::Flow* flow(const ledger::DayClosed& report, ledger::TransferCode code)
{
    const auto found = std::ranges::find(report.flows, code, &ledger::Flow::code);
    return found == report.flows.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("day: it is closed by the first tick after its end, with what moved and what stands (GLI-19 2.9)", "[ledger]")
{
    House house;
    for (std::uint64_t n = 1; n <= 5; ++n) { REQUIRE(house.casino.spin(1, n)); }
    const auto trial = house.casino.send(ledger::GetTrialBalance{})->rows;
    const auto units = house.head();

    house.casino.clock.advance(10h + 57min);  // 05:59 of the next date: still the same gaming day.
    CHECK(house.close()->size == 0);
    CHECK(house.head() == units);
    house.casino.clock.advance(1min);
    const auto closed = house.close();
    CHECK(closed->closed == units + 1);
    CHECK(closed->size == units + 1);
    CHECK(house.close()->size == units + 1);  // It waits for its seal, and is not closed again.
    CHECK(house.head() == units + 1);

    REQUIRE(house.seal(units + 1));
    const auto seals = house.seals();
    REQUIRE(seals.size() == 1);
    const ledger::DayClosed& report = seals[0].report;
    CHECK(report.day == House::today());
    CHECK(report.ended);
    CHECK(report.after == Seq{0});
    CHECK(report.balances == trial);
    REQUIRE(flow(report, ledger::TransferCode::stake) != nullptr);
    CHECK(flow(report, ledger::TransferCode::stake)->transfers == 5);
    CHECK(flow(report, ledger::TransferCode::stake)->amount == 500);
    CHECK(flow(report, ledger::TransferCode::stake)->from_players == 500);
    REQUIRE(flow(report, ledger::TransferCode::promo_grant) != nullptr);
    CHECK(flow(report, ledger::TransferCode::promo_grant)->from_players == 0);
    CHECK(flow(report, ledger::TransferCode::deposit) == nullptr);
    CHECK(seals[0].sealed.head.report == sha256(to_bytes(report)));

    // Nothing has moved since: a day without play is no day.
    house.casino.clock.advance(48h);
    CHECK(house.close()->size == 0);
    CHECK(house.close(true).error().code == ErrorCode::nothing_to_seal);
}

TEST_CASE("day: sealed while it lasts, and again what came after", "[ledger]")
{
    House house;
    REQUIRE(house.casino.spin(1, 1));
    const auto first = house.close(true)->closed;
    REQUIRE(house.casino.spin(1, 2));
    REQUIRE(house.casino.spin(1, 3));
    const auto second = house.close(true);
    CHECK(second->size == first);  // The oldest goes first.
    CHECK(second->closed > first);
    CHECK(house.seal(second->closed).error().code == ErrorCode::nothing_to_seal);
    REQUIRE(house.seal(first));
    REQUIRE(house.seal(second->closed));
    const auto seals = house.seals();
    REQUIRE(seals.size() == 2);
    CHECK(seals[0].number == 2);
    CHECK_FALSE(seals[0].report.ended);
    CHECK(seals[0].report.day == seals[1].report.day);
    CHECK(raw(seals[0].report.after) == first);
    CHECK(flow(seals[0].report, ledger::TransferCode::stake)->transfers == 2);
    CHECK(house.seals(2).size() == 1);
    CHECK(house.seals(1).empty());

    // The first seal over a unit is the one that its receipt leads to.
    CHECK(house.casino.send(ledger::FindSeal{Seq{first}})->number == 1);
    CHECK(house.casino.send(ledger::FindSeal{Seq{first + 1}})->number == 2);
    CHECK(house.casino.send(ledger::FindSeal{Seq{house.head()}}).error().code == ErrorCode::receipt_not_ready);
}

TEST_CASE("day: what is closed, sealed or under way survives a crash and stands in a snapshot", "[ledger]")
{
    House house;
    REQUIRE(house.casino.spin(1, 1));
    const auto first = house.close(true)->closed;
    REQUIRE(house.seal(first));
    REQUIRE(house.casino.spin(1, 2));
    const auto second = house.close(true)->closed;
    REQUIRE(house.casino.spin(1, 3));
    CHECK(TestCasino::state(*house.casino.folded()) == TestCasino::state(*house.casino.casino));
    house.casino.crash();
    CHECK(house.close()->size == second);
    REQUIRE(house.seal(second));
    CHECK(house.seals().size() == 2);

    const Bytes state = TestCasino::state(*house.casino.casino);
    ByteReader reader{state};
    auto copy = house.casino.folded();
    for (const auto& module : copy->modules()) { REQUIRE(module->restore(reader)); }
    CHECK(reader.complete());
    CHECK(TestCasino::state(*copy) == state);
}

TEST_CASE("day: without a key it is closed all the same, and waits", "[ledger]")
{
    House house;
    house.casino.casino = house.casino.folded();  // A casino without ports.
    house.casino.casino->open(house.casino.store);
    const auto closed = house.close(true);
    REQUIRE(closed);
    CHECK(house.seal(closed->closed).error().code == ErrorCode::not_available);
    CHECK(house.close()->size == closed->closed);
}
