#include "recovery.hpp"

#include <algorithm>

#include "croupier/assert.hpp"
#include "read_ahead.hpp"

namespace croupier::host {

namespace {

constexpr std::string_view kCounters = "casino";  // The host's own section: the next ids and the ledger's time.
constexpr std::uint32_t kCountersVersion = 2;

const store::SnapshotSection* find(const store::Snapshot& snapshot, std::string_view name, std::uint32_t version)
{
    const auto found = std::ranges::find(snapshot.sections, name, &store::SnapshotSection::name);
    return found == snapshot.sections.end() || found->version != version ? nullptr : &*found;
}

/// Says so if the ledger began with another currency: no module could fold it. Its first unit opens the house's accounts.
std::optional<std::string> check_currency(store::LedgerFile& ledger, Currency currency)
{
    const auto units = ledger.read(Seq{1}, 1);
    if (!units) { return units.error(); }
    const auto first = units->empty() ? std::nullopt : open_unit(units->front()->bytes);
    if (!first) { return std::nullopt; }  // It is empty, or recover() says what is wrong.
    for (const EventRow& row : first->events) {
        const auto opened = from_bytes<ledger::AccountOpened>(row.body);
        if (row.type != ledger::AccountOpened::kFact || !opened || opened->currency == currency) { continue; }
        return "the ledger is in " + std::string{opened->currency.code()} + ", and server.currency is "
            + std::string{currency.code()} + "; a ledger keeps the currency that it began with";
    }
    return std::nullopt;
}

/// The casino at the newest usable snapshot; at seq 0 if there is none.
std::expected<Recovered, std::string> nearest(store::LedgerFile& ledger, const std::filesystem::path& directory,
    const MakeCasino& make, const std::function<void(const std::string&)>& problem)
{
    auto loaded = store::load_snapshots(directory);
    for (const std::string& what : loaded.problems) { problem(what); }
    for (const store::Snapshot& snapshot : loaded.snapshots) {
        const std::string at = "snapshot at " + std::to_string(raw(snapshot.position.seq)) + ": ";
        const auto hash = ledger.hash_at(snapshot.position.seq);
        if (!hash) { return std::unexpected{hash.error()}; }
        if (*hash != snapshot.position.hash) {
            problem(at + "the ledger has another hash at this seq");
            continue;
        }
        auto casino = make();
        if (restore_snapshot(*casino, snapshot)) { return Recovered{std::move(casino), snapshot.position.seq, 0}; }
        problem(at + "a section is missing, of another version or unreadable");
    }
    return Recovered{make(), Seq{0}, 0};
}

}  // namespace

std::expected<Recovered, std::string> recover(store::LedgerFile& ledger, Currency currency,
    const std::filesystem::path& snapshots, const MakeCasino& make,
    const std::function<void(const std::string&)>& problem, const std::function<void(Seq, Seq)>& progress)
{
    if (auto other = check_currency(ledger, currency)) { return std::unexpected{std::move(*other)}; }
    auto recovered = nearest(ledger, snapshots, make, problem);
    if (!recovered) { return recovered; }
    Casino& casino = *recovered->casino;
    const Position head = ledger.head();
    store::ReadAhead ahead{ledger, next(casino.submitted().seq)};
    Bytes bytes;
    while (casino.submitted().seq != head.seq) {
        const auto units = ahead.next();
        if (!units) { return std::unexpected{units.error()}; }
        if (units->empty()) { return std::unexpected{std::string{"the ledger ends before its head"}}; }
        for (const store::StoredUnit& unit : *units) {
            bytes.clear();
            ByteWriter{bytes}.write(unit.content);
            const bool chained = chain_hash(casino.submitted().hash, bytes) == unit.hash;
            const Position position{unit.content.epoch, unit.content.seq, unit.hash};
            if (!chained || !casino.apply(unit.content, position)) {
                return std::unexpected{"unit " + std::to_string(raw(position.seq))
                    + " cannot be folded: its hash does not follow, or it holds a fact that this version does not know"};
            }
            ++recovered->units;
        }
        progress(casino.submitted().seq, head.seq);
    }
    if (casino.submitted() != head) {
        return std::unexpected{std::string{"the chain does not end at the ledger's head"}};
    }
    return recovered;
}

std::optional<std::string> fold_units(Casino& casino, store::LedgerFile& ledger, Seq seq)
{
    if (raw(seq) == 0) { return std::nullopt; }
    store::ReadAhead ahead{ledger, Seq{1}};
    while (casino.submitted().seq < seq) {
        const auto units = ahead.next();
        if (!units) { return units.error(); }
        if (units->empty()) { return "the ledger ends before unit " + std::to_string(raw(seq)); }
        for (const store::StoredUnit& unit : *units) {
            if (casino.submitted().seq == seq) { break; }
            const Position position{unit.content.epoch, unit.content.seq, unit.hash};
            if (!casino.apply(unit.content, position)) {
                return "unit " + std::to_string(raw(position.seq)) + " cannot be folded by this build";
            }
        }
    }
    return std::nullopt;
}

std::vector<store::SnapshotSection> snapshot_sections(const Casino& casino)
{
    std::vector<store::SnapshotSection> sections;
    const auto add = [&](std::string_view name, std::uint32_t version, auto&& write) {
        store::SnapshotSection section{std::string{name}, version, {}};
        ByteWriter writer{section.bytes};
        write(writer);
        sections.push_back(std::move(section));
    };
    add(kCounters, kCountersVersion, [&](ByteWriter& out) {
        out.write(casino.next_transfer());
        out.write(casino.next_event());
        out.write(casino.time());
    });
    for (const auto& module : casino.modules()) {
        add(module->name(), module->version(), [&](ByteWriter& out) { module->save(out); });
    }
    std::ranges::sort(sections, {}, &store::SnapshotSection::name);
    return sections;
}

bool restore_snapshot(Casino& casino, const store::Snapshot& snapshot)
{
    const auto* counters = find(snapshot, kCounters, kCountersVersion);
    if (counters == nullptr) { return false; }
    ByteReader reader{counters->bytes};
    const auto next_transfer = reader.read<TransferId>();
    const auto next_event = reader.read<EventId>();
    const auto time = reader.read<WallTime>();
    if (!reader.complete()) { return false; }
    return casino.restore(snapshot.position, next_transfer, next_event, time,
        [&](std::string_view module, std::uint32_t version) -> const Bytes* {
            const auto* section = find(snapshot, module, version);
            return section == nullptr ? nullptr : &section->bytes;
        });
}

}  // namespace croupier::host
