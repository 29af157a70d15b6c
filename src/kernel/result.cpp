#include "croupier/result.hpp"

namespace croupier {

std::string_view name(ErrorCode code) noexcept
{
    switch (code) {
#define X(name, number, finality, http, meaning) \
    case ErrorCode::name: return #name;
        CROUPIER_ERROR_CODES(X)
#undef X
    }
    return "unknown";
}

std::string_view meaning(ErrorCode code) noexcept
{
    switch (code) {
#define X(name, number, finality, http, meaning) \
    case ErrorCode::name: return meaning;
        CROUPIER_ERROR_CODES(X)
#undef X
    }
    return "";
}

int http_status(ErrorCode code) noexcept
{
    switch (code) {
#define X(name, number, finality, http, meaning) \
    case ErrorCode::name: return http;
        CROUPIER_ERROR_CODES(X)
#undef X
    }
    return 500;
}

bool is_transient(ErrorCode code) noexcept
{
    switch (code) {
#define X(name, number, finality, http, meaning) \
    case ErrorCode::name: return Finality::finality == Finality::transient;
        CROUPIER_ERROR_CODES(X)
#undef X
    }
    return false;
}

std::optional<ErrorCode> error_code(std::uint16_t number) noexcept
{
    switch (number) {
#define X(name, number, finality, http, meaning) \
    case number: return ErrorCode::name;
        CROUPIER_ERROR_CODES(X)
#undef X
        default: return std::nullopt;
    }
}

}  // namespace croupier
