#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

#include "croupier/fair.hpp"
#include "temporary_folder.hpp"
#include "test_casino.hpp"

using namespace croupier;
using fakes::TestCasino;

namespace {

fair::ServerSeed counted()
{
    fair::ServerSeed seed{};
    for (std::size_t i = 0; i < seed.size(); ++i) { seed[i] = static_cast<std::byte>(i); }
    return seed;
}

const std::vector<rounds::Bet> kUnder{{"under", {5000}, 100}};

/// A player at the dice table.
struct Table {
    TestCasino casino;
    session::LoggedIn ada = casino.player("Ada");

    Result<rounds::Spun> roll() { return casino.send(rounds::Spin{ada.player, "dice", 0, kUnder}); }
    fair::Pairs pairs()
    {
        const auto shown = casino.send(fair::Show{ada.player, "dice"});
        REQUIRE(shown.has_value());
        return *shown;
    }
    Result<fair::Pairs> rotate(std::uint64_t after, const std::string& client_seed)
    {
        return casino.send(fair::Rotate{ada.player, "dice", after, client_seed});
    }
};

std::uint32_t number(const rounds::Spun& spun)
{
    return std::get<rounds::DiceRolled>(spun.outcome.events.front()).number;
}
rounds::DecidedBySeeds decided(const rounds::Spun& spun)
{
    return std::get<rounds::DecidedBySeeds>(spun.outcome.events.back());
}

}  // namespace

