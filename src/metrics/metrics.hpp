#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Metrics for /metrics, in the text format of Prometheus (version 0.0.4).
///
/// Everything is registered once, at start; what is handed out then lives as long as the Registry, and counting in it
/// neither allocates nor locks. Counts are relaxed atomics, so that an adapter's thread may count too.
namespace croupier::metrics {

/// Only rises. Its name ends in _total.
class Counter {
public:
    void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
    /// To a count that somebody else keeps, on one thread.
    void raise_to(std::uint64_t count) noexcept
    {
        if (count > value()) { add(count - value()); }
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A level: what is open, waiting, in use now.
class Gauge {
public:
    explicit Gauge(std::int64_t scale = 1) noexcept : scale_{scale} {}
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t change) noexcept { value_.fetch_add(change, std::memory_order_relaxed); }
    std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
    std::int64_t scale() const noexcept { return scale_; }

private:
    std::atomic<std::int64_t> value_{0};
    std::int64_t scale_;
};

/// A distribution over fixed buckets. Its unit is a whole number of the smallest things that matter (nanoseconds, units of
/// work, bytes); `scale` says how many of them make one in the exposition, so that times appear in seconds.
class Histogram {
public:
    static constexpr std::size_t kBoundsMax = 32;

    /// Upper bounds, inclusive, rising.
    Histogram(std::span<const std::uint64_t> bounds, std::uint64_t scale);

    void observe(std::uint64_t value) noexcept
    {
        std::size_t bucket = 0;
        while (bucket < size_ && value > bounds_[bucket]) { ++bucket; }
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }
    void observe(std::chrono::nanoseconds time) noexcept
    {
        observe(static_cast<std::uint64_t>(time.count() > 0 ? time.count() : 0));
    }

private:
    friend class Registry;
    std::array<std::uint64_t, kBoundsMax> bounds_{};
    std::array<std::atomic<std::uint64_t>, kBoundsMax + 1> counts_{};  // The last one: beyond all bounds.
    std::atomic<std::uint64_t> sum_{0};
    std::size_t size_ = 0;
    std::uint64_t scale_ = 1;
};

/// 50 µs to 10 s, in nanoseconds, for latencies; 1 to 4096 in powers of two, for sizes of batches.
std::span<const std::uint64_t> latency_bounds();
std::span<const std::uint64_t> size_bounds();
inline constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// All metrics of a process. The same name may be registered again with other labels: one family, with the first help.
class Registry {
public:
    Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
    /// `scale`: how many of what is set make one in the exposition.
    Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {}, std::int64_t scale = 1);
    Histogram& histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
        std::uint64_t scale, Labels labels = {});
    /// A latency in seconds, over latency_bounds().
    Histogram& latency(std::string_view name, std::string_view help, Labels labels = {})
    {
        return histogram(name, help, latency_bounds(), kNanosecondsPerSecond, labels);
    }
    /// Called before each exposition, to set gauges from counts that others keep.
    void before_exposition(std::function<void()> refresh) { refreshers_.push_back(std::move(refresh)); }

    /// The page, families in the order of their registration. Content type: kContentType.
    std::string expose() const;
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct Series {
        std::string labels;  ///< flow="spin",result="ok"
        std::variant<Counter*, Gauge*, Histogram*> metric;
    };
    struct Family {
        std::string name;
        std::string help;
        std::vector<Series> series;
    };

    template <class Metric>
    Metric& add(Metric& metric, std::string_view name, std::string_view help, Labels labels);

    std::deque<Counter> counters_;  // Deques never move what they hold.
    std::deque<Gauge> gauges_;
    std::deque<Histogram> histograms_;
    std::vector<Family> families_;
    std::vector<std::function<void()>> refreshers_;
};

}  // namespace croupier::metrics
