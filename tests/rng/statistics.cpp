#include "statistics.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace croupier::lab {

namespace {

/// On both sides: counts that are too even are no chance either (a generator that makes up for what it gave, RTS 7A).
double chi_square_p(double statistic, double degrees)
{
    const boost::math::chi_squared distribution{degrees};
    const double value = std::max(statistic, 0.0);
    return 2
        * std::min(
            boost::math::cdf(distribution, value), boost::math::cdf(boost::math::complement(distribution, value)));
}

double two_sided(double z) { return 2 * boost::math::cdf(boost::math::complement(boost::math::normal{}, std::abs(z))); }

/// Chi-square of counts that are all expected equally often.
double uniform_statistic(std::span<const std::uint64_t> counts, double total)
{
    const double expected = total / static_cast<double>(counts.size());
    double sum = 0;
    for (const auto count : counts) {
        const double off = static_cast<double>(count) - expected;
        sum += off * off / expected;
    }
    return sum;
}

}  // namespace

double total_distribution(std::span<const std::uint32_t> values, std::uint32_t bound)
{
    std::vector<std::uint64_t> counts(bound);
    for (const auto value : values) { ++counts.at(value); }
    return chi_square_p(uniform_statistic(counts, static_cast<double>(values.size())), bound - 1.0);
}

double overlaps(std::span<const std::uint32_t> values, std::uint32_t bound)
{
    // Closed to a ring; the difference of the statistics of pairs and of singles has bound^2 - bound degrees (Good 1953).
    std::vector<std::uint64_t> singles(bound);
    std::vector<std::uint64_t> pairs(std::size_t{bound} * bound);
    for (std::size_t i = 0; i < values.size(); ++i) {
        ++singles.at(values[i]);
        ++pairs.at(std::size_t{values[i]} * bound + values[(i + 1) % values.size()]);
    }
    const auto total = static_cast<double>(values.size());
    const double difference = uniform_statistic(pairs, total) - uniform_statistic(singles, total);
    return chi_square_p(difference, static_cast<double>(bound) * bound - bound);
}

double coupon_collector(std::span<const std::uint32_t> values, std::uint32_t bound)
{
    // P(complete after t) by the number of values met so far; categories with at least 5 expected, the rest in one.
    std::vector<std::uint64_t> lengths;
    std::vector<bool> met(bound);
    std::uint32_t missing = bound;
    std::uint64_t length = 0;
    for (const auto value : values) {
        ++length;
        if (!met.at(value)) {
            met[value] = true;
            --missing;
        }
        if (missing > 0) { continue; }
        lengths.push_back(length);
        met.assign(bound, false);
        missing = bound;
        length = 0;
    }
    const auto sets = static_cast<double>(lengths.size());
    std::vector<double> state(bound + 1U);
    state[0] = 1;
    double statistic = 0;
    double degrees = -1;
    double open_p = 0;
    double all_p = 0;
    std::uint64_t from = 0;
    const auto close_category = [&](std::uint64_t to) {  // Lengths in (from, to].
        const auto count = std::ranges::count_if(lengths, [&](auto one) { return one > from && one <= to; });
        const double expected = open_p * sets;
        statistic += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected) / expected;
        degrees += 1;
        from = to;
        open_p = 0;
    };
    for (std::uint64_t t = 1; (1 - all_p) * sets >= 5 || open_p * sets < 5; ++t) {
        for (std::uint32_t k = bound; k > 0; --k) {
            const double stay = k == bound ? 0 : state[k] * k / bound;
            const double come = state[k - 1] * (bound - k + 1) / bound;
            if (k == bound) {
                open_p += come;
                all_p += come;
            }
            state[k] = k == bound ? 0 : stay + come;
        }
        state[0] = 0;
        if (open_p * sets >= 5 && (1 - all_p) * sets >= 5) { close_category(t); }
        if (t > 1000ULL * bound) { break; }
    }
    open_p += 1 - all_p;
    close_category(std::numeric_limits<std::uint64_t>::max());
    return chi_square_p(statistic, degrees);
}

double runs(std::span<const std::uint32_t> values, std::uint32_t bound)
{
    // With an odd bound the middle value belongs to neither half and is passed over.
    double upper = 0;
    double lower = 0;
    double count = 0;
    int last = 0;
    for (const auto value : values) {
        if (bound % 2 == 1 && value == bound / 2) { continue; }
        const int half = value < bound / 2 ? -1 : 1;
        (half > 0 ? upper : lower) += 1;
        count += half != last ? 1 : 0;
        last = half;
    }
    const double all = upper + lower;
    const double mean = 2 * upper * lower / all + 1;
    const double variance = (mean - 1) * (mean - 2) / (all - 1);
    return two_sided((count - mean) / std::sqrt(variance));
}

