#pragma once

#include "config/config.hpp"

namespace croupier::host {

/// Serves until SIGTERM or SIGINT, then drains: refuses new rounds, finishes what was accepted, flushes, ends. Prints
/// `listening on http://HOST:PORT` on standard output once players can come. Returns the exit status: 0 after a clean stop,
/// 1 when it could not start (the reason is on standard error), 70 when the ledger failed (never returns then), 75 when
/// it could not drain in time.
int serve(const config::Config& config);

}  // namespace croupier::host
