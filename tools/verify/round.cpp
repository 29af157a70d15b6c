#include "round.hpp"

#include <charconv>

#include "croupier/fair.hpp"

namespace croupier::verify {

namespace {

constexpr std::size_t kHalf = 64;  // Hexadecimal digits on each side of the server seed's ".".

std::optional<std::int64_t> whole(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) { return std::nullopt; }
    return value;
}

/// "under:5000:100"
std::optional<rounds::Bet> bet_of(std::string_view text)
{
    const auto first = text.find(':');
    const auto last = text.rfind(':');
    if (first == std::string_view::npos || first == last) { return std::nullopt; }
    rounds::Bet bet{.kind = std::string{text.substr(0, first)}};
    std::string_view numbers = text.substr(first + 1, last - first - 1);
    while (!numbers.empty()) {
        const auto comma = std::min(numbers.find(','), numbers.size());
        const auto number = whole(numbers.substr(0, comma));
        if (!number || *number > UINT32_MAX) { return std::nullopt; }
        bet.numbers.push_back(static_cast<std::uint32_t>(*number));
        numbers.remove_prefix(std::min(comma + 1, numbers.size()));
    }
    const auto stake = whole(text.substr(last + 1));
    if (!stake) { return std::nullopt; }
    bet.stake = *stake;
    return bet;
}

}  // namespace

std::expected<FairResult, std::string> compute(const FairRound& round, const rounds::Game& game)
{
    if (!game.fair()) { return std::unexpected{game.info().game + " is not decided by seeds"}; }
    if (!fair::is_client_seed(round.client_seed)) { return std::unexpected{"the client seed is none"}; }
    FairResult result;
    if (!round.commitment.empty() && to_hex(fair::commitment(round.server_seed)) != round.commitment) {
        result.problems.emplace_back("the server seed is not the one that was promised");
    }
    const bool whole_text = round.server_seed.size() == 2 * kHalf + 1 && round.server_seed[kHalf] == '.';
    if (!whole_text || round.server_seed.substr(kHalf + 1) != to_hex(game.definition())) {
        result.problems.emplace_back("the server seed was made for another version of the game, or for another game");
    }
    const auto values = fair::values(
        *game.fair(), round.server_seed, round.client_seed, round.nonce, game.next_bounds({}));
    result.numbers.assign(values.begin(), values.end());
    if (round.number && *round.number != result.numbers.front()) {
        result.problems.push_back(
            "the number is " + std::to_string(result.numbers.front()) + ", not " + std::to_string(*round.number));
    }
    if (round.bet.empty()) { return result; }
    const auto bet = bet_of(round.bet);
    if (!bet) { return std::unexpected{"a bet is kind:numbers:stake, such as under:5000:100"}; }
    const auto stake = game.total_stake(0, std::span{&*bet, 1});
    if (!stake) { return std::unexpected{"the bet: " + std::string{meaning(stake.error().code)}}; }
    result.win = game.win(*stake, std::span{&*bet, 1}, values);
    if (round.win && *round.win != *result.win) {
        result.problems.push_back(
            "the bet wins " + std::to_string(*result.win) + ", not " + std::to_string(*round.win));
    }
    return result;
}

}  // namespace croupier::verify
