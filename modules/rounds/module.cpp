#include "rounds.hpp"
#include "rounds_module.hpp"

namespace croupier::rounds {

namespace {

class RoundsModule final : public Module {
public:
    RoundsModule(std::vector<std::shared_ptr<const Game>> games, Options options)
        : games_{std::move(games)}, options_{std::move(options)}
    {
    }

    std::string_view name() const override { return "rounds"; }

    void wire(Bus& bus, Folds& folds) override
    {
        rounds_ = std::make_unique<Rounds>(games_, options_, bus);
        bus.publishes<Settled>();
        bus.publishes<Offered>();
        bus.serve<Spin>([&](const Spin& command, Context& context) { return rounds_->spin(command, context); });
        bus.serve<Choose>([&](const Choose& command, Context& context) { return rounds_->choose(command, context); });
        bus.serve<Void>([&](const Void& command, Context& context) { return rounds_->end(command.round, context); });
        bus.serve<ListOpen>([&](const ListOpen& command, Context& context) -> Result<OpenRounds> {
            return rounds_->list_open(command.player, context);
        });
        bus.serve<FinishOverdue>([&](const FinishOverdue&, Context& context) -> Result<Finished> {
            return rounds_->finish_overdue(context);
        });
        bus.serve<GetReport>([&](const GetReport&, Context&) -> Result<PlayReport> { return rounds_->report(); });
        bus.serve<GetTallies>([&](const GetTallies&, Context&) -> Result<Tallies> { return rounds_->tallies(); });
        bus.serve<Offer>([&](const Offer& command, Context& context) { return rounds_->offer(command, context); });
        bus.serve<ListGames>([&](const ListGames&, Context&) -> Result<Games> { return rounds_->list(); });
        folds.on<VersionPlayed>([&](const VersionPlayed& fact, const FactContext&) { rounds_->apply(fact); });
        folds.on<Begun>([&](const Begun& fact, const FactContext& at) { rounds_->apply(fact, at.at); });
        folds.on<rng::Drawn>([&](const rng::Drawn& fact, const FactContext&) { rounds_->apply(fact); });
        folds.on<Chosen>([&](const Chosen& fact, const FactContext&) { rounds_->apply(fact); });
        folds.on<Settled>([&](const Settled& fact, const FactContext& at) { rounds_->apply(fact, at.at); });
        folds.on<ledger::JackpotWon>([&](const ledger::JackpotWon& fact, const FactContext&) { rounds_->apply(fact); });
        folds.on<Voided>([&](const Voided& fact, const FactContext&) { rounds_->apply(fact); });
    }

    void save(ByteWriter& out) const override { rounds_->save(out); }
    std::uint32_t version() const override { return 3; }
    bool restore(ByteReader& in) override { return rounds_->restore(in); }

private:
    std::vector<std::shared_ptr<const Game>> games_;
    Options options_;
    std::unique_ptr<Rounds> rounds_;
};

}  // namespace

std::unique_ptr<Module> make_module(std::vector<std::shared_ptr<const Game>> games, Options options)
{
    return std::make_unique<RoundsModule>(std::move(games), std::move(options));
}

}  // namespace croupier::rounds
