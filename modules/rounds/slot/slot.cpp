#include "slot.hpp"

#include <utility>

#include "croupier/assert.hpp"
#include "croupier/money.hpp"
#include "definition.hpp"
#include "math.hpp"
#include "spin.hpp"
#include "survey.hpp"

namespace croupier::rounds::slot {

namespace {

Stops stops_of(std::span<const Value> drawn, std::size_t spin) { return drawn.subspan(spin * kReels).first<kReels>(); }

/// One round's outcome as it comes about, spin by spin.
class Telling {
public:
    Telling(const Definition& definition, std::int64_t stake)
        : definition_{definition}, line_stake_{stake / definition.lines_count()}
    {
        outcome_.stake = stake;
    }

    void free_spin()
    {
        CROUPIER_ASSERT(left_ > 0);
        multiplier_ = definition_.free_spin_multiplier;
        --left_;
        tell(FreeSpin{.index = ++played_, .left = left_});
    }

    void spin(Stops stops)
    {
        const Grid grid = grid_at(definition_, stops);
        Reels reels{.stops = {stops.begin(), stops.end()}};
        for (const auto& column : grid) { reels.grid.emplace_back(column.begin(), column.end()); }
        tell(std::move(reels));
        for (std::uint32_t line = 0; line < definition_.lines.size(); ++line) {
            const LinePay pay = line_pay(definition_, grid, definition_.lines[line]);
            if (pay.times == 0) { continue; }
            const auto win = pay.times * line_stake_ * multiplier_;
            tell(LineWin{.line = line, .symbol = pay.symbol, .count = pay.count, .win = win});
            outcome_.win += win;
        }
        const std::uint32_t seen = scatters(definition_, grid);
        if (definition_.scatter_pays[seen] > 0) {
            const auto win = definition_.scatter_pays[seen] * outcome_.stake * multiplier_;
            tell(ScatterWin{.symbol = *definition_.scatter, .count = seen, .win = win});
            outcome_.win += win;
        }
        const auto award = std::min(definition_.free_spins[seen], definition_.free_spins_limit - awarded_);
        if (award > 0) {
            awarded_ += award;
            left_ += award;
            tell(FreeSpinsAwarded{.awarded = award, .left = left_});
        }
    }

    bool free_spins_left() const { return left_ > 0; }

    Outcome finish()
    {
        const auto cap = definition_.win_cap * outcome_.stake;
        if (outcome_.win > cap) {
            outcome_.win = cap;
            tell(Capped{.win = cap});
        }
        return std::move(outcome_);
    }

private:
    void tell(GameEvent event) { outcome_.events.push_back(std::move(event)); }

    const Definition& definition_;
    std::int64_t line_stake_;
    std::int64_t multiplier_ = 1;
    std::uint32_t awarded_ = 0;
    std::uint32_t left_ = 0;
    std::uint32_t played_ = 0;
    Outcome outcome_;
};

class Slot final : public Game {
public:
    Slot(Definition definition, GameInfo info, const Hash& hash, std::int64_t bound)
        : definition_{std::move(definition)}, info_{std::move(info)}, hash_{hash}, bound_{bound}
    {
    }

    const GameInfo& info() const override { return info_; }
    const Hash& definition() const override { return hash_; }

    Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const override
    {
        if (!bets.empty()) { return refuse(ErrorCode::bets_invalid); }
        const Stakes& stakes = definition_.stakes;
        if (stake <= 0 || stake % stakes.step != 0) { return refuse(ErrorCode::stake_invalid); }
        if (stake < stakes.min) { return refuse(ErrorCode::stake_too_low); }
        if (stake > stakes.max) { return refuse(ErrorCode::stake_too_high); }
        return stake;
    }

    std::int64_t win_max(std::int64_t total_stake, std::span<const Bet>) const override
    {
        CROUPIER_ASSERT(total_stake > 0 && total_stake <= definition_.stakes.max);
        return std::min(bound_ * (total_stake / definition_.lines_count()), definition_.win_cap * total_stake);
    }

    std::vector<Bound> next_bounds(std::span<const Value> drawn) const override
    {
        const std::size_t spins = drawn.size() / kReels;
        CROUPIER_ASSERT(drawn.size() == spins * kReels);
        std::size_t awarded = 0;
        for (std::size_t spin = 0; spin < spins; ++spin) {
            awarded += definition_.free_spins[scatters(definition_, grid_at(definition_, stops_of(drawn, spin)))];
        }
        const std::size_t wanted = 1 + std::min<std::size_t>(awarded, definition_.free_spins_limit);
        CROUPIER_ASSERT(wanted >= spins);
        std::vector<Bound> bounds;
        bounds.reserve((wanted - spins) * kReels);
        for (std::size_t spin = spins; spin < wanted; ++spin) {
            for (const auto& strip : definition_.strips) { bounds.push_back(static_cast<Bound>(strip.size())); }
        }
        return bounds;
    }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(bets.empty());
        CROUPIER_ASSERT(!drawn.empty() && drawn.size() % kReels == 0);
        CROUPIER_ASSERT(total_stake > 0 && total_stake % definition_.stakes.step == 0);
        Telling telling{definition_, total_stake};
        telling.spin(stops_of(drawn, 0));
        for (std::size_t spin = 1; spin < drawn.size() / kReels; ++spin) {
            telling.free_spin();
            telling.spin(stops_of(drawn, spin));
        }
        CROUPIER_ASSERT(!telling.free_spins_left());
        Outcome outcome = telling.finish();
        CROUPIER_ASSERT(outcome.win <= win_max(total_stake, bets));
        return outcome;
    }

private:
    Definition definition_;
    GameInfo info_;
    Hash hash_;
    std::int64_t bound_;  ///< The largest win of a round before the cap, in stakes per line.
};

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash)
{
    Definition definition = read(root);
    if (root.failed()) { return nullptr; }
    const Rtp figures = rtp(definition);
    if (figures.ppm > 1'000'000) {
        root["pays"].fail("a return to player of at most 100 %; this is " + std::to_string(figures.ppm) + " ppm");
        return nullptr;
    }
    // Before the cap, so that no sum on the way to it can overflow.
    const std::int64_t bound = round_bound(definition);
    const auto largest = checked_mul(bound, definition.stakes.max / definition.lines_count());
    const auto cap = checked_mul(definition.win_cap, definition.stakes.max);
    if (!largest || *largest > kWinMax || !cap || *cap > kWinMax) {
        root["stake"]["max"].fail("a stake whose largest win stays below 2^53");
        return nullptr;
    }
    GameInfo info{.game = definition.game,
        .name = definition.name,
        .kind = "slot",
        .rtp_ppm = static_cast<std::uint32_t>(figures.ppm),
        .stake_min = definition.stakes.min,
        .stake_max = definition.stakes.max,
        .stake_step = definition.stakes.step,
        .open = true,
        .definition_json = public_json(definition)};
    return std::make_unique<Slot>(std::move(definition), std::move(info), hash, bound);
}

}  // namespace croupier::rounds::slot
