#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The tests of GLI-19 3.2.2 on final, scaled outcomes. Each gives a p-value: how probable a result as extreme as this one is
/// when the values are uniform and independent.
namespace croupier::lab {

struct Verdict {
    std::string test;
    double p = 0;
};

/// (a) Total distribution: chi-square over the values of one bound.
double total_distribution(std::span<const std::uint32_t> values, std::uint32_t bound);
/// (b) Overlaps: Good's serial test on overlapping pairs, first difference.
double overlaps(std::span<const std::uint32_t> values, std::uint32_t bound);
/// (c) Coupon collector: how many values it takes until each was met.
double coupon_collector(std::span<const std::uint32_t> values, std::uint32_t bound);
/// (d) Runs: of values in the upper half and the lower one (Wald and Wolfowitz).
double runs(std::span<const std::uint32_t> values, std::uint32_t bound);
/// (e) Interplay correlation: two values of the same draw, chi-square of their table.
double interplay(std::span<const std::uint32_t> first, std::uint32_t first_bound, std::span<const std::uint32_t> second,
    std::uint32_t second_bound);
/// (f) Serial correlation: a value and the one after it, chi-square over pairs that do not overlap.
double serial_correlation(std::span<const std::uint32_t> values, std::uint32_t bound);
/// (g) Duplicates: how often a whole outcome of `space` equally probable ones came again.
double duplicates(std::span<const std::uint64_t> outcomes, double space);

/// Whether a set of tests, taken together, is passed at this level of confidence (0.99): no p-value is below its share, by
/// Šidák's bound.
bool pass_jointly(std::span<const Verdict> verdicts, double confidence);

/// All tests on the rounds of a game: `rounds` are as many values each as there are bounds.
std::vector<Verdict> all_tests(std::span<const std::uint32_t> bounds, std::span<const std::uint32_t> rounds);

}  // namespace croupier::lab
