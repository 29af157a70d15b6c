#include "slot.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "croupier/assert.hpp"
#include "croupier/money.hpp"
#include "definition.hpp"
#include "math.hpp"
#include "spin.hpp"
#include "survey.hpp"

namespace croupier::rounds::slot {

namespace {

/// What a round brings, spin by spin, told to one who listens to sums or to events alike.
/// `Listener`: free_spin(FreeSpin), reels(const Reels&, Stops), line(line, LinePay, win), ways(WaysPay, win),
/// scatter(count, win), award(FreeSpinsAwarded), respin(held, left), pick(boxes), picked(box, order, stake), capped(win).
template <class Listener>
class Telling {
public:
    Telling(const Definition& definition, std::int64_t stake, Listener& listener)
        : definition_{definition}, stake_{stake}, unit_{stake / definition.units}, listener_{listener}
    {
    }

    void free_spin()
    {
        CROUPIER_ASSERT(left_ > 0);
        multiplier_ = definition_.free_spin_multiplier;
        --left_;
        listener_.free_spin(FreeSpin{.index = ++played_, .left = left_});
    }

    void respin(const Reels& reels, Stops stops, std::uint32_t held, std::uint32_t left)
    {
        listener_.respin(held, left);
        spin(reels, stops);
    }

    /// `order[i]`: which prize is in box i.
    void picked(std::uint32_t box, std::span<const std::uint32_t> order)
    {
        listener_.picked(box, order, stake_);
        win_ += definition_.pick->prizes[order[box]] * stake_;
    }

    void spin(const Reels& reels, Stops stops)
    {
        listener_.reels(reels, stops);
        reels.pays(
            stops, [&](std::uint32_t line, const LinePay& pay) { listener_.line(line, pay, won(pay.times * unit_)); },
            [&](const WaysPay& pay) { listener_.ways(pay, won(pay.times * unit_)); });
        const std::uint32_t seen = reels.scatters(stops);
        if (definition_.scatter_pays[seen] > 0) {
            listener_.scatter(seen, won(definition_.scatter_pays[seen] * stake_));
        }
        const auto award = std::min(definition_.free_spins[seen], definition_.free_spins_limit - awarded_);
        if (award > 0) {
            awarded_ += award;
            left_ += award;
            listener_.award(FreeSpinsAwarded{.awarded = award, .left = left_});
        }
    }

    bool free_spins_left() const { return left_ > 0; }

    /// The round's win.
    std::int64_t finish()
    {
        const auto cap = definition_.win_cap * stake_;
        if (win_ > cap) {
            win_ = cap;
            listener_.capped(cap);
        }
        return win_;
    }

private:
    std::int64_t won(std::int64_t amount)
    {
        win_ += amount * multiplier_;
        return amount * multiplier_;
    }

    const Definition& definition_;
    std::int64_t stake_;
    std::int64_t unit_;
    Listener& listener_;
    std::int64_t multiplier_ = 1;
    std::int64_t win_ = 0;
    std::uint32_t awarded_ = 0;
    std::uint32_t left_ = 0;
    std::uint32_t played_ = 0;
};

/// Writes down the events, for the player.
class Events {
public:
    explicit Events(const Definition& definition) : definition_{definition} { events.reserve(kUsual); }

