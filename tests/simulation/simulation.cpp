#include "simulation.hpp"

#include <memory>
#include <vector>

#include "back_office.hpp"
#include "frame.hpp"
#include "house.hpp"
#include "plan.hpp"
#include "player.hpp"
#include "world.hpp"

namespace croupier::simulation {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr microseconds kResume{60s};  // All that was open has to be answered so soon after the last fault.

class Simulation {
public:
    explicit Simulation(const RunOptions& options)
        : options_{options},
          world_{options.seed},
          plan_{world_},
          house_{world_, plan_, options.scratch, options.recordings}
    {
        if (options.speak) { world_.speak(); }
        wallets_.resize(plan_.players);
        for (std::size_t i = 0; i < wallets_.size(); ++i) {
            wallets_[i].nickname = "Player " + std::to_string(i + 1);
            if (plan_.back_office && world_.chance(4)) { wallets_[i].stake_limit = 2'000; }
        }
        office_ = std::make_unique<BackOffice>(world_, plan_, house_, wallets_);
        for (Wallet& wallet : wallets_) {
            const std::size_t devices = plan_.devices && world_.chance(2) ? 2 : 1;
            for (std::size_t i = 0; i < devices; ++i) {
                devices_.push_back(std::make_unique<Device>(
                    world_, plan_, house_, wallet, wallet.nickname + " device " + std::to_string(i + 1)));
            }
        }
    }

    void run()
    {
        // Operators come from outside of the protocol: there is nobody yet who could add them.
        for (const bool admin : {false, true}) {
            const auto added = house_.add_operator(admin ? office_->admin_token() : office_->cashier_token(), admin);
            require(added.has_value(), [] { return "an operator cannot be added"; });
        }
        let_pass(1s);
        for (const auto& device : devices_) { device->begin(); }
        if (plan_.back_office) { office_->begin(); }
        trouble();
        let_pass(std::chrono::minutes{options_.minutes});
        come_to_an_end();
        settle_up();
    }

    RunResult result()
    {
        RunResult result{.trace = world_.trace_hash(), .plan = plan_.text()};
        result.simulated_seconds = static_cast<double>(world_.now().count()) / 1e6;
        result.lives = house_.lives();
        result.events = world_.events();
        result.rounds = house_.rounds();
        for (const auto& device : devices_) { result.answers += device->answered(); }
        result.requests = office_->answered();
        return result;
    }

private:
    void let_pass(microseconds time)
    {
        const microseconds until = world_.now() + time;
        while (world_.step(until)) {}
    }

    /// Now and then something goes wrong, until it is healed.
    void trouble()
    {
        world_.after(world_.about(15s), [this] {
            if (healed_) { return; }
            switch (world_.below(11)) {
                case 0:
                    if (plan_.kills) { kill(); }
                    break;
                case 1:
                    if (plan_.power_cuts) { house_.crash(true); }
                    break;
                case 2:
                    if (plan_.disk_errors) { house_.fail_disk(fakes::FaultyDisk::Fault::io_error); }
                    break;
                case 3:
                    if (plan_.full_disks) { house_.fail_disk(fakes::FaultyDisk::Fault::full); }
                    break;
                case 4:
                    if (plan_.slow_disks) {
                        for_a_while([this](bool on) { house_.set_slow_disk(on); });
                    }
                    break;
                case 5:
                    if (plan_.full_disks) {
                        for_a_while([this](bool on) { house_.set_disk_low(on); });
                    }
                    break;
                case 6:
                    if (plan_.no_entropy) {
                        for_a_while([this](bool on) { house_.set_entropy(!on); });
                    }
                    break;
                case 7:
                    if (plan_.clock_steps) { step_clock(); }
                    break;
                case 8:
                    if (plan_.stops) { house_.stop(); }
                    break;
                default:
                    if (plan_.snapshots) { house_.take_snapshot(plan_.bad_snapshots && world_.chance(3)); }
                    break;
            }
            trouble();
        });
    }

    /// A process is killed at some moment, or while it writes; and what it wrote and never synced is at risk until the next one has
    /// written: so the power often fails soon after, or just when that one has told somebody something.
    void kill()
    {
        const auto killed = [this] {
            house_.crash(false);
            if (!plan_.power_cuts || world_.chance(2)) { return; }
            const auto power_fails = [this] { house_.crash(true); };
            if (world_.chance(2)) {
                return once_by(world_.now() + world_.about(2s), [] { return false; }, power_fails);
            }
            const std::uint64_t frames = 1 + world_.below(6);
            once_by(world_.now() + 5s, [this, frames] { return house_.told() >= frames; }, power_fails);
        };
        if (world_.chance(2)) { return killed(); }
        once_by(world_.now() + 5s, [this] { return house_.writing(); }, killed);
    }

    /// As soon as `so` holds, or at the latest at `end`; not after the faults have ended.
    void once_by(microseconds end, std::function<bool()> so, std::function<void()> then)
    {
        if (healed_) { return; }
        if (so() || world_.now() >= end) { return then(); }
        world_.after(
            microseconds{500}, [this, end, so = std::move(so), then = std::move(then)] { once_by(end, so, then); });
    }

    void for_a_while(const std::function<void(bool)>& what)
    {
        what(true);
        world_.after(world_.about(5s), [this, what] {
            if (!healed_) { what(false); }
        });
    }

    void step_clock()
    {
        const auto by = world_.chance(3) ? microseconds{std::chrono::hours{1 + world_.below(30)}} : world_.about(10s);
        house_.step_clock(world_.chance(2) ? by : -by);
    }

    /// No more faults: within a bound every open request is answered, and a new one too.
    void come_to_an_end()
    {
        healed_ = true;
        world_.trace("healed");
        house_.heal();
        office_->rest();
        for (const auto& device : devices_) { device->rest(); }
        for (const auto& device : devices_) { device->prove(); }
        office_->repeat_all();
        const microseconds until = world_.now() + kResume;
        const auto done = [&] {
            return office_->done() && std::ranges::all_of(devices_, [](const auto& device) { return device->done(); });
        };
        while (!done() && world_.step(until)) {}
        require(done(), [&] {
            std::string still = "not answered within a minute after the last fault:";
            for (const auto& device : devices_) {
                if (!device->done()) { still += "\n  " + device->state(); }
            }
            return office_->done() ? still : still + "\n  " + office_->state();
        });
        let_pass(5s);
    }

    Json page(const std::string& path, const std::vector<host::Parameter>& query = {})
    {
        std::optional<edge::HttpResponse> got;
        while (!got) {  // With cuts an answer may get lost: then it is asked again.
            bool ended = false;
            office_->look(path, query, [&](const std::optional<edge::HttpResponse>& answer) {
                got = answer;
                ended = true;
            });
            const microseconds until = world_.now() + 30s;
            while (!ended && world_.step(until)) {}
            require(ended, [&] { return path + ": no answer within half a minute"; });
        }
        require(got->status == 200, [&] { return path + ": " + got->body; });
        return Json::parse(got->body);
    }

    Json all(const std::string& path, const std::string& list)
    {
        Json rows = Json::array();
        std::vector<host::Parameter> query{{"limit", "100"}};
        while (true) {
            const Json one = page(path, query);
            for (const Json& row : one.at(list)) { rows.push_back(row); }
            if (!one.contains("next")) { return rows; }
            query = {{"limit", "100"}, {"before", one.at("next").get<std::string>()}};
        }
    }

    /// Everybody's books against the house's.
    void settle_up()
    {
        house_.audit();
        std::map<std::string, std::string> owners;
        PlayedByGame played;
        std::int64_t owed = 0;
        for (Wallet& wallet : wallets_) {
            if (wallet.id == 0) { continue; }
            const std::string path = "players/" + std::to_string(wallet.id);
            // A withdrawal may expire while the pages are read: then they are read again.
            Json now = page(path);
            Json entries = all(path + "/statement", "entries");
            for (Json then = page(path); then.at("balance") != now.at("balance"); then = page(path)) {
                now = std::move(then);
                entries = all(path + "/statement", "entries");
            }
            wallet.see(now.at("balance"));
            const auto available = now.at("balance").at("available").get<std::int64_t>();
            const auto bonus = now.at("balance").value("bonus", std::int64_t{0});
            const auto held = now.at("held").get<std::int64_t>();
            owed += available + bonus + held;
            const std::int64_t expected = plan_.config.demo.grant_minor + wallet.moved;
            require(wallet.unresolved > 0 || available + bonus + held == expected, [&] {
                return wallet.nickname + ": what was told adds up to " + std::to_string(expected)
                    + ", and the house says " + now.dump();
            });
            check_rounds(wallet, owners, played, all(path + "/rounds", "rounds"));
            check_statement(wallet, entries, available + bonus);
        }
        for (const Wallet& wallet : wallets_) {
            for (const std::string& round : wallet.claimed) {
                require(owners[round] == wallet.nickname,
                    [&] { return wallet.nickname + " was shown round " + round + " of " + owners[round]; });
            }
        }
        require(page("rounds").at("rounds").empty(), [] { return "a round is stuck"; });
        PlayedByGame reported;
        for (const Json& version : page("games").at("versions")) {
            add(reported, version, version.at("rounds").get<std::uint64_t>());
        }
        require(reported == played, [] { return "the report of what was played is not what the histories add up to"; });
        std::int64_t players = 0;
        std::map<std::string, std::int64_t> sums;
        for (const Json& row : page("trial-balance").at("rows")) {
            const auto balance = row.at("balance").get<std::int64_t>();
            const auto kind = row.at("kind").get<std::string>();
            sums[row.at("pocket").get<std::string>()] += balance;
            if (kind == "player" || kind == "held") { players += balance; }
        }
        for (const auto& [pocket, sum] : sums) {
            require(sum == 0, [&] { return "the pocket " + pocket + " is off by " + std::to_string(sum); });
        }
        require(players == owed, [&] {
            return "players are owed " + std::to_string(owed) + ", and the trial balance has "
                + std::to_string(players);
        });
    }

    /// What was played of each game: rounds, stake, win.
    struct Played {
        std::uint64_t rounds = 0;
        std::int64_t stake = 0;
        std::int64_t win = 0;
        friend bool operator==(const Played&, const Played&) = default;
    };
    using PlayedByGame = std::map<std::string, Played>;
    static void add(PlayedByGame& played, const Json& row, std::uint64_t rounds = 1)
    {
        Played& game = played[row.at("game").get<std::string>()];
        game.rounds += rounds;
        game.stake += row.at("stake").get<std::int64_t>();
        game.win += row.at("win").get<std::int64_t>();
    }

    static void check_rounds(
        const Wallet& wallet, std::map<std::string, std::string>& owners, PlayedByGame& played, const Json& rows)
    {
        std::map<std::string, Json> listed;
        for (const Json& row : rows) {
            const auto number = row.at("round").get<std::string>();
            require(listed.emplace(number, row).second && owners.emplace(number, wallet.nickname).second,
                [&] { return "round " + number + " stands in the history twice"; });
        }
        std::map<std::string, std::int64_t> staked;
        for (const Json& row : rows) {
            if (row.at("status") == "voided") {
                require(!wallet.rounds.contains(row.at("round").get<std::string>()),
                    [&] { return wallet.nickname + ": a round that was told is void: " + row.dump(); });
                listed.erase(row.at("round").get<std::string>());
                continue;
            }
            add(played, row);
            staked[row.at("at").get<std::string>().substr(0, 10)] += row.at("stake").get<std::int64_t>();
        }
        for (const auto& [day, sum] : staked) {
            require(!wallet.stake_limit || sum <= *wallet.stake_limit, [&] {
                return wallet.nickname + " staked " + std::to_string(sum) + " on " + day + " with a limit of "
                    + std::to_string(*wallet.stake_limit);
            });
        }
        for (const auto& [number, round] : wallet.rounds) {
            const auto found = listed.find(number);
            require(found != listed.end(),
                [&] { return wallet.nickname + ": round " + number + " was told, and is gone"; });
            require(found->second.at("stake").get<std::int64_t>() == round.stake
                    && found->second.at("win").get<std::int64_t>() == round.win,
                [&] { return wallet.nickname + ": round " + number + " is another one now: " + found->second.dump(); });
        }
        require(listed.size() <= wallet.rounds.size() + wallet.unresolved, [&] {
            return wallet.nickname + ": the history has " + std::to_string(listed.size()) + " rounds, and only "
                + std::to_string(wallet.rounds.size()) + " were asked for";
        });
    }

    static void check_statement(const Wallet& wallet, const Json& entries, std::int64_t balance)
    {
        std::int64_t sum = 0;
        for (const Json& entry : entries) { sum += entry.at("amount").get<std::int64_t>(); }
        require(sum == balance, [&] {
            return wallet.nickname + ": the statement adds up to " + std::to_string(sum) + ", and the balance is "
                + std::to_string(balance);
        });
    }

    RunOptions options_;
    World world_;
    Plan plan_;
    House house_;
    std::vector<Wallet> wallets_;
    std::unique_ptr<BackOffice> office_;
    std::vector<std::unique_ptr<Device>> devices_;
    bool healed_ = false;
};

}  // namespace

RunResult run(const RunOptions& options)
{
    std::filesystem::remove_all(options.scratch);
    std::filesystem::create_directories(options.scratch);
    RunResult result;
    {
        std::unique_ptr<Simulation> simulation;
        try {
            simulation = std::make_unique<Simulation>(options);
            simulation->run();
            result = simulation->result();
        } catch (const Violation& violation) {
            if (simulation) { result = simulation->result(); }
            result.violation = violation.what;
        } catch (const std::exception& error) {
            if (simulation) { result = simulation->result(); }
            result.violation = std::string{"an exception: "} + error.what();
        }
    }
    std::filesystem::remove_all(options.scratch);
    return result;
}

}  // namespace croupier::simulation
