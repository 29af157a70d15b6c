#include "roulette.hpp"

#include <array>
#include <utility>

#include "bets.hpp"
#include "croupier/assert.hpp"
#include "croupier/money.hpp"

namespace croupier::rounds::roulette {

namespace {

// Every bet returns its stake 36 times over the 37 numbers (bets.cpp asserts it), so every round does.
constexpr std::uint32_t kRtpPpm = 1'000'000ULL * 36 / 37;

const TableBet& placed(const Bet& bet)
{
    const TableBet* found = find_bet(bet.kind, bet.numbers);
    CROUPIER_ASSERT(found != nullptr);  // total_stake() accepted it.
    return *found;
}

std::string public_json()
{
    using Json = nlohmann::ordered_json;
    Json bets = Json::array();
    for (const BetKind& kind : bet_kinds()) {
        bets.push_back({{"kind", kind.name}, {"numbers", kind.numbers}, {"pays", kind.pays}});
    }
    return Json{{"bets", std::move(bets)}}.dump();
}

class Roulette final : public Game {
public:
    Roulette(GameInfo info, std::size_t bets_max, const Hash& hash)
        : info_{std::move(info)}, bets_max_{bets_max}, hash_{hash}
    {
    }

    const GameInfo& info() const override { return info_; }
    const Hash& definition() const override { return hash_; }

    Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const override
    {
        if (bets.empty() || bets.size() > bets_max_) { return refuse(ErrorCode::bets_invalid); }
        for (const Bet& bet : bets) {
            if (find_bet(bet.kind, bet.numbers) == nullptr) { return refuse(ErrorCode::bets_invalid); }
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

    std::int64_t win_max(std::int64_t total_stake, std::span<const Bet> bets) const override
    {
        std::array<std::int64_t, kPockets> wins{};
        std::int64_t sum = 0;
        for (const Bet& bet : bets) {
            const TableBet& table_bet = placed(bet);
            sum += bet.stake;
            for (std::uint32_t number = 0; number < kPockets; ++number) {
                if (table_bet.covers.test(number)) { wins[number] += bet.stake * (table_bet.kind->pays + 1); }
            }
        }
        CROUPIER_ASSERT(sum == total_stake);
        return std::ranges::max(wins);
    }

    std::vector<Bound> next_bounds(std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() <= 1);
        return drawn.empty() ? std::vector<Bound>{kPockets} : std::vector<Bound>{};
    }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(drawn.size() == 1 && drawn[0] < kPockets);
        const std::uint32_t number = drawn[0];
        Outcome outcome;
        outcome.events.emplace_back(PocketHit{.number = number, .colour = std::string{colour(number)}});
        for (std::uint32_t index = 0; index < bets.size(); ++index) {
            const TableBet& table_bet = placed(bets[index]);
            const std::int64_t stake = bets[index].stake;
            const std::int64_t win = table_bet.covers.test(number) ? stake * (table_bet.kind->pays + 1) : 0;
            outcome.events.emplace_back(BetResult{.index = index, .stake = stake, .win = win});
            outcome.stake += stake;
            outcome.win += win;
        }
        CROUPIER_ASSERT(outcome.stake == total_stake);
        return outcome;
    }

private:
    GameInfo info_;
    std::size_t bets_max_;
    Hash hash_;
};

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash)
{
    root.members({"kind", "game", "name", "stake", "bets_max"});
    GameInfo info{.game = root["game"].id(), .name = root["name"].text(60), .kind = "roulette", .rtp_ppm = kRtpPpm};
    const Stakes stakes = read_stakes(root["stake"]);
    const std::uint32_t bets_max = root["bets_max"].small(1, 1000);
    if (root.failed()) { return nullptr; }
    info.stake_min = stakes.min;
    info.stake_max = stakes.max;  // At most 10^12, so 36 times that stays far below 2^53.
    static_assert(36 * std::int64_t{1'000'000'000'000} < kWinMax);
    info.stake_step = stakes.step;
    info.definition_json = public_json();
    return std::make_unique<Roulette>(std::move(info), bets_max, hash);
}

}  // namespace croupier::rounds::roulette
