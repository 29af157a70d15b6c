#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

#include "report.hpp"

namespace {

/// Reports one file; false if it does not define a game.
bool report(const std::string& file, std::uint64_t spins, std::uint64_t seed)
{
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        std::cerr << file << ": cannot be read\n";
        return false;
    }
    const auto game = croupier::rounds::load_game(text.str());
    if (!game) {
        std::cerr << file << ": " << game.error().path << ": expected " << game.error().expected << "\n";
        return false;
    }
    const auto& info = (*game)->info();
    std::cout << info.name << " (" << info.game << ", " << info.kind << ", " << file << ")\n"
              << "  definition: SHA-256 " << croupier::to_hex((*game)->definition()) << "\n"
              << croupier::rtp::figures(**game, text.str());
    if (spins > 0) { std::cout << croupier::rtp::simulation(**game, spins, seed); }
    std::cout << std::flush;
    return true;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Theoretical figures of games, computed exactly from their definitions, and checked by play on demand"};
    std::vector<std::string> files;
    std::uint64_t spins = 0;
    std::uint64_t seed = 1;
    app.add_option("FILE", files, "Game definitions, as under config/games")->required();
    app.add_option("--spins", spins, "Also play this many rounds, with a seeded stand-in for the generator");
    app.add_option("--seed", seed, "Seed of that stand-in")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    bool all = true;
    for (const std::string& file : files) { all = report(file, spins, seed) && all; }
    return all ? 0 : 1;
}
