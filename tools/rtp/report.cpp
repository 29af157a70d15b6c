#include "report.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <latch>
#include <map>
#include <numeric>
#include <thread>

#include "definition.hpp"
#include "roulette/bets.hpp"
#include "scaling.hpp"
#include "slot.hpp"
#include "slot/math.hpp"
#include "video_poker/optimal.hpp"

namespace croupier::rtp {

namespace {

using rounds::Bet;
using rounds::Game;
using rounds::slot::decimal;

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Repeatable and fast, and no casino's generator: anybody who knows the seed knows
/// every draw.
class SeededWords final : public rng::Words {
public:
    /// `which`: of several of one seed, each beginning somewhere else.
    SeededWords(std::uint64_t seed, std::uint64_t which) : state_{mix(mix(seed) + which)} {}
    Result<void> fill(std::span<std::uint32_t> out) override
    {
        std::size_t at = 0;
        for (; at + 2 <= out.size(); at += 2) {
            const std::uint64_t both = next();
            out[at] = static_cast<std::uint32_t>(both >> 32U);
            out[at + 1] = static_cast<std::uint32_t>(both);
        }
        if (at < out.size()) { out[at] = static_cast<std::uint32_t>(next() >> 32U); }
        return {};
    }

private:
    static std::uint64_t mix(std::uint64_t word)
    {
        word = (word ^ (word >> 30U)) * 0xBF58476D1CE4E5B9U;
        word = (word ^ (word >> 27U)) * 0x94D049BB133111EBU;
        return word ^ (word >> 31U);
    }
    std::uint64_t next()
    {
        state_ += 0x9E3779B97F4A7C15U;
        return mix(state_);
    }

