#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <cstdlib>
#include <map>
#include <set>

#include "builtin_modules.hpp"
#include "casino.hpp"
#include "manual_clock.hpp"
#include "memory_store.hpp"

// Random programmes of every operation of the ledger against a simple model of it, with crashes. RapidCheck shrinks what fails
// to a short programme and prints it, with the line that repeats it: RC_PARAMS="reproduce=…" ledger_property_test

using namespace croupier;
using namespace std::chrono_literals;

namespace {

enum class Kind : std::uint8_t {
    open,
    deposit,
    adjust,
    grant,
    hold,
    post,
    post_part,
    release,
    wait,
    freeze,
    thaw,
    play,
    refund,
    crash,
    open_round,
    bet,
    roll_back,
    settle,
    void_round,
    close,
    reverse,
    grant_bonus,
    convert,
    convert_part,
    forfeit
};
constexpr int kKinds = 25;
constexpr std::int64_t kCapital = 5'000;

struct Op {
    Kind kind{};
    std::uint64_t player = 1;
    std::int64_t amount = 0;
    std::uint64_t hold = 1;
    std::uint32_t seconds = 0;
};

void showValue(const Op& op, std::ostream& out)  // NOLINT(readability-identifier-naming): the name is RapidCheck's.
{
    out << "{kind " << int{raw(op.kind)} << ", player " << op.player << ", amount " << op.amount << ", hold " << op.hold
        << ", seconds " << op.seconds << "}";
}

rc::Gen<std::vector<Op>> programmes()
{
    // Amounts near each other and near nothing, so that most limits are met.
    const auto op = rc::gen::build<Op>(
        rc::gen::set(
            &Op::kind, rc::gen::map(rc::gen::inRange(0, kKinds), [](int kind) { return static_cast<Kind>(kind); })),
        rc::gen::set(&Op::player, rc::gen::inRange<std::uint64_t>(0, 5)),
        rc::gen::set(&Op::amount, rc::gen::inRange<std::int64_t>(-40, 400)),
        rc::gen::set(&Op::hold, rc::gen::inRange<std::uint64_t>(0, 12)),
        rc::gen::set(&Op::seconds, rc::gen::inRange<std::uint32_t>(0, 30)));
    return rc::gen::container<std::vector<Op>>(op);
}

/// What the ledger should be: three sums a player and a list of holds, in the plainest way.
class Model {
public:
    struct Player {
        std::int64_t available = 0;
        std::int64_t bonus = 0;
        bool frozen = false;
        bool closed = false;
    };
    struct Bet {
        std::int64_t cash = 0;
        std::int64_t bonus = 0;
    };
    struct Round {
        std::map<std::pair<std::uint64_t, std::uint64_t>, Bet> bets;  // By player and number.
        std::set<std::pair<std::uint64_t, std::uint64_t>> rolled_back;
        std::int64_t exposure = 0;
        bool in_play = false;  // Opened as a round in play.
        bool open = false;
    };
    struct Hold {
        std::uint64_t player = 0;
        std::int64_t amount = 0;
        WallTime expires_at{};
        bool open = true;
    };
    std::map<std::uint64_t, Player> players;
    std::vector<Hold> holds;    // The id is the place, from 1.
    std::vector<Round> rounds;  // Likewise; one that was played in one input is there, and not open.
    std::int64_t bank = kCapital;
    std::int64_t psp = 0;
    std::int64_t promo = 0;
    std::int64_t adjustments = -kCapital;
    std::int64_t bonus_promo = 0;
    std::int64_t converted = 0;

