// Draws a second, in this process and in one of its own: bench-rng [PATH OF croupier] [SECONDS]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "adapters/entropy.hpp"
#include "streams.hpp"
#include "vault/process.hpp"

namespace {

using namespace croupier;

/// Draws of a five-reel spin for so long: how many a second.
double rate(rng::Generators& generators, double seconds)
{
    const std::vector<Bound> bounds(5, 32);
    std::vector<Value> values(bounds.size());
    if (!generators.seed("bench/outcome")) { return 0; }
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t draws = 0;
    std::chrono::duration<double> passed{0};
    while (passed.count() < seconds) {
        for (int i = 0; i < 100; ++i) {
            if (!generators.draw("bench/outcome", bounds, values)) { return 0; }
        }
        draws += 100;
        passed = std::chrono::steady_clock::now() - begin;
    }
    return static_cast<double>(draws) / passed.count();
}

}  // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "croupier";
    const std::filesystem::path program = argc > 1 ? std::filesystem::path{argv[1]} : beside;
    const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 2;
    adapters::OsEntropy os;
    for (const bool ctr : {false, true}) {
        rng::Streams streams{
            {.mechanism = ctr ? rng::Mechanism::ctr : rng::Mechanism::hmac, .instance = "bench"}, os, nullptr};
        vault::Process process{{.program = program, .ctr = ctr, .instance = "bench"}};
        const double inside = rate(streams, seconds);
        const double apart = rate(process, seconds);
        if (inside == 0 || apart == 0) {
            std::fprintf(stderr, "bench-rng: %s%s\n", streams.failure().c_str(), process.failure().c_str());
            return 1;
        }
        std::printf("%s: %.0f draws/s in the process, %.0f in one of its own (%.1f µs more a draw)\n",
            ctr ? "CTR_DRBG AES-256" : "HMAC_DRBG SHA-256", inside, apart, (1 / apart - 1 / inside) * 1e6);
    }
    return 0;
}
