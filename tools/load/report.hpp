#pragma once

#include <string>

#include "plan.hpp"

namespace croupier::load {

/// For people: a few lines.
std::string report_text(const Plan& plan, const Tally& tally);
/// For programs: one line of JSON; times in microseconds.
std::string report_json(const Plan& plan, const Tally& tally);

}  // namespace croupier::load
