#include "process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "worker.hpp"

namespace croupier::vault {

Process::Process(const Options& options) : answer_within_{options.answer_within}, start_within_{options.start_within}
{
    if (!start(options.program)) {
        fail("the process of the generators cannot be started");
        return;
    }
    set_patience(start_within_);
    if (!ask({.op = Op::start,
            .stream = options.instance,
            .bounds = {},
            .ctr = options.ctr,
            .prediction_resistance = options.prediction_resistance,
            .audit_key = options.audit_key})) {
        return;
    }
    set_patience(answer_within_);
}

Process::~Process() { end(); }

bool Process::start(const std::filesystem::path& program)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) { return false; }
    socket_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (ends[1] == kWorkerSocket) {
        ::fcntl(ends[1], F_SETFD, 0);  // A descriptor that is duplicated onto itself would still be closed.
    } else {
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], kWorkerSocket);
    }
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    // In a group of its own: what a terminal tells the server (Ctrl-C) is not for the worker, which ends with the server. And no
    // signal is blocked or ignored there.
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const std::string path = program.string();
    std::string name = "croupier";
    std::string group = "rng";
    std::string command = "work";
    const std::array<char*, 4> arguments{name.data(), group.data(), command.data(), nullptr};
    const int failed = ::posix_spawn(&worker_, path.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(ends[1]);
    if (failed != 0) { worker_ = -1; }
    return failed == 0;
}

void Process::set_patience(std::chrono::milliseconds patience) const
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const timeval time{.tv_sec = seconds.count(), .tv_usec = std::chrono::microseconds{patience - seconds}.count()};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

Result<KeptSeed> Process::seed(std::string_view stream)
{
    auto answer = ask({.op = Op::seed, .stream = std::string{stream}});
    if (!answer) { return refuse(ErrorCode::entropy_unavailable); }
    return std::move(answer->kept);
}

Result<void> Process::draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values)
{
    std::ranges::fill(values, 0);
    const auto answer = ask({.op = Op::draw, .stream = std::string{stream}, .bounds = {bounds.begin(), bounds.end()}});
    if (!answer) { return refuse(ErrorCode::entropy_unavailable); }
    // It is trusted to draw, not to be right about how much.
    if (!std::ranges::equal(answer->values, bounds, std::ranges::less{})) {
        fail("the process of the generators gave values that were not asked for");
        return refuse(ErrorCode::entropy_unavailable);
    }
    std::ranges::copy(answer->values, values.begin());
    return {};
}

bool Process::test()
{
    if (!ready()) { return false; }
    set_patience(start_within_);
    const bool good = ask({.op = Op::test}).has_value();
    if (good) { set_patience(answer_within_); }
    return good;
}

std::optional<Answer> Process::ask(const Request& request)
{
    if (!ready()) { return std::nullopt; }
    packet_.clear();
    ByteWriter{packet_}.write(request);
    if (packet_.size() > kPacketMax || !send_packet(socket_, packet_)) {
        fail("the process of the generators has ended");
        return std::nullopt;
    }
    switch (receive_packet(socket_, packet_)) {
        case Received::nothing_in_time:
            fail("the process of the generators did not answer in time");
            return std::nullopt;
        case Received::end: fail("the process of the generators has ended"); return std::nullopt;
        case Received::packet: break;
    }
    auto answer = from_bytes<Answer>(packet_);
    if (!answer || !answer->failure.empty()) {
        fail(answer ? answer->failure : "the process of the generators said what cannot be read");
        return std::nullopt;
    }
    return answer;
}

void Process::fail(std::string why)
{
    failure_ = std::move(why);
    end();
}

void Process::end()
{
    if (socket_ >= 0) { ::close(std::exchange(socket_, -1)); }
    if (worker_ < 0) { return; }
    ::kill(worker_, SIGKILL);
    int status = 0;
    while (::waitpid(worker_, &status, 0) < 0 && errno == EINTR) {}
    worker_ = -1;
}

}  // namespace croupier::vault