    std::int64_t held() const
    {
        std::int64_t sum = 0;
        for (const Hold& hold : holds) { sum += hold.open ? hold.amount : 0; }
        for (const Round& round : rounds) { sum += in(round)-bonus_in(round); }
        return sum;
    }
    static std::int64_t in(const Round& round)
    {
        std::int64_t sum = 0;
        for (const auto& [key, bet] : round.bets) { sum += bet.cash + bet.bonus; }
        return sum;
    }
    static std::int64_t bonus_in(const Round& round)
    {
        std::int64_t sum = 0;
        for (const auto& [key, bet] : round.bets) { sum += bet.bonus; }
        return sum;
    }
    std::int64_t bonus_held() const
    {
        std::int64_t sum = 0;
        for (const Round& round : rounds) { sum += bonus_in(round); }
        return sum;
    }
    /// How a stake is paid: bonus money first.
    static Bet split(const Player& player, std::int64_t stake)
    {
        const std::int64_t bonus = std::min(stake, player.bonus);
        return {.cash = stake - bonus, .bonus = bonus};
    }
    /// What comes back of a stake that was paid like that, win or refund.
    void pay(Player& player, const Bet& staked, std::int64_t amount)
    {
        const std::int64_t part = amount * staked.bonus / (staked.cash + staked.bonus);
        player.bonus += part;
        bonus_promo -= part;
        player.available += amount - part;
        bank -= amount - part;
    }
    void take(Player& player, const Bet& staked)
    {
        player.bonus -= staked.bonus;
        bonus_promo += staked.bonus;
        player.available -= staked.cash;
        bank += staked.cash;
    }
    /// Whether money of this player is held.
    bool holds_of(std::uint64_t player) const
    {
        return std::ranges::any_of(holds, [&](const Hold& hold) { return hold.open && hold.player == player; })
            || std::ranges::any_of(rounds, [&](const Round& round) {
                   const auto bet = round.bets.lower_bound({player, 0});
                   return bet != round.bets.end() && bet->first.first == player;
               });
    }
    std::int64_t exposure() const
    {
        std::int64_t sum = 0;
        for (const Round& round : rounds) { sum += round.open ? round.exposure : 0; }
        return sum;
    }
    /// Why nothing can be done with the round.
    std::optional<ErrorCode> out_of_play(std::uint64_t id) const
    {
        std::uint64_t last = 0;
        for (std::size_t i = 0; i < rounds.size(); ++i) { last = rounds[i].in_play ? i + 1 : last; }
        if (id == 0 || id > last) { return ErrorCode::round_unknown; }
        return rounds[id - 1].open ? std::nullopt : std::optional{ErrorCode::round_closed};
    }
    std::int64_t available() const
    {
        std::int64_t sum = 0;
        for (const auto& [id, player] : players) { sum += player.available; }
        return sum;
    }
    /// Why the hold cannot be ended.
    std::optional<ErrorCode> unresolvable(std::uint64_t id) const
    {
        if (id == 0 || id > holds.size()) { return ErrorCode::hold_unknown; }
        return holds[id - 1].open ? std::nullopt : std::optional{ErrorCode::hold_resolved};
    }
    void end(std::uint64_t id, std::int64_t posted)
    {
        Hold& hold = holds[id - 1];
        hold.open = false;
        psp += posted;
        players[hold.player].available += hold.amount - posted;
    }
};

class Run {
public:
    Run()
    {
        config_.modules.enabled = {"ledger"};
        config_.demo.bank_capital_minor = kCapital;
        restart();
    }

