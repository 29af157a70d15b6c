#include "croupier/messages/rng.hpp"
#include "rng_module.hpp"

namespace croupier::rng {

namespace {

class RngModule final : public Module {
public:
    explicit RngModule(Rng* generator) : generator_{generator} {}

    std::string_view name() const override { return "rng"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.serve<Draw>([&](const Draw& command, Context& context) -> Result<Values> {
            Drawn drawn{command.round, command.step, command.bounds, std::vector<Value>(command.bounds.size())};
            if (const auto done = generator_->draw(drawn.bounds, drawn.values); !done) {
                return std::unexpected{done.error()};
            }
            Values values{drawn.values};
            context.work.add(std::move(drawn));
            return values;
        });
        folds.on<Drawn>([&](const Drawn& fact, const FactContext&) { drawn_ += fact.values.size(); });
    }

    void save(ByteWriter& out) const override { out.write(drawn_); }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override
    {
        drawn_ = in.read<std::uint64_t>();
        return !in.failed();
    }

private:
    Rng* generator_;
    std::uint64_t drawn_ = 0;  // Values drawn, ever.
};

}  // namespace

std::unique_ptr<Module> make_module(Rng* generator) { return std::make_unique<RngModule>(generator); }

}  // namespace croupier::rng
