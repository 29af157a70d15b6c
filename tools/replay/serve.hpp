#pragma once

#include <cstdint>

#include "film.hpp"

namespace croupier::replay {

/// Shows the recording's sessions in a browser, each as its player saw it, until the process is interrupted. On loopback only:
/// a recording is not for everybody. `port` 0 takes a free one; the address is printed. Returns the exit status.
int serve(const FilmSource& source, std::uint16_t port);

}  // namespace croupier::replay
