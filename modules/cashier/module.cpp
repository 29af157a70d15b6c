#include "cashier_module.hpp"

namespace croupier::cashier {

namespace {

class CashierModule final : public Module {
public:
    explicit CashierModule(Options options) : options_{options} {}

    std::string_view name() const override { return "cashier"; }

    void wire(Bus& bus, Folds& folds) override
    {
        cashier_.emplace(options_, bus);
        bus.serve<Perform>(
            [&](const Perform& command, Context& context) { return cashier_->perform(command, context); });
        bus.serve<Identify>([&](const Identify& command, Context&) { return cashier_->identify(command); });
        bus.serve<AddOperator>(
            [&](const AddOperator& command, Context& context) { return cashier_->add_operator(command, context); });
        bus.serve<RemoveOperator>([&](const RemoveOperator& command, Context& context) {
            return cashier_->remove_operator(command, context);
        });
        bus.serve<ListProposals>(
            [&](const ListProposals&, Context&) -> Result<Proposals> { return cashier_->proposals(); });

        folds.on<OperatorAdded>([&](const OperatorAdded& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<OperatorRemoved>([&](const OperatorRemoved& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<Proposed>([&](const Proposed& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<ProposalDecided>([&](const ProposalDecided& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<ledger::Held>([&](const ledger::Held& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<Acted>([&](const Acted& fact, const FactContext&) { cashier_->apply(fact); });
        folds.on<RolledBack>(
            [&](const RolledBack& fact, const FactContext& context) { cashier_->apply(fact, context.at); });
        folds.on<RequestRecord>(
            [&](const RequestRecord& fact, const FactContext& context) { cashier_->apply(fact, context.at); });
    }

    void save(ByteWriter& out) const override { cashier_->save(out); }
    std::uint32_t version() const override { return 2; }
    bool restore(ByteReader& in) override { return cashier_->restore(in); }

private:
    Options options_;
    std::optional<Cashier> cashier_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options) { return std::make_unique<CashierModule>(options); }

}  // namespace croupier::cashier
