#include <catch2/catch.hpp>

#include <charconv>
#include <fstream>
#include <sstream>

#include "snapshot.hpp"
#include "support.hpp"

using namespace croupier;
using namespace croupier::store;
using namespace croupier::store::test;

// docs/format.md carries golden vectors: lines "<name>: <hex>" inside blocks fenced with ```golden. They are read from the
// page itself, so that the page and the code can only change together.

namespace {

std::map<std::string, std::string> golden_lines()
{
    std::ifstream page{"docs/format.md"};  // ctest runs in the source folder.
    REQUIRE(page);
    std::map<std::string, std::string> lines;
    std::string line;
    std::string name;
    bool golden = false;
    while (std::getline(page, line)) {
        if (line.starts_with("```")) {
            golden = line == "```golden";
        } else if (golden) {
            // A name starts a line; lines that start with a space go on with the hex of the one before.
            if (!line.starts_with(' ')) { name = line.substr(0, line.find(':')); }
            const auto hex = line.starts_with(' ') ? line : line.substr(line.find(':') + 1);
            std::ranges::copy_if(hex, std::back_inserter(lines[name]), [](char c) { return c != ' '; });
        }
    }
    return lines;
}

Bytes from_hex(const std::string& hex)
{
    REQUIRE(hex.size() % 2 == 0);
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        REQUIRE(error == std::errc{});
        REQUIRE(end == hex.data() + i + 2);
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

/// The units of the page, as its text describes them.
std::vector<UnitContent> golden_contents()
{
    std::vector<UnitContent> contents(3);
    // 1: the house's bank opens and gets its capital.
    contents[0].at = from_micros(1'795'460'520'000'000);  // 2026-11-23T19:02:00Z
    contents[0].events.push_back({.stream = 0,
        .type = ledger::AccountOpened::kFact,
        .after_transfers = 0,
        .body = to_bytes(ledger::AccountOpened{
            AccountId{1}, ledger::AccountKind::bank, ledger::Pocket::cash, PlayerId{0}, euro()})});
    contents[0].events.push_back({.stream = 0,
        .type = ledger::AccountOpened::kFact,
        .after_transfers = 0,
        .body = to_bytes(ledger::AccountOpened{
            AccountId{2}, ledger::AccountKind::adjustments, ledger::Pocket::cash, PlayerId{0}, euro()})});
    contents[0].transfers.push_back({.debit = AccountId{2},
        .credit = AccountId{1},
        .amount = 1'000'000,
        .currency = euro(),
        .code = ledger::TransferCode::capital,
        .debit_after = -1'000'000,
        .credit_after = 1'000'000,
        .debit_version = 1,
        .credit_version = 1});
    // 2: a refusal that is recorded, and nothing else.
    contents[1].at = from_micros(1'795'460'521'000'001);
    contents[1].request.scope = 7;
    contents[1].request.key = Bytes{
        std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
    contents[1].request.content_hash = sha256(as_bytes("spin"));
    contents[1].request.result = static_cast<std::uint16_t>(ErrorCode::insufficient_funds);
    contents[1].request.answer = R"({"re":1,"error":{"code":"insufficient_funds"}})";
    // 3: nothing but a time before 1970, in a later epoch.
    contents[2].at = from_micros(-1);
    return contents;
}

}  // namespace

TEST_CASE("format: the golden units of docs/format.md are what this code writes and reads", "[store]")
{
    const auto golden = golden_lines();
    Chain chain;
    Units units;
    auto contents = golden_contents();
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const auto name = "unit " + std::to_string(i + 1);
        CAPTURE(name);
        if (i == 2) { chain.epoch(Epoch{2}); }
        const Hash before = chain.head().hash;
        const auto unit = chain.add(contents[i]);
        CHECK(golden.contains(name));
        CHECK(to_hex(unit->bytes) == (golden.contains(name) ? golden.at(name) : ""));
        const auto hash_name = "hash " + std::to_string(i + 1);
        CHECK(to_hex(unit->position.hash) == (golden.contains(hash_name) ? golden.at(hash_name) : ""));
        units.push_back(unit);
        if (!golden.contains(name)) { continue; }

        const auto read = open_unit(from_hex(golden.at(name)));
        REQUIRE(read);
        CHECK(to_bytes(*read) == unit->bytes);
        CHECK(sha256(before, from_hex(golden.at(name))) == unit->position.hash);
    }

    // The same units out of rows.
    const TempDir dir;
    auto ledger = open_ledger(dir / "ledger.db");
    append(*ledger, units);
    check_holds(*ledger, units);
}

TEST_CASE("format: the golden snapshot of docs/format.md is what this code writes and reads", "[store]")
{
    const auto golden = golden_lines();
    Snapshot snapshot;
    snapshot.position = Position{Epoch{1}, Seq{3}, sha256(as_bytes("three"))};
    snapshot.sections = {{"ledger", 1, Bytes{std::byte{1}, std::byte{2}}}, {"session", 4, {}}};
    REQUIRE(golden.contains("snapshot"));
    CHECK(to_hex(encode_snapshot(snapshot)) == golden.at("snapshot"));
    CHECK(decode_snapshot(from_hex(golden.at("snapshot"))) == snapshot);
}

TEST_CASE("format: a ledger's tables have exactly the columns that docs/format.md lists", "[store]")
{
    const TempDir dir;
    REQUIRE(open_ledger(dir / "ledger.db")->close());
    std::ifstream page{"docs/format.md"};
    std::stringstream text;
    text << page.rdbuf();
    Connection connection{(dir / "ledger.db").string(), OpenMode::existing};
    for (const std::string table : {"commits", "transfers", "events"}) {
        std::string columns;
        Statement info{connection, "SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid"};
        while (info.step()) { columns += (columns.empty() ? "" : ", ") + std::string{info.text_at(0)}; }
        CAPTURE(table, columns);
        CHECK(text.str().find("`" + table + "(" + columns + ")`") != std::string::npos);
    }
}
