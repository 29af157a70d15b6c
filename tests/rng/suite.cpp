// croupier-rng-suite: the tests of GLI-19 3.2.2 on what `croupier-rng dump game` writes, from standard input.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <string_view>

#include "statistics.hpp"

namespace {

struct Rounds {
    std::vector<std::uint32_t> bounds;
    std::vector<std::uint32_t> values;
};

/// The first `width` values of each line; what follows them (free spins) is drawn only after some of them.
bool read(std::string_view line, Rounds& rounds)
{
    std::vector<std::uint32_t> bounds;
    const std::size_t width = rounds.bounds.size();
    while (!line.empty() && (width == 0 || bounds.size() < width)) {
        std::uint32_t value = 0;
        std::uint32_t bound = 0;
        const char* const begin = std::to_address(line.begin());
        const char* const end = std::to_address(line.end());
        const auto [slash, bad_value] = std::from_chars(begin, end, value);
        if (bad_value != std::errc{} || slash == end || *slash != '/') { return false; }
        const auto [after, bad_bound] = std::from_chars(slash + 1, end, bound);
        if (bad_bound != std::errc{} || value >= bound) { return false; }
        rounds.values.push_back(value);
        bounds.push_back(bound);
        line.remove_prefix(static_cast<std::size_t>(after - begin));
        if (line.starts_with(' ')) { line.remove_prefix(1); }
    }
    if (width == 0) { rounds.bounds = bounds; }
    return !bounds.empty() && bounds == rounds.bounds;
}

}  // namespace

int main(int argc, char** argv)
{
    // In CI, where nobody looks at one failure in a hundred, the level is another.
    const double confidence = argc > 1 ? std::strtod(argv[1], nullptr) : 0.99;
    if (!(confidence > 0 && confidence < 1)) {
        std::fprintf(
            stderr, "usage: croupier-rng dump game FILE ROUNDS | croupier-rng-suite [CONFIDENCE, 0.99 unless told]\n");
        return 2;
    }
    Rounds rounds;
    std::string line;
    std::map<std::size_t, std::size_t> widths;
    std::vector<std::string> lines;
    while (std::getline(std::cin, line)) {
        if (line.starts_with('#') || line.empty()) { continue; }
        ++widths[static_cast<std::size_t>(std::count(line.begin(), line.end(), '/'))];
        lines.push_back(line);
    }
    if (lines.size() < 1000) {
        std::fprintf(stderr, "croupier-rng-suite: at least 1000 rounds are needed\n");
        return 2;
    }
    // The first step of each round has the values that every round has.
    std::string shortest = *std::ranges::min_element(
        lines, {}, [](const auto& one) { return std::ranges::count(one, '/'); });
    if (!read(shortest, rounds)) { return 2; }
    rounds.values.clear();
    for (const auto& one : lines) {
        if (!read(one, rounds)) {
            std::fprintf(stderr, "croupier-rng-suite: not a round of this game: %s\n", one.c_str());
            return 2;
        }
    }
    const auto verdicts = croupier::lab::all_tests(rounds.bounds, rounds.values);
    for (const auto& [test, p] : verdicts) { std::printf("%-52s p = %.6f\n", test.c_str(), p); }
    const bool passed = croupier::lab::pass_jointly(verdicts, confidence);
    std::printf("%zu rounds, %zu tests, jointly at %.10g: %s\n", lines.size(), verdicts.size(), confidence,
        passed ? "passed" : "FAILED");
    return passed ? 0 : 1;
}
