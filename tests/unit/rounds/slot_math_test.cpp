#include <catch2/catch.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <map>

#include "play.hpp"
#include "slot/definition.hpp"
#include "slot/math.hpp"
#include "slot/spin.hpp"
#include "slot/survey.hpp"

using namespace croupier;
using namespace croupier::rounds;
using namespace croupier::rounds::test;

namespace {

using Rational = boost::multiprecision::cpp_rational;

/// A small slot with everything random: short strips with several wilds and scatters, odd pay tables.
nlohmann::json random_slot(std::mt19937_64& random)
{
    const auto pick = [&](int min, int max) { return std::uniform_int_distribution<int>{min, max}(random); };
    nlohmann::json slot{{"kind", "slot"}, {"game", "tiny"}, {"name", "Tiny"}};
    const std::vector<std::string> names{"a", "b", "c", "w", "s"};
    slot["symbols"] = {{{"name", "a"}, {"kind", "regular"}}, {{"name", "b"}, {"kind", "regular"}},
        {{"name", "c"}, {"kind", "regular"}}, {{"name", "w"}, {"kind", "wild"}}, {{"name", "s"}, {"kind", "scatter"}}};
    slot["lines"] = {{1, 1, 1, 1, 1}, {0, 1, 2, 1, 0}, {2, 2, 1, 0, 0}};
    slot["stake"] = {{"min", 3}, {"max", 300}, {"step", 3}};
    for (int reel = 0; reel < 5; ++reel) {
        nlohmann::json strip;
        for (int left = pick(3, 5); left > 0; --left) { strip.push_back(names[static_cast<std::size_t>(pick(0, 4))]); }
        slot["strips"].push_back(strip);
    }
    const int step_max = pick(0, 1) == 0 ? 2 : 50;  // Small ones, so that the best spin is often best by one.
    for (const char* name : {"a", "b", "w"}) {      // c pays nothing.
        int times = 0;
        for (int count = pick(1, 4); count <= 5; ++count) {
            times += pick(times == 0 ? 1 : 0, step_max);
            slot["pays"].push_back({{"symbol", name}, {"count", count}, {"times", times}});
        }
    }
    slot["scatter_pays"] = {{{"count", pick(1, 3)}, {"times", 2}}, {{"count", pick(4, 15)}, {"times", 7}}};
    slot["free_spins"] = {{"multiplier", pick(1, 3)}, {"limit", pick(0, 8)},
        {"awards", {{{"count", pick(3, 5)}, {"spins", pick(1, 3)}}, {{"count", pick(6, 9)}, {"spins", pick(3, 5)}}}}};
    slot["win_cap"] = 100'000'000;
    return slot;
}

slot::Definition read(const nlohmann::json& json)
{
    std::optional<DefinitionError> error;
    auto definition = slot::read(Node{json, "", error});
    if (error) { throw std::runtime_error{error->path + ": expected " + error->expected}; }
    return definition;
}

/// All stop combinations of a slot, one by one.
struct Enumerated {
    std::uint64_t combinations = 0;
    std::uint64_t paying = 0;
    std::int64_t sum = 0;  ///< In stakes per line.
    std::int64_t best = 0;
    std::map<std::uint32_t, std::uint64_t> awards;                             ///< Free spins awarded → in how many.
    std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> outcomes;  ///< Win and free spins → in how many.
};

Enumerated enumerate(const slot::Definition& definition)
{
    Enumerated all;
    std::array<Value, slot::kReels> stops{};
    const auto walk = [&](const auto& self, std::size_t reel) -> void {
        if (reel < slot::kReels) {
            for (Value stop = 0; stop < definition.strips[reel].size(); ++stop) {
                stops[reel] = stop;
                self(self, reel + 1);
            }
            return;
        }
        const auto grid = slot::grid_at(definition, stops);
        const auto seen = slot::scatters(definition, grid);
        std::int64_t win = definition.scatter_pays[seen] * definition.lines_count();
        for (const auto& line : definition.lines) { win += slot::line_pay(definition, grid, line).times; }
        ++all.combinations;
        all.paying += win > 0 ? 1 : 0;
        all.sum += win;
        all.best = std::max(all.best, win);
        ++all.awards[definition.free_spins[seen]];
        ++all.outcomes[{win, definition.free_spins[seen]}];
    };
    walk(walk, 0);
    return all;
}

/// Spins still to be played when `left` free spins wait and `allowed` more may be awarded: by what the next one awards.
Rational spins_to_come(std::uint32_t left, std::uint32_t allowed, const Enumerated& all,
    std::map<std::pair<std::uint32_t, std::uint32_t>, Rational>& known)
{
    if (left == 0) { return 0; }
    if (const auto found = known.find({left, allowed}); found != known.end()) { return found->second; }
    Rational spins = 1;
    for (const auto& [award, times] : all.awards) {
        const auto taken = std::min(award, allowed);
        spins += Rational{times, all.combinations} * spins_to_come(left - 1 + taken, allowed - taken, all, known);
    }
    return known[{left, allowed}] = spins;
}

}  // namespace

