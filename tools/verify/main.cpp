#include <CLI/CLI.hpp>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "builtin_modules.hpp"
#include "croupier/json_writer.hpp"
#include "receipt.hpp"
#include "round.hpp"
#include "verify.hpp"

namespace {

using croupier::raw;
using croupier::verify::Report;

void print_text(const Report& report)
{
    for (const std::string& problem : report.problems) { std::printf("%s\n", problem.c_str()); }
    if (report.problem_count > report.problems.size()) {
        std::printf(
            "… and %llu more\n", static_cast<unsigned long long>(report.problem_count - report.problems.size()));
    }
    std::printf(
        "units %llu, transfers %llu, accounts %llu, rounds %llu (%llu of games that are not here, %llu proved by revealed seeds), open holds %llu, "
        "rounds in play %llu\n",
        static_cast<unsigned long long>(report.units), static_cast<unsigned long long>(report.transfers),
        static_cast<unsigned long long>(report.accounts), static_cast<unsigned long long>(report.rounds),
        static_cast<unsigned long long>(report.rounds_not_played_again),
        static_cast<unsigned long long>(report.rounds_proved), static_cast<unsigned long long>(report.open_holds),
        static_cast<unsigned long long>(report.open_rounds));
    std::printf("draws of the generators computed again %llu, not computed %llu\n",
        static_cast<unsigned long long>(report.draws_computed),
        static_cast<unsigned long long>(report.draws_not_computed));
    std::printf("seals %llu, signatures checked %llu\n", static_cast<unsigned long long>(report.seals),
        static_cast<unsigned long long>(report.signatures));
    std::printf("head %s\nviews.db: %s\n", croupier::to_hex(report.head.hash).c_str(), report.views.c_str());
    std::printf("%.0f transfers/s\n%llu problems\n",
        report.seconds > 0 ? static_cast<double>(report.transfers) / report.seconds : 0.0,
        static_cast<unsigned long long>(report.problem_count));
}

void print_json(const Report& report)
{
    using namespace croupier::json;
    std::string out{"{\"units\":"};
    write_number(out, report.units);
    out += ",\"transfers\":";
    write_number(out, report.transfers);
    out += ",\"accounts\":";
    write_number(out, report.accounts);
    out += ",\"rounds\":";
    write_number(out, report.rounds);
    out += ",\"rounds_not_played_again\":";
    write_number(out, report.rounds_not_played_again);
    out += ",\"rounds_proved\":";
    write_number(out, report.rounds_proved);
    out += ",\"draws_computed\":";
    write_number(out, report.draws_computed);
    out += ",\"draws_not_computed\":";
    write_number(out, report.draws_not_computed);
    out += ",\"open_holds\":";
    write_number(out, report.open_holds);
    out += ",\"open_rounds\":";
    write_number(out, report.open_rounds);
    out += ",\"seals\":";
    write_number(out, report.seals);
    out += ",\"signatures\":";
    write_number(out, report.signatures);
    out += ",\"head_seq\":";
    write_number(out, raw(report.head.seq));
    out += ",\"head_hash\":\"" + croupier::to_hex(report.head.hash) + "\",\"views\":";
    write_string(out, report.views);
    out += ",\"problem_count\":";
    write_number(out, report.problem_count);
    out += ",\"problems\":";
    write(out, report.problems);
    out += '}';
    std::printf("%s\n", out.c_str());
}

int failed(const std::string& why)
{
    std::fprintf(stderr, "croupier-verify: %s\n", why.c_str());
    return 2;
}

/// Checks a receipt offline: 0 it holds, 1 it does not, 2 it cannot be read.
int verify_receipt(const std::string& file, const std::string& key_file)
{
    const auto key = croupier::read_public_key(key_file);
    if (!key) { return failed(key.error()); }
    std::ifstream opened{file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{opened}, {}};
    if (!opened) { return failed(file + ": cannot be read"); }
    const auto receipt = croupier::verify::parse_receipt(text);
    if (!receipt) { return failed(file + ": " + receipt.error()); }
    if (const auto problem = croupier::verify::check_receipt(*receipt, *key)) {
        std::printf("%s: %s\n", file.c_str(), problem->c_str());
        return 1;
    }
    std::string at;
    croupier::json::write_time(at, receipt->leaf.at);
    at = at.substr(1, at.size() - 2);  // Without its quotes.
    std::printf("%s: holds: unit %llu of %llu, at %s\nanswered {%s}\nsealed under root %s by key %s\n", file.c_str(),
        static_cast<unsigned long long>(raw(receipt->leaf.seq)),
        static_cast<unsigned long long>(receipt->seal.head.size), at.c_str(), receipt->leaf.request.answer.c_str(),
        croupier::to_hex(receipt->seal.head.root).c_str(), croupier::to_hex(receipt->seal.head.key).c_str());
    return 0;
}

/// Computes a provably fair round again: 0 it is as it was told, 1 it is not, 2 it cannot be computed.
int verify_round(
    const croupier::verify::FairRound& round, const std::string& name, const croupier::config::Games& games)
{
    const auto loaded = croupier::host::load_games(games);
    if (!loaded) { return failed(loaded.error()); }
    const auto game = std::ranges::find(*loaded, name, [](const auto& one) { return one->info().game; });
    if (game == loaded->end()) { return failed("there is no game \"" + name + "\""); }
    const auto result = croupier::verify::compute(round, **game);
    if (!result) { return failed(result.error()); }
    std::printf("number");
    for (const auto number : result->numbers) { std::printf(" %u", number); }
    std::printf("\n");
    if (result->win) { std::printf("win %lld\n", static_cast<long long>(*result->win)); }
    for (const std::string& problem : result->problems) { std::printf("%s\n", problem.c_str()); }
    return result->problems.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Verifies a ledger and its views, offline and without writing to them: 0 all is well, 1 problems were found, "
        "2 nothing could be checked"};
    croupier::verify::Options options;
    croupier::config::Games games;
    bool json = false;
    bool quiet = false;
    std::string directory;
    std::vector<std::string> key_files;
    app.add_option("DIR", directory, "A backup, or the data directory of a stopped casino");
    app.add_option("--seal-key", key_files,
           "A public key (PEM) that seals may be signed with, again for each: signatures are checked too")
        ->allow_extra_args(false);
    std::vector<std::string> audit_key_files;
    app.add_option("--audit-key", audit_key_files,
           "An auditor's private key (PEM), again for each: draws are computed again from the seeds kept for it")
        ->allow_extra_args(false);
    auto* const receipt = app.add_subcommand(
        "receipt", "Verifies a player's receipt: 0 it holds, 1 it does not, 2 unreadable");
    std::string receipt_file;
    std::string receipt_key;
    receipt->add_option("FILE", receipt_file, "The receipt, as the casino gave it")->required();
    receipt->add_option("--key", receipt_key, "The casino's public key (PEM), as it was published")->required();
    auto* const round = app.add_subcommand("round",
        "Computes a provably fair round again, from its seeds alone: 0 it is as it was told, 1 it is not, 2 it cannot be "
        "computed");
    croupier::verify::FairRound fair_round;
    std::string fair_game;
    round->add_option("--game", fair_game, "Which game")->required();
    round->add_option("--server-seed", fair_round.server_seed, "The casino's seed, as it was revealed")->required();
    round->add_option("--client-seed", fair_round.client_seed, "The player's")->required();
    round->add_option("--nonce", fair_round.nonce, "Which round of these seeds: 1, 2, …")->required();
    round->add_option("--commitment", fair_round.commitment, "The hash that was promised before: compared");
    round->add_option("--number", fair_round.number, "The number that was told: compared");
    round->add_option("--bet", fair_round.bet, "kind:numbers:stake, such as under:5000:100: what it wins is computed");
    round->add_option("--win", fair_round.win, "The win that was told: compared")->needs("--bet");
    round->fallthrough();
    app.add_option("--games", games.directory, "Definitions of the games that were played; else the ones built in");
    app.add_option("--problems-max", options.problems_max, "How many problems are told one by one")
        ->capture_default_str();
    app.add_flag("--json", json, "One JSON object on standard output");
    app.add_flag("--quiet", quiet, "No progress");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (*round) { return verify_round(fair_round, fair_game, games); }
    if (*receipt) { return verify_receipt(receipt_file, receipt_key); }
    if (directory.empty()) { return failed("which directory? (croupier-verify --help)"); }
    options.directory = directory;
    for (const std::string& file : key_files) {
        const auto key = croupier::read_public_key(file);
        if (!key) { return failed(key.error()); }
        options.seal_keys.push_back(*key);
    }