    void free_spin(const FreeSpin& event) { events.emplace_back(event); }
    void reels(const Reels& reels, Stops stops)
    {
        static_assert(kRowsMax <= Column::static_capacity);
        ReelsStopped event{.stops = {stops.begin(), stops.end()}, .grid = {}};
        event.grid.reserve(definition_.reels);
        for (std::size_t reel = 0; reel < definition_.reels; ++reel) {
            auto& column = event.grid.emplace_back();
            for (std::size_t row = 0; row < definition_.rows; ++row) {
                column.push_back(definition_.at(reels.strips(), reel, stops[reel], row));
            }
        }
        events.emplace_back(std::move(event));
    }
    void line(std::uint32_t line, const LinePay& pay, std::int64_t win)
    {
        events.emplace_back(LineWin{.line = line, .symbol = pay.symbol, .count = pay.count, .win = win});
    }
    void ways(const WaysPay& pay, std::int64_t win)
    {
        events.emplace_back(WaysWin{.symbol = pay.symbol, .count = pay.count, .ways = pay.ways, .win = win});
    }
    void scatter(std::uint32_t count, std::int64_t win)
    {
        events.emplace_back(ScatterWin{.symbol = *definition_.scatter, .count = count, .win = win});
    }
    void award(const FreeSpinsAwarded& event) { events.emplace_back(event); }
    void respin(std::uint32_t held, std::uint32_t left)
    {
        Respun event{.held = {}, .left = left};
        for (std::uint32_t reel = 0; reel < definition_.reels; ++reel) {
            if ((held >> reel & 1U) != 0) { event.held.push_back(reel); }
        }
        events.emplace_back(std::move(event));
    }
    void pick(std::size_t boxes) { events.emplace_back(PickWon{.boxes = static_cast<std::uint32_t>(boxes)}); }
    void picked(std::uint32_t box, std::span<const std::uint32_t> order, std::int64_t stake)
    {
        Picked event{.box = box, .win = 0, .wins = {}};
        for (const std::uint32_t prize : order) { event.wins.push_back(definition_.pick->prizes[prize] * stake); }
        event.win = event.wins[box];
        events.emplace_back(std::move(event));
    }
    void capped(std::int64_t win) { events.emplace_back(Capped{.win = win}); }

    std::vector<GameEvent> events;

private:
    static constexpr std::size_t kUsual = 4;  // Of a round: the reels, and a win or two.

    const Definition& definition_;
};

/// For whom the win is enough.
struct Nobody {
    static void free_spin(const FreeSpin&) {}
    static void reels(const Reels&, Stops) {}
    static void line(std::uint32_t, const LinePay&, std::int64_t) {}
    static void ways(const WaysPay&, std::int64_t) {}
    static void scatter(std::uint32_t, std::int64_t) {}
    static void award(const FreeSpinsAwarded&) {}
    static void respin(std::uint32_t, std::uint32_t) {}
    static void pick(std::size_t) {}
    static void picked(std::uint32_t, std::span<const std::uint32_t>, std::int64_t) {}
    static void capped(std::int64_t) {}
};

class Slot final : public Game {
public:
    Slot(Definition definition, GameInfo info, const Hash& hash, std::string text, std::int64_t bound)
        : definition_{std::move(definition)},
          info_{std::move(info)},
          hash_{hash},
          text_{definition_.pick ? std::move(text) : std::string{}},
          bound_{bound},
          paid_{definition_, definition_.strips},
          free_{definition_, definition_.free_strips}
    {
        for (std::uint32_t spin = 0; spin < definition_.free_spins_limit; ++spin) {
            free_bounds_.insert(free_bounds_.end(), free_.bounds().begin(), free_.bounds().end());
        }
        if (definition_.respins) { prepare_respins(); }
        for (std::size_t left = definition_.pick ? definition_.pick->prizes.size() : 0; left > 1; --left) {
            order_bounds_.push_back(static_cast<Bound>(left));
        }
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
        return std::min(bound_ * (total_stake / definition_.units), definition_.win_cap * total_stake);
    }

    std::span<const Bound> next_bounds(std::span<const Value> drawn) const override
    {
        if (drawn.empty()) { return paid_.bounds(); }
        CROUPIER_ASSERT(drawn.size() >= definition_.reels);
        if (definition_.respins) {
            return respin_bounds_[respins(drawn, [](Stops, std::uint32_t, std::uint32_t) {})];
        }
        const std::uint32_t seen = paid_.scatters(drawn.first(definition_.reels));
        auto free = drawn.subspan(definition_.reels);
        if (definition_.picks(seen)) {
            if (free.empty()) { return {}; }  // It asks first.
            if (free.size() == 1) { return order_bounds_; }
            free = free.subspan(1 + order_bounds_.size());
        }
        std::size_t awarded = definition_.free_spins[seen];
        if (awarded == 0) { return {}; }
        const std::size_t spins = free.size() / definition_.reels;
        CROUPIER_ASSERT(free.size() == spins * definition_.reels);
        for (std::size_t spin = 0; spin < spins; ++spin) {
            awarded +=
                definition_.free_spins[free_.scatters(free.subspan(spin * definition_.reels, definition_.reels))];
        }
        const std::size_t wanted = std::min<std::size_t>(awarded, definition_.free_spins_limit);
        CROUPIER_ASSERT(wanted >= spins);
        return std::span{free_bounds_}.first((wanted - spins) * definition_.reels);
    }

