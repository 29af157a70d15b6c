// Rounds that ask their player: what an auditor's books say of forged ones.

#include <catch2/catch.hpp>

#include "support.hpp"

using namespace croupier;
using namespace croupier::test;
using namespace std::chrono_literals;

namespace {

/// One hand that its player finished, one that the rule did, one that is in play.
std::vector<UnitContent> hands()
{
    TestCasino casino;
    const auto ada = casino.player("Ada");
    const rounds::Spin deal{ada.player, "jacks-or-better", 0, {{"coins", {5}, 25}}};
    REQUIRE(casino.send(deal));
    REQUIRE(casino.send(rounds::Choose{ada.player, RoundId{1}, 3}));
    REQUIRE(casino.send(deal));
    casino.clock.advance(24h);
    REQUIRE(casino.send(rounds::FinishOverdue{})->one);
    REQUIRE(casino.send(deal));
    std::vector<UnitContent> contents;
    for (const auto& unit : casino.store.units()) { contents.push_back(unit->content); }
    return contents;
}

/// Changes the `which`-th fact of its kind.
template <class Fact, class Change>
void change(std::vector<UnitContent>& contents, std::size_t which, Change how)
{
    for (UnitContent& content : contents) {
        for (EventRow& event : content.events) {
            if (event.type != Fact::kFact || which-- > 0) { continue; }
            auto fact = *from_bytes<Fact>(event.body);
            how(fact);
            event.body = to_bytes(fact);
            return;
        }
    }
    FAIL("no such fact");
}

}  // namespace

TEST_CASE("verify: hands of video poker are played again, those in play are counted", "[verify]")
{
    const fakes::TemporaryFolder folder;
    write(folder.path(), hands());
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count == 0);
    CHECK(report.rounds == 3);
    CHECK(report.rounds_not_played_again == 0);
    CHECK(report.open_rounds == 1);
}

TEST_CASE("verify: a forged choice, deadline or end of a round that asked is told", "[verify]")
{
    struct Forgery {
        const char* what;
        const char* told;
        std::function<void(std::vector<UnitContent>&)> forge;
    };
    using rounds::Begun;
    using rounds::Chosen;
    const auto row = GENERATE(values<Forgery>({
        {"another choice than was drawn to", "its draws are not those of its game",
            [](auto& contents) { change<Chosen>(contents, 0, [](Chosen& fact) { fact.choice = 1; }); }},
        {"a choice that there is not", "does not ask for such a choice",
            [](auto& contents) { change<Chosen>(contents, 0, [](Chosen& fact) { fact.choice = 32; }); }},
        {"a player's choice that is called the rule's", "before the time was over",
            [](auto& contents) { change<Chosen>(contents, 0, [](Chosen& fact) { fact.by_rule = true; }); }},
        {"a rule that chose as it liked", "does not ask for such a choice",
            [](auto& contents) { change<Chosen>(contents, 1, [](Chosen& fact) { fact.choice = 30; }); }},
        {"a choice for a round that is none", "it is not in play",
            [](auto& contents) { change<Chosen>(contents, 0, [](Chosen& fact) { fact.round = RoundId{9}; }); }},
        {"a deadline that had passed", "no time to choose",
            [](auto& contents) { change<Begun>(contents, 0, [](Begun& fact) { fact.until = WallTime{}; }); }},
        {"a stake that is not the one held", "its stake is not held",
            [](auto& contents) { change<Begun>(contents, 2, [](Begun& fact) { fact.stake = 20; }); }},
        {"a version that was not kept", "was not kept",
            [](auto& contents) { change<Begun>(contents, 2, [](Begun& fact) { fact.definition = {}; }); }},
        {"other rules under the hash of the true ones", "it is another one",
            [](auto& contents) {
                change<rounds::VersionPlayed>(contents, 0, [](rounds::VersionPlayed& fact) { fact.text += ' '; });
            }},
        {"another bet in the end", "ends as another one than began",
            [](auto& contents) {
                change<rounds::Settled>(contents, 0, [](rounds::Settled& fact) { fact.bets[0].numbers = {1}; });
            }},
        {"another hand shown than was dealt", "not as it is shown",
            [](auto& contents) {
                change<rounds::Shown>(contents, 0, [](rounds::Shown& fact) {
                    auto& dealt = std::get<rounds::CardsDealt>(fact.outcome.events[0]).cards;
                    std::swap(dealt[0], dealt[1]);
                });
            }},
    }));
    INFO(row.what);
    const fakes::TemporaryFolder folder;
    auto contents = hands();
    row.forge(contents);
    write(folder.path(), contents);
    const auto report = check(folder.path());
    INFO(told(report));
    CHECK(report.problem_count > 0);
    CHECK(told(report, row.told));
}