    void step(const Op& op)
    {
        const PlayerId player{op.player};
        const auto found = model_.players.find(op.player);
        Model::Player* account = found == model_.players.end() ? nullptr : &found->second;
        const auto before = casino_->submitted();
        std::optional<ErrorCode> refusal;  // What the model says.
        switch (op.kind) {
            case Kind::open:
                if (op.player == 0 || account != nullptr) { return; }
                RC_ASSERT(send(ledger::OpenPlayer{player}).has_value());
                model_.players[op.player] = {};
                return compare();
            case Kind::deposit:
                refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid} : account_refusal(account, true);
                expect(send(ledger::Deposit{player, op.amount}), refusal);
                if (!refusal) {
                    account->available += op.amount;
                    model_.psp -= op.amount;
                }
                break;
            case Kind::adjust:
                refusal = op.amount == 0 ? std::optional{ErrorCode::amount_invalid} : account_refusal(account, false);
                if (!refusal && op.amount < -account->available) { refusal = ErrorCode::insufficient_funds; }
                expect(send(ledger::Adjust{player, op.amount}), refusal);
                if (!refusal) {
                    account->available += op.amount;
                    model_.adjustments -= op.amount;
                }
                break;
            case Kind::grant:
                refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid} : account_refusal(account, false);
                expect(send(ledger::GrantPromo{player, op.amount}), refusal);
                if (!refusal) {
                    account->available += op.amount;
                    model_.promo -= op.amount;
                }
                break;
            case Kind::hold: {
                refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid} : account_refusal(account, true);
                if (!refusal && op.amount > account->available) { refusal = ErrorCode::insufficient_funds; }
                const WallTime expires_at = clock_.wall() + std::chrono::seconds{op.seconds};
                const auto held = send(ledger::Hold{player, op.amount, expires_at});
                expect(held, refusal);
                if (!refusal) {
                    account->available -= op.amount;
                    model_.holds.push_back({op.player, op.amount, expires_at});
                    RC_ASSERT(raw(held->hold) == model_.holds.size());
                }
                break;
            }
            case Kind::post:
            case Kind::post_part: {
                refusal = model_.unresolvable(op.hold);
                const bool all = op.kind == Kind::post;
                if (!refusal && !all && (op.amount < 1 || op.amount > model_.holds[op.hold - 1].amount)) {
                    refusal = ErrorCode::amount_invalid;
                }
                expect(send(ledger::PostHold{HoldId{op.hold}, all ? std::nullopt : std::optional{op.amount}}), refusal);
                if (!refusal) { model_.end(op.hold, all ? model_.holds[op.hold - 1].amount : op.amount); }
                break;
            }
            case Kind::release:
                refusal = model_.unresolvable(op.hold);
                expect(send(ledger::VoidHold{HoldId{op.hold}}), refusal);
                if (!refusal) { model_.end(op.hold, 0); }
                break;
            case Kind::wait: return wait(op);
            case Kind::freeze:
            case Kind::thaw: {
                const bool frozen = op.kind == Kind::freeze;
                if (account == nullptr) { refusal = ErrorCode::account_unknown; }
                expect(send(ledger::SetFrozen{player, frozen}), refusal);
                if (!refusal) { account->frozen = frozen; }
                return compare();  // Freezing twice adds no fact.
            }
            case Kind::play:
            case Kind::refund: return play(op, account);
            case Kind::crash: return crash();
            case Kind::open_round: {
                model_.rounds.push_back({.in_play = true, .open = true});
                const auto opened = send(ledger::OpenRound{RoundId{model_.rounds.size()}});
                RC_ASSERT(opened.has_value() && opened->bets == 0 && opened->exposure == 0);
                break;
            }
            case Kind::bet: return bet(op, account);
            case Kind::roll_back: return roll_back(op, account);
            case Kind::settle:
            case Kind::void_round: return end_round(op);
            case Kind::close:
                refusal = account_refusal(account, false);
                if (!refusal && (account->available != 0 || account->bonus != 0 || model_.holds_of(op.player))) {
                    refusal = ErrorCode::account_not_empty;
                }
                expect(send(ledger::ClosePlayer{player}), refusal);
                if (!refusal) { account->closed = true; }
                break;
            case Kind::grant_bonus:
                refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid} : account_refusal(account, false);
                expect(send(ledger::GrantBonus{player, op.amount}), refusal);
                if (!refusal) {
                    account->bonus += op.amount;
                    model_.bonus_promo -= op.amount;
                }
                break;
            case Kind::convert:
            case Kind::convert_part: {
                const bool all = op.kind == Kind::convert;
                refusal = !all && op.amount <= 0 ? std::optional{ErrorCode::amount_invalid}
                                                 : account_refusal(account, false);
                const std::int64_t amount = all && account != nullptr ? account->bonus : op.amount;
                if (!refusal && (account->bonus == 0 || amount > account->bonus)) {
                    refusal = ErrorCode::insufficient_funds;
                }
                expect(send(ledger::ConvertBonus{player, all ? std::nullopt : std::optional{op.amount}}), refusal);
                if (!refusal) {
                    account->bonus -= amount;
                    account->available += amount;
                    model_.converted += amount;
                }
                break;
            }
            case Kind::forfeit:
                refusal = account_refusal(account, false);
                if (!refusal && account->bonus == 0) { refusal = ErrorCode::insufficient_funds; }
                expect(send(ledger::ForfeitBonus{player}), refusal);
                if (!refusal) { model_.bonus_promo += std::exchange(account->bonus, 0); }
                break;
            case Kind::reverse:
                refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid} : std::nullopt;
                if (!refusal && account == nullptr) { refusal = ErrorCode::account_unknown; }
                if (!refusal && op.amount > account->available) { refusal = ErrorCode::insufficient_funds; }
                expect(send(ledger::ReverseDeposit{player, op.amount}), refusal);
                if (!refusal) {
                    account->available -= op.amount;
                    model_.psp += op.amount;
                }
                break;
        }
        // A refusal is no fact; what was done is one unit.
        RC_ASSERT(raw(casino_->submitted().seq) == raw(before.seq) + (refusal ? 0 : 1));
        compare();
    }

