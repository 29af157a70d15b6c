#include <catch2/catch.hpp>

#include "limits.hpp"
#include "test_casino.hpp"

using namespace croupier;
using namespace croupier::risk;
using namespace std::chrono_literals;
using fakes::TestCasino;

namespace {

constexpr PlayerId kAda{1};

WallTime at(std::chrono::sys_days day, std::chrono::microseconds into = {}) { return WallTime{day} + into; }

std::optional<ErrorCode> stake(TestCasino& casino, std::int64_t amount)
{
    const auto allowed = casino.send(CheckStake{kAda, amount});
    return allowed ? std::nullopt : std::optional{allowed.error().code};
}

}  // namespace

TEST_CASE("limits: days, weeks and months begin at midnight UTC, weeks on Monday", "[risk]")
{
    using namespace std::chrono;
    const auto sunday = sys_days{2026y / November / 22};
    CHECK(period_number(Period::day, at(sunday, 24h - 1us)) + 1 == period_number(Period::day, at(sunday, 24h)));
    CHECK(period_number(Period::week, at(sunday, 24h - 1us)) + 1 == period_number(Period::week, at(sunday, 24h)));
    CHECK(period_number(Period::week, at(sunday - days{6})) == period_number(Period::week, at(sunday)));
    const auto silvester = sys_days{2026y / December / 31};
    CHECK(
        period_number(Period::month, at(silvester, 24h - 1us)) + 1 == period_number(Period::month, at(silvester, 24h)));
    CHECK(period_number(Period::month, at(sys_days{2026y / December / 1}))
        == period_number(Period::month, at(silvester)));
    CHECK(period_number(Period::day, WallTime{-1us}) == -1);  // Also before 1970.
}

TEST_CASE("limits: what was staked counts until the period ends, also over a restart", "[risk]")
{
    TestCasino casino;
    casino.player("Ada");
    REQUIRE(casino.hello(1, "Ada"));
    REQUIRE(casino.spin(1, 1, 200));  // Before there is a limit: it counts all the same.
    REQUIRE(casino.send(SetLimit{kAda, Measure::stake, Period::day, 500}));
    CHECK(stake(casino, 300) == std::nullopt);
    CHECK(stake(casino, 301) == ErrorCode::limit_reached);
    CHECK(stake(casino, std::numeric_limits<std::int64_t>::max()) == ErrorCode::limit_reached);
    casino.crash();
    CHECK(stake(casino, 301) == ErrorCode::limit_reached);
    REQUIRE(casino.hello(1, "Ada"));
    casino.out = {};
    REQUIRE(casino.spin(1, 2, 400));
    CHECK(casino.only_frame().find("limit_reached") != std::string::npos);
    casino.clock.advance(24h);
    CHECK(stake(casino, 500) == std::nullopt);
    CHECK(stake(casino, 501) == ErrorCode::limit_reached);
    CHECK(casino.send(CheckStake{PlayerId{2}, 501}));  // Others have none.
    CHECK(TestCasino::state(*casino.casino) == TestCasino::state(*casino.folded()));
}

TEST_CASE("limits: a loss limit takes the whole stake for lost, and wins give room", "[risk]")
{
    PlayerLimits limits;
    const WallTime now = at(std::chrono::sys_days{std::chrono::days{20'000}});
    limits.apply(LimitSet{kAda, Measure::loss, Period::week, 100, now}, now);
    limits.count(kAda, Measure::loss, 70 - 0, now);
    CHECK(limits.check(kAda, Measure::loss, 30, now));
    CHECK_FALSE(limits.check(kAda, Measure::loss, 31, now));
    limits.count(kAda, Measure::loss, 10 - 150, now);  // Won more than staked.
    CHECK(limits.list(kAda, now).limits.at(0).used == -70);
    CHECK(limits.check(kAda, Measure::loss, 170, now));
    CHECK_FALSE(limits.check(kAda, Measure::loss, 171, now));
    CHECK(limits.check(kAda, Measure::stake, 1'000, now));  // Another measure.
}

TEST_CASE("limits: a tighter limit holds at once, a looser one 24 hours later (GLI-19 2.5.5, A.3.7)", "[risk]")
{
    TestCasino casino;
    casino.player("Ada");
    const auto set = [&](std::optional<std::int64_t> amount) {
        return casino.send(SetLimit{kAda, Measure::stake, Period::month, amount}).value();
    };
    CHECK(set(500).amount == 500);
    CHECK(set(100).amount == 100);
    const auto looser = set(900);
    CHECK(looser.amount == 100);
    CHECK(looser.next_amount == 900);
    CHECK(looser.changes_at == casino.clock.wall() + 24h);
    casino.clock.advance(24h - 1us);
    CHECK(stake(casino, 101) == ErrorCode::limit_reached);
    casino.crash();
    casino.clock.advance(1us);
    CHECK(stake(casino, 900) == std::nullopt);
    CHECK(stake(casino, 901) == ErrorCode::limit_reached);

    // Lifting is looser too; a tighter one in between calls it off.
    CHECK(set(std::nullopt).amount == 900);
    CHECK(set(50).changes_at == std::nullopt);
    casino.clock.advance(48h);
    CHECK(stake(casino, 51) == ErrorCode::limit_reached);
    CHECK(set(std::nullopt).changes_at.has_value());
    casino.clock.advance(24h);
    CHECK(stake(casino, 1'000'000) == std::nullopt);
    CHECK(casino.send(SetLimit{kAda, Measure::stake, Period::day, -1}).error().code == ErrorCode::amount_invalid);
}

TEST_CASE("limits: deposits are counted gross and refused beyond", "[risk]")
{
    TestCasino casino;
    casino.player("Ada");
    const auto by = casino.send(cashier::AddOperator{cashier::Role::cashier, TestCasino::token_of("till")})->id;
    const auto perform = [&](const std::string& key, cashier::Operation operation) {
        return casino.send(cashier::Perform{by, key, std::move(operation)})->result;
    };
    CHECK(perform("1", cashier::SetLimit{kAda, Measure::deposit, Period::day, 300}) == 0);
    CHECK(perform("2", cashier::Deposit{kAda, 200, "p"}) == 0);
    CHECK(perform("3", cashier::Withdraw{kAda, 200, "w"}) == 0);  // Gives no room.
    CHECK(perform("4", cashier::Deposit{kAda, 101, "p"}) == static_cast<std::uint16_t>(ErrorCode::limit_reached));
    CHECK(perform("5", cashier::Deposit{kAda, 100, "p"}) == 0);
    CHECK(perform("6", cashier::SetLimit{PlayerId{9}, Measure::deposit, Period::day, 1})
        == static_cast<std::uint16_t>(ErrorCode::account_unknown));
}

TEST_CASE("limits: a snapshot's bytes restore the same state, and anything cut off is refused", "[risk]")
{
    PlayerLimits limits;
    const WallTime now = at(std::chrono::sys_days{std::chrono::days{20'000}});
    limits.apply(LimitSet{kAda, Measure::loss, Period::week, 100, now}, now);
    limits.apply(LimitSet{kAda, Measure::loss, Period::week, 200, now + 24h}, now);
    limits.count(PlayerId{3}, Measure::deposit, 7, now);
    Bytes bytes;
    ByteWriter writer{bytes};
    limits.save(writer);
    PlayerLimits again;
    ByteReader reader{bytes};
    REQUIRE(again.restore(reader));
    CHECK(reader.complete());
    Bytes second;
    ByteWriter second_writer{second};
    again.save(second_writer);
    CHECK(second == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ByteReader cut{std::span{bytes}.first(size)};
        CHECK_FALSE(again.restore(cut));
    }
}
