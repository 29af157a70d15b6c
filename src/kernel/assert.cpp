#include "croupier/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace croupier {

void assertion_failed(const char* expression, const char* file, int line) noexcept
{
    std::fprintf(stderr, "croupier: broken promise: %s, at %s:%d\n", expression, file, line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace croupier
