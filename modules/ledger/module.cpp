#include "ledger_module.hpp"

namespace croupier::ledger {

namespace {

class LedgerModule final : public Module {
public:
    explicit LedgerModule(Options options) : ledger_{options} {}

    std::string_view name() const override { return "ledger"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.publishes<BalanceChanged>();
        bus.serve<OpenPlayer>(
            [&](const OpenPlayer& command, Context& context) { return ledger_.open_player(command, context); });
        bus.serve<GetBalance>([&](const GetBalance& command, Context&) { return ledger_.balance(command); });
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
        bus.serve<GetTotals>([&](const GetTotals&, Context&) -> Result<LedgerTotals> { return ledger_.totals(); });

        folds.on<AccountOpened>([&](const AccountOpened& fact, const FactContext&) { ledger_.apply(fact); });
        folds.on<Transferred>([&](const Transferred& fact, const FactContext&) { ledger_.apply(fact); });
    }

    void save(ByteWriter& out) const override { ledger_.save(out); }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override { return ledger_.restore(in); }
    void start(Context& context) override { ledger_.start(context); }
    void check() const override { ledger_.check(); }

private:
    static Result<Balance> changed(Bus& bus, PlayerId player, Result<Balance> balance, Context& context)
    {
        if (balance) { bus.publish(BalanceChanged{player, *balance}, context); }
        return balance;
    }

    Ledger ledger_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options) { return std::make_unique<LedgerModule>(options); }

}  // namespace croupier::ledger
