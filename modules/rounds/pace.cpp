#include "pace.hpp"

namespace croupier::rounds {

using namespace std::chrono_literals;

Result<void> Pace::check(PlayerId player, WallTime now) const
{
    const auto found = ready_.find(player);
    if (found == ready_.end() || found->second <= now) { return {}; }
    return refuse(ErrorCode::too_soon, std::chrono::ceil<std::chrono::milliseconds>(found->second - now));
}

void Pace::began(PlayerId player, WallTime at, std::chrono::milliseconds cycle)
{
    while (!by_time_.empty() && by_time_.begin()->first <= at) {
        ready_.erase(by_time_.begin()->second);
        by_time_.erase(by_time_.begin());
    }
    if (cycle == 0ms) { return; }
    const auto found = ready_.find(player);
    if (found != ready_.end()) { by_time_.erase({found->second, player}); }
    ready_[player] = at + cycle;
    by_time_.emplace(at + cycle, player);
}

void Pace::save(ByteWriter& out) const
{
    out.write(static_cast<std::uint32_t>(ready_.size()));
    for (const auto& [player, ready] : ready_) {
        out.write(player);
        out.write(ready);
    }
}

Pace Pace::restore(ByteReader& in)
{
    Pace pace;
    const auto count = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        const auto player = in.read<PlayerId>();
        const auto ready = in.read<WallTime>();
        pace.ready_[player] = ready;
        pace.by_time_.emplace(ready, player);
    }
    return pace;
}

}  // namespace croupier::rounds
