#include "croupier/messages/lobby.hpp"
#include "desk.hpp"
#include "session_module.hpp"

namespace croupier::session {

namespace {

class SessionModule final : public Module {
public:
    SessionModule(Options options, Keys* keys) : options_{std::move(options)}, keys_{keys} {}

    std::string_view name() const override { return "session"; }

    void wire(Bus& bus, Folds& folds) override
    {
        desk_ = std::make_unique<Desk>(options_, keys_, bus);
        bus.publishes<PresenceChanged>();
        serve<Register>(bus, &Desk::register_player);
        serve<LogIn>(bus, &Desk::log_in);
        serve<Authenticate>(bus, &Desk::authenticate);
        serve<LogOut>(bus, &Desk::log_out);
        serve<Hello>(bus, &Desk::hello);
        serve<Play>(bus, &Desk::play);
        serve<Choose>(bus, &Desk::choose);
        serve<Ask>(bus, &Desk::ask);
        serve<OldAnswer>(bus, &Desk::old_answer);
        serve<Disconnect>(bus, &Desk::disconnect);
        serve<Erase>(bus, &Desk::erase);
        bus.serve<Sweep>([&](const Sweep&, Context& context) { return desk_->sweep(context); });
        bus.serve<AnnounceDrain>(
            [&](const AnnounceDrain&, Context& context) { return desk_->announce_drain(context); });
        bus.serve<GetCounts>([&](const GetCounts&, Context&) -> Result<Counts> { return desk_->counts(); });
        bus.on<ledger::BalanceChanged>(
            [&](const ledger::BalanceChanged& event, Context& context) { desk_->balance_changed(event, context); });
        bus.on<lobby::OnlineAnnounced>([&](const lobby::OnlineAnnounced& event, Context& context) {
            desk_->online_announced(event.players, context);
        });
        bus.on<rounds::Offered>([&](const rounds::Offered&, Context& context) { desk_->games_changed(context); });
        fold<PlayerRegistered>(folds);
        fold<PlayerErased>(folds);
        fold<Opened>(folds);
        fold<Closed>(folds);
        fold<RequestRecord>(folds);
    }

    void save(ByteWriter& out) const override { desk_->registry().save(out); }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override { return desk_->registry().restore(in); }
    void save_live(ByteWriter& out) const override { out.write(desk_->live()); }
    bool restore_live(ByteReader& in) override
    {
        const auto sessions = in.read<std::vector<LiveSession>>();
        return in.complete() && desk_->restore_live(sessions);
    }

private:
    template <class Command>
    void serve(Bus& bus, Result<typename Command::Reply> (Desk::*handler)(const Command&, Context&))
    {
        bus.serve<Command>([this, handler](const Command& command, Context& context) {
            return (desk_.get()->*handler)(command, context);
        });
    }

    template <class Fact>
    void fold(Folds& folds)
    {
        folds.on<Fact>([this](const Fact& fact, const FactContext&) { desk_->registry().apply(fact); });
    }

    Options options_;
    Keys* keys_;
    std::unique_ptr<Desk> desk_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options, Keys* keys)
{
    return std::make_unique<SessionModule>(std::move(options), keys);
}

}  // namespace croupier::session
