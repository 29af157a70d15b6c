#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "croupier/assert.hpp"
#include "full_path.hpp"
#include "sections.hpp"

namespace croupier::bench {

namespace {

constexpr int kSyncs = 1000;
constexpr std::uint64_t kAccounts = 1'000'000;

std::uint64_t resident_bytes()
{
    std::ifstream file{"/proc/self/statm"};
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void machine(const Options& options)
{
    std::filesystem::create_directories(options.directory);
    const auto path = options.directory / "sync";
    const int file = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) { give_up("opening " + path.string()); }
    std::array<std::byte, 8192> page{};
    std::vector<double> times;
    for (int i = 0; i <= kSyncs; ++i) {
        page[0] = static_cast<std::byte>(i);
        const auto start = Ticks::now();
        const bool done = pwrite(file, page.data(), page.size(), 0) == static_cast<ssize_t>(page.size())
            && fdatasync(file) == 0;
        CROUPIER_ASSERT(done);
        if (i > 0) { times.push_back(seconds_since(start) * 1e6); }  // The first one makes the file.
    }
    close(file);
    std::ranges::sort(times);
    std::printf("## The machine\n\nOverwriting 8 KiB and fdatasync, %d times: median %.0f µs, 99 %% within %.0f µs.\n",
        kSyncs, median(times), times[times.size() * 99 / 100]);
}

void memory(const Options&)
{
    auto casino = make_casino();
    malloc_trim(0);
    const std::uint64_t before = resident_bytes();
    Position position;
    for (std::uint64_t account = 1; account <= kAccounts; ++account) {
        const ledger::AccountOpened opened{.account = AccountId{account},
            .kind = ledger::AccountKind::player,
            .pocket = ledger::Pocket::cash,
            .player = PlayerId{account},
            .currency = currency()};
        UnitContent content{
            .seq = next(position.seq), .first_transfer = casino->next_transfer(), .first_event = casino->next_event()};
        content.events.push_back(EventRow{.type = ledger::AccountOpened::kFact, .body = to_bytes(opened)});
        position.seq = content.seq;
        const bool applied = casino->apply(content, position);
        CROUPIER_ASSERT(applied);
    }
    malloc_trim(0);
    const double each = static_cast<double>(resident_bytes() - before) / kAccounts;
    std::printf("\n## Memory\n\nOne account of %lu: %.0f bytes resident.\n", kAccounts, each);
}

}  // namespace croupier::bench
