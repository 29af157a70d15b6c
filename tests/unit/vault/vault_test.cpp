#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "temporary_folder.hpp"
#include "vault/process.hpp"
#include "vault/sandbox.hpp"

using namespace croupier;
using namespace std::chrono_literals;

namespace {

/// What `body` returns in a process of its own.
int in_a_process(int (*body)())
{
    const pid_t child = ::fork();
    if (child == 0) { ::_exit(body()); }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/// A program that stands in for the worker: a shell script, whose socket is descriptor 3.
std::filesystem::path script(const fakes::TemporaryFolder& folder, const std::string& text)
{
    const auto path = folder / "worker";
    std::ofstream{path} << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

}  // namespace

TEST_CASE("sandbox: no file, no socket and no process is to be had behind it, and randomness still is", "[vault]")
{
    REQUIRE(in_a_process([] { return 7; }) == 7);
    CHECK(in_a_process([] {
        if (!vault::enter_sandbox()) { return 1; }
        if (::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM) { return 2; }
        if (::open("/tmp/croupier-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || errno != EPERM) { return 3; }
        if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) { return 4; }
        if (::fork() >= 0 || errno != EPERM) { return 5; }
        std::array<char*, 1> none{nullptr};
        if (::execve("/bin/true", none.data(), none.data()) != -1 || errno != EPERM) { return 6; }
        std::array<char, 32> random{};
        if (::getrandom(random.data(), random.size(), 0) != 32) { return 7; }
        return 0;
    }) == 0);
}

TEST_CASE("vault: a program that is none, ends, is silent or talks nonsense is a failure that stays", "[vault]")
{
    const fakes::TemporaryFolder folder;
    const auto failure = [&](const std::string& text) {
        vault::Process process{
            {.program = script(folder, text), .instance = "test", .answer_within = 50ms, .start_within = 300ms}};
        CHECK_FALSE(process.ready());
        CHECK(process.worker() == -1);
        CHECK_FALSE(process.seed("a").has_value());
        Value value = 7;
        const Bound bound = 10;
        CHECK_FALSE(process.draw("a", {&bound, 1}, {&value, 1}).has_value());
        CHECK(value == 0);
        CHECK_FALSE(process.test());
        return process.failure();
    };
    CHECK(failure("exit 0").ends_with("has ended"));
    CHECK(failure("sleep 5").ends_with("in time"));
    CHECK(failure("printf x >&3; sleep 5").ends_with("cannot be read"));
    vault::Process nothing{{.program = folder / "nothing", .instance = "test", .start_within = 300ms}};
    CHECK_FALSE(nothing.ready());
}
