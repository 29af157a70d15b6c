#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "croupier/messages/risk.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"

namespace croupier::risk {

/// Which day, week or month a time is in, counted from 1970; a new one begins at midnight UTC.
std::int64_t period_number(Period period, WallTime at);

/// The players' own limits, and what each has used of the periods that run: counters folded from facts, about 100 bytes a player.
class PlayerLimits {
public:
    /// Refuses limit_reached if `amount` more of the measure would go beyond a limit at `now`.
    Result<Allowed> check(PlayerId player, Measure measure, std::int64_t amount, WallTime now) const;
    Result<Limit> set(const SetLimit& command, Context& context) const;
    Limits list(PlayerId player, WallTime now) const;

    void count(PlayerId player, Measure measure, std::int64_t amount, WallTime at);
    void apply(const LimitSet& fact, WallTime at);

    void save(ByteWriter& out) const;
    bool restore(ByteReader& in);

private:
    static constexpr std::array kPeriods{Period::day, Period::week, Period::month};
    static constexpr std::size_t kMeasures = 3;

    /// What was used of one period; of another period than the one that runs it counts nothing.
    struct Window {
        std::int64_t number = 0;
        std::array<std::int64_t, kMeasures> used{};
    };
    using Windows = std::array<Window, kPeriods.size()>;
    struct Rule {
        std::optional<std::int64_t> amount;
        std::optional<WallTime> changes_at;
        std::optional<std::int64_t> next_amount;

        std::optional<std::int64_t> at(WallTime now) const
        {
            return changes_at && *changes_at <= now ? next_amount : amount;
        }
    };
    using Key = std::tuple<PlayerId, Measure, Period>;

    std::int64_t used(PlayerId player, Measure measure, Period period, WallTime now) const;
    Limit limit(const Key& key, const Rule& rule, WallTime now) const;

    std::map<Key, Rule> rules_;
    std::vector<Windows> windows_;  // Index is the player's id minus 1.
};

}  // namespace croupier::risk
