#include "commands.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "adapters/entropy.hpp"
#include "admin.hpp"
#include "builtin_games.hpp"
#include "croupier/json_writer.hpp"
#include "croupier/messages/cashier.hpp"
#include "croupier/messages/session.hpp"
#include "files.hpp"
#include "frame.hpp"
#include "game.hpp"
#include "health.hpp"
#include "house.hpp"
#include "openssl_rand.hpp"
#include "recovery.hpp"
#include "source.hpp"
#include "token.hpp"
#include "views_file.hpp"

namespace croupier::host {

namespace {

int failed(const std::string& why)
{
    std::fprintf(stderr, "croupier: %s\n", why.c_str());
    return 1;
}

/// Opens the house, lets `work` decide, closes it again: for commands on a stopped casino.
template <class Work>
int with_house(const config::Config& config, bool create, Work work)
{
    boost::asio::io_context loop{1};
    auto house = House::open(config, loop, create);
    if (!house) { return failed(house.error()); }
    const std::optional<std::string> failure = work(**house);
    auto until_closed = boost::asio::make_work_guard(loop);  // The writer calls back from its thread: wait for it.
    (*house)->close([&] { until_closed.reset(); });
    loop.run();
    return failure ? failed(*failure) : 0;
}

/// The casino as the ledger alone says: no snapshot, no ports.
std::expected<std::unique_ptr<Casino>, std::string> fold_all(const config::Config& config, store::LedgerFile& ledger)
{
    const auto games = load_games(config.games);
    if (!games) { return std::unexpected{games.error()}; }
    auto recovered = recover(
        ledger, config.server.currency, {},
        [&] { return std::make_unique<Casino>(make_modules(config, *games, {}, "check")); }, [](const std::string&) {},
        [](Seq, Seq) {});
    if (!recovered) { return std::unexpected{recovered.error()}; }
    return std::move(recovered->casino);
}

std::string request_line(std::string_view op, std::string_view member, std::string_view value)
{
    std::string line{"{\"op\":\""};
    line += op;
    line += "\",\"";
    line += member;
    line += "\":";
    json::write_string(line, value);
    return line + "}";
}

std::optional<std::string> change_operator_of(House& house, const OperatorLine& change)
{
    NoOutputs nowhere;
    Casino& casino = house.casino();
    const auto changed = casino.input(house.clock().wall(), nowhere, [&](Context& context) {
        return change.role ? casino.bus().send(cashier::AddOperator{*change.role, change.token}, context)
                           : casino.bus().send(cashier::RemoveOperator{change.token}, context);
    });
    return changed ? std::nullopt : std::optional{std::string{meaning(changed.error().code)}};
}

/// Sends the change to the running server, or makes it in the stopped casino.
int change_operator(const config::Config& config, const std::string& line, const OperatorLine& change)
{
    const auto asked = ask_admin(Paths{config.server.data_dir}.admin_socket(), line);
    if (asked.result == AskResult::failed) { return failed(asked.error); }
    if (asked.result == AskResult::done) { return 0; }
    return with_house(config, false, [&](House& house) { return change_operator_of(house, change); });
}

}  // namespace

int init(const config::Config& config)
{
    const Paths paths{config.server.data_dir};
    if (std::filesystem::exists(paths.ledger())) {
        return failed(paths.ledger().string() + ": there is a ledger already; init makes new ones only");
    }
    adapters::OsEntropy entropy;
    const auto token = make_token(entropy);
    if (!token) { return failed(std::string{meaning(token.error().code)}); }
    const bool operators = std::ranges::find(config.modules.enabled, "cashier") != config.modules.enabled.end();
    const int status = with_house(config, true, [&](House& house) -> std::optional<std::string> {
        if (!operators) { return std::nullopt; }
        return change_operator_of(house, {.role = cashier::Role::admin, .token = token_hash(*token)});
    });
    if (status == 0) {
        std::printf("made %s: ledger.db, keys.db, views.db, seal.pem (publish seal.pub.pem); bank capital %s\n",
            paths.directory.c_str(), to_string(Money{config.demo.bank_capital_minor, config.server.currency}).c_str());
        if (operators) {
            std::printf("operator 1 is an admin; the token, which is shown only here:\n%s\n", token->c_str());
        }
    }
    return status;
}

int migrate(const config::Config& config)
{
    const Paths paths{config.server.data_dir};
    if (!std::filesystem::exists(paths.ledger())) {
        return failed(paths.ledger().string() + ": there is no ledger here");
    }
    auto ledger = store::LedgerFile::open(paths.ledger(), {.migrate = store::MigrateMode::apply, .create = false});
    if (!ledger) { return failed(ledger.error()); }
    auto views = store::ViewsFile::open(paths.views());
    if (!views) { return failed(views.error()); }
    if (const auto closed = (*ledger)->close(); !closed) { return failed(closed.error()); }
    std::printf("ledger.db and views.db are up to date\n");
    return 0;
}

int list_modules(const config::Config& config)
{
    const auto games = load_games(config.games);
    if (!games) { return failed(games.error()); }
    Casino casino{make_modules(config, *games, {}, "list")};
    for (const auto& module : casino.modules()) {
        std::printf("%.*s\n", static_cast<int>(module->name().size()), module->name().data());
        for (const auto& line : casino.bus().lines()) {
            if (line.module != module->name()) { continue; }
            std::printf("  %-9.*s  %.*s\n", static_cast<int>(line.relation.size()), line.relation.data(),
                static_cast<int>(line.message.size()), line.message.data());
        }
    }
    return 0;
}

int backup(const config::Config& config, const std::filesystem::path& directory)
{
    const Paths paths{config.server.data_dir};
    const auto target = std::filesystem::absolute(directory);
    const auto asked = ask_admin(paths.admin_socket(), request_line("backup", "directory", target.string()));
    if (asked.result == AskResult::failed) { return failed(asked.error); }
    if (asked.result == AskResult::no_server) {
        boost::asio::io_context loop{1};
        auto house = House::open(config, loop, false);
        if (!house) { return failed(house.error()); }
        std::optional<std::string> failure;
        auto until_closed = boost::asio::make_work_guard(loop);
        (*house)->backup(target, [&](std::optional<std::string> result) {
            failure = std::move(result);
            (*house)->close([&] { until_closed.reset(); });
        });
        loop.run();
        if (failure) { return failed(*failure); }
    }
    std::printf("backup in %s: ledger.db, keys.db (keep the keys apart: they open the players' personal data)\n",
        target.c_str());
    return 0;
}

int restore(const config::Config& config, const std::filesystem::path& directory)
{
    const Paths paths{config.server.data_dir};
    std::error_code error;
    std::filesystem::create_directories(paths.directory, error);
    std::filesystem::permissions(paths.directory, std::filesystem::perms::owner_all, error);
    if (std::filesystem::exists(paths.keys())) { return failed(paths.keys().string() + " is there already"); }
    if (!std::filesystem::exists(directory / "keys.db")) {
        return failed(
            (directory / "keys.db").string() + ": a ledger is restored together with its keys; put them here");
    }
    const auto head = store::restore_ledger(directory / "ledger.db", paths.ledger());
    if (!head) { return failed(head.error()); }
    if (!std::filesystem::copy_file(directory / "keys.db", paths.keys(), error)) {
        return failed((directory / "keys.db").string() + ": " + error.message());
    }
    std::filesystem::permissions(
        paths.keys(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
    if (const auto synced = store::sync_file(paths.keys()); !synced) { return failed(synced.error()); }
    store::remove_snapshots(paths.snapshots());  // They are of another ledger.
    std::printf("restored up to unit %" PRIu64 ", hash %s\n", raw(head->seq), to_hex(head->hash).c_str());
    return 0;
}

int erase(const config::Config& config, std::uint64_t player)
{
    const Paths paths{config.server.data_dir};
    const auto asked = ask_admin(paths.admin_socket(), request_line("erase", "player", std::to_string(player)));
    if (asked.result == AskResult::failed) { return failed(asked.error); }
    if (asked.result == AskResult::no_server) {
        const int status = with_house(config, false, [&](House& house) -> std::optional<std::string> {
            NoOutputs nowhere;
            const auto erased = house.casino().input(house.clock().wall(), nowhere, [&](Context& context) {
                return house.casino().bus().send(session::Erase{static_cast<PlayerId>(player)}, context);
            });
            return erased ? std::nullopt : std::optional{std::string{meaning(erased.error().code)}};
        });
        if (status != 0) { return status; }
    }
    std::printf("player %" PRIu64 ": the key is erased; backups made before still hold it\n", player);
    return 0;
}

int new_game(const std::string& game, const std::filesystem::path& directory)
{
    static constexpr std::string_view kModel = "lucky-lines";
    const auto builtin = rounds::builtin_games();
    const auto model = std::ranges::find_if(
        builtin, [](const auto& one) { return one.text.contains("\"game\": \"" + std::string{kModel} + "\""); });
    CROUPIER_ASSERT(model != builtin.end());
    std::string title = game;
    bool starts = true;
    for (char& c : title) {
        if (c == '-') { c = ' '; }
        if (starts && c >= 'a' && c <= 'z') { c = static_cast<char>(c - 'a' + 'A'); }
        starts = c == ' ';
    }
    std::string text{model->text};
    const auto put = [&](std::string_view member, const std::string& value) {
        const auto begin = text.find('"', text.find("\"" + std::string{member} + "\":") + member.size() + 3);
        text.replace(begin, text.find('"', begin + 1) + 1 - begin, "\"" + value + "\"");
    };
    put("game", game);
    put("name", title);
    if (const auto made = rounds::load_game(text); !made) {
        return failed(made.error().path + ": expected " + made.error().expected);
    }
    // The strips go into a table of their own, which is edited with any spreadsheet.
    const auto strips_at = text.find("\"strips\":");
    const auto strips_end = text.find("\"pays\":");
    const std::string csv = rounds::strips_csv(text);
    text.replace(strips_at, strips_end - strips_at, "\"strips\": \"" + game + ".csv\",\n  ");
    const auto path = directory / (game + ".json");
    const auto strips = directory / (game + ".csv");
    for (const auto& [to, what] : {std::pair{strips, csv}, std::pair{path, text}}) {
        if (std::filesystem::exists(to)) { return failed(to.string() + " is there already"); }
        std::ofstream file{to, std::ios::binary};
        file << what;
        if (!file.flush()) { return failed(to.string() + ": cannot be written"); }
    }
    std::printf("%s, %s: look at it with croupier-rtp, serve it with --set games.directory=%s\n", path.c_str(),
        strips.filename().c_str(), directory.c_str());
    return 0;
}

int reseed(const config::Config& config)
{
    const auto asked = ask_admin(Paths{config.server.data_dir}.admin_socket(), R"({"op":"rng_reseed"})");
    if (asked.result == AskResult::failed) { return failed(asked.error); }
    if (asked.result == AskResult::no_server) { return failed("no server runs on this data directory"); }
    std::printf("the generators passed their tests, and every stream in use has fresh entropy\n");
    return 0;
}

int test_rng()
{
    bool good = true;
    const auto told = [&](const char* what, bool holds) {
        std::printf("%-60s %s\n", what, holds ? "passed" : "FAILED");
        good = good && holds;
    };
    told("HMAC_DRBG SHA-256, known answer", rng::known_answer_holds(rng::Mechanism::hmac));
    told("CTR_DRBG AES-256, known answer", rng::known_answer_holds(rng::Mechanism::ctr));
    adapters::OsEntropy os;
    told("operating system: SP 800-90B start-up tests", rng::TestedEntropy{os, nullptr}.healthy());
    if (adapters::CpuEntropy::present()) {
        adapters::CpuEntropy cpu;
        told("processor (RDSEED): SP 800-90B start-up tests", rng::TestedEntropy{cpu, nullptr}.healthy());
    } else {
        std::printf("%-60s %s\n", "processor (RDSEED)", "not there");
    }
    return good ? 0 : 1;
}

int add_operator(const config::Config& config, const std::string& role)
{
    cashier::Role wanted{};
    if (!boost::describe::enum_from_string(role.c_str(), wanted)) {
        return failed("an operator's role is auditor, cashier or admin");
    }
    adapters::OsEntropy entropy;
    const auto token = make_token(entropy);
    if (!token) { return failed(std::string{meaning(token.error().code)}); }
    const Hash hash = token_hash(*token);
    const int status = change_operator(config,
        R"({"op":"operator_add","role":")" + role + R"(","token_sha256":")" + to_hex(hash) + "\"}",
        {.role = wanted, .token = hash});
    if (status == 0) { std::printf("%s\n", token->c_str()); }
    return status;
}

int remove_operator(const config::Config& config)
{
    char token[256] = {};
    if (std::fgets(token, sizeof token, stdin) == nullptr) { return failed("the token is read from standard input"); }
    const Hash hash = token_hash(std::string_view{token}.substr(0, std::string_view{token}.find('\n')));
    return change_operator(config, R"({"op":"operator_remove","token_sha256":")" + to_hex(hash) + "\"}",
        {.role = std::nullopt, .token = hash});
}

int rebuild_views(const config::Config& config)
{
    const Paths paths{config.server.data_dir};
    const auto built = store::rebuild_views(paths.ledger(), paths.views(), [](Seq done, Seq head) {
        std::fprintf(stderr, "\rviews: %" PRIu64 " of %" PRIu64 " units", raw(done), raw(head));
    });
    std::fprintf(stderr, "\n");
    if (!built) { return failed(built.error()); }
    std::printf("views.db is built up to unit %" PRIu64 "\n", raw(*built));
    return 0;
}

int check_ledger(const config::Config& config)
{
    const Paths paths{config.server.data_dir};
    auto ledger = store::LedgerFile::open(
        paths.ledger(), {.migrate = store::MigrateMode::refuse, .create = false, .verify_tail_units = 0});
    if (!ledger) { return failed(ledger.error()); }
    const auto broken = (*ledger)->verify(Seq{1});
    if (!broken) { return failed(broken.error()); }
    if (*broken) { return failed("unit " + std::to_string(raw((*broken)->seq)) + ": " + (*broken)->what); }
    // Folding asserts what every transfer says about balances and versions; check() then asserts the sums.
    const auto casino = fold_all(config, **ledger);
    if (!casino) { return failed(casino.error()); }
    for (const auto& module : (*casino)->modules()) { module->check(); }
    const Position head = (*ledger)->head();
    std::printf("units %" PRIu64 ", transfers %" PRIu64 ", chain good, sums zero, head %s\n", raw(head.seq),
        raw((*casino)->next_transfer()) - 1, to_hex(head.hash).c_str());
    return 0;
}

}  // namespace croupier::host
