#include "swarm.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string>

namespace croupier::load {

namespace {

using namespace std::chrono_literals;

/// How long the last answers may take once nothing new is sent.
constexpr auto kLastAnswers = 30s;

std::string nickname(const std::string& prefix, std::uint64_t run, std::size_t index)
{
    char text[32];
    std::snprintf(text, sizeof text, "-%08llx-%zu", static_cast<unsigned long long>(run & 0xffffffff), index);
    return prefix + text;
}

}  // namespace

Swarm::Swarm(const Plan& plan, Tally& tally) : plan_{&plan}, tally_{&tally}, epoll_{::epoll_create1(EPOLL_CLOEXEC)}
{
    std::random_device random;
    const std::uint64_t run = random();
    for (std::size_t i = 0; i < plan.sessions; ++i) {
        entries_.emplace_back(plan, tally, i, nickname(plan.prefix, run, i));
    }
}

Swarm::~Swarm() { ::close(epoll_); }

bool Swarm::run()
{
    // A burst of thousands of connects would overflow the listener's queue: a few hundred at a time.
    constexpr std::size_t kAtOnce = 200;
    std::size_t connected = 0;
    while (!begun_) {
        const auto now = Clock::now();
        while (connected < entries_.size() && connected - ready_ < kAtOnce) {
            entries_[connected].session.connect(now);
            update(connected++);
        }
        if (ready_ == entries_.size()) {
            begin(now);
        } else {
            turn(now + 100ms);
        }
    }

    if (plan_->duration) {
        const auto end = tally_->started + *plan_->duration;
        while (Clock::now() < end && ended_ < entries_.size()) { turn(end); }
        const auto now = Clock::now();
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            entries_[i].session.finish(now);
            update(i);
        }
    }
    // With a count instead of a time the sessions finish by themselves, however long that takes.
    const auto last = plan_->duration ? Clock::now() + kLastAnswers + plan_->reconnect_for.value_or(0ns) : Time::max();
    while (ended_ < entries_.size() && Clock::now() < last) { turn(std::min(last, Clock::now() + 1s)); }
    return ended_ == entries_.size();
}

void Swarm::begin(Time now)
{
    begun_ = true;
    tally_->started = now;
    tally_->last_answer = now;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        entries_[i].session.begin(now);
        update(i);
    }
    if (plan_->idle) {
        std::printf("ready\n");
        std::fflush(stdout);
    }
}

void Swarm::turn(Time until)
{
    auto wake = until;
    if (!wakes_.empty()) { wake = std::min(wake, wakes_.top().first); }
    const auto wait = std::clamp<std::int64_t>(
        std::chrono::ceil<std::chrono::microseconds>(wake - Clock::now()).count(), 0, 1'000'000);
    const timespec timeout{.tv_sec = wait / 1'000'000, .tv_nsec = wait % 1'000'000 * 1000};
    std::array<epoll_event, 512> events{};
    const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        const auto index = static_cast<std::size_t>(event.data.u64);
        auto& entry = entries_[index];
        if (entry.session.fd() < 0) { continue; }
        const bool readable = (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        const bool writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
        entry.session.on_socket(readable, writable && entry.session.wants_write(), Clock::now());
        update(index);
    }
    wake_due(Clock::now());
}

void Swarm::wake_due(Time now)
{
    while (!wakes_.empty() && wakes_.top().first <= now) {
        const auto [time, index] = wakes_.top();
        wakes_.pop();
        auto& entry = entries_[index];
        if (entry.wake != time) { continue; }  // It asked for another time since.
        entry.wake.reset();
        entry.session.on_wake(now);
        update(index);
    }
}

void Swarm::update(std::size_t index)
{
    auto& entry = entries_[index];
    watch(index);
    if (const auto wake = entry.session.wake_at(); wake && entry.wake != wake) {
        entry.wake = wake;
        wakes_.emplace(*wake, index);
    } else if (!wake) {
        entry.wake.reset();
    }
    if (!entry.counted_ready && (entry.session.ready() || entry.session.ended())) {
        entry.counted_ready = true;
        ++ready_;
    }
    if (!entry.counted_ended && entry.session.ended()) {
        entry.counted_ended = true;
        ++ended_;
    }
}

void Swarm::watch(std::size_t index)
{
    auto& entry = entries_[index];
    const int fd = entry.session.fd();
    const bool write = entry.session.wants_write();
    if (fd < 0) {
        entry.watched = -1;  // Closing took it out of epoll.
        return;
    }
    if (fd == entry.watched && write == entry.watches_write) { return; }
    epoll_event event{};
    event.events = EPOLLIN | (write ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
    event.data.u64 = index;
    // A new connection may get the number of the old one: then epoll does not know it yet.
    if (fd != entry.watched || ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) {
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
    entry.watched = fd;
    entry.watches_write = write;
}

}  // namespace croupier::load
