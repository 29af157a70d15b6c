#include "report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace croupier::load {

namespace {

double micros(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1000.0; }

double per_second(const Tally& tally)
{
    return tally.seconds() > 0 ? static_cast<double>(tally.answers) / tally.seconds() : 0.0;
}

template <class... Args>
std::string formatted(const char* format, Args... args)
{
    std::array<char, 512> line{};
    std::snprintf(line.data(), line.size(), format, args...);
    return line.data();
}

/// Names come from the server or from us, without quotes in them.
std::string counts_json(const std::map<std::string, std::uint64_t>& counts)
{
    std::string text = "{";
    for (const auto& [name, count] : counts) {
        if (text.size() > 1) { text += ","; }
        text += "\"" + name + "\":" + std::to_string(count);
    }
    return text + "}";
}

}  // namespace

std::string report_text(const Plan& plan, const Tally& tally)
{
    const auto& latency = tally.latency;
    auto text = formatted("%-10s %zu sessions, %.2f s, %s\n",
        plan.echo                  ? "echo"
            : !plan.script.empty() ? "a script"
                                   : plan.game.c_str(),
        plan.sessions, tally.seconds(),
        plan.rate > 0              ? formatted("open loop at %.0f/s", plan.rate).c_str()
            : !plan.script.empty() ? formatted("%g times as fast as it was", plan.speed).c_str()
                                   : "closed loop");
    text += formatted("answers    %llu, %.1f/s\n", static_cast<unsigned long long>(tally.answers), per_second(tally));
    text += formatted("latency    p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms, max %.3f ms\n",
        micros(latency.quantile(0.5)) / 1000, micros(latency.quantile(0.99)) / 1000,
        micros(latency.quantile(0.999)) / 1000, micros(latency.max()) / 1000);
    if (tally.reconnects > 0) {
        text += formatted("reconnects %llu, %llu answers to repeated commands\n",
            static_cast<unsigned long long>(tally.reconnects), static_cast<unsigned long long>(tally.repeated));
    }
    for (const auto& [code, count] : tally.errors) {
        text += formatted("refused    %s: %llu\n", code.c_str(), static_cast<unsigned long long>(count));
    }
    for (const auto& [what, count] : tally.violations) {
        text += formatted("VIOLATION  %s: %llu\n", what.c_str(), static_cast<unsigned long long>(count));
    }
    text += formatted(plan.echo
            ? "check      %llu of %zu sessions got every message back\n"
            : "check      %llu of %zu sessions: the balance seen last, start + sum(win - stake) and "
              "the server agree\n",
        static_cast<unsigned long long>(tally.sessions_checked), plan.sessions);
    if (!tally.first_failure.empty()) { text += "first      " + tally.first_failure + "\n"; }
    return text;
}

std::string report_json(const Plan& plan, const Tally& tally)
{
    const auto& latency = tally.latency;
    auto text = formatted("{\"sessions\":%zu,\"seconds\":%.3f,\"rate\":%.1f,\"answers\":%llu,\"per_second\":%.1f,",
        plan.sessions, tally.seconds(), plan.rate, static_cast<unsigned long long>(tally.answers), per_second(tally));
    text += formatted("\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,",
        micros(latency.quantile(0.5)), micros(latency.quantile(0.99)), micros(latency.quantile(0.999)),
        micros(latency.max()));
    text += formatted("\"reconnects\":%llu,\"repeated\":%llu,\"sessions_checked\":%llu,\"sessions_failed\":%llu,",
        static_cast<unsigned long long>(tally.reconnects), static_cast<unsigned long long>(tally.repeated),
        static_cast<unsigned long long>(tally.sessions_checked),
        static_cast<unsigned long long>(tally.sessions_failed));
    text += "\"errors\":" + counts_json(tally.errors) + ",\"violations\":" + counts_json(tally.violations) + "}";
    return text;
}

}  // namespace croupier::load
