#include "life.hpp"

namespace croupier::simulation {

using namespace std::chrono_literals;

void House::SimEdge::pump(ConnectionId connection)
{
    const auto found = sockets_.find(connection);
    if (found == sockets_.end()) { return; }
    Socket& socket = found->second;
    require(socket.outbox.bytes() <= most_, [] { return "an outbox holds more than it may"; });
    World& world = house_.world_;
    const auto peer = house_.peers_.find(connection);
    const std::size_t window = peer == house_.peers_.end() ? SIZE_MAX : peer->second->window();
    const auto later = [&] {
        socket.last = std::max(socket.last,
            world.now() + house_.world_.about(house_.plan_.delays ? microseconds{40ms} : microseconds{300}));
        return socket.last - world.now();
    };
    while (socket.in_flight < window) {
        auto frame = socket.outbox.take();
        if (!frame) { break; }
        ++socket.in_flight;
        world.after(later(),
            [this, &house = house_, connection, text = std::move(frame->bytes), life = std::weak_ptr{house_.life_}] {
                const auto to = house.peers_.find(connection);
                if (to != house.peers_.end()) {
                    house.world_.trace("frame", text);
                    to->second->heard(text);
                }
                if (!house.gone(life)) { read_on(connection); }
            });
    }
    if (socket.closing && socket.in_flight == 0 && committed_ >= socket.closing->rests_on
        && !socket.outbox.waits_for()) {
        const std::uint16_t code = socket.closing->code;
        sockets_.erase(found);
        world.after(microseconds{10}, [&house = house_, connection, code, life = std::weak_ptr{house_.life_}] {
            if (const auto to = house.peers_.find(connection); to != house.peers_.end()) {
                Peer* const told = to->second;
                house.peers_.erase(to);
                told->closed(code);
            }
            if (!house.gone(life)) { house.take(host::Disconnected{connection}); }
        });
    }
}

void House::SimEdge::release(ConnectionId call)
{
    const auto found = calls_.find(call);
    if (found == calls_.end() || !found->second.response || found->second.rests_on > committed_) { return; }
    World& world = house_.world_;
    world.after(world.about(house_.plan_.delays ? microseconds{40ms} : microseconds{300}),
        [answered = std::move(found->second.answered), response = std::move(*found->second.response), &world,
            lost = house_.plan_.cuts && world.chance(50)] {
            if (lost) { return answered(std::nullopt); }
            world.trace("answer", response.body);
            answered(response);
        });
    calls_.erase(found);
}

ConnectionId House::connect(Peer& peer)
{
    const ConnectionId connection{++last_connection_};
    peers_.emplace(connection, &peer);
    world_.after(world_.about(plan_.delays ? microseconds{60ms} : microseconds{500}), [this, connection] {
        const auto found = peers_.find(connection);
        if (found == peers_.end()) { return; }
        Peer* const told = found->second;
        if (!up()) {
            peers_.erase(found);
            return told->closed(0);
        }
        life_->edge.add(connection);
        take(host::Connected{connection});
        told->opened();
    });
    return connection;
}

void House::send(ConnectionId connection, std::string frame)
{
    // Reordering within a connection is the client's doing, never the network's.
    world_.after(plan_.delays ? microseconds{20ms} : microseconds{200},
        [this, connection, text = std::move(frame), life = std::weak_ptr{life_}] {
            if (gone(life)) { return; }
            const auto within = life_->edge.within_rate(
                connection, SteadyTime{std::chrono::nanoseconds{world_.now()} + 1'000s});
            if (!within) { return; }
            world_.trace("sent", text);
            if (*within) { return take(host::Framed{connection, host::parse_frame(text)}); }
            const auto [n, q] = host::skim_numbers(text);
            take(host::RateLimited{connection, n, q});
        });
}

void House::cut(ConnectionId connection)
{
    const auto found = peers_.find(connection);
    if (found == peers_.end()) { return; }
    Peer* const told = found->second;
    let_go(connection);
    told->closed(0);
}

void House::let_go(ConnectionId connection)
{
    peers_.erase(connection);
    world_.after(world_.about(1s), [this, connection, life = std::weak_ptr{life_}] {
        if (gone(life) || !life_->edge.has(connection)) { return; }
        life_->edge.remove(connection);
        take(host::Disconnected{connection});
    });
}

void House::call(host::ApiRequest request, Answered answered)
{
    const ConnectionId call{++last_connection_};
    world_.after(world_.about(plan_.delays ? microseconds{40ms} : microseconds{300}),
        [this, call, request = std::move(request), answered = std::move(answered),
            lost = plan_.cuts && world_.chance(50)] {
            if (!up() || lost) { return answered(std::nullopt); }
            life_->edge.add_call(call, answered);
            world_.trace("call", request.method + " " + request.path + " " + request.body);
            take(host::Called{call, request});
        });
}

}  // namespace croupier::simulation
