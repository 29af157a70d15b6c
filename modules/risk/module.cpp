#include "croupier/messages/cashier.hpp"
#include "croupier/messages/risk.hpp"
#include "croupier/messages/rounds.hpp"
#include "limits.hpp"
#include "risk_module.hpp"

namespace croupier::risk {

namespace {

class RiskModule final : public Module {
public:
    explicit RiskModule(Options options) : options_{options} {}

    std::string_view name() const override { return "risk"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.serve<CheckStake>([&](const CheckStake& command, Context& context) -> Result<Allowed> {
            if (options_.stake_max != 0 && command.stake > options_.stake_max) {
                return refuse(ErrorCode::risk_refused);
            }
            const auto staked = limits_.check(command.player, Measure::stake, command.stake, context.now);
            return staked ? limits_.check(command.player, Measure::loss, command.stake, context.now) : staked;
        });
        bus.serve<CheckDeposit>([&](const CheckDeposit& command, Context& context) {
            return limits_.check(command.player, Measure::deposit, command.amount, context.now);
        });
        bus.serve<SetLimit>([&](const SetLimit& command, Context& context) { return limits_.set(command, context); });
        bus.serve<ListLimits>([&](const ListLimits& command, Context& context) -> Result<Limits> {
            return limits_.list(command.player, context.now);
        });

        folds.on<LimitSet>([&](const LimitSet& fact, const FactContext& context) { limits_.apply(fact, context.at); });
        folds.on<rounds::Settled>([&](const rounds::Settled& fact, const FactContext& context) {
            limits_.count(fact.player, Measure::stake, fact.stake, context.at);
            limits_.count(fact.player, Measure::loss, fact.stake - fact.win, context.at);
        });
        folds.on<cashier::Acted>([&](const cashier::Acted& fact, const FactContext& context) {
            if (const auto* deposit = std::get_if<cashier::Deposit>(&fact.operation)) {
                limits_.count(fact.player, Measure::deposit, deposit->amount, context.at);
            }
        });
    }

    void save(ByteWriter& out) const override { limits_.save(out); }
    std::uint32_t version() const override { return 2; }
    bool restore(ByteReader& in) override { return limits_.restore(in); }

private:
    Options options_;
    PlayerLimits limits_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options) { return std::make_unique<RiskModule>(options); }

}  // namespace croupier::risk
