#include "rounds.hpp"
#include "rounds_module.hpp"

namespace croupier::rounds {

namespace {

class RoundsModule final : public Module {
public:
    RoundsModule(std::vector<std::shared_ptr<const Game>> games, std::vector<std::string> closed)
        : games_{std::move(games)}, closed_{std::move(closed)}
    {
    }

    std::string_view name() const override { return "rounds"; }

    void wire(Bus& bus, Folds& folds) override
    {
        rounds_ = std::make_unique<Rounds>(games_, closed_, bus);
        bus.publishes<Settled>();
        bus.serve<Spin>([&](const Spin& command, Context& context) { return rounds_->spin(command, context); });
        bus.serve<ListGames>([&](const ListGames&, Context&) -> Result<Games> { return rounds_->list(); });
        folds.on<Settled>([&](const Settled& fact, const FactContext&) { rounds_->apply(fact); });
        folds.on<Voided>([&](const Voided& fact, const FactContext&) { rounds_->apply(fact); });
    }

    void save(ByteWriter& out) const override { rounds_->save(out); }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override { return rounds_->restore(in); }

private:
    std::vector<std::shared_ptr<const Game>> games_;
    std::vector<std::string> closed_;
    std::unique_ptr<Rounds> rounds_;
};

}  // namespace

std::unique_ptr<Module> make_module(std::vector<std::shared_ptr<const Game>> games, std::vector<std::string> closed)
{
    return std::make_unique<RoundsModule>(std::move(games), std::move(closed));
}

}  // namespace croupier::rounds
