#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

// kill -9 keeps the page cache: this shows that what SQLite has of a dead process is whole. What a power cut does is
// crash_test.cpp's.

namespace {

/// The child: appends batches without end, and tells each acknowledged seq through the pipe.
[[noreturn]] void append_until_killed(const std::filesystem::path& path, int acknowledged, std::uint64_t seed)
{
    auto ledger = LedgerFile::open(path);
    if (!ledger) { std::_Exit(1); }
    Chain chain{**ledger};
    std::mt19937_64 random{seed};
    while (true) {
        const Units batch = chain.spins(1 + random() % 30);
        if (!(*ledger)->append(batch)) { std::_Exit(2); }
        const std::uint64_t seq = raw((*ledger)->head().seq);
        if (::write(acknowledged, &seq, sizeof seq) != sizeof seq) { std::_Exit(3); }
        if ((*ledger)->checkpoint_due() && !(*ledger)->checkpoint()) { std::_Exit(4); }
    }
}

}  // namespace

TEST_CASE("ledger file: after kill -9 everything acknowledged is there, and only whole units", "[store]")
{
    const TempDir dir;
    std::mt19937_64 random{20261123};
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 12; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            append_until_killed(dir / "ledger.db", ends[1], random());
        }
        ::close(ends[1]);
        // Kill it somewhere behind a random number of acknowledgements, also during checkpoints.
        const std::uint64_t count = 1 + random() % 120;
        const std::uint64_t before = acknowledged;
        std::uint64_t seq = 0;
        for (std::uint64_t i = 0; i < count && ::read(ends[0], &seq, sizeof seq) == sizeof seq; ++i) {
            acknowledged = seq;
        }
        REQUIRE(::kill(child, SIGKILL) == 0);
        while (::read(ends[0], &seq, sizeof seq) == sizeof seq) { acknowledged = seq; }
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(acknowledged > before);

        auto ledger = open_ledger(dir / "ledger.db");
        const std::uint64_t head = raw(ledger->head().seq);
        CAPTURE(round, acknowledged, head);
        CHECK(head >= acknowledged);
        CHECK(head - acknowledged <= 30);  // At most the batch whose acknowledgement was on its way.
        Chain chain;
        check_holds(*ledger, chain.spins(head));
        acknowledged = head;
    }
}
