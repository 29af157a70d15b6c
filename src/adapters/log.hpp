#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "croupier/ids.hpp"

/// The log, on standard error: one line an event, written by a thread of its own behind a bounded queue.
///
/// A line has a part of the server ("edge"), a message that is always the same text for the same event, and named
/// fields for what differs. No personal data and no secret ever stands in one: ids, counts and codes do.
///
///     log::info("edge", "listening", {{"address", address}, {"port", port}});
///     log::warn("session", "refused", {log::input(input), {"code", name(error.code)}});
namespace croupier::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error };
enum class Format : std::uint8_t {
    automatic,  ///< Pretty on a terminal, JSON elsewhere.
    pretty,     ///< "19:02:03.123 warn  edge: slow consumer  input=12 code=overloaded"
    json,       ///< {"at":"2026-11-23T19:02:03.123456Z","level":"warn","part":"edge","message":"…","input":12,…}
};

struct Field {
    Field(std::string_view field_name, std::string_view text) : name{field_name}, value{text} {}
    Field(std::string_view field_name, const char* text) : name{field_name}, value{std::string_view{text}} {}
    Field(std::string_view field_name, const std::string& text) : name{field_name}, value{std::string_view{text}} {}
    Field(std::string_view field_name, bool flag) : name{field_name}, value{flag} {}
    template <class Int>
        requires std::is_integral_v<Int>
    Field(std::string_view field_name, Int number) : name{field_name}, value{wide(number)}
    {
    }

    std::string_view name;
    std::variant<std::string_view, bool, std::int64_t, std::uint64_t> value;

private:
    template <class Int>
    static std::conditional_t<std::is_signed_v<Int>, std::int64_t, std::uint64_t> wide(Int number)
    {
        return number;
    }
};
using Fields = std::initializer_list<Field>;

/// The correlation id: every line about one input carries the same.
inline Field input(InputId id) { return {"input", raw(id)}; }

struct Options {
    Level level = Level::info;
    Format format = Format::automatic;
    std::size_t queue_max = 8'192;  ///< Lines that may wait; then the oldest are dropped, and counted.
};
/// Levels and formats by their names in the configuration ("warn", "auto"), which has checked them.
Level level_from(std::string_view name);
Format format_from(std::string_view name);

/// Starts the log; before that lines go nowhere. Once a process, before other threads start.
void start(const Options& options);
/// Writes what waits and ends the log's thread.
void stop();
/// Lines dropped since the start because the queue was full.
std::size_t dropped();

bool enabled(Level level) noexcept;
void write(Level level, std::string_view part, std::string_view message, Fields fields = {});

inline void debug(std::string_view part, std::string_view message, Fields fields = {})
{
    if (enabled(Level::debug)) { write(Level::debug, part, message, fields); }
}
inline void info(std::string_view part, std::string_view message, Fields fields = {})
{
    if (enabled(Level::info)) { write(Level::info, part, message, fields); }
}
inline void warn(std::string_view part, std::string_view message, Fields fields = {})
{
    write(Level::warn, part, message, fields);
}
inline void error(std::string_view part, std::string_view message, Fields fields = {})
{
    write(Level::error, part, message, fields);
}

/// The last line, then the end of the process with this exit code and without destructors. Never returns, on whichever
/// thread, whatever the others do.
[[noreturn]] void end_process(int status, std::string_view part, std::string_view message, Fields fields = {});
/// Likewise, with exit code 70: for a failed write of what must be durable.
[[noreturn]] void fail_stop(std::string_view part, std::string_view message, Fields fields = {});

/// A line without time and colour, as JSON members or for people; control characters are escaped in both.
std::string json_members(Level level, std::string_view part, std::string_view message, Fields fields);
std::string pretty_text(std::string_view part, std::string_view message, Fields fields);

}  // namespace croupier::log
