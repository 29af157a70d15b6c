#include "full_path.hpp"
#include "recovery.hpp"
#include "sections.hpp"
#include "stores.hpp"

namespace croupier::bench {

namespace {

/// Opens the ledger and recovers the casino, as a start does. Returns seconds.
double recover_once(const std::filesystem::path& directory, const std::filesystem::path& snapshots)
{
    const auto start = Ticks::now();
    const auto ledger = open_ledger(directory);
    const auto recovered = host::recover(
        *ledger, currency(), snapshots, make_casino, [](const std::string& problem) { give_up(problem); },
        [](Seq, Seq) {});
    if (!recovered) { give_up(recovered.error()); }
    return seconds_since(start);
}

}  // namespace

void start(const Options& options)
{
    const std::uint64_t size = sizes(options).back();
    const auto directory = store_of(options, size);
    std::vector<double> with;
    std::vector<double> without;
    for (int round = 0; round < 3; ++round) {
        with.push_back(recover_once(directory, directory));
        without.push_back(recover_once(directory, directory / "none"));
    }
    const double rate = static_cast<double>(size) / median(without);
    std::printf("\n## Start\n\n| of %lu transfers | s | goal | |\n|---|---|---|---|\n", size);
    std::printf("| snapshot and %lu units behind it | %.2f | <= 2 s at 10^7 | %s |\n", kTail, median(with),
        size < 10'000'000 ? "ask with --long" : met(median(with) <= 2));
    std::printf("| every unit, no snapshot | %.2f, %.0f transfers/s | >= 1 000 000/s | %s |\n", median(without), rate,
        met(rate >= 1e6));
}

}  // namespace croupier::bench
