#include "entropy.hpp"

#include <openssl/crypto.h>
#include <sys/random.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

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

#ifdef __x86_64__

bool CpuEntropy::present() noexcept
{
    static constexpr unsigned kExtended = 7;
    static constexpr unsigned kRdseed = 1U << 18U;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid_count(kExtended, 0, &a, &b, &c, &d) != 0 && (b & kRdseed) != 0;
}

Result<void> CpuEntropy::fill(std::span<std::byte> out)
{
    static constexpr int kTries = 1000;  // Others on this machine take from the same source.
    for (std::size_t at = 0; at < out.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        unsigned char got = 0;
        for (int i = 0; i < kTries && got == 0; ++i) {
            asm volatile("rdseed %0; setc %1" : "=r"(word), "=qm"(got) : : "cc");
            if (got == 0) { asm volatile("pause"); }
        }
        if (got == 0) {
            std::ranges::fill(out, std::byte{});
            return refuse(ErrorCode::entropy_unavailable);
        }
        std::memcpy(out.data() + at, &word, std::min(sizeof word, out.size() - at));
        OPENSSL_cleanse(&word, sizeof word);
    }
    return {};
}

#else

bool CpuEntropy::present() noexcept { return false; }

Result<void> CpuEntropy::fill(std::span<std::byte>) { return refuse(ErrorCode::entropy_unavailable); }

#endif

}  // namespace croupier::adapters
