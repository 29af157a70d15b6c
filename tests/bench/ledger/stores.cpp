#include "stores.hpp"

#include "full_path.hpp"
#include "recovery.hpp"

namespace croupier::bench {

std::vector<std::uint64_t> sizes(const Options& options)
{
    std::vector<std::uint64_t> sizes{100'000, 1'000'000};
    if (options.is_long) { sizes.push_back(10'000'000); }
    return sizes;
}

std::filesystem::path store_of(const Options& options, std::uint64_t size)
{
    auto directory = options.directory / ("store-" + std::to_string(size));
    if (std::filesystem::exists(directory)) { return directory; }
    FullPath path{directory, 1024};
    path.fill(Kind::transfer, size - kPlayers - kTail);
    const auto written = store::write_snapshot(directory, path.snapshot());
    if (!written) { give_up(written.error()); }
    path.fill(Kind::transfer, kTail);
    return directory;
}

}  // namespace croupier::bench
