#include "hub.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "adapters/log.hpp"
#include "croupier/assert.hpp"

namespace croupier::edge {

namespace {

/// A quarter of the shortest time-out: coarse enough to cost nothing, fine enough to be met.
std::chrono::nanoseconds tick_for(const Options& options)
{
    using namespace std::chrono_literals;
    const auto shortest = std::min(
        {options.request_timeout, options.idle_timeout, options.ping_interval, options.silence_max});
    return std::clamp<std::chrono::nanoseconds>(shortest / 4, 2ms, 250ms);
}

}  // namespace

Hub::Hub(boost::asio::io_context& loop, Options options, Handler& handler)
    : options_{std::move(options)},
      handler_{&handler},
      executor_{loop.get_executor()},
      wheel_{tick_for(options_), now()},
      turn_timer_{executor_},
      grace_timer_{executor_}
{
}

void Hub::shut()
{
    handler_ = nullptr;
    stopped_ = nullptr;
    turn_timer_.cancel();
    grace_timer_.cancel();
    cut_all();
}

void Hub::add(Connection& connection)
{
    connections_.push_back(connection);
    ++counters_.connections_open;
}

void Hub::remove(Connection& connection)
{
    connections_.erase(connections_.iterator_to(connection));
    --counters_.connections_open;
    Wheel::clear(connection);
    if (connections_.empty()) {
        turn_timer_.cancel();
        finish_stop();
    }
}

WebSocket* Hub::socket(ConnectionId id) const
{
    const auto found = sockets_.find(id);
    return found == sockets_.end() ? nullptr : found->second;
}

HttpCall* Hub::call(ConnectionId id) const
{
    const auto found = calls_.find(id);
    return found == calls_.end() ? nullptr : found->second;
}

void Hub::wait_for(Seq seq, ConnectionId id)
{
    CROUPIER_ASSERT(seq > committed_);
    waiting_.push_back(Waiting{.seq = seq, .id = id});
    std::ranges::push_heap(waiting_, std::ranges::greater{}, &Waiting::seq);
}

void Hub::committed(Seq seq)
{
    committed_ = std::max(committed_, seq);
    while (!waiting_.empty() && waiting_.front().seq <= committed_) {
        const auto id = waiting_.front().id;
        std::ranges::pop_heap(waiting_, std::ranges::greater{}, &Waiting::seq);
        waiting_.pop_back();
        if (auto* const waiting_socket = socket(id)) {
            waiting_socket->gate_moved();
        } else if (auto* const waiting_call = call(id)) {
            waiting_call->gate_moved();
        }
    }
}

void Hub::set_deadline(Connection& connection, std::chrono::nanoseconds from_now)
{
    wheel_.set(connection, now() + from_now);
    arm();
}

void Hub::arm()
{
    if (turning_) { return; }
    turning_ = true;
    turn_timer_.expires_after(wheel_.tick());
    turn_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) { self->turn(error); });
}

void Hub::turn(const boost::system::error_code& error)
{
    turning_ = false;
    if (!error) {
        const auto time = now();
        if (time - turn_timer_.expiry() > options_.silence_max / 4) { resumed_at_ = time; }
        wheel_.advance(time);
    }
    // Without connections there is nothing to time, and the loop may end.
    if (!connections_.empty() && handler_ != nullptr) { arm(); }
}

void Hub::drain()
{
    draining_ = true;
    // A connection may end and leave the list while it drains.
    for (auto it = connections_.begin(); it != connections_.end();) { (it++)->drain(); }
}

void Hub::stop(std::chrono::milliseconds grace, std::function<void()> done)
{
    CROUPIER_ASSERT(!stopped_);
    stopped_ = std::move(done);
    drain();
    for (auto it = connections_.begin(); it != connections_.end();) { (it++)->stop(); }
    if (connections_.empty()) {
        finish_stop();
        return;
    }
    grace_timer_.expires_after(grace);
    grace_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error) { return; }
        self->cut_all();
    });
}

void Hub::cut_all()
{
    for (auto it = connections_.begin(); it != connections_.end();) { (it++)->cut(); }
}

void Hub::finish_stop()
{
    if (!stopped_) { return; }
    grace_timer_.cancel();
    boost::asio::post(executor_, std::exchange(stopped_, nullptr));
}

void report(const std::exception_ptr& failure)
{
    if (!failure) { return; }
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& exception) {
        log::error("edge", "a connection ended by an exception", {{"why", exception.what()}});
    }
}

}  // namespace croupier::edge
