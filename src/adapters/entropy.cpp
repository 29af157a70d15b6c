#include "entropy.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

namespace croupier::adapters {

Result<void> OsEntropy::fill(std::span<std::byte> out)
{
    std::span<std::byte> rest = out;
    while (!rest.empty()) {
        const ssize_t got = ::getrandom(rest.data(), rest.size(), 0);
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) {
            std::ranges::fill(out, std::byte{});
            return refuse(ErrorCode::entropy_unavailable);
        }
        rest = rest.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

}  // namespace croupier::adapters
