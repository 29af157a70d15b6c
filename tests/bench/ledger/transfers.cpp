#include <array>
#include <map>
#include <memory>

#include "bare.hpp"
#include "full_path.hpp"
#include "postgres.hpp"
#include "sections.hpp"

namespace croupier::bench {

namespace {

constexpr std::array<std::size_t, 5> kBatches{1, 64, 256, 1024, 8192};
constexpr std::array kClients{1, 8, 32};

/// One row of the table: the same batch for the full path and for bare SQLite.
struct Row {
    std::unique_ptr<FullPath> path;
    std::unique_ptr<BareAppend> bare;
    std::vector<double> uniform;
    std::vector<double> hot;
    std::vector<double> bare_rates;
    std::vector<double> hot_ratios;   // Within one round.
    std::vector<double> bare_ratios;  // Within one round.
};

RowWidths widths(const std::filesystem::path& directory)
{
    FullPath{directory, 1024}.fill(Kind::transfer, 50'000);
    return measure_rows(directory / "ledger.db");
}

}  // namespace

void transfers(const Options& options)
{
    const auto directory = options.directory / "transfers";
    const RowWidths row_widths = widths(directory / "widths");

    std::map<std::size_t, Row> rows;
    for (const std::size_t batch : kBatches) {
        const std::string name = std::to_string(batch);
        rows[batch].path = std::make_unique<FullPath>(directory / ("full-" + name), batch);
        rows[batch].bare = std::make_unique<BareAppend>(directory / ("bare-" + name), batch, row_widths);
    }
    FullPath wide{directory / "wide", 16};
    FullPath spins{directory / "spins", 256};
    std::optional<Postgres> postgres;
    if (!options.postgres.empty()) { postgres.emplace(options.postgres, options.directory); }

    std::vector<double> wide_rates;
    std::vector<double> spin_rates;
    std::map<int, std::vector<double>> postgres_rates;
    std::vector<double> postgres_ratios;
    for (int round = 0; round < options.rounds; ++round) {
        for (auto& [batch, row] : rows) {
            row.uniform.push_back(row.path->run(Kind::transfer, options.seconds, false));
            row.bare_rates.push_back(row.bare->run(options.seconds));
            row.hot.push_back(row.path->run(Kind::transfer, options.seconds, true));
            row.hot_ratios.push_back(row.hot.back() / row.uniform.back());
            row.bare_ratios.push_back(row.uniform.back() / row.bare_rates.back());
        }
        wide_rates.push_back(wide.run(Kind::transfers_256, options.seconds, false));
        spin_rates.push_back(spins.run(Kind::spin, options.seconds, false));
        for (const int clients : kClients) {
            if (postgres) { postgres_rates[clients].push_back(postgres->run(clients, 2)); }
        }
        if (postgres) { postgres_ratios.push_back(rows[256].uniform.back() / postgres_rates[32].back()); }
    }

    std::printf(
        "\n## Durable transfers a second\n\n"
        "One transfer and one request key a unit; rows of %zu and %zu bytes; medians of %d rounds of %.1f s.\n\n",
        row_widths.commit, row_widths.transfer, options.rounds, options.seconds);
    std::printf("| units a transaction | uniform | one hot account | hot / uniform | bare SQLite | full path / bare |\n"
                "|---|---|---|---|---|---|\n");
    for (const auto& [batch, row] : rows) {
        std::printf("| %zu (%.0f) | %.0f | %.0f | %.2f | %.0f | %.2f |\n", batch, row.path->mean_batch(),
            median(row.uniform), median(row.hot), median(row.hot_ratios), median(row.bare_rates),
            median(row.bare_ratios));
    }
    std::printf("\n| other units | transfers/s | units/s |\n|---|---|---|\n");
    std::printf(
        "| 256 transfers, 16 units a transaction | %.0f | %.0f |\n", median(wide_rates), median(wide_rates) / 256);
    std::printf("| a spin: 2 transfers, 1 event, 256 units a transaction | %.0f | %.0f |\n", median(spin_rates),
        median(spin_rates) / 2);
    if (postgres) {
        std::printf("\n| PostgreSQL, clients | transfers/s |\n|---|---|\n");
        for (const auto& [clients, rates] : postgres_rates) { std::printf("| %d | %.0f |\n", clients, median(rates)); }
    }

    std::printf("\n| goal | figure | |\n|---|---|---|\n");
    const double at_256 = median(rows[256].uniform);
    const double at_8192 = median(rows[8192].uniform);
    const double hot = median(rows[256].hot_ratios);
    const double bare = median(rows[256].bare_ratios);
    std::printf("| >= 150 000/s at 256 | %.0f | %s |\n", at_256, met(at_256 >= 150'000));
    std::printf("| >= 180 000/s at 8192 | %.0f | %s |\n", at_8192, met(at_8192 >= 180'000));
    std::printf("| hot account no slower than uniform (>= 0.95) | %.2f | %s |\n", hot, met(hot >= 0.95));
    std::printf("| >= 0.6 of bare SQLite at 256 | %.2f | %s |\n", bare, met(bare >= 0.6));
    if (postgres) {
        const double ratio = median(postgres_ratios);
        std::printf("| >= 25 times PostgreSQL at 32 clients | %.0f | %s |\n", ratio, met(ratio >= 25));
    } else {
        std::printf("| >= 25 times PostgreSQL at 32 clients | PostgreSQL is not there | not measured |\n");
    }
}

}  // namespace croupier::bench
