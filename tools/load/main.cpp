// croupier-load: plays against a running server, measures, and checks every balance in the end.
// Exit status: 0 all is well, 1 the server broke a promise or a session could not go on, 2 wrong usage.

#include <CLI/CLI.hpp>

#include <netdb.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "plan.hpp"
#include "report.hpp"
#include "script.hpp"
#include "swarm.hpp"

namespace {

using croupier::load::Plan;

/// Fills server, host and path; otherwise what is wrong.
std::optional<std::string> read_url(std::string url, Plan& plan)
{
    for (const std::string scheme : {"http://", "ws://"}) {
        if (url.starts_with(scheme)) { url.erase(0, scheme.size()); }
    }
    if (url.find("://") != std::string::npos) { return "only http:// (the tool speaks no TLS)"; }
    if (const auto slash = url.find('/'); slash != std::string::npos) {
        if (url.size() > slash + 1) { plan.path = url.substr(slash); }
        url.erase(slash);
    }
    plan.host = url;
    const auto colon = url.rfind(':');
    const auto name = url.substr(0, colon);
    const auto port = colon == std::string::npos ? std::string{"80"} : url.substr(colon + 1);

    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(name.c_str(), port.c_str(), &hints, &found); error != 0) {
        return url + ": " + ::gai_strerror(error);
    }
    std::memcpy(&plan.server, found->ai_addr, sizeof plan.server);
    ::freeaddrinfo(found);
    return std::nullopt;
}

/// A descriptor a session; the soft limit of most shells is 1024.
void allow_many_descriptors()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) { return; }
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Plays against a Croupier server in closed loop (each session sends its next command when the last one "
        "is answered) or open loop (--rate), and prints throughput, latency and whether all balances agree."};
    Plan plan;
    std::string url = "http://127.0.0.1:8080";
    std::string script;
    double seconds = 0;
    double reconnect_seconds = 0;
    std::uint64_t spins = 0;
    bool json = false;
    app.add_option("--url", url, "Where the server is; the path defaults to /ws, with --echo to /ws/echo");
    app.add_option("--sessions", plan.sessions, "How many play at once")->check(CLI::Range(1, 100'000));
    auto* const for_seconds = app.add_option("--seconds", seconds, "Play so long (10 unless --spins-per-session)");
    auto* const for_spins = app.add_option("--spins-per-session", spins, "Or so many commands each");
    for_spins->excludes(for_seconds);
    app.add_option("--rate", plan.rate,
        "Open loop: so many commands a second over all sessions; latency counts from the time each was due");
    app.add_option("--script", script,
           "Send what croupier-replay --script has written, when it was sent; instead of all of the above")
        ->check(CLI::ExistingFile);
    app.add_option("--speed", plan.speed, "So much faster than the script was")->check(CLI::Range(0.001, 100'000.0));
    app.add_option("--game", plan.game, "The game to play");
    app.add_option("--stake", plan.stake, "In minor units");
    app.add_option("--bets", plan.bets, R"(For a table game, JSON: '[{"kind":"red","stake":100}]')");
    app.add_option("--prefix", plan.prefix, "Nicknames begin so")->check([](const std::string& text) {
        return text.empty() || text.size() > 8 ? "1 to 8 characters" : "";
    });
    app.add_flag("--echo", plan.echo, "Send the same frames to an echo server and expect them back");
    app.add_flag("--idle", plan.idle, "Only open the sessions, print 'ready', and stay");
    app.add_flag("--ignore-refusals", plan.ignore_refusals, "Play on after a final refusal such as insufficient_funds");
    app.add_option("--reconnect", reconnect_seconds,
        "When a connection breaks, try so many seconds to reconnect, prove the last answer and repeat what was open");
    app.add_option("--ack-log", plan.ack_log, "Write each answer there at once, a JSON line each");
    app.add_flag("--json", json, "Print one line of JSON");
    CLI11_PARSE(app, argc, argv);

    if (plan.echo) { plan.path = "/ws/echo"; }
    if (const auto wrong = read_url(url, plan)) {
        std::fprintf(stderr, "croupier-load: --url: %s\n", wrong->c_str());
        return 2;
    }
    using Seconds = std::chrono::duration<double>;
    if (!script.empty()) {
        if (const auto wrong = croupier::load::read_script(script, plan)) {
            std::fprintf(stderr, "croupier-load: %s\n", wrong->c_str());
            return 2;
        }
    } else if (spins > 0) {
        plan.spins_per_session = spins;
    } else {
        plan.duration = std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds{seconds > 0 ? seconds : 10});
    }
    if (reconnect_seconds > 0) {
        plan.reconnect_for = std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds{reconnect_seconds});
    }

    croupier::load::Tally tally;
    if (!plan.ack_log.empty()) {
        tally.acks.open(plan.ack_log, std::ios::app);
        if (!tally.acks) {
            std::fprintf(stderr, "croupier-load: %s: cannot be written\n", plan.ack_log.c_str());
            return 2;
        }
    }
    allow_many_descriptors();
    const bool ended = croupier::load::Swarm{plan, tally}.run();
    if (!ended && tally.first_failure.empty()) { tally.first_failure = "a session got no answer any more"; }
    std::printf("%s\n", json ? report_json(plan, tally).c_str() : report_text(plan, tally).c_str());
    const bool well = ended && tally.violations.empty() && tally.sessions_checked == plan.sessions;
    return well ? 0 : 1;
}