    std::uint64_t state_;
};

/// All that a game of one draw may bring for these bets: their return is exact.
std::string return_of(const Game& game, std::int64_t stake, std::span<const Bet> bets)
{
    const Bound bound = game.next_bounds({}).front();
    std::int64_t sum = 0;
    for (Value value = 0; value < bound; ++value) { sum += game.win(stake, bets, std::span{&value, 1}); }
    const std::int64_t staked = stake * bound;
    const std::int64_t common = std::gcd(sum, staked);
    return std::to_string(sum / common) + "/" + std::to_string(staked / common);
}

/// One bet of each kind that the table has, at the smallest stake; of dice the even one.
std::vector<Bet> example_bets(const Game& game)
{
    std::vector<Bet> bets;
    if (game.info().kind == "dice") { return {{"under", {game.next_bounds({}).front() / 2}, game.info().stake_min}}; }
    if (game.info().kind == "video-poker") {
        const auto shown = nlohmann::json::parse(game.info().definition_json);
        const auto coins = shown.at("coins").get<std::uint32_t>();
        return {{"coins", {coins}, game.info().stake_min * coins}};
    }
    if (game.info().kind != "roulette") { return bets; }
    using rounds::roulette::Felt;
    using rounds::roulette::Wheel;
    const bool american = game.next_bounds({}).front() == Felt::of(Wheel::american).pockets();
    for (const auto& bet : Felt::of(american ? Wheel::american : Wheel::european).bets()) {
        if (std::ranges::find(bets, bet.kind->name, &Bet::kind) == bets.end()) {
            bets.push_back({std::string{bet.kind->name}, bet.named, game.info().stake_min});
        }
    }
    return bets;
}

Sheet dice_figures(const Game& game)
{
    Sheet sheet;
    sheet["rtp"] = decimal(std::to_string(game.info().rtp_ppm) + "/1000000", 6);
    sheet["rtp_is"] = "of the poorest bet, rounded down; each bet's is exact";
    const Bound numbers = game.next_bounds({}).front();
    const auto stake = game.info().stake_min;
    for (const std::uint32_t tenths : {1U, 10U, 100U, 250U, 500U, 750U, 900U, 950U, 980U}) {
        const std::vector<Bet> bets{{"under", {numbers / 1000 * tenths}, stake}};
        if (!game.total_stake(0, bets)) { continue; }
        const auto back = return_of(game, stake, bets);
        sheet["under"][std::to_string(bets.front().numbers.front())] = {{"rtp", decimal(back, kDigits)},
            {"rtp_fraction", back},
            {"win_in_stakes", decimal(std::to_string(game.win_max(stake, bets)) + "/" + std::to_string(stake), 2)}};
    }
    return sheet;
}

Sheet roulette_figures(const Game& game)
{
    Sheet sheet;
    sheet["rtp"] = decimal(std::to_string(game.info().rtp_ppm) + "/1000000", 6);
    sheet["rtp_is"] = "of the poorest bet, rounded down; each bet's is exact";
    for (const Bet& bet : example_bets(game)) {
        const auto back = return_of(game, bet.stake, std::span{&bet, 1});
        sheet["bets"][bet.kind] = {{"rtp", decimal(back, kDigits)}, {"rtp_fraction", back},
            {"largest_win_in_stakes", game.win_max(bet.stake, std::span{&bet, 1}) / bet.stake}};
    }
    return sheet;
}

rounds::video_poker::Definition poker_definition(std::string_view json)
{
    const auto parsed = nlohmann::json::parse(json);
    std::optional<rounds::DefinitionError> error;
    return rounds::video_poker::read(rounds::Node{parsed, "", error});
}

std::string poker_row_name(const rounds::video_poker::Definition& definition, std::size_t row)
{
    const auto& rows = definition.table.rows();
    if (row == rows.size()) { return "nothing"; }
    return std::to_string(row + 1) + " " + std::string{rounds::video_poker::name_of(rows[row].category)};
}

__extension__ using Wide = unsigned __int128;

std::string text_of_wide(Wide value)
{
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    return digits;
}

/// Of one number of coins: what it returns under optimal play, and how.
Sheet poker_coins(const rounds::video_poker::Definition& definition, std::size_t coins)
{
    using rounds::video_poker::kWays;
    const auto ways = rounds::video_poker::Optimal{definition.table, coins}.rows();
    Sheet sheet;
    Wide paid = 0;
    long double square = 0;
    std::uint64_t hits = 0;
    Sheet hands;
    for (std::size_t row = 0; row < ways.size(); ++row) {
        const auto pays = row < definition.table.rows().size() ? definition.table.rows()[row].pays[coins - 1] : 0;
        paid += Wide{ways[row]} * static_cast<std::uint64_t>(pays);
        const auto times = static_cast<long double>(pays) / static_cast<long double>(coins);
        square += static_cast<long double>(ways[row]) / static_cast<long double>(kWays) * times * times;
        hits += pays > 0 ? ways[row] : 0;
        const auto fraction = std::to_string(ways[row]) + "/" + std::to_string(kWays);
        hands[poker_row_name(definition, row)] = {{"probability", decimal(fraction, kDigits)}, {"ways", ways[row]}};
    }
    const std::uint64_t all = kWays * coins;
    const std::uint64_t common = std::gcd(all, static_cast<std::uint64_t>(paid % all));
    const Wide whole = paid / common;  // Of a table that pays far too much it is beyond 64 bits.
    const std::uint64_t below = all / common;
    const auto fraction = text_of_wide(whole) + "/" + std::to_string(below);
    const auto rtp = static_cast<long double>(whole) / static_cast<long double>(below);
    const auto deviation = static_cast<double>(std::sqrt(square - rtp * rtp));
    sheet["rtp"] = decimal(fraction, kDigits);
    sheet["rtp_fraction"] = fraction;
    sheet["rtp_declared_ppm"] = definition.rtp_ppm[coins - 1];
    sheet["hit_frequency"] = decimal(std::to_string(hits) + "/" + std::to_string(kWays), kDigits);
    sheet["standard_deviation_in_stakes"] = deviation;
    sheet["variance_in_stakes_squared"] = deviation * deviation;
    sheet["volatility_index"] = kVolatility * deviation;
    sheet["hands"] = std::move(hands);
    return sheet;
}

Sheet poker_figures(std::string_view json)
{
    const auto definition = poker_definition(json);
    Sheet sheet;
    Sheet coins;
    std::string poorest;
    for (std::size_t number = 1; number <= definition.coins; ++number) {
        Sheet one = poker_coins(definition, number);
        const auto rtp = one["rtp"].get<std::string>();
        if (poorest.empty() || std::stod(rtp) < std::stod(poorest)) { poorest = rtp; }
        coins[std::to_string(number)] = std::move(one);
    }
    sheet["rtp"] = poorest;
    sheet["rtp_is"] = "of the poorest number of coins, under optimal play; exact";
    sheet["rtp_tolerance_ppm"] = definition.rtp_tolerance_ppm;
    sheet["coins"] = std::move(coins);
    return sheet;
}

/// What a player who plays well would choose; empty where there is nothing to know.
using Advice = std::function<Value(std::span<const Value> decided)>;

Advice advice(const Game& game, std::string_view json)
{
    using namespace rounds::video_poker;
    if (game.info().kind != "video-poker") { return {}; }
    struct Adviser {
        Definition definition;
        Optimal optimal;
        explicit Adviser(std::string_view text)
            : definition{poker_definition(text)}, optimal{definition.table, definition.coins}
        {
        }
    };
    return [&game, adviser = std::make_shared<const Adviser>(json)](std::span<const Value> decided) {
        const auto dealt = game.evaluate(0, {}, decided);
        Hand hand{};
        std::ranges::copy(std::get<rounds::CardsDealt>(dealt.events.front()).cards, hand.begin());
        return Value{adviser->optimal.hold(hand)};
    };
}

/// Sums over rounds. Statistics only: no money is computed from the floating-point ones.
struct Sums {
    std::int64_t won = 0;
    std::int64_t largest = 0;
    std::uint64_t winning = 0;
    double squares = 0;
};

constexpr std::uint64_t kTold = 1U << 16U;  // Rounds between two words of how far it is.

Sums play(const Game& game, std::int64_t stake, std::span<const Bet> bets, const Advice& advise, std::uint64_t rounds,
    SeededWords words, std::atomic<std::uint64_t>& played)
{
    std::vector<std::uint32_t> scratch(256);
    std::vector<Value> values(256);  // Of which the first are the round's: it is never made smaller.
    const bool waits = game.asks();
    Sums sums;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        if (round % kTold == kTold - 1) { played += kTold; }
        std::size_t decided = 0;
        const auto so_far = [&] { return std::span<const Value>{values}.first(decided); };
        for (bool asks = true; asks;) {
            for (auto bounds = game.next_bounds(so_far()); !bounds.empty(); bounds = game.next_bounds(so_far())) {
                if (decided + bounds.size() >= values.size()) { values.resize(2 * (decided + bounds.size())); }
                (void)rng::scale(bounds, std::span{values}.subspan(decided, bounds.size()), words, scratch);
                decided += bounds.size();
            }
            const auto question = waits ? game.question(so_far()) : std::nullopt;
            asks = question.has_value();
            // Where nothing is to be known, one choice after another: none of them may return anything else.
            if (asks) { values[decided++] = advise ? advise(so_far()) : static_cast<Value>(round % question->choices); }
        }
        const auto win = game.win(stake, bets, so_far());
        if (win == 0) { continue; }
        sums.won += win;
        sums.largest = std::max(sums.largest, win);
        ++sums.winning;
        const double times = static_cast<double>(win) / static_cast<double>(stake);
        sums.squares += times * times;
    }
    return sums;
}

/// The return of what is played here, as computed.
double expected(const Game& game, std::string_view json, std::int64_t stake, std::span<const Bet> bets)
{
    if (bets.empty()) { return static_cast<double>(game.info().rtp_ppm) / 1e6; }
    if (game.info().kind != "video-poker") { return std::stod(decimal(return_of(game, stake, bets), kDigits)); }
    const auto definition = poker_definition(json);
    return std::stod(poker_coins(definition, definition.coins)["rtp"].get<std::string>());
}

}  // namespace

