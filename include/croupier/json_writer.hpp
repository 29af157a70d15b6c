#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/messages/risk.hpp"
#include "croupier/result.hpp"

/// JSON for what goes to clients, appended to a string: one pass, no tree in between. Ids are strings, amounts whole
/// numbers, described enums their names, a member that is not there is left out, a variant of events {"ev":name, …members}; see docs/protocol.
namespace croupier::json {

inline void write_number(std::string& out, std::integral auto value)
{
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

/// A JSON string (RFC 8259): quotes, backslashes and control characters are escaped; the text is UTF-8 already.
void write_string(std::string& out, std::string_view text);
/// RFC 3339, UTC, microseconds: "2026-11-23T19:02:00.000000Z".
void write_time(std::string& out, WallTime time);
/// {"measure":…,"period":…,"amount":…?,"used":…,"changes_at":…?,"next_amount":…?}
void write_limit(std::string& out, const risk::Limit& limit);
/// {"available":…,"currency":…,"exponent":…,"version":…,"bonus":…?}
void write_balance(std::string& out, const ledger::Balance& balance);
/// {"code":…,"message":…,"retry_after_ms":…?,"expected":…?}
void write_error(std::string& out, const Error& error, std::optional<std::uint64_t> expected = std::nullopt);

template <class T>
void write(std::string& out, const T& value);

/// A member's name as it stands in front of its value: ,"name":
template <class Member>
inline constexpr auto kMemberName = [] {
    constexpr std::string_view name = Member::name;
    std::array<char, name.size() + 4> text{',', '"'};
    std::ranges::copy(name, text.begin() + 2);
    text[text.size() - 2] = '"';
    text[text.size() - 1] = ':';
    return text;
}();

template <class T>
void write_members(std::string& out, const T& value, bool first)
{
    boost::mp11::mp_for_each<codec_detail::Members<T>>([&](auto member) {
        if constexpr (codec_detail::is_optional<std::remove_cvref_t<decltype(value.*member.pointer)>>) {
            if (!(value.*member.pointer)) { return; }
        }
        const std::string_view name{kMemberName<decltype(member)>};
        out += first ? name.substr(1) : name;
        first = false;
        write(out, value.*member.pointer);
    });
}

template <class T>
void write(std::string& out, const T& value)
{
    using namespace codec_detail;
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
        write_number(out, value);
    } else if constexpr (std::is_enum_v<T>) {
        if constexpr (boost::describe::has_describe_enumerators<T>::value) {
            out += '"';
            out += boost::describe::enum_to_string(value, "unknown");
            out += '"';
        } else {
            out += '"';
            write_number(out, raw(value));
            out += '"';
        }
    } else if constexpr (std::is_same_v<T, std::string>) {
        write_string(out, value);
    } else if constexpr (std::is_same_v<T, WallTime>) {
        write_time(out, value);
    } else if constexpr (std::is_same_v<T, ledger::Balance>) {
        write_balance(out, value);
    } else if constexpr (is_vector<T>) {
        out += '[';
        bool first = true;
        for (const auto& element : value) {
            if (!first) { out += ','; }
            first = false;
            write(out, element);
        }
        out += ']';
    } else if constexpr (is_optional<T>) {
        write(out, *value);
    } else if constexpr (is_variant<T>) {
        std::visit(
            [&]<class Alternative>(const Alternative& alternative) {
                out += "{\"ev\":\"";
                out += Alternative::kEvent;
                out += '"';
                write_members(out, alternative, false);
                out += '}';
            },
            value);
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        out += '{';
        write_members(out, value, true);
        out += '}';
    }
}

}  // namespace croupier::json
