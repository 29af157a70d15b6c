#include "metrics.hpp"

#include <algorithm>

#include "croupier/assert.hpp"

namespace croupier::metrics {

namespace {

constexpr bool is_name(std::string_view name)
{
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9')
        && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

std::string escaped(std::string_view text, bool quotes)
{
    std::string out;
    for (const char character : text) {
        if (character == '\\') {
            out += "\\\\";
        } else if (character == '\n') {
            out += "\\n";
        } else if (character == '"' && quotes) {
            out += "\\\"";
        } else {
            out += character;
        }
    }
    return out;
}

std::string label_text(Labels labels)
{
    std::string text;
    for (const auto& [name, value] : labels) {
        CROUPIER_ASSERT(is_name(name) && name != "le");
        text.append(text.empty() ? "" : ",").append(name).append("=\"").append(escaped(value, true)).append("\"");
    }
    return text;
}

/// value / scale as a decimal fraction without trailing zeros; the scale is a power of ten.
std::string scaled(std::uint64_t value, std::uint64_t scale)
{
    std::string text = std::to_string(value / scale);
    if (value % scale == 0) { return text; }
    std::string fraction = std::to_string(scale + value % scale).substr(1);  // Keeps the leading zeros.
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text + "." + fraction;
}

void sample(std::string& page, std::string_view name, std::string_view suffix, std::string_view labels,
    std::string_view more_labels, std::string_view value)
{
    page.append(name).append(suffix);
    if (!labels.empty() || !more_labels.empty()) {
        page.append("{")
            .append(labels)
            .append(labels.empty() || more_labels.empty() ? "" : ",")
            .append(more_labels)
            .append("}");
    }
    page.append(" ").append(value).append("\n");
}

}  // namespace

std::span<const std::uint64_t> latency_bounds()
{
    static constexpr auto kBounds = std::to_array<std::uint64_t>(
        {50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 25'000'000, 50'000'000,
            100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000});
    return kBounds;
}

std::span<const std::uint64_t> size_bounds()
{
    static constexpr auto kBounds = std::to_array<std::uint64_t>(
        {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 2'048, 4'096});
    return kBounds;
}

Histogram::Histogram(std::span<const std::uint64_t> bounds, std::uint64_t scale) : size_{bounds.size()}, scale_{scale}
{
    CROUPIER_ASSERT(!bounds.empty() && bounds.size() <= kBoundsMax && scale >= 1);
    CROUPIER_ASSERT(std::ranges::is_sorted(bounds, std::ranges::less_equal{}));
    std::ranges::copy(bounds, bounds_.begin());
}

template <class Metric>
Metric& Registry::add(Metric& metric, std::string_view name, std::string_view help, Labels labels)
{
    CROUPIER_ASSERT(is_name(name));
    auto family = std::ranges::find(families_, name, &Family::name);
    if (family == families_.end()) {
        CROUPIER_ASSERT(!help.empty());
        families_.push_back({std::string{name}, std::string{help}, {}});
        family = families_.end() - 1;
    }
    Series series{label_text(labels), &metric};
    for (const Series& other : family->series) {
        CROUPIER_ASSERT(other.metric.index() == series.metric.index());  // One type a family.
        CROUPIER_ASSERT(other.labels != series.labels);                  // Registered once.
    }
    family->series.push_back(std::move(series));
    return metric;
}

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels)
{
    CROUPIER_ASSERT(name.ends_with("_total"));
    return add(counters_.emplace_back(), name, help, labels);
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels, std::int64_t scale)
{
    return add(gauges_.emplace_back(scale), name, help, labels);
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
    std::uint64_t scale, Labels labels)
{
    return add(histograms_.emplace_back(bounds, scale), name, help, labels);
}

std::string Registry::expose() const
{
    for (const auto& refresh : refreshers_) { refresh(); }
    static constexpr std::array<std::string_view, 3> kTypes{"counter", "gauge", "histogram"};
    std::string page;
    for (const Family& family : families_) {
        page.append("# HELP ").append(family.name).append(" ").append(escaped(family.help, false)).append("\n# TYPE ");
        page.append(family.name).append(" ").append(kTypes.at(family.series.front().metric.index())).append("\n");
        for (const Series& series : family.series) {
            if (const auto* counter = std::get_if<Counter*>(&series.metric)) {
                sample(page, family.name, "", series.labels, "", std::to_string((*counter)->value()));
            } else if (const auto* gauge = std::get_if<Gauge*>(&series.metric)) {
                const auto value = (*gauge)->value();
                const auto scale = static_cast<std::uint64_t>((*gauge)->scale());
                const auto size = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                            : static_cast<std::uint64_t>(value);
                sample(page, family.name, "", series.labels, "", (value < 0 ? "-" : "") + scaled(size, scale));
            } else {
                const Histogram& histogram = *std::get<Histogram*>(series.metric);
                std::uint64_t count = 0;  // Summed here, so that count and buckets always agree.
                for (std::size_t i = 0; i <= histogram.size_; ++i) {
                    count += histogram.counts_[i].load(std::memory_order_relaxed);
                    const std::string bound = i == histogram.size_ ? "+Inf"
                                                                   : scaled(histogram.bounds_[i], histogram.scale_);
                    sample(page, family.name, "_bucket", series.labels, "le=\"" + bound + "\"", std::to_string(count));
                }
                const std::uint64_t sum = histogram.sum_.load(std::memory_order_relaxed);
                sample(page, family.name, "_sum", series.labels, "", scaled(sum, histogram.scale_));
                sample(page, family.name, "_count", series.labels, "", std::to_string(count));
            }
        }
    }
    return page;
}

}  // namespace croupier::metrics
