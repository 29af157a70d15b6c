#include "croupier/assert.hpp"
#include "full_path.hpp"
#include "sections.hpp"

namespace croupier::bench {

namespace {

constexpr std::size_t kUnits = 65'536;
constexpr std::size_t kBatch = 256;

/// Keeps what is submitted, and calls nothing durable.
class KeepingStore final : public Store {
public:
    Position committed() const override { return {}; }
    bool admits(Admission, std::size_t) const override { return true; }
    bool disk_low() const override { return false; }
    void submit(std::shared_ptr<const Unit> unit) override { units.push_back(std::move(unit)); }
    void allow(Seq) override {}
    void on_committed(std::function<void(const Committed&)>) override {}
    void read(Seq, std::size_t, std::function<void(std::vector<std::shared_ptr<const Unit>>)>) override {}
    void backup(std::filesystem::path, std::function<void(std::optional<std::string>)>) override {}
    void close(std::function<void()>) override {}

    store::Units units;
};

double nanos_each(Ticks::time_point start, std::size_t count)
{
    return seconds_since(start) * 1e9 / static_cast<double>(count);
}

struct Times {
    std::vector<double> decide;
    std::vector<double> seal;
    std::vector<double> append;
};

void measure(const Options& options, Kind kind, Times& times)
{
    const auto directory = options.directory / "stages";
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    auto casino = make_casino();
    KeepingStore store;
    casino->open(store);
    Players players{*casino};
    players.open();
    store.units.reserve(kUnits + 1000);

    const auto ledger = open_ledger(directory);
    const auto append = [&](std::span<const std::shared_ptr<const Unit>> units) {
        for (std::size_t i = 0; i < units.size(); i += kBatch) {
            const auto done = ledger->append(units.subspan(i, std::min(kBatch, units.size() - i)));
            if (!done) { give_up(done.error()); }
            if (ledger->checkpoint_due() && !ledger->checkpoint()) { give_up("the checkpoint failed"); }
        }
    };
    append(store.units);
    store.units.clear();

    const Position before = casino->submitted();
    auto start = Ticks::now();
    for (std::size_t i = 0; i < kUnits; ++i) { players.decide(kind, players.uniform()); }
    times.decide.push_back(nanos_each(start, kUnits));

    std::vector<UnitContent> contents;
    for (const auto& unit : store.units) { contents.push_back(unit->content); }
    Position position = before;
    start = Ticks::now();
    for (UnitContent& content : contents) { position = seal_unit(std::move(content), position).position; }
    times.seal.push_back(nanos_each(start, kUnits));
    CROUPIER_ASSERT(position == casino->submitted());

    start = Ticks::now();
    append(store.units);
    times.append.push_back(nanos_each(start, kUnits));
}

}  // namespace

void stages(const Options& options)
{
    std::printf(
        "\n## A unit's way, one stage at a time\n\n"
        "| unit | decided and sealed, ns | of which sealing, ns | appended, %zu a transaction, ns |\n|---|---|---|---|\n",
        kBatch);
    for (const Kind kind : {Kind::transfer, Kind::spin}) {
        Times times;
        for (int round = 0; round < options.rounds; ++round) { measure(options, kind, times); }
        std::printf("| %s | %.0f | %.0f | %.0f |\n", kind == Kind::spin ? "spin" : "one transfer", median(times.decide),
            median(times.seal), median(times.append));
    }
}

}  // namespace croupier::bench
