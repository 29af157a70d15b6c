#pragma once

#include <filesystem>
#include <string>

namespace croupier::bench {

struct Options {
    std::filesystem::path directory;
    std::string postgres;  ///< Empty: not compared.
    int rounds = 5;
    double seconds = 0.5;
    bool is_long = false;
};

// Each prints its table, with the goals beside the figures.

/// The disk's own fdatasync.
void machine(const Options& options);
/// Resident memory of an account.
void memory(const Options& options);
/// What each thread does for a unit, one after the other.
void stages(const Options& options);
/// Transfers a second, by batch, beside bare SQLite and PostgreSQL.
void transfers(const Options& options);
/// Cost of a transfer and bytes on disk, by how many are there already.
void growth(const Options& options);
/// How long a start takes, with and without a snapshot.
void start(const Options& options);
/// How long a spin's commit takes at a share of the highest rate.
void latency(const Options& options);

}  // namespace croupier::bench
