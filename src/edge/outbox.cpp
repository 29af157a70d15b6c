#include "outbox.hpp"

#include <algorithm>
#include <utility>

namespace croupier::edge {

bool Outbox::push(Seq rests_on, FrameKind kind, std::string_view topic, std::string bytes)
{
    Gated gated{.rests_on = rests_on, .order = ++order_, .bytes = std::move(bytes)};
    if (kind == FrameKind::chatter) {
        push_chatter(std::move(gated), topic);
        return true;
    }
    if (!fits(gated.bytes.size())) { return false; }
    bytes_ += cost(gated.bytes.size());
    own_.push(std::move(gated));
    return true;
}

void Outbox::push_chatter(Gated gated, std::string_view topic)
{
    const auto older = std::ranges::find(chatter_, topic, &Chatter::topic);
    if (older != chatter_.end()) {
        bytes_ -= cost(older->gated.bytes.size());
        chatter_.erase(older);
    }
    if (!fits(gated.bytes.size())) { return; }
    bytes_ += cost(gated.bytes.size());
    chatter_.push_back(Chatter{.topic = std::string{topic}, .gated = std::move(gated)});
}

bool Outbox::push_now(Frame frame)
{
    if (!fits(frame.bytes.size())) { return false; }
    bytes_ += cost(frame.bytes.size());
    now_.push(std::move(frame));
    return true;
}

void Outbox::release(Seq committed) noexcept { committed_ = std::max(committed_, committed); }

std::optional<Frame> Outbox::take()
{
    if (!now_.empty()) {
        auto frame = now_.pop();
        bytes_ -= cost(frame.bytes.size());
        return frame;
    }
    const auto source = next_gated();
    if (!source || rests_on(*source) > committed_) { return std::nullopt; }

    Frame frame;
    if (*source == Source::own) {
        frame.bytes = own_.pop().bytes;
    } else {
        frame.bytes = std::move(chatter_.front().gated.bytes);
        chatter_.erase(chatter_.begin());
    }
    bytes_ -= cost(frame.bytes.size());
    return frame;
}

std::optional<Seq> Outbox::waits_for() const
{
    const auto source = next_gated();
    if (!source || rests_on(*source) <= committed_) { return std::nullopt; }
    return rests_on(*source);
}

void Outbox::drop_held()
{
    // The gate holds everything behind the first held frame, whichever of the two queues that one stands in.
    std::uint64_t held_from = order_ + 1;
    for (const auto& gated : own_) {
        if (gated.rests_on > committed_) {
            held_from = gated.order;
            break;
        }
    }
    for (const auto& chatter : chatter_) {
        if (chatter.gated.rests_on > committed_) { held_from = std::min(held_from, chatter.gated.order); }
    }

    std::size_t kept = 0;
    for (const auto& gated : own_) {
        if (gated.order < held_from) {
            ++kept;
        } else {
            bytes_ -= cost(gated.bytes.size());
        }
    }
    own_.truncate(kept);
    std::erase_if(chatter_, [&](const Chatter& chatter) {
        const bool held = chatter.gated.order >= held_from;
        if (held) { bytes_ -= cost(chatter.gated.bytes.size()); }
        return held;
    });
}

void Outbox::clear()
{
    now_.clear();
    own_.clear();
    chatter_.clear();
    bytes_ = 0;
}

bool Outbox::fits(std::size_t size) const noexcept
{
    const auto needed = cost(size);
    return needed <= bytes_max_ && bytes_ <= bytes_max_ - needed;
}

std::optional<Outbox::Source> Outbox::next_gated() const
{
    if (own_.empty() && chatter_.empty()) { return std::nullopt; }
    if (chatter_.empty()) { return Source::own; }
    if (own_.empty()) { return Source::chatter; }
    return own_.front().order < chatter_.front().gated.order ? Source::own : Source::chatter;
}

Seq Outbox::rests_on(Source source) const
{
    return source == Source::own ? own_.front().rests_on : chatter_.front().gated.rests_on;
}

}  // namespace croupier::edge
