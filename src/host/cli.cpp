#include "cli.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>

#include "adapters/log.hpp"
#include "commands.hpp"
#include "config/config.hpp"
#include "server.hpp"
#include "vault/worker.hpp"

#ifndef CROUPIER_VERSION
#define CROUPIER_VERSION "unknown"
#endif

namespace croupier::host {

namespace {

/// What any command may be told about its configuration.
struct ConfigArguments {
    std::string file;
    std::vector<std::string> overrides;

    void add_to(CLI::App& command)
    {
        command.add_option("--config", file, "Configuration file (JSON, comments allowed); none: the defaults");
        command.add_option("--set", overrides, "Overrides one key, as in --set edge.frames_per_second=200")
            ->allow_extra_args(false);
        command.add_option_function<std::string>(
            "--data-dir", [this](const std::string& value) { overrides.push_back("server.data_dir=" + value); },
            "Where ledger, views and keys lie");
    }

    std::optional<config::Config> load() const
    {
        auto loaded = config::load(file.empty() ? std::nullopt : std::optional<std::filesystem::path>{file}, overrides);
        if (loaded) { return std::move(*loaded); }
        for (const auto& error : loaded.error()) { std::fprintf(stderr, "%s\n", config::to_string(error).c_str()); }
        return std::nullopt;
    }
};

/// Loads the configuration and runs the command on it; 2 when it is wrong.
int with_config(const ConfigArguments& arguments, const std::function<int(const config::Config&)>& command)
{
    const auto config = arguments.load();
    if (!config) { return 2; }
    log::start({log::level_from(config->log.level), log::format_from(config->log.format), config->log.queue_max});
    const int status = command(*config);
    log::stop();
    return status;
}

}  // namespace

int run(int argc, char** argv)
{
    CLI::App app{"Croupier, a casino game server"};
    app.require_subcommand(1);
    ConfigArguments arguments;
    std::function<int()> chosen;
    const auto command = [&](CLI::App& parent, const char* name, const char* help,
                             std::function<int(const config::Config&)> function) -> CLI::App& {
        CLI::App& sub = *parent.add_subcommand(name, help);
        arguments.add_to(sub);
        sub.callback([&arguments, &chosen, function = std::move(function)] {
            chosen = [&arguments, function] { return with_config(arguments, function); };
        });
        return sub;
    };

    auto& serve_command = command(app, "serve", "Serve players until SIGTERM", serve);
    serve_command.add_flag_callback(
        "--demo", [&] { arguments.overrides.emplace_back("server.demo=true"); },
        "Demo mode: a nickname is enough to log in, and players get demo money");
    serve_command.add_option_function<std::string>(
        "--listen", [&](const std::string& value) { arguments.overrides.push_back("edge.listen=" + value); },
        "Address to listen on, HOST:PORT; port 0 takes a free one");
    serve_command.add_flag_callback(
        "--insecure", [&] { arguments.overrides.emplace_back("edge.insecure=true"); },
        "Allow plain HTTP on an address that other machines can reach");
    serve_command.add_flag_callback(
        "--test-endpoints", [&] { arguments.overrides.emplace_back("server.test_endpoints=true"); },
        "Serve /ws/echo, for conformance suites; demo mode only");

    command(app, "init", "Make a data directory: ledger with the bank's capital, keys", init);
    command(app, "migrate", "Bring the files of a stopped casino up to this version's schema", migrate);
    command(app, "modules", "List the enabled modules with what they handle, hear and publish", list_modules);

    auto& config_command = *app.add_subcommand("config", "Look at the configuration");
    config_command.require_subcommand(1);
    command(config_command, "check", "Say whether the configuration is right", [](const config::Config&) {
        std::printf("the configuration is right\n");
        return 0;
    });
    command(config_command, "print", "Print all effective values, secrets masked", [](const config::Config& config) {
        std::printf("%s\n", config::print(config, true).c_str());
        return 0;
    });
    config_command.add_subcommand("document", "Print docs/configuration.md: every key with default, range and unit")
        ->callback([&] {
            chosen = [] {
                std::fputs(config::document().c_str(), stdout);
                return 0;
            };
        });

    std::string directory;
    command(app, "backup", "Copy ledger and keys, also while the server runs",
        [&](const config::Config& config) { return backup(config, directory); })
        .add_option("DIR", directory, "Where to put the copy")
        ->required();
    command(app, "restore", "Put a backup into an empty data directory",
        [&](const config::Config& config) { return restore(config, directory); })
        .add_option("DIR", directory, "Where the backup is")
        ->required();
    std::uint64_t player = 0;
    command(app, "erase", "Forget a player's personal data; the ledger stays whole",
        [&](const config::Config& config) { return erase(config, player); })
        .add_option("PLAYER", player, "The player's number")
        ->required();

    auto& operators = *app.add_subcommand("operator", "The house's own people, also while the server runs");
    operators.require_subcommand(1);
    std::string role;
    command(operators, "add", "Let somebody in: prints a token, once",
        [&](const config::Config& config) { return add_operator(config, role); })
        .add_option("ROLE", role, "auditor (reads), cashier (moves money) or admin")
        ->required();
    command(operators, "remove", "Make the token on standard input worthless", remove_operator);

    std::string game;
    std::filesystem::path games_directory = ".";
    auto& new_game_command = *app.add_subcommand("new-game", "Write a slot's definition to start from: DIR/NAME.json");
    new_game_command.add_option("NAME", game, "Its name for machines: a-z, 0-9 and inner '-'")->required();
    new_game_command.add_option("--directory", games_directory, "DIR; serve it with --set games.directory=DIR")
        ->capture_default_str();
    new_game_command.callback([&] { chosen = [&] { return new_game(game, games_directory); }; });

    auto& rng = *app.add_subcommand("rng", "The games' random number generators");
    rng.require_subcommand(1);
    command(rng, "reseed", "Test the running server's generators, and give each stream fresh entropy now", reseed);
    rng.add_subcommand("test", "Run the known-answer tests, and the health tests of this machine's sources of entropy")
        ->callback([&] { chosen = test_rng; });
    // What rng.mode = process starts; nothing for people.
    rng.add_subcommand("work", "")->group("")->callback([&] { chosen = vault::work; });

    auto& views = *app.add_subcommand("views", "The views of a stopped casino");
    views.require_subcommand(1);
    command(views, "rebuild", "Build views.db again from the ledger", rebuild_views);
    auto& ledger = *app.add_subcommand("ledger", "The ledger of a stopped casino, or of a backup");
    ledger.require_subcommand(1);
    command(ledger, "check", "Verify the chain, fold every fact, check the sums", check_ledger);

    app.add_subcommand("version", "Print the version")->callback([&] {
        chosen = [] {
            std::printf("croupier %s\n", CROUPIER_VERSION);
            return 0;
        };
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return chosen();
}

}  // namespace croupier::host