Sheet figures(const Game& game, std::string_view json)
{
    const auto& info = game.info();
    Sheet sheet{
        {"game", info.game}, {"name", info.name}, {"kind", info.kind}, {"definition", to_hex(game.definition())}};
    sheet.update(info.kind == "slot"     ? slot_figures(json)
            : info.kind == "dice"        ? dice_figures(game)
            : info.kind == "video-poker" ? poker_figures(json)
                                         : roulette_figures(game));
    return sheet;
}

std::string undeclared(const Game& game, const Sheet& sheet)
{
    if (game.info().kind != "video-poker") { return {}; }
    const auto tolerance = sheet["rtp_tolerance_ppm"].get<double>();
    for (const auto& [coins, one] : sheet["coins"].items()) {
        const double ppm = std::stod(one["rtp"].get<std::string>()) * 1e6;
        if (std::abs(ppm - one["rtp_declared_ppm"].get<double>()) > tolerance) {
            return "/rtp/ppm: with " + coins + " coins the return is " + one["rtp"].get<std::string>();
        }
    }
    return {};
}

std::optional<Played> simulation(const Game& game, std::string_view json, const Simulation& how)
{
    const std::vector<Bet> bets = example_bets(game);
    const auto stake = game.total_stake(bets.empty() ? game.info().stake_min : 0, bets);
    if (!stake) { return std::nullopt; }

    const Advice advise = advice(game, json);

    // Each thread has a share and a seed of its own: the same with the same number of threads.
    std::vector<Sums> shares(std::max(how.threads, 1U));
    std::atomic<std::uint64_t> played_so_far = 0;
    std::latch ended{static_cast<std::ptrdiff_t>(shares.size())};
    {
        std::vector<std::jthread> players;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const std::uint64_t share = how.rounds / shares.size() + (i < how.rounds % shares.size() ? 1 : 0);
            players.emplace_back([&, i, share] {
                shares[i] = play(game, *stake, bets, advise, share, SeededWords{how.seed, i}, played_so_far);
                ended.count_down();
            });
        }
        while (how.progress && !ended.try_wait()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
            how.progress(played_so_far);
        }
    }
    const std::uint64_t rounds = how.rounds;
    Sums sums;
    for (const Sums& share : shares) {
        sums.won += share.won;
        sums.largest = std::max(sums.largest, share.largest);
        sums.winning += share.winning;
        sums.squares += share.squares;
    }
    const auto count = static_cast<double>(rounds);
    const double mean = static_cast<double>(sums.won) / static_cast<double>(*stake) / count;
    const double deviation = std::sqrt(sums.squares / count - mean * mean);
    const double error = deviation / std::sqrt(count);
    static constexpr double kConfidence = 2.575829;  // 99 %, both sides.

    Played played;
    const double computed = expected(game, json, *stake, bets);
    played.off = error > 0 ? (mean - computed) / error : 0;
    played.sheet = {{"rounds", rounds}, {"seed", how.seed}, {"threads", shares.size()}, {"rtp", mean},
        {"rtp_from", mean - kConfidence * error}, {"rtp_to", mean + kConfidence * error}, {"confidence", 0.99},
        {"off_in_standard_errors", played.off}, {"hit_frequency", static_cast<double>(sums.winning) / count},
        {"standard_deviation_in_stakes", deviation}, {"volatility_index", kVolatility * deviation},
        {"largest_win_in_stakes", static_cast<double>(sums.largest) / static_cast<double>(*stake)}};
    return played;
}

std::string text_of(const Sheet& sheet)
{
    static constexpr std::size_t kColumn = 32;
    static constexpr std::size_t kWidthMax = 80;  // A fraction of a hundred digits says nothing to people.
    std::string text = sheet["name"].get<std::string>() + "\n";
    for (const auto& [name, value] : sheet.flatten().items()) {
        std::string label = "  " + name.substr(1);
        std::ranges::replace(label, '_', ' ');
        std::ranges::replace(label, '/', ' ');
        label.resize(std::max(kColumn, label.size() + 1), ' ');
        const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
        if (shown.size() <= kWidthMax) { text += label + shown + "\n"; }
    }
    return text;
}

std::string csv_of(const Sheet& sheet)
{
    std::string text = "name,value\n";
    for (const auto& [name, value] : sheet.flatten().items()) {
        const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
        text += name.substr(1) + ",\"" + shown + "\"\n";
    }
    return text;
}

}  // namespace croupier::rtp
