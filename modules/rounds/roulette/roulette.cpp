#include "roulette.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bets.hpp"
#include "croupier/assert.hpp"
#include "croupier/money.hpp"

namespace croupier::rounds::roulette {

namespace {

struct Rules {
    Wheel wheel = Wheel::european;
    bool la_partage = false;  ///< When a zero falls, an even-money bet loses only half its stake.
    std::size_t bets_max = 0;

    const Felt& felt() const { return Felt::of(wheel); }
};

/// What comes back of a bet, stake included; with la partage the stake is even.
std::int64_t back(const Rules& rules, const TableBet& bet, std::int64_t stake, std::uint32_t number)
{
    if (bet.covers.test(number)) { return stake * (bet.kind->pays + 1); }
    const bool zero = number == 0 || number == kDoubleZero;
    return rules.la_partage && zero && bet.even_money() ? stake / 2 : 0;
}

/// The return of a bet over all pockets, in millionths, rounded down.
std::uint32_t rtp_ppm(const Rules& rules, const TableBet& bet)
{
    std::int64_t sum = 0;
    for (std::uint32_t number = 0; number < rules.felt().pockets(); ++number) { sum += back(rules, bet, 2, number); }
    return static_cast<std::uint32_t>(sum * 1'000'000 / (2 * rules.felt().pockets()));
}

std::uint32_t rtp_ppm(const Rules& rules, const BetKind& kind)
{
    const auto& bets = rules.felt().bets();
    const auto found = std::ranges::find(bets, kind.name, [](const TableBet& bet) { return bet.kind->name; });
    CROUPIER_ASSERT(found != bets.end());
    return rtp_ppm(rules, *found);  // All of a kind cover as many numbers.
}

std::string public_json(const Rules& rules)
{
    using Json = nlohmann::ordered_json;
    Json bets = Json::array();
    for (const BetKind& kind : rules.felt().kinds()) {
        bets.push_back(
            {{"kind", kind.name}, {"numbers", kind.numbers}, {"pays", kind.pays}, {"rtp_ppm", rtp_ppm(rules, kind)}});
    }
    return Json{{"wheel", rules.wheel == Wheel::american ? "american" : "european"}, {"la_partage", rules.la_partage},
        {"bets", std::move(bets)}}
        .dump();
}

class Roulette final : public Game {
public:
    Roulette(GameInfo info, const Rules& rules, const Hash& hash)
        : info_{std::move(info)}, rules_{rules}, hash_{hash}, bound_{rules.felt().pockets()}
    {
    }

    const GameInfo& info() const override { return info_; }
    const Hash& definition() const override { return hash_; }

    Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const override
    {
        if (bets.empty() || bets.size() > rules_.bets_max) { return refuse(ErrorCode::bets_invalid); }
        for (const Bet& bet : bets) {
            if (rules_.felt().find(bet.kind, bet.numbers) == nullptr) { return refuse(ErrorCode::bets_invalid); }
        }
        std::optional<std::int64_t> sum = 0;  // Nothing: beyond 64 bits.
        for (const Bet& bet : bets) {
            if (bet.stake <= 0 || bet.stake % info_.stake_step != 0) { return refuse(ErrorCode::stake_invalid); }
            if (sum) { sum = checked_add(*sum, bet.stake); }
        }
        if (stake != 0 && stake != sum) { return refuse(ErrorCode::stake_invalid); }
        for (const Bet& bet : bets) {
            if (bet.stake < info_.stake_min) { return refuse(ErrorCode::stake_too_low); }
        }
        if (!sum || *sum > info_.stake_max) { return refuse(ErrorCode::stake_too_high); }
        return *sum;
    }

