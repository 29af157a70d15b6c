#include "log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>

namespace croupier::log {

namespace {

struct Running {
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
    Format format = Format::json;
};

// One a process: a log line may come from any place and any thread that an adapter owns.
std::unique_ptr<Running> running;
std::atomic<Level> least{Level::info};

constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warn", "error"};
constexpr std::array kLevels{
    spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

/// Quotes, backslashes and control characters as JSON wants them; bytes from 0x80 on pass.
void append_escaped(std::string& out, std::string_view text)
{
    static constexpr std::string_view kHex = "0123456789abcdef";
    for (const char character : text) {
        const auto code = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            out.append({'\\', character});
        } else if (code < 0x20 || code == 0x7f) {
            out.append("\\u00").append({kHex[code >> 4], kHex[code & 15]});
        } else {
            out.push_back(character);
        }
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    out.push_back('"');
    append_escaped(out, text);
    out.push_back('"');
}

void append_value(std::string& out, const Field& field, bool quote_text)
{
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        quote_text ? append_quoted(out, *text) : append_escaped(out, *text);
    } else if (const auto* flag = std::get_if<bool>(&field.value)) {
        out.append(*flag ? "true" : "false");
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        out.append(std::to_string(*number));
    } else {
        out.append(std::to_string(std::get<std::uint64_t>(field.value)));
    }
}

template <class Names, class T>
T find_name(const Names& names, std::string_view name, T otherwise)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) { return static_cast<T>(i); }
    }
    return otherwise;
}

}  // namespace

Level level_from(std::string_view name) { return find_name(kLevelNames, name, Level::info); }

Format format_from(std::string_view name)
{
    static constexpr std::array<std::string_view, 3> kFormats{"auto", "pretty", "json"};
    return find_name(kFormats, name, Format::automatic);
}

std::string json_members(Level level, std::string_view part, std::string_view message, Fields fields)
{
    std::string line = "\"level\":\"";
    line.append(kLevelNames.at(static_cast<std::size_t>(level))).append("\",\"part\":");
    append_quoted(line, part);
    line.append(",\"message\":");
    append_quoted(line, message);
    for (const Field& field : fields) {
        line.push_back(',');
        append_quoted(line, field.name);
        line.push_back(':');
        append_value(line, field, true);
    }
    return line;
}

std::string pretty_text(std::string_view part, std::string_view message, Fields fields)
{
    std::string line;
    append_escaped(line, part);
    line.append(": ");
    append_escaped(line, message);
    std::string_view gap = "  ";
    for (const Field& field : fields) {
        line.append(gap);
        append_escaped(line, field.name);
        line.push_back('=');
        append_value(line, field, false);
        gap = " ";
    }
    return line;
}

void start(const Options& options)
{
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    auto next = std::make_unique<Running>();
    next->format = options.format;
    if (next->format == Format::automatic) { next->format = terminal ? Format::pretty : Format::json; }

    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    if (next->format == Format::pretty) {
        sink->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
    } else {
        sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "{\"at\":\"%Y-%m-%dT%H:%M:%S.%fZ\",%v}", spdlog::pattern_time_type::utc));
    }
    next->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_max, 1);
    next->logger = std::make_shared<spdlog::async_logger>(
        "croupier", std::move(sink), next->pool, spdlog::async_overflow_policy::overrun_oldest);
    next->logger->set_level(spdlog::level::trace);  // enabled() decides.
    next->logger->flush_on(spdlog::level::info);
    least.store(options.level, std::memory_order_relaxed);
    running = std::move(next);
}

void stop()
{
    if (!running) { return; }
    running->logger->flush();
    running.reset();  // The pool's destructor writes what waits and joins its thread.
}

std::size_t dropped() { return running ? running->pool->overrun_counter() : 0; }

bool enabled(Level level) noexcept { return level >= least.load(std::memory_order_relaxed); }

void write(Level level, std::string_view part, std::string_view message, Fields fields)
{
    if (!running || !enabled(level)) { return; }
    const std::string line = running->format == Format::json ? json_members(level, part, message, fields)
                                                             : pretty_text(part, message, fields);
    running->logger->log(kLevels.at(static_cast<std::size_t>(level)), spdlog::string_view_t{line.data(), line.size()});
}

namespace {

/// The log's thread may be behind or gone: the last line takes the short way.
[[noreturn]] void end_with(int status, const std::string& line)
{
    if (running) { running->logger->flush(); }
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    std::_Exit(status);
}

}  // namespace

void end_process(int status, std::string_view part, std::string_view message, Fields fields)
{
    const bool json = running && running->format == Format::json;
    end_with(status,
        json ? "{" + json_members(Level::error, part, message, fields) + "}\n"
             : pretty_text(part, message, fields) + "\n");
}

void fail_stop(std::string_view part, std::string_view message, Fields fields)
{
    const bool json = running && running->format == Format::json;
    end_with(70,
        json ? "{" + json_members(Level::error, part, message, fields) + ",\"fail_stop\":true}\n"
             : "fail-stop: " + pretty_text(part, message, fields) + "\n");
}

}  // namespace croupier::log
