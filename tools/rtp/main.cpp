#include <CLI/CLI.hpp>
#include <unistd.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <thread>

#include "definitions/definitions.hpp"
#include "report.hpp"

namespace {

using croupier::rtp::Sheet;

struct Options {
    std::vector<std::string> files;
    std::uint64_t rounds = 100'000;
    std::uint64_t seed = 1;
    unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    double rtp_min = 0;
    double rtp_max = 0;
    std::string format = "text";
    std::string jurisdiction;
    bool diff = false;
};

constexpr double kOffMax = 5;  // Standard errors: a sound game is farther off once in two million runs.

/// The file's game; otherwise what is wrong was told.
std::unique_ptr<croupier::rounds::Game> load(const Options& options, const std::string& file, std::string& text)
{
    auto read = croupier::definitions::read(file, options.jurisdiction);
    if (!read) {
        std::cerr << read.error() << "\n";
        return nullptr;
    }
    text = std::move(*read);
    auto game = croupier::rounds::load_game(text);
    if (!game) {
        std::cerr << file << ": " << game.error().path << ": expected " << game.error().expected << "\n";
        return nullptr;
    }
    return std::move(*game);
}

/// On one line of the terminal.
std::function<void(std::uint64_t)> tell_progress(std::uint64_t rounds)
{
    return [rounds](std::uint64_t played) {
        std::cerr << "\r" << played * 100 / std::max<std::uint64_t>(rounds, 1) << " % of " << rounds << " rounds\r";
    };
}

/// False: it is no game, or not one as it has to be.
bool report(const Options& options, const std::string& file, Sheet& sheet)
{
    std::string text;
    const auto game = load(options, file, text);
    if (!game) { return false; }
    sheet = croupier::rtp::figures(*game, text);
    bool good = true;
    const double rtp = std::stod(sheet["rtp"].get<std::string>());
    if (options.rtp_max > 0 && (rtp < options.rtp_min || rtp > options.rtp_max)) {
        std::cerr << file << ": the return to player is not within the bounds that were asked for\n";
        good = false;
    }
    if (const std::string off = croupier::rtp::undeclared(*game, sheet); !off.empty()) {
        std::cerr << file << ": " << off << "\n";
        good = false;
    }
    if (options.rounds == 0) { return good; }
    const auto played = croupier::rtp::simulation(*game, text,
        {.rounds = options.rounds,
            .seed = options.seed,
            .threads = options.threads,
            .progress = ::isatty(STDERR_FILENO) != 0 ? tell_progress(options.rounds) : nullptr});
    if (!played) {
        std::cerr << file << ": not simulated, the table does not take one bet of each kind\n";
        return good;
    }
    sheet["simulated"] = played->sheet;
    if (std::abs(played->off) > kOffMax) {
        std::cerr << file << ": what was played does not pay what was computed\n";
        good = false;
    }
    return good;
}

/// What another version of a game changes.
int diff(const Options& options)
{
    if (options.files.size() != 2) {
        std::cerr << "croupier-rtp: --diff wants two files\n";
        return 2;
    }
    Sheet before;
    Sheet after;
    if (!report(options, options.files[0], before) || !report(options, options.files[1], after)) { return 2; }
    const auto old_values = before.flatten();
    const auto new_values = after.flatten();
    bool same = true;
    const auto show = [](const Sheet& sheet, const std::string& name) {
        return sheet.contains(name) ? sheet[name].dump() : std::string{"nothing"};
    };
    for (const auto& [name, value] : new_values.items()) {
        if (show(old_values, name) == value.dump()) { continue; }
        same = false;
        std::cout << name.substr(1) << ": " << show(old_values, name) << " -> " << value.dump() << "\n";
    }
    for (const auto& [name, value] : old_values.items()) {
        if (new_values.contains(name)) { continue; }
        same = false;
        std::cout << name.substr(1) << ": " << value.dump() << " -> nothing\n";
    }
    return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Theoretical figures of games, computed exactly from their definitions, and checked by play on demand. "
        "0: all is well; 1: a game is outside of what was asked for, or play contradicts it; 2: no game"};
    Options options;
    app.add_option("FILE", options.files, "Game definitions, as under config/games")->required();
    app.add_option("--simulate,--spins", options.rounds,
           "How many rounds are played to check the figures, through the server's own code, with a seeded stand-in for the "
           "generator; 0: none")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Seed of that stand-in")->capture_default_str();
    app.add_option("--threads", options.threads, "How many play")->check(CLI::Range(1U, 256U))->capture_default_str();
    app.add_option("--format", options.format, "text, json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}))
        ->capture_default_str();
    app.add_option("--rtp-min", options.rtp_min, "The least return to player that is accepted, such as 0.94");
    app.add_option("--rtp-max", options.rtp_max, "The largest, such as 0.98");
    app.add_option("--jurisdiction", options.jurisdiction, "Whose variants of the definitions");
    app.add_flag("--diff", options.diff, "What the second file changes of the first; 1: something");
    CLI11_PARSE(app, argc, argv);
    if (options.rtp_min > 0 && options.rtp_max == 0) { options.rtp_max = 1; }
    if (options.diff) {
        options.rounds = 0;  // Two versions are told apart by what is exact.
        return diff(options);
    }

    bool good = true;
    Sheet all = Sheet::array();
    for (const std::string& file : options.files) {
        Sheet sheet;
        good = report(options, file, sheet) && good;
        if (!sheet.is_null()) { all.push_back(std::move(sheet)); }
    }
    for (const Sheet& sheet : all) {
        if (options.format == "text") { std::cout << croupier::rtp::text_of(sheet); }
        if (options.format == "csv") { std::cout << croupier::rtp::csv_of(sheet); }
    }
    if (options.format == "json") { std::cout << all.dump(2) << "\n"; }
    std::cout << std::flush;
    if (all.size() < options.files.size()) { return 2; }
    return good ? 0 : 1;
}
