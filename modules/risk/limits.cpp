#include "limits.hpp"

#include <chrono>

#include "croupier/assert.hpp"

namespace croupier::risk {

namespace {

constexpr std::chrono::hours kLooserAfter{24};
constexpr std::int64_t kDaysBeforeMonday = 3;  // 1970-01-01 was a Thursday.

std::size_t place(Measure measure) { return raw(measure) - 1U; }
std::size_t place(Period period) { return raw(period) - 1U; }

/// Whether `wanted` forbids nothing that `now` allows.
bool looser(std::optional<std::int64_t> wanted, std::optional<std::int64_t> now)
{
    return now && (!wanted || *wanted > *now);
}

}  // namespace

std::int64_t period_number(Period period, WallTime at)
{
    const auto day = std::chrono::floor<std::chrono::days>(at);
    switch (period) {
        case Period::day: return day.time_since_epoch().count();
        case Period::week:
            return std::chrono::floor<std::chrono::weeks>(day + std::chrono::days{kDaysBeforeMonday})
                .time_since_epoch()
                .count();
        case Period::month: {
            const std::chrono::year_month_day date{day};
            return std::int64_t{int{date.year()}} * 12 + unsigned{date.month()};
        }
    }
    return 0;
}

std::int64_t PlayerLimits::used(PlayerId player, Measure measure, Period period, WallTime now) const
{
    if (raw(player) == 0 || raw(player) > windows_.size()) { return 0; }
    const Window& window = windows_[raw(player) - 1][place(period)];
    return window.number == period_number(period, now) ? window.used[place(measure)] : 0;
}

Result<Allowed> PlayerLimits::check(PlayerId player, Measure measure, std::int64_t amount, WallTime now) const
{
    for (auto rule = rules_.lower_bound({player, measure, kPeriods.front()}); rule != rules_.end(); ++rule) {
        const auto& [whose, what, period] = rule->first;
        if (whose != player || what != measure) { break; }
        const auto most = rule->second.at(now);
        // As a difference, so that no sum can wrap.
        if (most && amount > *most - used(player, measure, period, now)) { return refuse(ErrorCode::limit_reached); }
    }
    return Allowed{};
}

Limit PlayerLimits::limit(const Key& key, const Rule& rule, WallTime now) const
{
    const auto& [player, measure, period] = key;
    Limit limit{.measure = measure, .period = period, .amount = rule.at(now)};
    limit.used = used(player, measure, period, now);
    if (rule.changes_at && *rule.changes_at > now) {
        limit.changes_at = rule.changes_at;
        limit.next_amount = rule.next_amount;
    }
    return limit;
}

Result<Limit> PlayerLimits::set(const SetLimit& command, Context& context) const
{
    if (command.amount && *command.amount < 0) { return refuse(ErrorCode::amount_invalid); }
    const Key key{command.player, command.measure, command.period};
    const auto found = rules_.find(key);
    const auto now = found == rules_.end() ? std::nullopt : found->second.at(context.now);
    context.work.add(LimitSet{.player = command.player,
        .measure = command.measure,
        .period = command.period,
        .amount = command.amount,
        .from = looser(command.amount, now) ? context.now + kLooserAfter : context.now});
    return limit(key, rules_.at(key), context.now);
}

Limits PlayerLimits::list(PlayerId player, WallTime now) const
{
    Limits limits;
    for (auto rule = rules_.lower_bound({player, Measure::stake, Period::day});
        rule != rules_.end() && std::get<PlayerId>(rule->first) == player; ++rule) {
        limits.limits.push_back(limit(rule->first, rule->second, now));
    }
    return limits;
}

void PlayerLimits::count(PlayerId player, Measure measure, std::int64_t amount, WallTime at)
{
    CROUPIER_ASSERT(raw(player) != 0);
    if (windows_.size() < raw(player)) { windows_.resize(raw(player)); }
    for (const Period period : kPeriods) {
        Window& window = windows_[raw(player) - 1][place(period)];
        const auto number = period_number(period, at);
        if (window.number != number) { window = {.number = number, .used = {}}; }
        window.used[place(measure)] += amount;
    }
}

void PlayerLimits::apply(const LimitSet& fact, WallTime at)
{
    Rule& rule = rules_[{fact.player, fact.measure, fact.period}];
    if (fact.from <= at) {
        rule = {.amount = fact.amount, .changes_at = std::nullopt, .next_amount = std::nullopt};
    } else {
        rule = {.amount = rule.at(at), .changes_at = fact.from, .next_amount = fact.amount};
    }
}

void PlayerLimits::save(ByteWriter& out) const
{
    out.write(static_cast<std::uint32_t>(rules_.size()));
    for (const auto& [key, rule] : rules_) {
        out.write(std::get<PlayerId>(key));
        out.write(std::get<Measure>(key));
        out.write(std::get<Period>(key));
        out.write(rule.amount);
        out.write(rule.changes_at);
        out.write(rule.next_amount);
    }
    out.write(static_cast<std::uint32_t>(windows_.size()));
    for (const Windows& windows : windows_) {
        for (const Window& window : windows) {
            out.write(window.number);
            out.write(window.used);
        }
    }
}

bool PlayerLimits::restore(ByteReader& in)
{
    PlayerLimits restored;
    const auto rules = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < rules && !in.failed(); ++i) {
        const auto player = in.read<PlayerId>();
        const auto measure = in.read<Measure>();
        const auto period = in.read<Period>();
        Rule& rule = restored.rules_[{player, measure, period}];
        rule.amount = in.read<std::optional<std::int64_t>>();
        rule.changes_at = in.read<std::optional<WallTime>>();
        rule.next_amount = in.read<std::optional<std::int64_t>>();
    }
    const auto players = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < players && !in.failed(); ++i) {
        Windows windows;
        for (Window& window : windows) {
            window.number = in.read<std::int64_t>();
            window.used = in.read<std::array<std::int64_t, kMeasures>>();
        }
        restored.windows_.push_back(windows);
    }
    if (in.failed()) { return false; }
    *this = std::move(restored);
    return true;
}

}  // namespace croupier::risk
