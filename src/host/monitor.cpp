#include "monitor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "adapters/log.hpp"
#include "gated_outputs.hpp"

namespace croupier::host {

namespace {

constexpr double kThousand = 1'000;
constexpr double kExpectedMin = 5;  // In a part, as every book on the chi-square test has it.

std::int64_t thousandths(double sigmas) { return std::llround(sigmas * kThousand); }

}  // namespace

double return_sigmas(const rounds::Tally& tally)
{
    const double millions = static_cast<double>(tally.squared_deviation);
    if (millions <= 0) { return 0; }
    const double off = static_cast<double>(tally.returned_ppm) - static_cast<double>(tally.expected_ppm);
    return off / 1e6 / std::sqrt(millions / 1e6);
}

double spread_sigmas(const std::string& stream, const rng::Spreads& spreads)
{
    double square = 0;
    double freedom = 0;
    for (const rng::Spread& one : spreads.spreads) {
        if (one.stream != stream) { continue; }
        const auto parts = static_cast<std::uint64_t>(one.parts.size());
        const auto drawn = static_cast<double>(std::accumulate(one.parts.begin(), one.parts.end(), std::uint64_t{0}));
        double sum = 0;
        std::uint64_t filled = 0;
        bool enough = true;
        for (std::uint64_t part = 0; part < parts; ++part) {
            // The values v with floor(v * parts / bound) = part: from ceil(part * bound / parts) on.
            const auto first = [&](std::uint64_t of) { return (of * one.bound + parts - 1) / parts; };
            const std::uint64_t values = first(part + 1) - first(part);
            if (values == 0) { continue; }
            const double expected = drawn * static_cast<double>(values) / static_cast<double>(one.bound);
            enough = enough && expected >= kExpectedMin;
            const double off = static_cast<double>(one.parts[part]) - expected;
            sum += expected > 0 ? off * off / expected : 0;
            ++filled;
        }
        if (!enough || filled < 2) { continue; }
        square += sum;
        freedom += static_cast<double>(filled - 1);
    }
    return freedom == 0 ? 0 : (square - freedom) / std::sqrt(2 * freedom);
}

void Monitor::look(Casino& casino, WallTime now)
{
    NoOutputs nowhere;
    const auto asked = [&](const auto& command) {
        return casino.input(now, nowhere, [&](Context& context) { return casino.bus().send(command, context); });
    };
    if (const auto tallies = asked(rounds::GetTallies{})) {
        for (const rounds::Tally& tally : tallies->games) { look(tally); }
    }
    if (const auto spreads = asked(rng::GetSpreads{})) {
        std::set<std::string> streams;
        for (const rng::Spread& one : spreads->spreads) { streams.insert(one.stream); }
        for (const std::string& stream : streams) { look(stream, *spreads); }
    }
}

void Monitor::look(const rounds::Tally& tally)
{
    const auto counter = [&](std::string_view name, std::string_view help) -> metrics::Counter& {
        return registry_.counter(name, help, {{"game", tally.game}});
    };
    auto found = games_.find(tally.game);
    if (found == games_.end()) {
        found =
            games_
                .emplace(tally.game,
                    Game{.rounds = counter("croupier_game_rounds_total", "Rounds settled."),
                        .voided = counter("croupier_game_voided_rounds_total",
                            "Rounds voided by a malfunction; their stakes went back."),
                        .staked = counter("croupier_game_staked_minor_total", "Stakes of settled rounds, minor units."),
                        .won = counter("croupier_game_won_minor_total",
                            "Wins of settled rounds, minor units; jackpots not counted."),
                        .returned = counter("croupier_game_returned_ppm_total",
                            "Sum of the rounds' returns (win over stake), millionths."),
                        .expected = counter("croupier_game_expected_ppm_total",
                            "Sum of what the rounds' bets return in theory, millionths."),
                        .deviation = counter("croupier_game_squared_deviation_ppm_total",
                            "Sum of the squared differences of the two, millionths."),
                        .sigmas = registry_.gauge("croupier_game_return_sigmas",
                            "How far the mean return since the start is from theory, in standard errors.",
                            {{"game", tally.game}}, 1'000)})
                .first;
    }
    Game& game = found->second;
    game.rounds.raise_to(tally.rounds);
    game.voided.raise_to(tally.voided);
    game.staked.raise_to(static_cast<std::uint64_t>(tally.stake));
    game.won.raise_to(static_cast<std::uint64_t>(tally.win));
    game.returned.raise_to(tally.returned_ppm);
    game.expected.raise_to(tally.expected_ppm);
    game.deviation.raise_to(tally.squared_deviation);
    const double sigmas = return_sigmas(tally);
    game.sigmas.set(thousandths(sigmas));
    const double off = tally.asks ? sigmas : std::abs(sigmas);
    const bool abnormal = tally.rounds >= options_.rounds_min && off > options_.sigmas_max;
    if (abnormal && !game.abnormal) {
        log::error("monitor", "a game's return is not what its theory says",
            {{"game", tally.game}, {"rounds", tally.rounds}, {"sigmas_thousandths", thousandths(sigmas)}});
    }
    game.abnormal = abnormal;
}

void Monitor::look(const std::string& stream, const rng::Spreads& spreads)
{
    auto found = streams_.find(stream);
    if (found == streams_.end()) {
        found = streams_
                    .emplace(stream,
                        Stream{.values = registry_.counter(
                                   "croupier_rng_values_total", "Values drawn for games.", {{"stream", stream}}),
                            .sigmas = registry_.gauge("croupier_rng_spread_sigmas",
                                "How far the spread of the values since the start is from an even one (chi-square).",
                                {{"stream", stream}}, 1'000)})
                    .first;
    }
    std::uint64_t values = 0;
    for (const rng::Spread& one : spreads.spreads) {
        if (one.stream == stream) { values += std::accumulate(one.parts.begin(), one.parts.end(), std::uint64_t{0}); }
    }
    const double sigmas = spread_sigmas(stream, spreads);
    found->second.values.raise_to(values);
    found->second.sigmas.set(thousandths(sigmas));
    const bool abnormal = sigmas > options_.sigmas_max;
    if (abnormal && !found->second.abnormal) {
        log::error("monitor", "the draws of a stream are not spread evenly",
            {{"stream", stream}, {"values", values}, {"sigmas_thousandths", thousandths(sigmas)}});
    }
    found->second.abnormal = abnormal;
}

}  // namespace croupier::host
