#include <CLI/CLI.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "simulation.hpp"

namespace {

using namespace croupier::simulation;

std::uint64_t running_seed = 0;
std::uint64_t running_minutes = 0;

/// An assertion of the server ends the process: say with which seed.
void say_seed(int signal)
{
    std::array<char, 128> text{};
    const int size = std::snprintf(text.data(), text.size(),
        "\nSEED %llu ended with signal %d: croupier-sim --seed %llu --minutes %llu\n",
        static_cast<unsigned long long>(running_seed), signal, static_cast<unsigned long long>(running_seed),
        static_cast<unsigned long long>(running_minutes));
    static_cast<void>(!::write(STDERR_FILENO, text.data(), static_cast<std::size_t>(size)));
    std::_Exit(1);
}

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t failed = 0;
    double simulated = 0;
    std::uint64_t lives = 0;
    std::uint64_t rounds = 0;
    std::uint64_t answers = 0;
    std::uint64_t requests = 0;
    std::uint64_t events = 0;
    std::uint64_t twice = 0;
};

struct Options {
    std::uint64_t first = 1;
    std::uint64_t seeds = 1;
    std::uint64_t minutes = 6;
    std::uint64_t twice_every = 16;
    std::filesystem::path record;
    std::filesystem::path scratch;
    bool speak = false;
    bool traces = false;
    bool stop = false;
};

/// Seeds first, first + step, … of the range.
Totals run_seeds(const Options& options, std::uint64_t offset, std::uint64_t step)
{
    Totals totals;
    for (std::uint64_t seed = options.first + offset; seed < options.first + options.seeds; seed += step) {
        running_seed = seed;
        running_minutes = options.minutes;
        RunOptions run_options{.seed = seed,
            .minutes = options.minutes,
            .scratch = options.scratch / ("croupier-sim-" + std::to_string(::getpid())),
            .recordings = options.record,
            .speak = options.speak};
        RunResult result = run(run_options);
        ++totals.seeds;
        totals.simulated += result.simulated_seconds;
        totals.lives += result.lives;
        totals.rounds += result.rounds;
        totals.answers += result.answers;
        totals.requests += result.requests;
        totals.events += result.events;
        if (!result.violation && options.twice_every > 0 && seed % options.twice_every == 0) {
            ++totals.twice;
            run_options.scratch += "-again";
            const RunResult again = run(run_options);
            if (again.trace != result.trace) {
                result.violation = "run again, it goes otherwise: something is not determined by the seed";
            }
        }
        if (options.traces) {
            std::printf("seed %llu trace %016llx\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(result.trace));
        }
        if (result.violation) {
            ++totals.failed;
            std::printf("SEED %llu (%s), after %.1f s and %llu lives:\n%s\n  croupier-sim --seed %llu --minutes %llu\n",
                static_cast<unsigned long long>(seed), result.plan.c_str(), result.simulated_seconds,
                static_cast<unsigned long long>(result.lives), result.violation->c_str(),
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(options.minutes));
        }
        std::fflush(stdout);
        if (options.stop && result.violation) { break; }
    }
    return totals;
}

/// Shares the seeds among processes; sums up what they found.
Totals run_in_processes(const Options& options, std::uint64_t jobs)
{
    if (jobs <= 1) { return run_seeds(options, 0, 1); }
    std::vector<int> pipes;
    for (std::uint64_t job = 0; job < jobs; ++job) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) { std::abort(); }
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            const Totals totals = run_seeds(options, job, jobs);
            static_cast<void>(!::write(ends[1], &totals, sizeof totals));
            std::_Exit(totals.failed == 0 ? 0 : 1);
        }
        ::close(ends[1]);
        pipes.push_back(ends[0]);
    }
    Totals sum;
    for (const int end : pipes) {
        Totals one;
        if (::read(end, &one, sizeof one) != sizeof one) {
            one = Totals{.failed = 1};  // It died; it has said with which seed.
        }
        sum.seeds += one.seeds;
        sum.failed += one.failed;
        sum.simulated += one.simulated;
        sum.lives += one.lives;
        sum.rounds += one.rounds;
        sum.answers += one.answers;
        sum.requests += one.requests;
        sum.events += one.events;
        sum.twice += one.twice;
        ::close(end);
    }
    while (::wait(nullptr) > 0) {}
    return sum;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Lives through simulated nights of the whole server, with faults of disks, networks, clocks and people, and checks what "
        "everybody was told. 0: nothing was wrong, 1: something was."};
    Options options;
    std::uint64_t jobs = 1;
    app.add_option("--seed", options.first, "The seed, or the first one")->capture_default_str();
    app.add_option("--seeds", options.seeds, "How many seeds")->capture_default_str();
    app.add_option("--minutes", options.minutes, "Simulated minutes a seed before the faults end")
        ->capture_default_str();
    app.add_option("--jobs", jobs, "Processes")->capture_default_str();
    app.add_option("--twice-every", options.twice_every, "Run every so-manieth seed twice and compare; 0: none")
        ->capture_default_str();
    app.add_option("--record", options.record, "Record each life into this folder, for croupier-replay");
    options.scratch = std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
    app.add_option("--scratch", options.scratch, "Where views and snapshots stand meanwhile")->capture_default_str();
    app.add_flag("--speak", options.speak, "Print everything that happens");
    app.add_flag("--traces", options.traces, "Print the hash of each seed's trace, to compare builds");
    app.add_flag("--stop", options.stop, "Stop at the first seed that fails");
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGABRT, say_seed);
    std::signal(SIGSEGV, say_seed);

    const auto begin = std::chrono::steady_clock::now();
    const Totals totals = run_in_processes(options, jobs);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf(
        "%llu seeds, %.1f simulated hours in %.1f s (%.0f x real time), %llu of them twice: %llu lives, %llu rounds, "
        "%llu answers to players and %llu to operators checked, %llu events; %llu failed\n",
        static_cast<unsigned long long>(totals.seeds), totals.simulated / 3600, took.count(),
        took.count() > 0 ? totals.simulated / took.count() : 0.0, static_cast<unsigned long long>(totals.twice),
        static_cast<unsigned long long>(totals.lives), static_cast<unsigned long long>(totals.rounds),
        static_cast<unsigned long long>(totals.answers), static_cast<unsigned long long>(totals.requests),
        static_cast<unsigned long long>(totals.events), static_cast<unsigned long long>(totals.failed));
    return totals.failed == 0 ? 0 : 1;
}
