#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "croupier/result.hpp"

using namespace croupier;

namespace {

constexpr auto kAll = std::to_array<ErrorCode>({
#define X(name, number, finality, http, meaning) ErrorCode::name,
    CROUPIER_ERROR_CODES(X)
#undef X
});

}  // namespace

TEST_CASE("errors: every code has its own number and name, a meaning and an HTTP status", "[kernel]")
{
    std::set<std::uint16_t> numbers;
    std::set<std::string_view> names;
    for (const ErrorCode code : kAll) {
        INFO(name(code));
        const auto number = static_cast<std::uint16_t>(code);
        CHECK(numbers.insert(number).second);
        CHECK(names.insert(name(code)).second);
        CHECK(error_code(number) == code);
        CHECK(meaning(code).ends_with('.'));
        CHECK((http_status(code) >= 400 && http_status(code) < 600));
        CHECK(name(code).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    }
    CHECK(error_code(0) == std::nullopt);  // 0 means "done" in the facts.
    CHECK(error_code(65'535) == std::nullopt);
}

TEST_CASE("errors: the transient codes are these, for ever: a change would record or forget refusals", "[kernel]")
{
    const std::set<std::string_view> expected{"malformed", "too_large", "operation_unknown", "not_logged_in",
        "out_of_order", "in_flight", "rate_limited", "receipt_not_ready", "seeds_changed", "overloaded", "draining",
        "disk_low", "too_soon", "not_found", "method_not_allowed", "origin_refused", "not_available", "entropy_unavailable",
        "internal"};
    std::set<std::string_view> transient;
    for (const ErrorCode code : kAll) {
        if (is_transient(code)) { transient.insert(name(code)); }
    }
    CHECK(transient == expected);
}

TEST_CASE("errors: a refusal is a value with its code and when to try again", "[kernel]")
{
    const Result<int> refused = refuse(ErrorCode::overloaded, std::chrono::milliseconds{20});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == Error{ErrorCode::overloaded, std::chrono::milliseconds{20}});
    CHECK(refused.error() != Error{ErrorCode::overloaded});
}