double interplay(std::span<const std::uint32_t> first, std::uint32_t first_bound, std::span<const std::uint32_t> second,
    std::uint32_t second_bound)
{
    std::vector<std::uint64_t> cells(std::size_t{first_bound} * second_bound);
    std::vector<double> rows(first_bound);
    std::vector<double> columns(second_bound);
    for (std::size_t i = 0; i < first.size(); ++i) {
        ++cells.at(std::size_t{first[i]} * second_bound + second[i]);
        rows.at(first[i]) += 1;
        columns.at(second[i]) += 1;
    }
    double statistic = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t column = 0; column < columns.size(); ++column) {
            const double expected = rows[row] * columns[column] / static_cast<double>(first.size());
            if (expected == 0) { continue; }
            const double off = static_cast<double>(cells[row * second_bound + column]) - expected;
            statistic += off * off / expected;
        }
    }
    return chi_square_p(statistic, (first_bound - 1.0) * (second_bound - 1.0));
}

double serial_correlation(std::span<const std::uint32_t> values, std::uint32_t bound)
{
    std::vector<std::uint64_t> pairs(std::size_t{bound} * bound);
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        ++pairs.at(std::size_t{values[i]} * bound + values[i + 1]);
    }
    const std::size_t total = values.size() / 2;
    return chi_square_p(uniform_statistic(pairs, static_cast<double>(total)), static_cast<double>(bound) * bound - 1);
}

double duplicates(std::span<const std::uint64_t> outcomes, double space)
{
    std::vector<std::uint64_t> sorted(outcomes.begin(), outcomes.end());
    std::ranges::sort(sorted);
    std::uint64_t again = 0;
    for (std::size_t i = 1; i < sorted.size(); ++i) { again += sorted[i] == sorted[i - 1] ? 1 : 0; }
    const auto count = static_cast<double>(outcomes.size());
    const double mean = count
        - space * -std::expm1(count * std::log1p(-1 / space));  // Less the outcomes that were met.
    const boost::math::poisson distribution{mean};
    const auto seen = static_cast<double>(again);
    const double at_most = boost::math::cdf(distribution, seen);
    const double at_least = again == 0 ? 1.0 : boost::math::cdf(boost::math::complement(distribution, seen - 1));
    return std::min(1.0, 2 * std::min(at_most, at_least));
}

bool pass_jointly(std::span<const Verdict> verdicts, double confidence)
{
    const double share = -std::expm1(std::log(confidence) / static_cast<double>(verdicts.size()));
    return std::ranges::all_of(verdicts, [&](const Verdict& verdict) { return verdict.p >= share; });
}

std::vector<Verdict> all_tests(std::span<const std::uint32_t> bounds, std::span<const std::uint32_t> rounds)
{
    const std::size_t width = bounds.size();
    const std::size_t count = rounds.size() / width;
    std::vector<std::vector<std::uint32_t>> columns(width);
    std::vector<std::uint64_t> whole(count);
    double space = 1;
    for (std::size_t i = 0; i < width; ++i) {
        space *= bounds[i];
        columns[i].reserve(count);
        for (std::size_t round = 0; round < count; ++round) {
            columns[i].push_back(rounds[round * width + i]);
            whole[round] = whole[round] * bounds[i] + columns[i].back();
        }
    }
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < width; ++i) {
        const std::string where = ", value " + std::to_string(i + 1);
        verdicts.push_back({"total distribution" + where, total_distribution(columns[i], bounds[i])});
        verdicts.push_back({"overlaps" + where, overlaps(columns[i], bounds[i])});
        verdicts.push_back({"coupon collector" + where, coupon_collector(columns[i], bounds[i])});
        verdicts.push_back({"runs" + where, runs(columns[i], bounds[i])});
        verdicts.push_back({"serial correlation" + where, serial_correlation(columns[i], bounds[i])});
        for (std::size_t j = i + 1; j < width; ++j) {
            verdicts.push_back({"interplay correlation" + where + " and " + std::to_string(j + 1),
                interplay(columns[i], bounds[i], columns[j], bounds[j])});
        }
    }
    // So few that their number is Poisson's, near enough.
    const auto some = static_cast<std::size_t>(std::min(static_cast<double>(whole.size()), space / 10));
    verdicts.push_back({"duplicates", duplicates(std::span{whole}.first(some), space)});
    return verdicts;
}

}  // namespace croupier::lab
