#include <catch2/catch.hpp>

#include <deque>
#include <mutex>

#include "adapters/seal_key.hpp"
#include "receipt.hpp"
#include "seal_text.hpp"
#include "support.hpp"
#include "views_reader.hpp"

using namespace croupier;
using namespace croupier::test;

TEST_CASE("verify: a seal that does not follow from the ledger is found, and who signed it is checked", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto key = adapters::PemSealKey::open(folder.path() / "seal.pem");
    REQUIRE(key);
    auto contents = night(key->get());
    const auto verified = [&](std::vector<PublicKey> keys) {
        write(folder.path(), contents);
        auto report = verify::verify({.directory = folder.path(), .games = games(), .seal_keys = std::move(keys)});
        REQUIRE(report);
        return std::move(*report);
    };
    const PublicKey ours = (*key)->public_key();
    PublicKey other = ours;
    other[0] ^= std::byte{1};

    SECTION("as it is")
    {
        const auto report = verified({other, ours});
        INFO(told(report));
        CHECK(report.problem_count == 0);
        CHECK(report.signatures == 2);
    }
    SECTION("signed by somebody else") { CHECK(told(verified({other}), "none of the keys has signed it")); }
    const auto change_day = [&](auto change) {
        auto [content, event] = find<ledger::DayClosed>(contents);
        auto fact = from_bytes<ledger::DayClosed>(event->body).value();
        change(fact);
        event->body = to_bytes(fact);
    };
    SECTION("its balances")
    {
        change_day([](auto& day) { ++day.balances.front().balance; });
        const auto report = verified({});
        CHECK(told(report, "its balances are not those of the accounts"));
        CHECK(told(report, "its head is not that of the ledger"));
    }
    SECTION("what moved")
    {
        change_day([](auto& day) { --day.flows.back().amount; });
        CHECK(told(verified({}), "what moved is not what it says"));
    }
    SECTION("when it was")
    {
        change_day([](auto& day) { ++day.day; });
        CHECK(told(verified({}), "its time had not come"));
    }
    SECTION("its root")
    {
        auto [content, event] = find<ledger::DaySealed>(contents);
        auto fact = from_bytes<ledger::DaySealed>(event->body).value();
        fact.head.root[0] ^= std::byte{1};
        event->body = to_bytes(fact);
        const auto report = verified({ours});
        CHECK(told(report, "seal 1: its head is not that of the ledger"));
        CHECK(told(report, "seal 1: none of the keys has signed it"));
    }
}

TEST_CASE("receipt: it holds as it is, and not with any one thing changed", "[verify]")
{
    const fakes::TemporaryFolder folder;
    auto key = adapters::PemSealKey::open(folder.path() / "seal.pem");
    REQUIRE(key);
    TestCasino casino{TestCasino::demo(), 1, key->get()};
    casino.player("Ada");
    REQUIRE(casino.hello(1, "Ada"));
    for (std::uint64_t n = 1; n <= 300; ++n) { REQUIRE(casino.spin(1, n)); }
    REQUIRE(casino.send(ledger::CloseDay{.at_once = true}));
    const auto sealed = casino.send(seal_of(casino));
    REQUIRE(sealed);
    auto views = store::ViewsFile::open(folder.path() / "views.db");
    REQUIRE(views);
    REQUIRE((*views)->apply(casino.store.units()));

    std::deque<std::move_only_function<void()>> posted;
    std::mutex mutex;
    store::ViewsReader reader{folder.path() / "views.db",
        [&](std::move_only_function<void()> task) {
            const std::lock_guard lock{mutex};
            posted.push_back(std::move(task));
        },
        [](Seq) {}};
    std::optional<store::Inclusion> inclusion;
    const Seq unit{100};
    reader.inclusion(unit, sealed->head.size, [&](const auto& viewed) { inclusion = viewed->rows; });
    while (!inclusion) {
        const std::lock_guard lock{mutex};
        if (posted.empty()) { continue; }
        posted.front()();
        posted.pop_front();
    }
    const std::string text = host::receipt(*inclusion, {.number = 1, .sealed = *sealed, .report = {}});
    const auto whole = verify::parse_receipt(text);
    REQUIRE(whole);
    const PublicKey ours = (*key)->public_key();
    CHECK(verify::check_receipt(*whole, ours) == std::nullopt);
    CHECK(whole->leaf.request.answer == casino.store.units().at(raw(unit) - 1)->content.request.answer);

    // Any letter of what it says: either it cannot be read any more, or it does not hold. (number and date are not signed.)
    const auto unsigned_from = text.find("\"seal\":{\"number\"");
    const auto unsigned_to = text.find("\"ended\"");
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at > unsigned_from && at < unsigned_to && text.compare(at, 1, ",") != 0) { continue; }
        std::string forged = text;
        forged[at] = forged[at] == '1' ? '2' : '1';
        const auto read = verify::parse_receipt(forged);
        if (!read) { continue; }
        CAPTURE(at, forged.substr(at > 20 ? at - 20 : 0, 40));
        CHECK(verify::check_receipt(*read, ours) != std::nullopt);
    }
    auto other = ours;
    other[0] ^= std::byte{1};
    CHECK(verify::check_receipt(*whole, other) != std::nullopt);
}