private:
    template <class Command>
    Result<typename Command::Reply> send(const Command& command)
    {
        return casino_->input(
            clock_.wall(), nowhere_, [&](Context& context) { return casino_->bus().send(command, context); });
    }

    template <class Reply>
    static void expect(const Result<Reply>& reply, std::optional<ErrorCode> refusal)
    {
        RC_ASSERT(reply.has_value() == !refusal.has_value());
        if (refusal) { RC_ASSERT(reply.error().code == *refusal); }
    }

    static std::optional<ErrorCode> account_refusal(const Model::Player* account, bool frozen_counts)
    {
        if (account == nullptr) { return ErrorCode::account_unknown; }
        if (account->closed) { return ErrorCode::player_closed; }
        return frozen_counts && account->frozen ? std::optional{ErrorCode::account_frozen} : std::nullopt;
    }

    void wait(const Op& op)
    {
        clock_.advance(std::chrono::seconds{op.seconds});
        std::uint64_t due = 0;
        for (std::size_t id = 1; id <= model_.holds.size(); ++id) {
            if (model_.holds[id - 1].open && model_.holds[id - 1].expires_at <= clock_.wall()) {
                model_.end(id, 0);
                ++due;
            }
        }
        RC_ASSERT(send(ledger::ExpireHolds{})->holds == due);
        compare();
    }

    /// A round: its stake, then a win of half the most it could be, or the stake back.
    void play(const Op& op, Model::Player* account)
    {
        model_.rounds.emplace_back();
        const RoundId round{model_.rounds.size()};
        const std::int64_t win_max = op.amount * static_cast<std::int64_t>(op.seconds);
        std::optional<ErrorCode> refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid}
                                                          : account_refusal(account, true);
        const Model::Bet staked = account == nullptr || op.amount <= 0 ? Model::Bet{}
                                                                       : Model::split(*account, op.amount);
        if (!refusal && staked.cash > account->available) { refusal = ErrorCode::insufficient_funds; }
        const std::int64_t share = staked.cash == 0 ? 0 : win_max - win_max * staked.bonus / op.amount;
        if (!refusal && model_.bank + staked.cash - model_.exposure() < share) { refusal = ErrorCode::bank_exposed; }
        expect(send(ledger::TakeStake{PlayerId{op.player}, round, op.amount, win_max}), refusal);
        if (refusal) { return compare(); }
        const std::int64_t back = op.kind == Kind::refund ? op.amount : win_max / 2;
        const auto paid = op.kind == Kind::refund ? send(ledger::Refund{PlayerId{op.player}, round, back})
                                                  : send(ledger::PayWin{PlayerId{op.player}, round, back});
        RC_ASSERT(paid.has_value());
        model_.take(*account, staked);
        model_.pay(*account, staked, back);
        RC_ASSERT(paid->available == account->available && paid->bonus == account->bonus);
        compare();
    }

    /// A bet on a round in play: `hold` is the round, `seconds` the bet's number, a seventh of that what it multiplies.
    void bet(const Op& op, Model::Player* account)
    {
        const auto before = casino_->submitted();
        const std::pair key{op.player, std::uint64_t{op.seconds} % 3};
        std::optional<ErrorCode> refusal = op.amount <= 0 ? std::optional{ErrorCode::amount_invalid}
                                                          : model_.out_of_play(op.hold);
        Model::Round* round = model_.out_of_play(op.hold) ? nullptr : &model_.rounds[op.hold - 1];
        const std::int64_t exposure = (round == nullptr ? 0 : round->exposure) + op.amount * (op.seconds / 7);
        bool repeat = false;
        if (!refusal && round->rolled_back.contains(key)) { refusal = ErrorCode::bet_rolled_back; }
        if (!refusal && round->bets.contains(key)) {
            repeat = round->bets[key].cash + round->bets[key].bonus == op.amount;
            if (!repeat) { refusal = ErrorCode::key_conflict; }
        }
        if (!refusal && !repeat) { refusal = account_refusal(account, true); }
        const Model::Bet staked = account == nullptr || op.amount <= 0 ? Model::Bet{}
                                                                       : Model::split(*account, op.amount);
        if (!refusal && !repeat && staked.cash > account->available) { refusal = ErrorCode::insufficient_funds; }
        if (!refusal && !repeat && model_.bank - model_.exposure() < exposure - round->exposure) {
            refusal = ErrorCode::bank_exposed;
        }
        expect(send(ledger::HoldBet{RoundId{op.hold}, PlayerId{op.player}, key.second, op.amount, exposure}), refusal);
        const bool moves = !refusal && !repeat;
        if (moves) {
            account->available -= staked.cash;
            account->bonus -= staked.bonus;
            round->bets[key] = staked;
            round->exposure = exposure;
        }
        RC_ASSERT(raw(casino_->submitted().seq) == raw(before.seq) + (moves ? 1 : 0));
        compare();
    }

    /// Also of a bet that has not come: it will be refused.
    void roll_back(const Op& op, Model::Player* account)
    {
        const std::pair key{op.player, std::uint64_t{op.seconds} % 3};
        std::optional<ErrorCode> refusal = account == nullptr ? std::optional{ErrorCode::account_unknown}
                                                              : model_.out_of_play(op.hold);
        Model::Round* round = model_.out_of_play(op.hold) ? nullptr : &model_.rounds[op.hold - 1];
        const std::int64_t exposure = round == nullptr ? 0 : round->exposure / 2;
        expect(send(ledger::RollBackBet{RoundId{op.hold}, PlayerId{op.player}, key.second, exposure}), refusal);
        if (!refusal && round->rolled_back.insert(key).second) {
            if (const auto bet = round->bets.find(key); bet != round->bets.end()) {
                account->available += bet->second.cash;
                account->bonus += bet->second.bonus;
                round->bets.erase(bet);
                round->exposure = exposure;
            }
        }
        compare();
    }

    /// All its bets at once: to the bank, with a win for one of its players, or back.
    void end_round(const Op& op)
    {
        const bool settles = op.kind == Kind::settle;
        const auto refusal = model_.out_of_play(op.hold);
        std::vector<ledger::PlayerWin> wins;
        Model::Round* round = refusal ? nullptr : &model_.rounds[op.hold - 1];
        if (settles && round != nullptr && !round->bets.empty() && round->exposure / 2 > 0) {
            wins.push_back({PlayerId{round->bets.begin()->first.first}, round->exposure / 2});
        }
        const auto closed = settles ? send(ledger::SettleRound{RoundId{op.hold}, wins})
                                    : send(ledger::VoidRound{RoundId{op.hold}});
        expect(closed, refusal);
        if (refusal) { return compare(); }
        const std::int64_t held = Model::in(*round);
        RC_ASSERT(closed->stake == (settles ? held : 0) && closed->refund == (settles ? 0 : held));
        std::map<std::uint64_t, Model::Bet> staked;
        for (const auto& [key, bet] : round->bets) {
            (settles ? model_.bank : model_.players[key.first].available) += bet.cash;
            (settles ? model_.bonus_promo : model_.players[key.first].bonus) += bet.bonus;
            staked[key.first].cash += bet.cash;
            staked[key.first].bonus += bet.bonus;
        }
        for (const auto& win : wins) { model_.pay(model_.players[raw(win.player)], staked[raw(win.player)], win.win); }
        *round = {.in_play = true, .open = false};
        compare();
    }

    /// All that is left are the facts; from them comes the same state, byte for byte.
    void crash()
    {
        const Bytes before = state(*casino_);
        restart();
        RC_ASSERT(state(*casino_) == before);
        compare();
    }

    void restart()
    {
        casino_ = std::make_unique<host::Casino>(host::make_modules(config_, {}, {}, "test"));
        for (const auto& unit : store_.units()) {
            const bool applied = casino_->apply(unit->content, unit->position);
            RC_ASSERT(applied);
        }
        casino_->open(store_);
        casino_->start(clock_.wall(), nowhere_);
    }

    static Bytes state(const host::Casino& casino)
    {
        Bytes bytes;
        ByteWriter writer{bytes};
        casino.modules().front()->save(writer);
        return bytes;
    }

    void compare()
    {
        std::map<ledger::AccountKind, std::int64_t> sums;
        std::map<ledger::AccountKind, std::int64_t> bonus;
        std::int64_t sum = 0;
        std::int64_t bonus_sum = 0;
        for (const auto& row : send(ledger::GetTrialBalance{})->rows) {
            const bool cash = row.pocket == ledger::Pocket::cash;
            (cash ? sums : bonus)[row.kind] = row.balance;
            (cash ? sum : bonus_sum) += row.balance;
        }
        RC_ASSERT(sum == 0 && bonus_sum == 0);  // Each pocket by itself.
        RC_ASSERT(bonus[ledger::AccountKind::held] == model_.bonus_held());
        RC_ASSERT(bonus[ledger::AccountKind::promo] == model_.bonus_promo);
        RC_ASSERT(bonus[ledger::AccountKind::conversion] == model_.converted);
        RC_ASSERT(sums[ledger::AccountKind::conversion] == -model_.converted);
        RC_ASSERT(sums[ledger::AccountKind::player] == model_.available());
        RC_ASSERT(sums[ledger::AccountKind::held] == model_.held());
        RC_ASSERT(sums[ledger::AccountKind::bank] == model_.bank);
        RC_ASSERT(sums[ledger::AccountKind::psp] == model_.psp);
        RC_ASSERT(sums[ledger::AccountKind::promo] == model_.promo);
        RC_ASSERT(sums[ledger::AccountKind::adjustments] == model_.adjustments);
        for (const auto& [id, player] : model_.players) {
            const auto balance = send(ledger::GetBalance{PlayerId{id}});
            RC_ASSERT(balance->available == player.available && balance->bonus == player.bonus);
            bonus[ledger::AccountKind::player] -= player.bonus;
        }
        RC_ASSERT(bonus[ledger::AccountKind::player] == 0);
        std::size_t open = 0;
        for (const ledger::Held& held : send(ledger::ListHolds{HoldId{0}, 1000})->holds) {
            const Model::Hold& hold = model_.holds.at(raw(held.hold) - 1);
            RC_ASSERT(hold.open && hold.amount == held.amount && raw(held.player) == hold.player);
            ++open;
        }
        RC_ASSERT(open == static_cast<std::size_t>(std::ranges::count_if(model_.holds, &Model::Hold::open)));
        std::size_t in_play = 0;
        for (const auto& round : send(ledger::ListRounds{RoundId{0}, 1000})->rounds) {
            const Model::Round& known = model_.rounds.at(raw(round.round) - 1);
            RC_ASSERT(known.open && round.held == Model::in(known) && round.exposure == known.exposure);
            RC_ASSERT(round.bets == known.bets.size());
            ++in_play;
        }
        RC_ASSERT(in_play == static_cast<std::size_t>(std::ranges::count_if(model_.rounds, &Model::Round::open)));
    }

    config::Config config_;
    fakes::ManualClock clock_;
    fakes::MemoryStore store_;
    NoOutputs nowhere_;
    std::unique_ptr<host::Casino> casino_;
    Model model_;
};

}  // namespace

TEST_CASE("ledger: whatever is asked of it, it does what the model does", "[property]")
{
    setenv("RC_PARAMS", "seed=20261125 max_success=8200 max_size=500", 0);  // What the caller has set stays.
    std::size_t operations = 0;
    const bool holds = rc::check("the ledger and its model agree after every operation", [&] {
        const auto programme = *programmes();
        Run run;
        for (std::uint64_t player = 1; player <= 3; ++player) { run.step({.kind = Kind::open, .player = player}); }
        for (const Op& op : programme) { run.step(op); }
        operations += programme.size();
    });
    CHECK(holds);
    WARN(operations << " operations");
}
