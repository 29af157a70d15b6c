#include <catch2/catch.hpp>

#include <random>

#include "test_casino.hpp"

using namespace croupier;
using fakes::TestCasino;
using ledger::AccountKind;
using ledger::JackpotId;

namespace {

constexpr PlayerId kAda{1};
constexpr JackpotId kJackpot{1};

config::Config with_jackpot()
{
    auto config = TestCasino::demo();
    config.demo.grant_minor = 1'000'000;
    config.demo.bank_capital_minor = 100'000;
    config.jackpot.games = {"lucky-lines"};
    config.jackpot.fund_ppm = 12'345;
    config.jackpot.reserve_ppm = 2'001;
    config.jackpot.seed_minor = 5'000;
    config.jackpot.odds_minor = 1'000'000'000;
    return config;
}

struct House {
    explicit House(const config::Config& config = with_jackpot()) : casino{config} { casino.player("Ada"); }

    ledger::JackpotState jackpot() { return casino.send(ledger::ListJackpots{})->jackpots.at(0); }
    std::int64_t sum_of(AccountKind kind)
    {
        std::int64_t sum = 0;
        for (const auto& row : casino.send(ledger::GetTrialBalance{})->rows) {
            if (row.kind == kind && row.pocket == ledger::Pocket::cash) { sum += row.balance; }
        }
        return sum;
    }
    Result<ledger::Balance> stake(std::int64_t stake, std::int64_t win_max = 0)
    {
        round = next(round);
        return casino.send(ledger::TakeStake{kAda, round, stake, win_max, kJackpot});
    }
    ledger::JackpotShared share(std::uint32_t ticket)
    {
        return casino.send(ledger::ShareJackpot{kJackpot, round, kAda, ticket}).value();
    }

    TestCasino casino;
    RoundId round{};
};

constexpr std::uint32_t kNoLuck = 999'999'999;

}  // namespace