    std::uint32_t rtp_ppm(std::span<const Bet> bets) const override
    {
        __extension__ using Wide = __int128;  // Stakes of 10^12 times 10^6, of many bets.
        Wide returned = 0;
        Wide staked = 0;
        for (const Bet& bet : bets) {
            returned += Wide{bet.stake} * roulette::rtp_ppm(rules_, placed(bet));
            staked += bet.stake;
        }
        return static_cast<std::uint32_t>(returned / staked);
    }

    std::int64_t win_max(std::int64_t total_stake, std::span<const Bet> bets) const override
    {
        std::array<std::int64_t, kPocketsMax> wins{};
        std::int64_t sum = 0;
        for (const Bet& bet : bets) {
            const TableBet& table_bet = placed(bet);
            sum += bet.stake;
            for (std::uint32_t number = 0; number < rules_.felt().pockets(); ++number) {
                wins[number] += back(rules_, table_bet, bet.stake, number);
            }
        }
        CROUPIER_ASSERT(sum == total_stake);
        return std::ranges::max(wins);
    }

    std::span<const Bound> next_bounds(std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() <= 1);
        return drawn.empty() ? std::span{&bound_, 1} : std::span<const Bound>{};
    }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() == 1 && drawn[0] < rules_.felt().pockets());
        const std::uint32_t number = drawn[0];
        Outcome outcome;
        outcome.events.emplace_back(PocketHit{.number = number, .colour = std::string{colour(number)}});
        for (std::uint32_t index = 0; index < bets.size(); ++index) {
            const std::int64_t stake = bets[index].stake;
            const std::int64_t win = back(rules_, placed(bets[index]), stake, number);
            outcome.events.emplace_back(BetResult{.index = index, .stake = stake, .win = win});
            outcome.stake += stake;
            outcome.win += win;
        }
        CROUPIER_ASSERT(outcome.stake == total_stake);
        return outcome;
    }

    std::int64_t win(std::int64_t, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        std::int64_t sum = 0;
        for (const Bet& bet : bets) { sum += back(rules_, placed(bet), bet.stake, drawn[0]); }
        return sum;
    }

private:
    const TableBet& placed(const Bet& bet) const
    {
        const TableBet* found = rules_.felt().find(bet.kind, bet.numbers);
        CROUPIER_ASSERT(found != nullptr);  // total_stake() accepted it.
        return *found;
    }

    GameInfo info_;
    Rules rules_;
    Hash hash_;
    Bound bound_;
};

Wheel read_wheel(const Node& node)
{
    const std::string wheel = node.id();
    if (wheel != "european" && wheel != "american") { node.fail("\"european\" or \"american\""); }
    return wheel == "american" ? Wheel::american : Wheel::european;
}

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash)
{
    root.members({"kind", "game", "name", "stake", "wheel", "la_partage", "bets_max"});
    GameInfo info{.game = root["game"].id(), .name = root["name"].text(60), .kind = "roulette"};
    Rules rules;
    rules.wheel = read_wheel(root["wheel"]);
    rules.la_partage = root["la_partage"].boolean();
    rules.bets_max = root["bets_max"].small(1, 1000);
    const Stakes stakes = read_stakes(root["stake"]);
    if (rules.la_partage && stakes.step % 2 != 0) {
        root["stake"]["step"].fail("an even number, as la partage returns half a stake");
    }
    if (root.failed()) { return nullptr; }
    info.stake_min = stakes.min;
    info.stake_max = stakes.max;  // At most 10^12, so 36 times that stays far below 2^53.
    static_assert(36 * std::int64_t{1'000'000'000'000} < kWinMax);
    info.stake_step = stakes.step;
    // What a player is told holds for every bet (GLI-19 4.7.1): the poorest one's.
    info.rtp_ppm = 1'000'000;
    for (const TableBet& bet : rules.felt().bets()) { info.rtp_ppm = std::min(info.rtp_ppm, rtp_ppm(rules, bet)); }
    info.definition_json = public_json(rules);
    return std::make_unique<Roulette>(std::move(info), rules, hash);
}

}  // namespace croupier::rounds::roulette
