// bench-ledger: what a durable transfer costs, on the classes that production runs, beside bare SQLite and PostgreSQL.
// Everything is durable: real files, synchronous=FULL, fdatasync. The contenders take turns in short rounds, and medians
// are printed: ratios within one run say more than absolute figures. tests/bench/ledger.sh runs it.

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

#include "sections.hpp"

int main(int argc, char** argv)
{
    using namespace croupier::bench;
    Options options;
    std::vector<std::string> sections{"machine", "memory", "stages", "transfers", "growth", "start", "latency"};
    CLI::App app{"What a durable transfer costs, beside bare SQLite and PostgreSQL"};
    app.add_option("--directory", options.directory, "Where the files go; on the disk to be measured")->required();
    app.add_option("--sections", sections, "Any of machine, memory, stages, transfers, growth, start, latency")
        ->delimiter(',');
    app.add_option("--postgres", options.postgres, "Directory of a running PostgreSQL's Unix socket");
    app.add_option("--rounds", options.rounds, "Rounds of each contender");
    app.add_option("--seconds", options.seconds, "Seconds of a round");
    app.add_flag("--long", options.is_long, "Also stores of ten million transfers");
    CLI11_PARSE(app, argc, argv);

    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    for (const std::string& section : sections) {
        if (section == "machine") { machine(options); }
        if (section == "memory") { memory(options); }
        if (section == "stages") { stages(options); }
        if (section == "transfers") { transfers(options); }
        if (section == "growth") { growth(options); }
        if (section == "start") { start(options); }
        if (section == "latency") { latency(options); }
    }
}