TEST_CASE("jackpot: it begins with its seed, from the bank", "[ledger]")
{
    House house;
    const auto jackpot = house.jackpot();
    CHECK(jackpot.amount == 5'000);
    CHECK(jackpot.reserve == 0);
    CHECK(jackpot.terms.games == std::vector<std::string>{"lucky-lines"});
    CHECK(house.sum_of(AccountKind::bank) == 95'000);
}

TEST_CASE("jackpot: shares are exact in micros, whole minor units move, the rest is carried", "[ledger]")
{
    House house;
    std::mt19937_64 random{7};
    std::uint64_t fund = 0;
    std::uint64_t reserve = 0;
    for (int i = 0; i < 500; ++i) {
        const auto stake = static_cast<std::int64_t>(1 + random() % 300);
        REQUIRE(house.stake(stake));
        CHECK(house.share(kNoLuck).won == 0);
        fund += static_cast<std::uint64_t>(stake) * 12'345;
        reserve += static_cast<std::uint64_t>(stake) * 2'001;
        REQUIRE(house.jackpot().amount == 5'000 + static_cast<std::int64_t>(fund / 1'000'000));
        REQUIRE(house.jackpot().reserve == static_cast<std::int64_t>(reserve / 1'000'000));
    }
    CHECK(house.sum_of(AccountKind::jackpot) == house.jackpot().amount);
    house.casino.crash();  // The carry, too, is what the facts say.
    REQUIRE(house.stake(100));
    house.share(kNoLuck);
    fund += 100 * 12'345;
    CHECK(house.jackpot().amount == 5'000 + static_cast<std::int64_t>(fund / 1'000'000));
}

TEST_CASE("jackpot: each minor unit of cash is a ticket", "[ledger]")
{
    House house;
    REQUIRE(house.stake(200));
    const auto tickets = house.casino.send(ledger::CountTickets{kJackpot, house.round});
    CHECK(tickets->held == 200);
    CHECK(tickets->of == 1'000'000'000);
    SECTION("the last one that it holds wins")
    {
        const auto before = house.casino.balance(kAda);
        const auto shared = house.share(199);
        CHECK(shared.won == 5'002);  // 200 * 12345 ppm = 2.469.
        CHECK(shared.balance.available == before + 5'002);
        CHECK(house.jackpot().wins == 1);
        CHECK(house.jackpot().amount == 5'000);  // Seeded again, from the bank but for what the reserve has.
        CHECK(house.jackpot().reserve == 0);
    }
    SECTION("the one behind it does not")
    {
        CHECK(house.share(200).won == 0);
        CHECK(house.jackpot().wins == 0);
        CHECK(house.jackpot().amount == 5'002);
    }
}

TEST_CASE("jackpot: after a win it is seeded from the reserve first", "[ledger]")
{
    auto config = with_jackpot();
    config.jackpot.reserve_ppm = 500'000;
    House house{config};
    REQUIRE(house.stake(6'000));
    house.share(kNoLuck);
    CHECK(house.jackpot().reserve == 3'000);
    REQUIRE(house.stake(1'000));
    const auto bank = house.sum_of(AccountKind::bank);
    CHECK(house.share(0).won == 5'086);
    CHECK(house.jackpot().amount == 5'000);
    CHECK(house.jackpot().reserve == 0);
    CHECK(house.sum_of(AccountKind::bank) == bank - 12 - 500 - 1'500);  // Two shares, and what the reserve lacked.
}

TEST_CASE("jackpot: at its cap the share overflows into the reserve", "[ledger]")
{
    auto config = with_jackpot();
    config.jackpot.cap_minor = 5'001;
    House house{config};
    REQUIRE(house.stake(100));
    house.share(kNoLuck);
    CHECK(house.jackpot().amount == 5'001);
    REQUIRE(house.stake(10'000));
    house.share(kNoLuck);
    CHECK(house.jackpot().amount == 5'001);
    CHECK(house.jackpot().reserve == 143);  // 0.2001 carried, and 10 000 * 14346 ppm = 143.46.
}

TEST_CASE("jackpot: restricted credits contribute nothing and hold no ticket", "[ledger]")
{
    House house;
    REQUIRE(house.casino.send(ledger::GrantBonus{kAda, 300}));
    REQUIRE(house.stake(300));
    CHECK(house.casino.send(ledger::CountTickets{kJackpot, house.round})->held == 0);
    REQUIRE(house.casino.send(ledger::GrantBonus{kAda, 300}));
    REQUIRE(house.stake(500));
    CHECK(house.casino.send(ledger::CountTickets{kJackpot, house.round})->held == 200);
}

TEST_CASE("jackpot: a stake is refused when the bank could not pay its share and seed it again", "[ledger]")
{
    House house;
    // The bank has 95 000; 1 000 come in, 14 go to the jackpot, 4 998 would seed it beside the reserve's 2.
    CHECK(house.stake(1'000, 95'000 + 1'000 - 14 - 4'998 + 1).error().code == ErrorCode::bank_exposed);
    REQUIRE(house.stake(1'000, 95'000 + 1'000 - 14 - 4'998));
    house.share(0);
    REQUIRE(house.casino.send(ledger::PayWin{kAda, house.round, 95'000 + 1'000 - 14 - 4'998}));
    CHECK(house.sum_of(AccountKind::bank) == 0);
}

TEST_CASE("jackpot: a spin draws its ticket after the game, and tells what it won", "[ledger]")
{
    auto config = with_jackpot();
    config.demo.bank_capital_minor = 100'000'000'000;
    config.jackpot.odds_minor = 50;
    House house{config};
    REQUIRE(house.casino.hello(1, "Ada"));
    const auto answer = house.casino.spin(1, 1, 100);
    REQUIRE(answer);
    CHECK(house.jackpot().wins == 1);
    const auto& events = house.casino.store.units().back()->content.events;
    const auto drawn = std::ranges::find_if(events, [](const EventRow& row) {
        return row.type == rng::Drawn::kFact && from_bytes<rng::Drawn>(row.body)->bounds == std::vector<Bound>{50};
    });
    CHECK(drawn != events.end());
    CHECK(house.casino.casino->submitted().hash == house.casino.folded()->submitted().hash);
}

TEST_CASE("jackpot: other terms are a fact and count from then on; withdrawn, it keeps its money", "[ledger]")
{
    House house;
    REQUIRE(house.stake(1'000));
    house.share(kNoLuck);
    auto config = with_jackpot();
    SECTION("other terms")
    {
        config.jackpot.fund_ppm = 100'000;
        house.casino.restart_with(config);
        REQUIRE(house.stake(1'000));
        house.share(kNoLuck);
        CHECK(house.jackpot().amount == 5'012 + 100);
    }
    SECTION("withdrawn")
    {
        config.jackpot.games.clear();
        house.casino.restart_with(config);
        CHECK(house.jackpot().terms.games.empty());
        CHECK(house.jackpot().amount == 5'012);
    }
}
