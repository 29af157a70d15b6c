#include <CLI/CLI.hpp>
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "compare.hpp"
#include "recording.hpp"
#include "serve.hpp"
#include "shrink.hpp"
#include "stage.hpp"
#include "windows.hpp"

namespace {

using namespace croupier;
using namespace croupier::replay;

constexpr std::size_t kLastInputs = 10;

struct Options {
    std::vector<std::filesystem::path> files;
    std::filesystem::path ledger;
    std::filesystem::path accept;
    std::filesystem::path script;
    std::filesystem::path shrunk;
    std::string player;
    std::string session;
    std::string round;
    std::uint64_t until = 0;
    std::uint64_t limit = 1;
    std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
    bool step = false;
    bool trace = false;
};

int failed(const std::string& why)
{
    std::fprintf(stderr, "croupier-replay: %s\n", why.c_str());
    return 2;
}

/// The files of the newest recording, where a folder is given; the others as they are.
std::vector<std::filesystem::path> segments(const std::vector<std::filesystem::path>& given)
{
    std::vector<std::filesystem::path> files;
    for (const auto& path : given) {
        if (!std::filesystem::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        std::filesystem::path newest;
        std::filesystem::file_time_type at{};
        for (const auto& entry : std::filesystem::directory_iterator{path}) {
            if (entry.path().extension() == ".crr" && (newest.empty() || entry.last_write_time() > at)) {
                newest = entry.path();
                at = entry.last_write_time();
            }
        }
        const auto recording = newest.filename().string().substr(0, newest.filename().string().find('-'));
        for (const auto& entry : std::filesystem::directory_iterator{path}) {
            if (entry.path().extension() == ".crr" && entry.path().filename().string().starts_with(recording + "-")) {
                files.push_back(entry.path());
            }
        }
    }
    return files;
}

/// One line for an input.
std::string line_of(const Step& step, WallTime at, const Who& who)
{
    std::string line = "input " + std::to_string(step.number) + "  " + clock_time(at);
    if (const auto* person = who.find(connection_of(step))) {
        line += "  player " + person->player + " session " + person->session;
    }
    return line + "  " + presented(step).dump();
}

/// Whether the options ask for this step.
bool wanted(const Options& options, const Step& step, const Who& who)
{
    if (!options.player.empty() || !options.session.empty()) {
        const auto* person = who.find(connection_of(step));
        if (person == nullptr) { return false; }
        if (!options.player.empty() && person->player != options.player) { return false; }
        if (!options.session.empty() && person->session != options.session) { return false; }
    }
    if (!options.round.empty()) {
        const std::string needle = "\"round\":\"" + options.round + "\"";
        return std::ranges::any_of(step.happened,
            [&](const Happened& item) { return as_text(item.body).find(needle) != std::string_view::npos; });
    }
    return true;
}

int inspect(const Options& options)
{
    auto recording = Recording::open(segments(options.files));
    if (!recording) { return failed(recording.error()); }
    const host::Opening& opening = recording->opening();
    std::printf("recording %s, %s, from unit %llu, state of %zu bytes, %zu players\n", recording->name().c_str(),
        opening.build.c_str(), static_cast<unsigned long long>(raw(opening.seq)), opening.snapshot.size(),
        opening.names.size());
    WallTime at = opening.at;
    Who who;
    who.learn(opening);
    while (true) {
        const auto step = recording->next();
        if (!step) { return failed(step.error()); }
        if (!*step || (options.until > 0 && (*step)->number > options.until)) { break; }
        at += std::chrono::microseconds{(*step)->moment.wall};
        who.learn((*step)->happened);
        if (!wanted(options, **step, who)) { continue; }
        std::printf("%s\n", line_of(**step, at, who).c_str());
        for (const Happened& item : (*step)->happened) { std::printf("    %s\n", presented(item).dump().c_str()); }
    }
    return 0;
}

/// Writes the commands of all players for croupier-load: who, when, what. Sessions are numbered in the order of their first one.
int write_script(const Options& options)
{
    auto recording = Recording::open(segments(options.files));
    if (!recording) { return failed(recording.error()); }
    std::FILE* const out = std::fopen(options.script.c_str(), "w");
    if (out == nullptr) { return failed(options.script.string() + ": cannot be written"); }
    Who who;
    who.learn(recording->opening());
    std::map<std::string, std::size_t> sessions;
    std::chrono::microseconds now{0};
    std::optional<std::chrono::microseconds> first;
    std::uint64_t commands = 0;
    std::map<std::string, std::uint64_t> last;
    while (true) {
        const auto step = recording->next();
        if (!step) {
            std::fclose(out);
            return failed(step.error());
        }
        if (!*step) { break; }
        now += std::chrono::microseconds{(*step)->moment.wall};
        const auto* input = std::get_if<host::Input>(&(*step)->input);
        const auto* framed = input == nullptr ? nullptr : std::get_if<host::Framed>(input);
        const auto* spin = framed == nullptr ? nullptr : std::get_if<host::SpinFrame>(&framed->frame);
        const auto* choose = framed == nullptr ? nullptr : std::get_if<host::ChooseFrame>(&framed->frame);
        const auto* person = spin == nullptr && choose == nullptr ? nullptr : who.find(framed->connection);
        who.learn((*step)->happened);
        // A repeat is the transport's business: each command once, in its session's order.
        if (person == nullptr) { continue; }
        const std::uint64_t n = spin != nullptr ? spin->n : choose->n;
        const auto [before, fresh] = last.try_emplace(person->session, n);
        if (!fresh && n != before->second + 1) { continue; }
        before->second = n;
        if (spin == nullptr) { continue; }  // Rounds have other numbers there: who plays the load chooses itself.
        first = first.value_or(now);
        auto line = presented(**step)["frame"];
        line.erase("n");
        line.erase("op");
        if (line.contains("bets")) { line.erase("stake"); }
        line["session"] = sessions.emplace(person->session, sessions.size()).first->second;
        line["at_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(now - *first).count();
        std::fprintf(out, "%s\n", line.dump().c_str());
        ++commands;
    }
    std::fclose(out);
    std::printf("%llu commands of %zu sessions\n", static_cast<unsigned long long>(commands), sessions.size());
    return 0;
}

int write_shrunk(const Options& options)
{
    const auto done = shrink(segments(options.files), options.ledger, options.shrunk);
    if (!done) { return failed(done.error()); }
    std::printf("%zu inputs lead to the first difference; %zu of them are enough (%llu recordings were tried)\n",
        done->before, done->after, static_cast<unsigned long long>(done->tried));
    return 0;
}

class Replay {
public:
    explicit Replay(const Options& options) : options_{options} {}

    int run()
    {
        if (!options_.accept.empty()) {
            auto accepted = Accepted::load(options_.accept);
            if (!accepted) { return failed(accepted.error()); }
            accepted_ = std::move(*accepted);
        }
        // Whether all agrees is found out on all threads; what does not agree, and how it came to it, from the beginning.
        const bool all = !options_.step && options_.limit == 1 && options_.until == 0 && accepted_.nothing();
        if (!all) { return run_from_beginning(); }
        const auto verdict = verify(segments(options_.files), options_.ledger, options_.jobs);
        if (!verdict) { return failed(verdict.error()); }
        if (verdict->problem.empty()) {
            report(*verdict);
            return 0;
        }
        const int found = run_from_beginning();
        if (found != 0) { return found; }
        std::printf("from its beginning the recording agrees, and yet: %s\n", verdict->problem.c_str());
        return 1;
    }

private:
    int run_from_beginning()
    {
        // Which messages passed over the bus costs time to note: only where they are shown, or a difference was found.
        const int found = run_once(options_.step || options_.limit > 1, !options_.step && options_.limit == 1);
        if (found != 1 || options_.step || options_.limit > 1) { return found; }
        Replay again{options_};
        again.accepted_ = accepted_;
        return again.run_once(true, false);
    }

    int run_once(bool traced, bool quiet_difference)
    {
        quiet_difference_ = quiet_difference;
        auto recording = Recording::open(segments(options_.files));
        if (!recording) { return failed(recording.error()); }
        const host::Opening& opening = recording->opening();
        auto stage = Stage::open(opening, options_.ledger);
        if (!stage) { return failed(stage.error()); }
        stage_ = std::move(*stage);
        if (traced) { stage_->trace(); }
        const auto begin = std::chrono::steady_clock::now();
        while (true) {
            auto step = recording->next();
            if (!step) { return failed(step.error()); }
            if (!*step || (options_.until > 0 && (*step)->number > options_.until)) { break; }
            if (!take(std::move(**step))) { break; }
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        if (found_ == 0 || !quiet_difference_) { report(*recording, took.count()); }
        return found_ == 0 ? 0 : 1;
    }

    /// False: enough was seen.
    bool take(Step step)
    {
        ++steps_;
        const Outcome outcome = stage_->take(step);
        who_.learn(step.happened);
        const auto all = differences(step.happened, outcome.told);
        for (const Happened& item : step.happened) { states_ += item.kind == record::Item::state ? 1 : 0; }
        const bool looked_at = options_.step || !all.empty() || outcome.lost;
        const std::string line = looked_at ? line_of(step, stage_->now(), who_) : std::string{};
        told_ += outcome.told.size();
        for (const Happened& item : outcome.told) { units_ += item.kind == record::Item::unit ? 1 : 0; }
        if (options_.step) { show(step, outcome, line); }
        bool go_on = true;
        for (const Difference& difference : all) {
            if (accepted_.covers(difference)) {
                ++accepted_count_;
                continue;
            }
            if (is_consequence(difference)) { continue; }
            if (++found_ <= options_.limit) { tell(step, line, outcome, told(difference)); }
        }
        if (outcome.lost) {
            ++found_;
            tell(step, line, outcome, "  " + *outcome.lost + "\n");
            go_on = false;
        }
        last_.push_back({std::move(step), stage_->now()});
        if (last_.size() > kLastInputs) { last_.pop_front(); }
        return go_on && found_ < options_.limit;
    }

    /// Once a unit differs, or a difference was accepted, so do the hashes of all units behind it and of every state.
    bool is_consequence(const Difference& difference)
    {
        if (!difference.then || !difference.now || difference.then->kind != difference.now->kind) { return false; }
        const bool is_state = difference.now->kind == record::Item::state;
        if (is_state) { return chain_differs_ || accepted_count_ > 0; }
        return difference.now->kind == record::Item::unit && std::exchange(chain_differs_, true);
    }

    void show(const Step& step, const Outcome& outcome, const std::string& line) const
    {
        if (!wanted(options_, step, who_)) { return; }
        std::printf("%s\n", line.c_str());
        for (const std::string& message : outcome.messages) { std::printf("    on the bus: %s\n", message.c_str()); }
        for (const Happened& item : outcome.told) { std::printf("    %s\n", presented(item).dump().c_str()); }
        std::printf("-- Enter for the next input --");
        std::fflush(stdout);
        while (true) {
            const int typed = std::getchar();
            if (typed == '\n' || typed == EOF) { break; }
        }
    }

    void tell(const Step&, const std::string& line, const Outcome& outcome, const std::string& what) const
    {
        if (quiet_difference_) { return; }
        if (found_ == 1 && !last_.empty()) {
            std::printf("before it:\n");
            for (const auto& [before, at] : last_) { std::printf("  %s\n", line_of(before, at, who_).c_str()); }
        }
        std::printf("DIVERGES at %s\n", line.c_str());
        for (const std::string& message : outcome.messages) { std::printf("  on the bus: %s\n", message.c_str()); }
        std::printf("%s", what.c_str());
    }

    void report(const Recording& recording, double took) const
    {
        const auto& opening = recording.opening();
        report({.recording = recording.name(),
            .build = opening.build,
            .problem = {},
            .inputs = steps_,
            .units = units_,
            .outputs = told_ - units_,
            .states = states_,
            .span = stage_->steady().time_since_epoch() - std::chrono::nanoseconds{opening.steady},
            .took = std::chrono::nanoseconds{static_cast<std::int64_t>(took * 1e9)},
            .ended = recording.ended()});
    }

    void report(const Verdict& of) const
    {
        const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
        const std::chrono::duration<double> span = of.span;
        const std::chrono::duration<double> took = of.took;
        std::printf("recording %s (%s)\n", of.recording.c_str(), of.build.c_str());
        std::printf("%llu inputs over %.1f s in %.2f s (%.1f x real time): %llu units, %llu outputs; %llu differences",
            number(of.inputs), span.count(), took.count(), took.count() > 0 ? span.count() / took.count() : 0.0,
            number(of.units), number(of.outputs), number(found_));
        if (accepted_count_ > 0) { std::printf(", %llu accepted", number(accepted_count_)); }
        if (of.windows > 0) { std::printf(", in %llu parts", number(of.windows)); }
        std::printf("\n");
        if (found_ > 0 || options_.until > 0) { return; }
        std::printf("the state of all modules agrees, %llu times; %s\n", number(of.states),
            of.ended ? "the recording ends in order"
                     : "the recording was cut off: what happened after its last block is not in it");
    }

    const Options& options_;
    Accepted accepted_;
    std::unique_ptr<Stage> stage_;
    Who who_;
    struct Before {
        Step step;
        WallTime at;
    };
    std::deque<Before> last_;
    std::uint64_t steps_ = 0;
    std::uint64_t told_ = 0;
    std::uint64_t units_ = 0;
    std::uint64_t states_ = 0;
    std::uint64_t found_ = 0;
    std::uint64_t accepted_count_ = 0;
    bool quiet_difference_ = false;
    bool chain_differs_ = false;
};

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Plays a recording again on this build and compares everything that was told to the outside, and the "
                 "ledger's chain. 0: it agrees, 1: it does not, 2: it cannot be read."};
    Options options;
    app.add_option("files", options.files, "A recording's segments, or the folder of recordings: the newest one in it")
        ->required()
        ->check(CLI::ExistingPath);
    app.add_option(
        "--ledger", options.ledger, "A folder with ledger.db, for a recording without the state it began with");
    app.add_option("--accept", options.accept, "Differences that are meant to be there (docs/recordings.md)");
    app.add_option("--until", options.until, "Stop after this input");
    app.add_option(
           "--jobs", options.jobs, "Replay its parts on so many threads, where nothing is asked but whether all agrees")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--limit", options.limit, "Tell so many differences, then stop")->capture_default_str();
    app.add_option("--player", options.player, "Show what is about this player only");
    app.add_option("--session", options.session, "Show what is about this session only");
    app.add_option("--round", options.round, "Show what is about this round only");
    app.add_flag("--step", options.step, "Show each input and wait for Enter");
    app.add_option(
        "--script", options.script, "Only write the players' commands into this file, for croupier-load --script");
    app.add_option(
        "--shrink", options.shrunk, "Write the fewest inputs that still lead to the first difference into this file");
    std::optional<std::uint16_t> served;
    app.add_option(
        "--serve", served, "Show each session in a browser as its player saw it, on this port of the loopback");
    bool look = false;
    app.add_flag("--inspect", look, "Only show what the recording holds, input by input");
    CLI11_PARSE(app, argc, argv);
    // Blocks come and go by the thousand: their memory stays here instead of going back to the system each time.
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    try {
        if (!options.script.empty()) { return write_script(options); }
        if (served) { return serve({segments(options.files), options.ledger}, *served); }
        if (!options.shrunk.empty()) { return write_shrunk(options); }
        return look ? inspect(options) : Replay{options}.run();
    } catch (const std::exception& error) {
        return failed(error.what());
    }
}
