#include "bonus_module.hpp"
#include "croupier/messages/bonus.hpp"

namespace croupier::bonus {

namespace {

class BonusModule final : public Module {
public:
    explicit BonusModule(Options options) : options_{options} {}

    std::string_view name() const override { return "bonus"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.serve<GrantWelcome>([&](const GrantWelcome& command, Context& context) -> Result<ledger::Balance> {
            if (options_.welcome == 0) { return bus.send(ledger::GetBalance{command.player}, context); }
            auto balance = bus.send(ledger::GrantPromo{command.player, options_.welcome}, context);
            if (balance) { context.work.add(Granted{command.player, options_.welcome}); }
            return balance;
        });
        folds.on<Granted>([&](const Granted& fact, const FactContext&) {
            ++grants_;
            granted_ += fact.amount;
        });
    }

    void save(ByteWriter& out) const override
    {
        out.write(grants_);
        out.write(granted_);
    }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override
    {
        grants_ = in.read<std::uint64_t>();
        granted_ = in.read<std::int64_t>();
        return !in.failed();
    }

private:
    Options options_;
    std::uint64_t grants_ = 0;
    std::int64_t granted_ = 0;  // Minor units, over all players.
};

}  // namespace

std::unique_ptr<Module> make_module(Options options) { return std::make_unique<BonusModule>(options); }

}  // namespace croupier::bonus
