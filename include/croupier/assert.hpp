#pragma once

namespace croupier {

/// Ends the process with one line on stderr: where, and which promise was broken. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace croupier

/// A promise of our own code, checked in every build. Never used on what comes from outside: that is refused.
#define CROUPIER_ASSERT(expression) \
    (static_cast<bool>(expression) ? static_cast<void>(0) \
                                   : ::croupier::assertion_failed(#expression, __FILE__, __LINE__))
