#include <catch2/catch.hpp>

#include <random>

#include "monitor.hpp"
#include "test_casino.hpp"

using namespace croupier;
using Catch::Matchers::Contains;
using fakes::TestCasino;

namespace {

/// Values below `bound` from a generator that favours low ones by `bias` in a thousand.
rng::Spreads drawn(Bound bound, std::uint64_t count, unsigned bias)
{
    std::mt19937_64 random{11};
    rng::Spreads spreads{{{"game/outcome", bound, std::vector<std::uint64_t>(16)}}};
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t value = random() % bound;
        if (random() % 1000 < bias) { value /= 2; }
        ++spreads.spreads[0].parts[value * 16 / bound];
    }
    return spreads;
}

}  // namespace

TEST_CASE("monitor: even draws are even, whatever their bound, and biased ones are told (GLI-19 A.6.2)", "[host]")
{
    for (const Bound bound : {2U, 7U, 37U, 52U, 10'000U}) {
        INFO("bound " << bound);
        CHECK(std::abs(host::spread_sigmas("game/outcome", drawn(bound, 100'000, 0))) < 4);
        CHECK(host::spread_sigmas("game/outcome", drawn(bound, 100'000, 50)) > 6);
    }
    CHECK(host::spread_sigmas("game/outcome", drawn(37, 20, 0)) == 0);  // Too few to say anything.
    CHECK(host::spread_sigmas("another", drawn(37, 100'000, 50)) == 0);
}

TEST_CASE("monitor: a return is measured against its theory in standard errors (GLI-19 A.6.1)", "[host]")
{
    // 10 000 rounds that pay twice the stake with 49 %, 48.5 % expected: 0.01 more each, of a deviation of about 1.
    const rounds::Tally tally{.game = "coin",
        .rounds = 10'000,
        .returned_ppm = 9'800'000'000,
        .expected_ppm = 9'700'000'000,
        .squared_deviation = 10'000'000'000};
    CHECK(host::return_sigmas(tally) == Approx(1.0));
    CHECK(host::return_sigmas({}) == 0);
}

TEST_CASE("monitor: what the casino counts adds up, and is near to theory", "[host]")
{
    TestCasino casino;
    const auto ada = casino.player("Ada");
    std::int64_t staked = 0;
    std::int64_t won = 0;
    for (int i = 0; i < 2'000; ++i) {
        const std::vector<rounds::Bet> bets{{i % 2 == 0 ? "red" : "odd", {}, 10}};
        const auto spun = casino.send(rounds::Spin{ada.player, "french-roulette", 0, bets});
        REQUIRE(spun.has_value());
        staked += spun->stake;
        won += spun->win;
    }
    casino.rng.set_broken(true);
    CHECK_FALSE(casino.send(rounds::Spin{ada.player, "french-roulette", 0, {{"red", {}, 10}}}).has_value());
    casino.rng.set_broken(false);
    metrics::Registry registry;
    host::Monitor monitor{registry, {}};
    monitor.look(*casino.casino, casino.clock.wall());
    monitor.look(*casino.casino, casino.clock.wall());  // Twice: counters do not double.
    const std::string page = registry.expose();
    const auto line = [](const std::string& name, auto value) {
        return name + "{game=\"french-roulette\"} " + std::to_string(value) + "\n";
    };
    CHECK_THAT(page, Contains(line("croupier_game_rounds_total", 2'000)));
    CHECK_THAT(page, Contains(line("croupier_game_voided_rounds_total", 1)));
    CHECK_THAT(page, Contains(line("croupier_game_staked_minor_total", staked)));
    CHECK_THAT(page, Contains(line("croupier_game_won_minor_total", won)));
    // Even money with la partage: 73/74 in theory, whatever the game's poorest bet returns.
    CHECK_THAT(page, Contains(line("croupier_game_expected_ppm_total", 2'000ULL * 986'486)));
    CHECK_THAT(page, Contains("croupier_rng_values_total{stream=\"french-roulette/outcome\"} 2000\n"));
    const auto tallies = casino.send(rounds::GetTallies{})->games;
    const auto tally = std::ranges::find(tallies, "french-roulette", &rounds::Tally::game);
    CHECK(std::abs(host::return_sigmas(*tally)) < 4);
}
