#include <catch2/catch.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <map>
#include <set>

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

/// A small slot with everything random: short strips with several wilds and scatters, odd pay tables, lines or ways.
nlohmann::json random_slot(std::mt19937_64& random)
{
    const auto pick = [&](int min, int max) { return std::uniform_int_distribution<int>{min, max}(random); };
    const bool ways = pick(0, 2) == 0;
    const int reels = pick(3, 5);
    const int rows = reels == 3 ? pick(1, 4) : pick(2, 3);
    nlohmann::json slot{{"kind", "slot"}, {"game", "tiny"}, {"name", "Tiny"}, {"rows", rows}};
    slot["rtp"] = {{"ppm", 0}, {"tolerance_ppm", 1'000'000}};
    const std::vector<std::string> names{"a", "b", "c", "w", "v", "s"};
    slot["symbols"] = {{{"name", "a"}, {"kind", "regular"}}, {{"name", "b"}, {"kind", "regular"}},
        {{"name", "c"}, {"kind", "regular"}}, {{"name", "w"}, {"kind", "wild"}, {"multiplier", pick(1, 3)}},
        {{"name", "v"}, {"kind", "wild"}, {"except", pick(0, 1) == 0 ? nlohmann::json{"a"} : nlohmann::json{"b", "w"}}},
        {{"name", "s"}, {"kind", "scatter"}}};
    if (ways) {
        slot["ways"] = {{"units", pick(1, 4)}};
    } else {
        std::set<std::vector<int>> lines;
        while (lines.size() < (rows == 1 ? 1U : 3U)) {
            std::vector<int> line;
            for (int reel = 0; reel < reels; ++reel) { line.push_back(pick(0, rows - 1)); }
            lines.insert(line);
        }
        slot["lines"] = lines;
    }
    slot["stake"] = {{"min", 12}, {"max", 300}, {"step", 12}};
    const auto strips = [&] {
        nlohmann::json all;
        for (int reel = 0; reel < reels; ++reel) {
            nlohmann::json strip;
            for (int left = pick(rows, 5); left > 0; --left) {
                auto symbol = static_cast<std::size_t>(pick(0, 5));
                while (ways && reel == 0 && (symbol == 3 || symbol == 4)) {
                    symbol = static_cast<std::size_t>(pick(0, 5));
                }
                strip.push_back(names[symbol]);
            }
            all.push_back(strip);
        }
        return all;
    };
    slot["strips"] = strips();
    const int step_max = pick(0, 1) == 0 ? 2 : 50;  // Small ones, so that the best spin is often best by one.
    for (const char* name : {"a", "b", "w"}) {      // The others pay nothing.
        int times = 0;
        for (int count = pick(1, reels - 1); count <= reels; ++count) {
            times += pick(times == 0 ? 1 : 0, step_max);
            slot["pays"].push_back({{"symbol", name}, {"count", count}, {"times", times}});
        }
    }
    slot["scatter_pays"] = {{{"count", pick(1, 2)}, {"times", 2}}, {{"count", 3}, {"times", 7}}};
    slot["free_spins"] = {{"multiplier", pick(1, 3)}, {"limit", pick(0, 8)},
        {"awards", {{{"count", pick(1, 2)}, {"spins", pick(1, 3)}}, {{"count", 3}, {"spins", pick(3, 5)}}}}};
    if (pick(0, 1) == 0) { slot["free_spins"]["strips"] = strips(); }
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
    std::int64_t sum = 0;  ///< In units.
    std::int64_t best = 0;
    std::map<std::uint32_t, std::uint64_t> awards;                             ///< Free spins awarded → in how many.
    std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> outcomes;  ///< Win and free spins → in how many.
};

using Window = std::vector<std::vector<std::uint32_t>>;

/// Whether cells, one a reel, are `count` of the symbol, and what their wilds multiply by: 0, if they are not.
std::int64_t multiplier(const slot::Definition& definition, const std::vector<std::uint32_t>& cells,
    std::uint32_t symbol, std::size_t count)
{
    std::int64_t product = 1;
    for (std::size_t reel = 0; reel < count; ++reel) {
        const slot::Symbol& shown = definition.symbols[cells[reel]];
        if (cells[reel] == symbol) { continue; }
        const bool stands = shown.kind == slot::SymbolKind::wild && symbol != definition.scatter
            && std::ranges::find(shown.except, symbol) == shown.except.end();
        product *= stands ? shown.multiplier : 0;
    }
    return product;
}

/// As the rules say it: the best of all pays that the line fulfils, looked at one by one.
std::int64_t line_by_rules(const slot::Definition& definition, const std::vector<std::uint32_t>& cells)
{
    std::int64_t best = 0;
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        for (std::size_t count = 1; count <= definition.reels; ++count) {
            best = std::max(best, definition.pays[symbol][count] * multiplier(definition, cells, symbol, count));
        }
    }
    return best;
}

