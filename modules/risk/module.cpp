#include "croupier/messages/risk.hpp"
#include "risk_module.hpp"

namespace croupier::risk {

namespace {

class RiskModule final : public Module {
public:
    explicit RiskModule(Options options) : options_{options} {}

    std::string_view name() const override { return "risk"; }

    void wire(Bus& bus, Folds&) override
    {
        bus.serve<CheckStake>([&](const CheckStake& command, Context&) -> Result<Allowed> {
            if (options_.stake_max != 0 && command.stake > options_.stake_max) {
                return refuse(ErrorCode::risk_refused);
            }
            return Allowed{};
        });
    }

    // Its rules come from the configuration alone: there is no state to keep.
    void save(ByteWriter&) const override {}
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader&) override { return true; }

private:
    Options options_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options) { return std::make_unique<RiskModule>(options); }

}  // namespace croupier::risk