TEST_CASE("fair: the test vectors of docs/fair.md", "[fair]")
{
    // Computed with Python's hmac and hashlib, from the description alone.
    const std::string text = fair::seed_text(counted(), sha256(as_bytes("{}")));
    CHECK(text
        == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f."
           "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    CHECK(to_hex(fair::commitment(text)) == "5f9138c8db1fc199d1b35eb5fc7f6387e070c6ea80dda35a886c42b91ab9f6b7");
    const auto drawn = [&](fair::Scheme scheme, std::string_view client, std::uint64_t nonce,
                           std::vector<Bound> bounds) { return fair::values(scheme, text, client, nonce, bounds); };
    for (const auto scheme : {fair::Scheme::v1, fair::Scheme::v2}) {
        CHECK(drawn(scheme, "my-seed", 1, {10000}) == std::vector<Value>{5721});
        CHECK(drawn(scheme, "my-seed", 2, {10000}) == std::vector<Value>{2685});
        CHECK(drawn(scheme, "my-seed", 3, {10000}) == std::vector<Value>{6295});
    }
    // Twelve values take two blocks of the stream.
    CHECK(drawn(fair::Scheme::v1, "my-seed", 1, {52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41})
        == std::vector<Value>{29, 42, 26, 14, 18, 21, 33, 6, 4, 14, 38, 29});
    // A word that would bias the value: v1 takes it, v2 passes it over.
    CHECK(drawn(fair::Scheme::v1, "x", 2, {3'000'000'000}) == std::vector<Value>{638'329'643});
    CHECK(drawn(fair::Scheme::v2, "x", 2, {3'000'000'000}) == std::vector<Value>{2'411'613'745});
}

TEST_CASE("fair: a round follows from the revealed seed, the player's own, and the nonce", "[fair]")
{
    Table table;
    // The server seed is promised first, then the player names one: neither is chosen by who knows the other.
    const auto promise = table.pairs().next;
    CHECK(promise.index == 1);
    const auto before = table.rotate(0, "adas-own");
    REQUIRE(before.has_value());
    CHECK(before->past.empty());
    CHECK(before->current->commitment == promise.commitment);
    CHECK(before->current->definition == promise.definition);
    CHECK(before->next.index == 2);
    CHECK(before->next.commitment != promise.commitment);
    std::vector<std::uint32_t> rolled;
    for (std::uint64_t nonce = 1; nonce <= 20; ++nonce) {
        const auto spun = table.roll();
        REQUIRE(spun.has_value());
        CHECK(decided(*spun) == rounds::DecidedBySeeds{1, nonce});
        CHECK(spun->win == (number(*spun) < 5000 ? 198 : 0));
        rolled.push_back(number(*spun));
    }
    CHECK(table.pairs().current->commitment == before->current->commitment);
    CHECK(table.pairs().current->rounds == 20);

    const auto after = table.rotate(1, "another");
    REQUIRE(after.has_value());
    REQUIRE(after->past.size() == 1);
    const fair::Past& past = after->past.front();
    CHECK(fair::commitment(past.seed) == before->current->commitment);
    CHECK(past.seed.ends_with(to_hex(before->current->definition)));
    CHECK(past.pair.client_seed == "adas-own");
    for (std::uint64_t nonce = 1; nonce <= 20; ++nonce) {
        const std::array bounds{Bound{10000}};
        CHECK(fair::values(past.pair.scheme, past.seed, "adas-own", nonce, bounds).front() == rolled[nonce - 1]);
    }
    CHECK(after->current->index == 2);
    CHECK(after->current->client_seed == "another");
    CHECK(after->current->commitment == before->next.commitment);
}

TEST_CASE("fair: a rotation that was asked for twice happens once, and not over another's head", "[fair]")
{
    Table table;
    const auto nothing = table.casino.casino->submitted().seq;
    CHECK(table.rotate(1, "one").error().code == ErrorCode::seeds_changed);
    CHECK(table.casino.casino->submitted().seq == nothing);  // A refusal leaves no fact.
    CHECK(!table.pairs().current);
    const auto promised = table.pairs().next.commitment;
    CHECK(table.pairs().next.commitment == promised);  // Asking does not choose.
    REQUIRE(table.rotate(0, "one").has_value());
    const auto units = table.casino.casino->submitted().seq;
    const auto again = table.rotate(0, "one");
    REQUIRE(again.has_value());
    CHECK(again->current->index == 1);
    CHECK(table.casino.casino->submitted().seq == units);
    CHECK(table.rotate(0, "two").error().code == ErrorCode::seeds_changed);
    CHECK(table.rotate(2, "two").error().code == ErrorCode::seeds_changed);
    for (const std::string seed : {std::string{}, std::string(65, 'a'), std::string{"a b"}, std::string{"a:b"}}) {
        CHECK(table.rotate(1, seed).error().code == ErrorCode::malformed);
    }
    const auto other = table.casino.send(fair::Rotate{table.ada.player, "lucky-lines", 0, "one"});
    CHECK(other.error().code == ErrorCode::game_unknown);
}

TEST_CASE("fair: seeds that decided as many rounds as they may are revealed and followed by others", "[fair]")
{
    auto config = TestCasino::demo();
    config.fair.rounds_max = 3;
    config.fair.past_kept = 2;
    Table table{.casino = TestCasino{config}};
    REQUIRE(table.rotate(0, "mine").has_value());
    for (int round = 0; round < 10; ++round) { REQUIRE(table.roll().has_value()); }
    const auto pairs = table.pairs();
    CHECK(pairs.current->index == 4);
    CHECK(pairs.current->rounds == 1);
    CHECK(pairs.current->client_seed == "mine");
    REQUIRE(pairs.past.size() == 2);
    CHECK(pairs.past.front().pair.index == 3);
    CHECK(pairs.past.front().pair.rounds == 3);
}

TEST_CASE("fair: a player who chose no seed gets one, and each has seeds of their own", "[fair]")
{
    Table table;
    const auto bob = table.casino.player("Bob");
    REQUIRE(table.roll().has_value());
    REQUIRE(table.casino.send(rounds::Spin{bob.player, "dice", 0, kUnder}).has_value());
    const auto adas = table.pairs();
    const auto bobs = table.casino.send(fair::Show{bob.player, "dice"});
    REQUIRE(bobs.has_value());
    CHECK(adas.current->client_seed == "player-" + std::to_string(raw(table.ada.player)));
    CHECK(adas.current->commitment != bobs->current->commitment);
}

TEST_CASE("fair: no fact holds a server seed that still decides rounds, and a restart goes on with it", "[fair]")
{
    Table table;
    REQUIRE(table.rotate(0, "mine").has_value());
    REQUIRE(table.roll().has_value());
    const auto before = table.pairs();
    table.casino.crash();
    CHECK(TestCasino::state(*table.casino.casino) == TestCasino::state(*table.casino.folded()));
    CHECK(table.pairs().current->commitment == before.current->commitment);
    const auto spun = table.roll();
    REQUIRE(spun.has_value());
    CHECK(decided(*spun) == rounds::DecidedBySeeds{1, 2});
    const auto after = table.rotate(1, "mine");
    REQUIRE(after.has_value());
    const std::string& seed = after->past.front().seed;
    std::size_t holding = 0;
    for (const auto& unit : table.casino.store.units()) { holding += as_text(unit->bytes).contains(seed) ? 1 : 0; }
    CHECK(holding == 1);  // The one that reveals it.
}

TEST_CASE("fair: another version of the game ends a pair, and what was promised for the old one", "[fair]")
{
    // The same dice with another edge, beside the casino that has the shipped one.
    const fakes::TemporaryFolder folder;
    std::ifstream shipped{"config/games/dice.json"};
    auto definition = nlohmann::json::parse(shipped);
    definition["edge_ppm"] = 5'000;
    std::ofstream{folder / "dice.json"} << definition.dump();
    Table table;
    REQUIRE(table.rotate(0, "mine").has_value());
    REQUIRE(table.roll().has_value());
    const auto old = table.pairs();
    auto config = TestCasino::demo();
    config.games.directory = folder.path();
    table.casino.restart_with(config);
    const auto spun = table.roll();
    REQUIRE(spun.has_value());
    const auto now = table.pairs();
    CHECK(decided(*spun) == rounds::DecidedBySeeds{2, 1});
    CHECK(now.current->definition != old.current->definition);
    CHECK(now.current->commitment != old.next.commitment);
    CHECK(now.current->client_seed == "mine");
    CHECK(now.past.front().pair.commitment == old.current->commitment);
}

TEST_CASE("fair: a round whose seeds cannot be opened is void, and its stake goes back", "[fair]")
{
    Table table;
    REQUIRE(table.roll().has_value());
    const auto balance = table.casino.balance(table.ada.player);
    table.casino.keys.erase(raw(table.ada.player));
    const auto spun = table.roll();
    REQUIRE(!spun.has_value());
    CHECK(spun.error().code == ErrorCode::round_voided);
    CHECK(table.casino.balance(table.ada.player) == balance);
}