/// As the rules say it: of each symbol, every choice of one cell on each of as many reels from the left as show it.
std::int64_t ways_by_rules(const slot::Definition& definition, const Window& window)
{
    std::int64_t sum = 0;
    for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
        std::int64_t pays = 0;
        for (std::size_t count = 1; count <= definition.reels; ++count) {
            std::int64_t ways = 0;
            std::vector<std::uint32_t> cells(definition.reels);
            const auto choose = [&](const auto& self, std::size_t reel) -> void {
                if (reel == count) {
                    ways += multiplier(definition, cells, symbol, count);
                    return;
                }
                for (const auto cell : window[reel]) {
                    cells[reel] = cell;
                    self(self, reel + 1);
                }
            };
            choose(choose, 0);
            if (ways > 0) { pays = ways * definition.pays[symbol][count]; }
        }
        sum += pays;
    }
    return sum;
}

Enumerated enumerate(const slot::Definition& definition, const slot::Strips& strips)
{
    Enumerated all;
    Window window(definition.reels);
    std::vector<Value> stops(definition.reels);
    const slot::Reels reels{definition, strips};
    const auto walk = [&](const auto& self, std::size_t reel) -> void {
        if (reel < definition.reels) {
            for (Value stop = 0; stop < strips[reel].size(); ++stop) {
                stops[reel] = stop;
                window[reel].clear();
                for (std::size_t row = 0; row < definition.rows; ++row) {
                    window[reel].push_back(strips[reel][(stop + row) % strips[reel].size()]);
                }
                self(self, reel + 1);
            }
            return;
        }
        std::size_t seen = 0;
        for (const auto& column : window) {
            seen += static_cast<std::size_t>(std::ranges::count(column, *definition.scatter));
        }
        std::int64_t win = definition.scatter_pays[seen] * definition.units;
        if (definition.ways) { win += ways_by_rules(definition, window); }
        for (const auto& line : definition.lines) {
            std::vector<std::uint32_t> cells;
            for (std::size_t at = 0; at < definition.reels; ++at) { cells.push_back(window[at][line[at]]); }
            win += line_by_rules(definition, cells);
        }
        // What the server plays with says the same.
        std::int64_t played = definition.scatter_pays[reels.scatters(stops)] * definition.units;
        reels.pays(
            stops, [&](std::uint32_t, const slot::LinePay& pay) { played += pay.times; },
            [&](const slot::WaysPay& pay) { played += pay.times; });
        if (played != win) { REQUIRE(played == win); }
        ++all.combinations;
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
    std::size_t of_ways = 0;
    std::size_t with_own_strips = 0;
    for (int trial = 0; trial < 200; ++trial) {
        const auto json = random_slot(random);
        CAPTURE(json.dump());
        const auto definition = read(json);
        const Enumerated paid = enumerate(definition, definition.strips);
        const Enumerated free = enumerate(definition, definition.free_strips);
        std::map<std::pair<std::uint32_t, std::uint32_t>, Rational> known;
        Rational free_spins = 0;
        for (const auto& [award, times] : paid.awards) {
            const auto taken = std::min(award, definition.free_spins_limit);
            free_spins += Rational{times, paid.combinations}
                * spins_to_come(taken, definition.free_spins_limit - taken, free, known);
        }
        const Rational base{Rational{paid.sum} / (Rational{paid.combinations} * definition.units)};
        const Rational each{Rational{free.sum} / (Rational{free.combinations} * definition.units)};
        const Rational whole = base + definition.free_spin_multiplier * free_spins * each;
        with_free_spins += free_spins > 0 ? 1 : 0;
        of_ways += definition.ways ? 1 : 0;
        with_own_strips += definition.free_strips != definition.strips ? 1 : 0;

        const slot::Rtp rtp = slot::rtp(definition);
        CHECK(Rational{rtp.base_spin} == base);
        CHECK(Rational{rtp.free_spin} == each);
        CHECK(Rational{rtp.free_spins} == free_spins);
        CHECK(Rational{rtp.total} == whole);
        std::uint64_t triggers = 0;
        for (const auto& [award, times] : paid.awards) { triggers += award > 0 ? times : 0; }
        CHECK(Rational{slot::trigger_probability(definition)} == Rational{triggers, paid.combinations});
        std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> outcomes;
        for (const auto& [win, spins, ways, picks] : slot::distribution(definition, definition.strips)) {
            outcomes[{win, spins}] = ways;
        }
        CHECK(outcomes == paid.outcomes);
        CHECK(rtp.ppm
            == static_cast<std::uint64_t>(
                boost::multiprecision::cpp_int{numerator(whole) * 1'000'000 / denominator(whole)}));
        CHECK(slot::all_combinations(definition.strips) == paid.combinations);
        CHECK(slot::best_spin(definition, definition.strips) == paid.best);
    }
    CHECK(with_free_spins > 50);
    CHECK(of_ways > 30);
    CHECK(with_own_strips > 50);
}

TEST_CASE("slot math: the RTP is what all rounds of a slot pay, free spins and retriggers included", "[games]")
{
    // Small enough to play every round there is: 3^5 paid spins, each free spin 3^5 ways.
    nlohmann::json json = nlohmann::json::parse(R"({
      "kind": "slot", "game": "tiny", "name": "Tiny", "stake": {"min": 1, "max": 100, "step": 1}, "rows": 3,
      "rtp": {"ppm": 500000, "tolerance_ppm": 500000},
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
    CHECK(slot::round_bound(definition) <= definition.win_cap * definition.units);
}
