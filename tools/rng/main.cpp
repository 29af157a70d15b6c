// croupier-rng: what a test laboratory takes from the games' generators, through the very code that the server draws with.
#include <CLI/CLI.hpp>

#include <cstdio>

#include "adapters/entropy.hpp"
#include "definitions/definitions.hpp"
#include "game.hpp"
#include "streams.hpp"

namespace {

using namespace croupier;

struct Options {
    std::string mechanism = "hmac";
    bool prediction_resistance = false;
    std::uint64_t bytes = 0;
    std::string game;
    std::string jurisdiction;
    std::uint64_t rounds = 0;
};

int failed(const std::string& why)
{
    std::fprintf(stderr, "croupier-rng: %s\n", why.c_str());
    return 1;
}

rng::Mechanism mechanism(const Options& options)
{
    return options.mechanism == "hmac" ? rng::Mechanism::hmac : rng::Mechanism::ctr;
}

/// What the generator gives before any scaling; 0: without an end.
int dump_raw(const Options& options, Entropy& entropy)
{
    rng::FreshSeeds seeds{entropy};
    rng::Drbg drbg{{.mechanism = mechanism(options),
                       .instance = "croupier-rng",
                       .stream = "dump",
                       .purpose = "laboratory",
                       .prediction_resistance = options.prediction_resistance},
        seeds};
    std::vector<std::uint32_t> words(16 * 1024);
    for (std::uint64_t left = options.bytes; options.bytes == 0 || left > 0;) {
        if (!drbg.raw(words)) { return failed(std::string{drbg.failure()}); }
        const std::size_t all = words.size() * sizeof words[0];
        const std::size_t part = options.bytes == 0 ? all : std::min<std::uint64_t>(left, all);
        if (std::fwrite(words.data(), 1, part, stdout) != part) { return 0; }  // Whoever reads has enough.
        left -= options.bytes == 0 ? 0 : part;
    }
    return std::fflush(stdout) == 0 ? 0 : failed("the output cannot be written");
}

/// All values of each round, a round a line.
int dump_game(const Options& options, rng::Streams& streams)
{
    const auto text = definitions::read(options.game, options.jurisdiction);
    if (!text) { return failed(text.error()); }
    const auto game = rounds::load_game(*text);
    if (!game) { return failed(options.game + ": " + game.error().path + ": expected " + game.error().expected); }
    if ((*game)->fair()) {
        return failed(options.game + ": its rounds are decided by seeds (docs/fair.md), not by the generator");
    }
    const std::string name = (*game)->info().game + "/outcome";
    if (!streams.seed(name)) { return failed(streams.failure()); }
    std::printf("# stream %s, definition SHA-256 %s; a round a line: value/bound …\n", name.c_str(),
        to_hex((*game)->definition()).c_str());
    std::vector<Value> drawn;
    std::vector<Value> values;
    std::string line;
    for (std::uint64_t round = 0; round < options.rounds; ++round) {
        drawn.clear();
        line.clear();
        for (auto bounds = (*game)->next_bounds(drawn); !bounds.empty(); bounds = (*game)->next_bounds(drawn)) {
            values.resize(bounds.size());
            if (!streams.draw(name, bounds, values)) { return failed(streams.failure()); }
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (!line.empty()) { line += ' '; }
                line += std::to_string(values[i]) + "/" + std::to_string(bounds[i]);
            }
            drawn.insert(drawn.end(), values.begin(), values.end());
            // Whoever would play stands pat, or whatever the game's rule is; every card is drawn alike.
            if (const auto question = (*game)->question(drawn)) { drawn.push_back(question->by_rule); }
        }
        line += '\n';
        if (std::fputs(line.c_str(), stdout) < 0) { return 0; }
    }
    return std::fflush(stdout) == 0 ? 0 : failed("the output cannot be written");
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"The games' random numbers, for a test laboratory"};
    app.require_subcommand(1);
    Options options;
    auto& dump = *app.add_subcommand("dump", "Write what the generators give to standard output");
    dump.add_option("--mechanism", options.mechanism, "hmac (HMAC_DRBG, SHA-256) or ctr (CTR_DRBG, AES-256)")
        ->check(CLI::IsMember({"hmac", "ctr"}))
        ->capture_default_str();
    dump.add_flag("--prediction-resistance", options.prediction_resistance, "Fresh entropy in every draw");
    dump.require_subcommand(1);
    auto& raw = *dump.add_subcommand("raw", "Octets, before any scaling");
    raw.add_option("BYTES", options.bytes, "How many; 0: without an end")->required();
    auto& game = *dump.add_subcommand("game", "The scaled values of a game's rounds, as text");
    game.add_option("FILE", options.game, "A game's definition, as under config/games")->required();
    game.add_option("--jurisdiction", options.jurisdiction, "Whose variant of the definition");
    game.add_option("ROUNDS", options.rounds, "How many")->required();
    CLI11_PARSE(app, argc, argv);

    croupier::adapters::OsEntropy os;
    croupier::adapters::CpuEntropy cpu;
    croupier::Entropy* const second = croupier::adapters::CpuEntropy::present() ? &cpu : nullptr;
    croupier::rng::Streams streams{{.mechanism = mechanism(options),
                                       .instance = "croupier-rng",
                                       .prediction_resistance = options.prediction_resistance},
        os, second};
    if (!streams.ready()) { return failed(streams.failure()); }
    if (game.parsed()) { return dump_game(options, streams); }
    croupier::rng::TestedEntropy entropy{os, second};
    return dump_raw(options, entropy);
}