TEST_CASE("slot math: figures agree with the enumeration of all stops, for random small slots", "[games]")
{
    std::mt19937_64 random{7};
    std::size_t with_free_spins = 0;
    for (int trial = 0; trial < 150; ++trial) {
        const auto json = random_slot(random);
        CAPTURE(json.dump());
        const auto definition = read(json);
        const Enumerated all = enumerate(definition);
        std::map<std::pair<std::uint32_t, std::uint32_t>, Rational> known;
        // The paid spin is one that waits, and that no limit counts.
        const Rational free_spins = spins_to_come(1, definition.free_spins_limit, all, known) - 1;
        const Rational base{Rational{all.sum} / (Rational{all.combinations} * definition.lines_count())};
        const Rational whole = base * (1 + definition.free_spin_multiplier * free_spins);
        with_free_spins += free_spins > 0 ? 1 : 0;

        const slot::Rtp rtp = slot::rtp(definition);
        CHECK(Rational{rtp.base_spin} == base);
        CHECK(Rational{rtp.free_spins} == free_spins);
        CHECK(Rational{rtp.total} == whole);
        std::uint64_t triggers = 0;
        for (const auto& [award, times] : all.awards) { triggers += award > 0 ? times : 0; }
        CHECK(Rational{slot::trigger_probability(definition)} == Rational{triggers, all.combinations});
        std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> outcomes;
        for (const auto& [win, spins, ways] : slot::distribution(definition)) { outcomes[{win, spins}] = ways; }
        CHECK(outcomes == all.outcomes);
        CHECK(rtp.ppm
            == static_cast<std::uint64_t>(
                boost::multiprecision::cpp_int{numerator(whole) * 1'000'000 / denominator(whole)}));
        CHECK(slot::all_combinations(definition) == all.combinations);
        CHECK(slot::paying_combinations(definition) == all.paying);
        CHECK(slot::best_spin(definition) == all.best);
    }
    CHECK(with_free_spins > 10);
}

TEST_CASE("slot math: the RTP is what all rounds of a slot pay, free spins and retriggers included", "[games]")
{
    // Small enough to play every round there is: 3^5 paid spins, each free spin 3^5 ways.
    nlohmann::json json = nlohmann::json::parse(R"({
      "kind": "slot", "game": "tiny", "name": "Tiny", "stake": {"min": 1, "max": 100, "step": 1},
      "symbols": [{"name": "a", "kind": "regular"}, {"name": "b", "kind": "regular"}, {"name": "s", "kind": "scatter"}],
      "lines": [[1,1,1,1,1]],
      "strips": [["a","b","s"], ["a","b","b"], ["b","a","b"], ["a","b","a"], ["a","b","a","b"]],
      "pays": [{"symbol": "a", "count": 3, "times": 1}, {"symbol": "a", "count": 4, "times": 1}, {"symbol": "a", "count": 5, "times": 3}],
      "scatter_pays": [],
      "free_spins": {"awards": [{"count": 1, "spins": 1}], "multiplier": 2, "limit": 1},
      "win_cap": 1000})");
    const auto game = load(json.dump());
    const std::uint64_t combinations = 3 * 3 * 3 * 3 * 4;
    std::int64_t won = 0;  // Of combinations^2 equally likely rounds; a round without a free spin stands for many.
    std::vector<Value> drawn;
    const auto play = [&](const auto& self, std::uint64_t weight) -> void {
        const auto bounds = game->next_bounds(drawn);
        if (bounds.empty()) {
            won += static_cast<std::int64_t>(weight) * game->evaluate(1, {}, drawn).win;
            return;
        }
        REQUIRE(bounds.size() == 5);
        for (std::uint64_t which = 0; which < combinations; ++which) {
            std::uint64_t rest = which;
            for (const Bound bound : bounds) {
                drawn.push_back(static_cast<Value>(rest % bound));
                rest /= bound;
            }
            self(self, weight / combinations);
            drawn.resize(drawn.size() - 5);
        }
    };
    play(play, combinations * combinations);
    const auto rounds = static_cast<std::int64_t>(combinations * combinations);
    CHECK(game->info().rtp_ppm == won * 1'000'000 / rounds);
    CHECK(won * 3 > rounds / 20);  // All of it was played.
}

TEST_CASE("slot math: Lucky Lines returns what it says, in a seeded run of 200,000 rounds", "[games]")
{
    const auto game = load(builtin("lucky-lines.json"));
    CHECK(game->info().rtp_ppm >= 940'000);
    CHECK(game->info().rtp_ppm <= 970'000);
    constexpr int kRounds = 200'000;
    std::mt19937_64 random{812};
    double sum = 0;
    double squares = 0;
    for (int round = 0; round < kRounds; ++round) {
        const double times = static_cast<double>(game->evaluate(20, {}, draw_round(*game, random)).win) / 20.0;
        sum += times;
        squares += times * times;
    }
    const double mean = sum / kRounds;
    const double error = std::sqrt((squares / kRounds - mean * mean) / kRounds);
    CAPTURE(mean, error);
    CHECK(error < 0.01);  // Else the next check says little.
    CHECK(std::abs(mean - game->info().rtp_ppm / 1e6) < 5 * error);
}

TEST_CASE("slot math: Lucky Lines' cap is out of reach, so its RTP is exact", "[games]")
{
    const auto definition = read(nlohmann::json::parse(builtin("lucky-lines.json")));
    CHECK(slot::round_bound(definition) <= definition.win_cap * definition.lines_count());
}
