#include <map>
#include <memory>

#include "full_path.hpp"
#include "sections.hpp"
#include "stores.hpp"

namespace croupier::bench {

void growth(const Options& options)
{
    std::map<std::uint64_t, std::unique_ptr<FullPath>> paths;
    std::map<std::uint64_t, double> bytes;
    for (const std::uint64_t size : sizes(options)) {
        const auto directory = store_of(options, size);
        bytes[size] = static_cast<double>(file_size(directory / "ledger.db")) / static_cast<double>(size);
        // On a copy, so that what is measured here does not make the next section's store longer.
        const auto copy = options.directory / ("growth-" + std::to_string(size));
        std::filesystem::create_directories(copy);
        std::filesystem::copy_file(directory / "ledger.db", copy / "ledger.db");
        paths[size] = std::make_unique<FullPath>(copy, 256);
    }
    std::map<std::uint64_t, std::vector<double>> costs;
    std::map<std::uint64_t, std::vector<double>> ratios;
    for (int round = 0; round < 2 * options.rounds; ++round) {
        for (auto& [size, path] : paths) {
            costs[size].push_back(1e6 / path->run(Kind::transfer, options.seconds, false));
            ratios[size].push_back(costs[size].back() / costs.begin()->second.back());
        }
    }

    std::printf(
        "\n## Growth\n\n| transfers there | µs each, 256 a transaction | to the smallest | bytes on disk each |\n"
        "|---|---|---|---|\n");
    double worst = 1;
    for (const auto& [size, cost] : costs) {
        const double ratio = median(ratios[size]);
        worst = std::max(worst, ratio);
        std::printf("| %lu | %.2f | %.2f | %.0f |\n", size, median(cost), ratio, bytes[size]);
    }
    std::printf("\nGoal: flat within 10 %%: %s.\n", met(worst <= 1.1));
    paths.clear();
    for (const std::uint64_t size : sizes(options)) {
        std::filesystem::remove_all(options.directory / ("growth-" + std::to_string(size)));
    }
}

}  // namespace croupier::bench
