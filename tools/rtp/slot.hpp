#pragma once

#include <string_view>

#include "report.hpp"

namespace croupier::rtp {

inline constexpr unsigned kDigits = 12;
inline constexpr double kVolatility = 1.644854;  // 90 % on both sides, as PAR sheets have it.

/// A slot's figures: exact, but for the deviations, which are exact to fifteen digits.
Sheet slot_figures(std::string_view json);

}  // namespace croupier::rtp