    std::optional<Question> question(std::span<const Value> decided) const override
    {
        const bool asks = decided.size() == definition_.reels && definition_.picks(paid_.scatters(decided));
        if (!asks) { return std::nullopt; }
        return Question{.choices = static_cast<std::uint32_t>(definition_.pick->prizes.size()), .by_rule = 0};
    }
    std::string_view kept_text() const override { return text_; }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> drawn) const override
    {
        CROUPIER_ASSERT(bets.empty());
        Events events{definition_};
        Outcome outcome{.events = {}, .stake = total_stake, .win = play(total_stake, drawn, events)};
        outcome.events = std::move(events.events);
        CROUPIER_ASSERT(outcome.win <= win_max(total_stake, bets));
        return outcome;
    }

    std::int64_t win(std::int64_t total_stake, std::span<const Bet>, std::span<const Value> drawn) const override
    {
        Nobody nobody;
        return play(total_stake, drawn, nobody);
    }

private:
    /// For every set of held reels, as bits, the bounds of the others; of those that are the last spin, none.
    void prepare_respins()
    {
        respin_bounds_.resize(std::size_t{1} << definition_.reels);
        for (std::uint32_t held = 1; held + 1 < respin_bounds_.size(); ++held) {
            for (std::size_t reel = 0; reel < definition_.reels; ++reel) {
                if ((held >> reel & 1U) == 0) { respin_bounds_[held].push_back(paid_.bounds()[reel]); }
            }
        }
        for (std::size_t reel = 0; reel < definition_.reels; ++reel) {
            for (std::size_t stop = 0; stop < definition_.strips[reel].size(); ++stop) {
                shows_[reel].push_back(definition_.shows(definition_.strips, reel, stop, definition_.respins->symbol));
            }
        }
    }

    std::uint32_t holding(Stops stops) const
    {
        std::uint32_t held = 0;
        for (std::size_t reel = 0; reel < stops.size(); ++reel) { held |= shows_[reel][stops[reel]] ? 1U << reel : 0U; }
        return held;
    }

    /// Calls each(stops, held, left) for each respin that was drawn. Which reels are held in the one that is to come; 0: there is none.
    template <class Each>
    std::uint32_t respins(std::span<const Value> drawn, const Each& each) const
    {
        std::array<Value, kReelsMax> all{};
        const std::span stops = std::span{all}.first(definition_.reels);
        std::ranges::copy(drawn.first(definition_.reels), stops.begin());
        drawn = drawn.subspan(definition_.reels);
        std::uint32_t before = 0;
        std::uint32_t held = holding(stops);
        for (std::uint32_t left = definition_.respins->limit; left > 0 && held != before; --left) {
            const auto& bounds = respin_bounds_[held];
            if (bounds.empty() || drawn.empty()) { return bounds.empty() ? 0 : held; }
            CROUPIER_ASSERT(drawn.size() >= bounds.size());
            std::size_t next = 0;
            for (std::size_t reel = 0; reel < stops.size(); ++reel) {
                if ((held >> reel & 1U) == 0) { stops[reel] = drawn[next++]; }
            }
            drawn = drawn.subspan(next);
            each(stops, held, left - 1);
            before = std::exchange(held, holding(stops));
        }
        CROUPIER_ASSERT(drawn.empty());
        return 0;
    }

