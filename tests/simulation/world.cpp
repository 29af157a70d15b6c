#include "world.hpp"

#include <cstdio>

#include "recorder.hpp"

namespace croupier::simulation {

void violated(std::string what) { throw Violation{std::move(what)}; }

void World::after(microseconds delay, std::function<void()> what)
{
    queue_.push({now_ + std::max(delay, microseconds{0}), ++order_, std::move(what)});
}

bool World::step(microseconds until)
{
    if (queue_.empty() || queue_.top().at > until) {
        now_ = until;
        return false;
    }
    Event event = queue_.top();
    queue_.pop();
    now_ = event.at;
    ++events_;
    event.what();
    return true;
}

microseconds World::between(microseconds least, microseconds most)
{
    return least
        + microseconds{static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count()) + 1))};
}

microseconds World::about(microseconds mean)
{
    // The sum of geometric steps would do; halving by coin tosses is near enough, in whole numbers, and the same everywhere.
    microseconds scale = mean / 4;
    for (int i = 0; i < 6 && chance(2); ++i) { scale += scale; }
    return between(microseconds{1}, std::max(scale + scale, microseconds{2}));
}

void World::trace(std::string_view what, std::string_view detail)
{
    const std::uint64_t parts[] = {
        trace_, static_cast<std::uint64_t>(now_.count()), host::frame_digest(what), host::frame_digest(detail)};
    trace_ = host::frame_digest({reinterpret_cast<const char*>(parts), sizeof parts});
    if (speaks_) {
        std::printf("%12.6f  %.*s %.*s\n", static_cast<double>(now_.count()) / 1e6, static_cast<int>(what.size()),
            what.data(), static_cast<int>(detail.size()), detail.data());
    }
}

}  // namespace croupier::simulation
