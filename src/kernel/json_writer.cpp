#include "croupier/json_writer.hpp"

#include <algorithm>

namespace croupier::json {

void write_string(std::string& out, std::string_view text)
{
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto plain = [](char letter) {
        return letter != '"' && letter != '\\' && static_cast<unsigned char>(letter) >= 0x20;
    };
    out += '"';
    if (std::ranges::all_of(text, plain)) {
        out += text;
        out += '"';
        return;
    }
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (code < 0x20) {
            out += "\\u00";
            out += kHex[code >> 4];
            out += kHex[code & 15];
        } else {
            out += letter;
        }
    }
    out += '"';
}

namespace {

void write_padded(std::string& out, std::uint64_t value, std::size_t width)
{
    char digits[24];
    const auto size = static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits);
    if (size < width) { out.append(width - size, '0'); }
    out.append(digits, size);
}

}  // namespace

void write_time(std::string& out, WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    out += '"';
    write_padded(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    out += '-';
    write_padded(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    write_padded(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    write_padded(out, static_cast<std::uint64_t>(clock.hours().count()), 2);
    out += ':';
    write_padded(out, static_cast<std::uint64_t>(clock.minutes().count()), 2);
    out += ':';
    write_padded(out, static_cast<std::uint64_t>(clock.seconds().count()), 2);
    out += '.';
    write_padded(out, static_cast<std::uint64_t>(clock.subseconds().count()), 6);
    out += "Z\"";
}

void write_limit(std::string& out, const risk::Limit& limit)
{
    const auto number = [&](std::string_view name, const std::optional<std::int64_t>& amount) {
        if (!amount) { return; }
        out += ",\"";
        out += name;
        out += "\":";
        write_number(out, *amount);
    };
    out += "{\"measure\":";
    write(out, limit.measure);
    out += ",\"period\":";
    write(out, limit.period);
    number("amount", limit.amount);
    number("used", limit.used);
    if (limit.changes_at) {
        out += ",\"changes_at\":";
        write_time(out, *limit.changes_at);
        number("next_amount", limit.next_amount);
    }
    out += '}';
}

void write_balance(std::string& out, const ledger::Balance& balance)
{
    out += "{\"available\":";
    write_number(out, balance.available);
    out += ",\"currency\":\"";
    out += balance.currency.code();
    out += "\",\"exponent\":";
    write_number(out, balance.currency.exponent());
    out += ",\"version\":";
    write_number(out, balance.version);
    if (balance.bonus != 0) {
        out += ",\"bonus\":";
        write_number(out, balance.bonus);
    }
    out += '}';
}

void write_error(std::string& out, const Error& error, std::optional<std::uint64_t> expected)
{
    out += "{\"code\":\"";
    out += name(error.code);
    out += "\",\"message\":";
    write_string(out, meaning(error.code));
    if (error.retry_after) {
        out += ",\"retry_after_ms\":";
        write_number(out, error.retry_after->count());
    }
    if (expected) {
        out += ",\"expected\":";
        write_number(out, *expected);
    }
    out += '}';
}

}  // namespace croupier::json
