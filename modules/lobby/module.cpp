#include "croupier/messages/lobby.hpp"
#include "croupier/messages/session.hpp"
#include "lobby_module.hpp"

namespace croupier::lobby {

namespace {

class LobbyModule final : public Module {
public:
    std::string_view name() const override { return "lobby"; }

    void wire(Bus& bus, Folds&) override
    {
        bus.publishes<OnlineAnnounced>();
        bus.serve<Browse>([&](const Browse&, Context& context) -> Result<Catalogue> {
            auto games = bus.send(rounds::ListGames{}, context);
            if (!games) { return std::unexpected{games.error()}; }
            return Catalogue{std::move(games->games), online_};
        });
        bus.serve<CountOnline>([&](const CountOnline&, Context&) -> Result<Online> { return Online{online_}; });
        bus.serve<Announce>([&](const Announce&, Context& context) -> Result<Told> {
            if (announced_ != online_) {
                announced_ = online_;
                bus.publish(OnlineAnnounced{online_}, context);
            }
            return Told{};
        });
        bus.on<session::PresenceChanged>(
            [&](const session::PresenceChanged& event, Context&) { online_ = event.players; });
    }

    // Who is connected is no fact: after a restart nobody is.
    void save(ByteWriter&) const override {}
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader&) override { return true; }
    void save_live(ByteWriter& out) const override
    {
        out.write(online_);
        out.write(announced_);
    }
    bool restore_live(ByteReader& in) override
    {
        online_ = in.read<std::uint64_t>();
        announced_ = in.read<std::uint64_t>();
        return in.complete();
    }

private:
    std::uint64_t online_ = 0;
    std::uint64_t announced_ = 0;
};

}  // namespace

std::unique_ptr<Module> make_module() { return std::make_unique<LobbyModule>(); }

}  // namespace croupier::lobby