    for (const std::string& file : audit_key_files) {
        std::ifstream opened{file, std::ios::binary};
        const std::string pem{std::istreambuf_iterator<char>{opened}, {}};
        if (!opened) { return failed(file + ": cannot be read"); }
        auto key = croupier::rng::read_audit_key(pem, /*with_private=*/true);
        if (!key) { return failed(file + ": " + key.error()); }
        const auto name = croupier::rng::audit_key_name(*key);
        options.audit_keys.emplace(name, std::move(*key));
    }

    const auto loaded = croupier::host::load_games(games);
    if (!loaded) { return failed(loaded.error()); }
    for (const auto& game : *loaded) { options.games.emplace(game->definition(), game); }
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    if (!quiet) {
        options.progress = [terminal](croupier::Seq done, croupier::Seq head) {
            const auto percent = raw(done) * 100 / std::max<std::uint64_t>(raw(head), 1);
            if (terminal) {
                const auto full = static_cast<int>(percent / 2);
                std::fprintf(stderr, "\r[%.*s%*s] %llu %%", full,
                    "==================================================", 50 - full, "",
                    static_cast<unsigned long long>(percent));
            } else if (raw(done) % 1'000'000 == 0) {
                std::fprintf(stderr, "%llu of %llu units\n", static_cast<unsigned long long>(raw(done)),
                    static_cast<unsigned long long>(raw(head)));
            }
        };
    }
    const auto report = croupier::verify::verify(options);
    if (terminal && !quiet) { std::fputs("\n", stderr); }
    if (!report) { return failed(report.error()); }
    json ? print_json(*report) : print_text(*report);
    return report->problem_count == 0 ? 0 : 1;
}
