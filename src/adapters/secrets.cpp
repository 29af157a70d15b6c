#include "secrets.hpp"

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace croupier::adapters {

void forbid_core_dumps()
{
#if defined(__has_feature)
#if !__has_feature(address_sanitizer)
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
#endif
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

bool lock_secrets()
{
    static constexpr std::size_t kBytes = 256
        * 1024;  // A generator's state takes less than one; a few hundred streams.
    static constexpr std::size_t kLeast = 32;
    return CRYPTO_secure_malloc_init(kBytes, kLeast) == 1;  // 2: there, but not locked.
}

}  // namespace croupier::adapters
