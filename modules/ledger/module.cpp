#include "croupier/assert.hpp"
#include "ledger_module.hpp"

namespace croupier::ledger {

namespace {

class LedgerModule final : public Module {
public:
    LedgerModule(Options options, SealKey* key) : ledger_{std::move(options), key} {}

    std::string_view name() const override { return "ledger"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.publishes<BalanceChanged>();
        bus.serve<OpenPlayer>(
            [&](const OpenPlayer& command, Context& context) { return ledger_.open_player(command, context); });
        bus.serve<GetBalance>([&](const GetBalance& command, Context&) { return ledger_.balance(command); });
        bus.serve<GetAccount>([&](const GetAccount& command, Context&) { return ledger_.account(command); });
        bus.serve<TakeStake>([&](const TakeStake& command, Context& context) {
            return changed(bus, command.player, ledger_.take_stake(command, context), context);
        });
        bus.serve<PayWin>([&](const PayWin& command, Context& context) -> Result<Balance> {
            const Balance balance = ledger_.pay_win(command, context);
            if (command.win > 0) { bus.publish(BalanceChanged{command.player, balance}, context); }
            return balance;
        });
        bus.serve<Refund>([&](const Refund& command, Context& context) {
            return changed(bus, command.player, ledger_.refund(command, context), context);
        });
        bus.serve<GrantPromo>([&](const GrantPromo& command, Context& context) {
            return changed(bus, command.player, ledger_.grant_promo(command, context), context);
        });
        bus.serve<GrantBonus>([&](const GrantBonus& command, Context& context) {
            return changed(bus, command.player, ledger_.grant_bonus(command, context), context);
        });
        bus.serve<ConvertBonus>([&](const ConvertBonus& command, Context& context) {
            return changed(bus, command.player, ledger_.convert_bonus(command, context), context);
        });
        bus.serve<ForfeitBonus>([&](const ForfeitBonus& command, Context& context) {
            return changed(bus, command.player, ledger_.forfeit_bonus(command, context), context);
        });
        bus.serve<Deposit>([&](const Deposit& command, Context& context) {
            return changed(bus, command.player, ledger_.deposit(command, context), context);
        });
        bus.serve<Adjust>([&](const Adjust& command, Context& context) {
            return changed(bus, command.player, ledger_.adjust(command, context), context);
        });
        bus.serve<Hold>(
            [&](const Hold& command, Context& context) { return moved(bus, ledger_.hold(command, context), context); });
        bus.serve<PostHold>([&](const PostHold& command, Context& context) {
            return moved(bus, ledger_.post_hold(command, context), context);
        });
        bus.serve<VoidHold>([&](const VoidHold& command, Context& context) {
            return moved(bus, ledger_.void_hold(command, context), context);
        });
        bus.serve<ExpireHolds>([&](const ExpireHolds&, Context& context) -> Result<HoldsExpired> {
            HoldsExpired expired;
            while (expired.holds < kExpireMax) {
                const auto ended = ledger_.expire_one(context);
                if (!ended) { break; }
                bus.publish(BalanceChanged{ended->player, ended->balance}, context);
                ++expired.holds;
            }
            return expired;
        });
        bus.serve<SetFrozen>(
            [&](const SetFrozen& command, Context& context) { return ledger_.set_frozen(command, context); });
        bus.serve<ReverseDeposit>([&](const ReverseDeposit& command, Context& context) {
            return changed(bus, command.player, ledger_.reverse_deposit(command, context), context);
        });
        bus.serve<ClosePlayer>(
            [&](const ClosePlayer& command, Context& context) { return ledger_.close_player(command, context); });
        bus.serve<OpenRound>(
            [&](const OpenRound& command, Context& context) { return ledger_.open_round(command, context); });
        bus.serve<OpenBet>([&](const OpenBet& command, Context& context) {
            return changed(bus, command.player, ledger_.open_bet(command, context), context);
        });
        bus.serve<HoldBet>([&](const HoldBet& command, Context& context) {
            return changed(bus, command.player, ledger_.hold_bet(command, context), context);
        });
        bus.serve<RollBackBet>([&](const RollBackBet& command, Context& context) {
            return changed(bus, command.player, ledger_.roll_back_bet(command, context), context);
        });
        bus.serve<SettleRound>([&](const SettleRound& command, Context& context) {
            const auto players = ledger_.players_in(command.round);  // Afterwards the round is gone.
            return ended(bus, players, ledger_.settle_round(command, context), context);
        });
        bus.serve<VoidRound>([&](const VoidRound& command, Context& context) {
            const auto players = ledger_.players_in(command.round);
            return ended(bus, players, ledger_.void_round(command, context), context);
        });
        bus.serve<ListRounds>([&](const ListRounds& command, Context&) -> Result<RoundsInPlay> {
            return ledger_.rounds_in_play(command);
        });
        bus.serve<ListHolds>(
            [&](const ListHolds& command, Context&) -> Result<OpenHolds> { return ledger_.open_holds(command); });
        bus.serve<GetTrialBalance>(
            [&](const GetTrialBalance&, Context&) -> Result<TrialBalance> { return ledger_.trial_balance(); });
        bus.serve<CloseDay>(
            [&](const CloseDay& command, Context& context) { return ledger_.close_day(command, context); });
        bus.serve<SealDay>(
            [&](const SealDay& command, Context& context) { return ledger_.seal_day(command, context); });
        bus.serve<ListSeals>(
            [&](const ListSeals& command, Context&) -> Result<Seals> { return ledger_.seals(command); });
        bus.serve<FindSeal>([&](const FindSeal& command, Context&) { return ledger_.find_seal(command); });
        bus.serve<ListJackpots>(
            [&](const ListJackpots&, Context&) -> Result<Jackpots> { return ledger_.list_jackpots(); });
        bus.serve<CountTickets>(
            [&](const CountTickets& command, Context&) -> Result<Tickets> { return ledger_.count_tickets(command); });
        bus.serve<ShareJackpot>([&](const ShareJackpot& command, Context& context) -> Result<JackpotShared> {
            const JackpotShared shared = ledger_.share_jackpot(command, context);
            if (shared.won > 0) { bus.publish(BalanceChanged{command.player, shared.balance}, context); }
            return shared;
        });
        bus.serve<GetTotals>([&](const GetTotals&, Context&) -> Result<LedgerTotals> { return ledger_.totals(); });

        folds.on<AccountOpened>([&](const AccountOpened& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<Transferred>([&](const Transferred& fact, const FactContext& at) { ledger_.apply(fact, at.at); });
        folds.on<Held>([&](const Held& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<HoldResolved>([&](const HoldResolved& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<FrozenSet>([&](const FrozenSet& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<PlayerClosed>([&](const PlayerClosed& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<RoundOpened>([&](const RoundOpened& fact, const FactContext& at) { ledger_.apply(fact, at.at); });
        folds.on<BetHeld>([&](const BetHeld& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<BonusBetHeld>([&](const BonusBetHeld& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<BetRolledBack>([&](const BetRolledBack& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<RoundClosed>([&](const RoundClosed& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<DayClosed>([&](const DayClosed& fact, const FactContext& at) { ledger_.apply(fact, at.seq); });
        folds.on<DaySealed>([&](const DaySealed& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<JackpotSet>([&](const JackpotSet& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<JackpotContributed>([&](const JackpotContributed& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<JackpotWon>([&](const JackpotWon& fact, const FactContext&) { ledger_.apply(fact); });
    }

    void save(ByteWriter& out) const override { ledger_.save(out); }
    std::uint32_t version() const override { return 6; }
    bool restore(ByteReader& in) override { return ledger_.restore(in); }
    void start(Context& context) override { ledger_.start(context); }
    void check() const override { ledger_.check(); }

private:
    static Result<Balance> changed(Bus& bus, PlayerId player, Result<Balance> balance, Context& context)
    {
        if (balance) { bus.publish(BalanceChanged{player, *balance}, context); }
        return balance;
    }

    static Result<Holding> moved(Bus& bus, Result<Holding> holding, Context& context)
    {
        if (holding) { bus.publish(BalanceChanged{holding->player, holding->balance}, context); }
        return holding;
    }

    /// All the round's players hear what they have now.
    Result<RoundClosed> ended(
        Bus& bus, const std::vector<PlayerId>& players, Result<RoundClosed> closed, Context& context)
    {
        if (!closed) { return closed; }
        for (const PlayerId player : players) {
            const auto balance = ledger_.balance(GetBalance{player});
            CROUPIER_ASSERT(balance.has_value());
            bus.publish(BalanceChanged{player, *balance}, context);
        }
        return closed;
    }

    static constexpr std::uint64_t kExpireMax = 100;  // Holds an input: what is left comes with the next tick.

    Ledger ledger_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options, SealKey* key)
{
    return std::make_unique<LedgerModule>(std::move(options), key);
}

}  // namespace croupier::ledger