    /// Which prize is in which box: the first one drawn is in the box that was picked, the others follow in the boxes' order. By
    /// Fisher and Yates, from as many draws as there are boxes less one; so each order is equally likely, whatever was picked.
    std::array<std::uint32_t, kBoxesMax> order(std::uint32_t box, std::span<const Value> drawn) const
    {
        const std::size_t boxes = definition_.pick->prizes.size();
        std::array<std::uint32_t, kBoxesMax> shuffled{};
        std::iota(shuffled.begin(), shuffled.begin() + static_cast<std::ptrdiff_t>(boxes), 0U);
        for (std::size_t i = 0; i < drawn.size(); ++i) { std::swap(shuffled[i], shuffled[i + drawn[i]]); }
        std::rotate(shuffled.begin(), shuffled.begin() + 1, shuffled.begin() + box + 1);
        return shuffled;
    }

    template <class Listener>
    std::int64_t play(std::int64_t total_stake, std::span<const Value> drawn, Listener& listener) const
    {
        CROUPIER_ASSERT(drawn.size() >= definition_.reels && total_stake > 0);
        Telling telling{definition_, total_stake, listener};
        telling.spin(paid_, drawn.first(definition_.reels));
        if (definition_.respins) {
            const auto to_come = respins(drawn,
                [&](Stops stops, std::uint32_t held, std::uint32_t left) { telling.respin(paid_, stops, held, left); });
            CROUPIER_ASSERT(to_come == 0);
            return telling.finish();
        }
        auto rest = drawn.subspan(definition_.reels);
        if (definition_.pick && definition_.picks(paid_.scatters(drawn.first(definition_.reels)))) {
            const std::size_t boxes = definition_.pick->prizes.size();
            listener.pick(boxes);
            if (rest.empty()) { return 0; }  // The player is asked.
            const auto shuffled = order(rest[0], rest.subspan(1, order_bounds_.size()));
            telling.picked(rest[0], std::span{shuffled}.first(boxes));
            rest = rest.subspan(boxes);
        }
        for (; !rest.empty(); rest = rest.subspan(definition_.reels)) {
            CROUPIER_ASSERT(rest.size() >= definition_.reels);
            telling.free_spin();
            telling.spin(free_, rest.first(definition_.reels));
        }
        CROUPIER_ASSERT(!telling.free_spins_left());
        return telling.finish();
    }

    Definition definition_;
    GameInfo info_;
    Hash hash_;
    std::string text_;    ///< Of a game that asks.
    std::int64_t bound_;  ///< The largest win of a round before the cap, in units.
    Reels paid_;          // These refer to definition_, as a Slot is never copied or moved.
    Reels free_;
    std::vector<Bound> free_bounds_;  // Of all free spins that a round may have.
    std::vector<std::vector<Bound>> respin_bounds_;
    std::array<std::vector<bool>, kReelsMax> shows_;  // Whether the respin's symbol is in sight, by reel and stop.
    std::vector<Bound> order_bounds_;                 // Of the boxes' order.
};

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash, std::string text)
{
    Definition definition = read(root);
    if (root.failed()) { return nullptr; }
    const Rtp figures = rtp(definition);
    if (figures.ppm > 1'000'000) {
        root["pays"].fail("a return to player of at most 100 %; this is " + std::to_string(figures.ppm) + " ppm");
        return nullptr;
    }
    const auto off = static_cast<std::int64_t>(figures.ppm) - definition.rtp_ppm;
    if (std::abs(off) > definition.rtp_tolerance_ppm) {
        root["rtp"]["ppm"].fail(
            "what the game returns, give or take the tolerance; this is " + std::to_string(figures.ppm) + " ppm");
        return nullptr;
    }
    // Before the cap, so that no sum on the way to it can overflow.
    const std::int64_t bound = round_bound(definition);
    const auto largest = checked_mul(bound, definition.stakes.max / definition.units);
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
    return std::make_unique<Slot>(std::move(definition), std::move(info), hash, std::move(text), bound);
}

}  // namespace croupier::rounds::slot
