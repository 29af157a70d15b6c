#include "dice.hpp"

#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"

namespace croupier::rounds::dice {

namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kHundredths = 100;
constexpr std::uint32_t kOutcomesMax = 100'000;

struct Rules {
    std::uint32_t outcomes = 0;
    std::int64_t edge_ppm = 0;
    std::uint32_t chance_min = 0;  ///< Winning numbers of a bet, at least …
    std::uint32_t chance_max = 0;  ///< … and at most.
    fair::Scheme scheme = fair::Scheme::v2;

    /// What a bet with so many winning numbers pays, stake included, in hundredths of the stake.
    std::int64_t pays(std::uint32_t chance) const
    {
        return (kMillion - edge_ppm) * kHundredths * outcomes / (kMillion * std::int64_t{chance});
    }
    /// What it returns, in millionths, rounded down.
    std::int64_t rtp_ppm(std::uint32_t chance) const
    {
        return pays(chance) * chance * (kMillion / kHundredths) / outcomes;
    }
};

/// The winning numbers of a bet: from `first` on, `count` of them.
struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

class Dice final : public Game {
public:
    Dice(GameInfo info, const Rules& rules, const Hash& hash)
        : info_{std::move(info)}, rules_{rules}, hash_{hash}, bound_{rules.outcomes}
    {
    }

    const GameInfo& info() const override { return info_; }
    const Hash& definition() const override { return hash_; }
    std::optional<fair::Scheme> fair() const override { return rules_.scheme; }

    Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const override
    {
        if (bets.size() != 1 || !range(bets.front())) { return refuse(ErrorCode::bets_invalid); }
        const std::int64_t staked = bets.front().stake;
        if (staked <= 0 || staked % info_.stake_step != 0) { return refuse(ErrorCode::stake_invalid); }
        if (stake != 0 && stake != staked) { return refuse(ErrorCode::stake_invalid); }
        if (staked < info_.stake_min) { return refuse(ErrorCode::stake_too_low); }
        if (staked > info_.stake_max) { return refuse(ErrorCode::stake_too_high); }
        return staked;
    }

    std::uint32_t rtp_ppm(std::span<const Bet> bets) const override
    {
        return static_cast<std::uint32_t>(rules_.rtp_ppm(placed(bets).count));
    }
    std::int64_t win_max(std::int64_t total_stake, std::span<const Bet> bets) const override
    {
        return total_stake / kHundredths * rules_.pays(placed(bets).count);
    }

    std::span<const Bound> next_bounds(std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() <= 1);
        return drawn.empty() ? std::span{&bound_, 1} : std::span<const Bound>{};
    }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        Outcome outcome{.events = {}, .stake = total_stake, .win = win(total_stake, bets, drawn)};
        outcome.events.emplace_back(DiceRolled{.number = drawn[0]});
        outcome.events.emplace_back(BetResult{.index = 0, .stake = total_stake, .win = outcome.win});
        return outcome;
    }

    std::int64_t win(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() == 1 && drawn[0] < rules_.outcomes);
        const Range wins = placed(bets);
        return drawn[0] >= wins.first && drawn[0] - wins.first < wins.count ? win_max(total_stake, bets) : 0;
    }

private:
    std::optional<Range> range(const Bet& bet) const
    {
        if (bet.numbers.size() != 1 || bet.numbers.front() > rules_.outcomes) { return std::nullopt; }
        const std::uint32_t target = bet.numbers.front();
        Range wins;
        if (bet.kind == "under") {
            wins = {0, target};
        } else if (bet.kind == "over") {
            wins = {target, rules_.outcomes - target};
        }
        const bool allowed = wins.count >= rules_.chance_min && wins.count <= rules_.chance_max;
        return allowed ? std::optional{wins} : std::nullopt;
    }
    Range placed(std::span<const Bet> bets) const
    {
        CROUPIER_ASSERT(bets.size() == 1);
        const auto found = range(bets.front());
        CROUPIER_ASSERT(found.has_value());  // total_stake() accepted it.
        return *found;
    }

    GameInfo info_;
    Rules rules_;
    Hash hash_;
    Bound bound_;
};

fair::Scheme read_scheme(const Node& node)
{
    const std::string scheme = node.id();
    if (scheme != "v1" && scheme != "v2") { node.fail("\"v1\" or \"v2\""); }
    return scheme == "v1" ? fair::Scheme::v1 : fair::Scheme::v2;
}

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash)
{
    root.members({"kind", "game", "name", "stake", "outcomes", "edge_ppm", "chance", "scheme"});
    GameInfo info{.game = root["game"].id(), .name = root["name"].text(60), .kind = "dice"};
    Rules rules;
    rules.outcomes = root["outcomes"].small(2, kOutcomesMax);
    rules.edge_ppm = root["edge_ppm"].integer(0, kMillion / 4);
    const Node chance = root["chance"];
    chance.members({"min", "max"});
    rules.chance_min = chance["min"].small(1, kOutcomesMax);
    rules.chance_max = chance["max"].small(rules.chance_min, kOutcomesMax);
    rules.scheme = read_scheme(root["scheme"]);
    const Stakes stakes = read_stakes(root["stake"]);
    if (root.failed()) { return nullptr; }
    // Or a bet that is sure to win would give less back than was staked.
    if (rules.chance_max >= rules.outcomes || rules.pays(rules.chance_max) <= kHundredths) {
        chance["max"].fail("so few winning numbers that a bet pays more than its stake");
    }
    if (stakes.step % kHundredths != 0) { root["stake"]["step"].fail("a multiple of 100, so that no win is rounded"); }
    if (stakes.max / kHundredths > kWinMax / rules.pays(rules.chance_min)) {
        root["stake"]["max"].fail("a stake whose largest win stays below 2^53");
    }
    if (root.failed()) { return nullptr; }
    info.stake_min = stakes.min;
    info.stake_max = stakes.max;
    info.stake_step = stakes.step;
    // Of the poorest bet: what is rounded down differs from bet to bet (GLI-19 4.7.1).
    std::int64_t rtp = kMillion;
    for (std::uint32_t count = rules.chance_min; count <= rules.chance_max; ++count) {
        rtp = std::min(rtp, rules.rtp_ppm(count));
    }
    info.rtp_ppm = static_cast<std::uint32_t>(rtp);
    info.definition_json = nlohmann::ordered_json{{"outcomes", rules.outcomes}, {"edge_ppm", rules.edge_ppm},
        {"chance_min", rules.chance_min}, {"chance_max", rules.chance_max},
        {"scheme", rules.scheme == fair::Scheme::v1 ? "v1" : "v2"}}
                               .dump();
    return std::make_unique<Dice>(std::move(info), rules, hash);
}

}  // namespace croupier::rounds::dice
