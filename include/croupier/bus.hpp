#pragma once

#include <boost/mp11.hpp>

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "croupier/assert.hpp"
#include "croupier/messages/list.hpp"
#include "croupier/result.hpp"
#include "croupier/work.hpp"

namespace croupier {

/// Any message, by pointer: what the tap is shown. Use message_name() and message_bytes(), or std::visit.
using AnyMessage = boost::mp11::mp_apply<std::variant,
    boost::mp11::mp_transform<std::add_pointer_t,
        boost::mp11::mp_transform<std::add_const_t, boost::mp11::mp_append<Commands, Events>>>>;

std::string_view message_name(const AnyMessage& message);
/// The message's canonical bytes.
Bytes message_bytes(const AnyMessage& message);

namespace bus_detail {

template <class Command>
struct Handler {
    std::function<Result<typename Command::Reply>(const Command&, Context&)> function;
};
template <class Event>
struct Listeners {
    std::vector<std::function<void(const Event&, Context&)>> functions;
    bool announced = false;  ///< Some module publishes it.
};

}  // namespace bus_detail

/// Sees every message once: a command when its handler has returned, an event when it is published. Recording and tracing
/// use it. It must not send.
class Tap {
public:
    virtual ~Tap() = default;
    /// `refused` is null for events and for commands that succeeded.
    virtual void saw(const AnyMessage& message, const Error* refused, const Context& context) = 0;
};

/// The typed, in-process, single-threaded message bus. A command has exactly one handler; an event has any number of
/// listeners, called in the order of registration after the handler that published it has returned, first in first out
/// over all types. The same registrations and the same inputs give the same order of calls, always.
class Bus {
public:
    /// Events that may wait at once. More means a cycle, that is, a bug: publishing then ends the process.
    static constexpr std::size_t kQueueMax = 1024;
    /// Commands that may be nested (a handler sends, whose handler sends, …).
    static constexpr int kDepthMax = 16;

    Bus() = default;
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    // Registration, before seal().

    /// Names the module whose registrations follow.
    void begin_module(std::string_view module) { registering_ = module; }

    template <class Command, class Function>
    void serve(Function function)
    {
        static_assert(is_command<Command>, "list the command in messages/list.hpp");
        auto& handler = std::get<Handler<Command>>(handlers_);
        CROUPIER_ASSERT(!sealed_ && !handler.function);  // One owner a command.
        handler.function = std::move(function);
        lines_.push_back({registering_, "handles", Command::kName});
    }

    template <class Event, class Function>
    void on(Function function)
    {
        static_assert(is_event<Event>, "list the event in messages/list.hpp");
        CROUPIER_ASSERT(!sealed_);
        std::get<Listeners<Event>>(listeners_).functions.push_back(std::move(function));
        lines_.push_back({registering_, "hears", Event::kName});
    }

    template <class Event>
    void publishes()
    {
        static_assert(is_event<Event>, "list the event in messages/list.hpp");
        CROUPIER_ASSERT(!sealed_);
        std::get<Listeners<Event>>(listeners_).announced = true;
        lines_.push_back({registering_, "publishes", Event::kName});
    }

    /// Ends registration.
    void seal() { sealed_ = true; }

    template <class Command>
    bool handles() const
    {
        return static_cast<bool>(std::get<Handler<Command>>(handlers_).function);
    }

    // Play, after seal().

    /// Calls the command's handler. Refuses: what the handler refuses; not_available when its module is not enabled.
    template <class Command>
    Result<typename Command::Reply> send(const Command& command, Context& context)
    {
        static_assert(is_command<Command>, "list the command in messages/list.hpp");
        CROUPIER_ASSERT(sealed_ && depth_ < kDepthMax);
        const auto& handler = std::get<Handler<Command>>(handlers_);
        if (!handler.function) { return refuse(ErrorCode::not_available); }
        ++depth_;
        auto reply = handler.function(command, context);
        --depth_;
        auto& count = counts_[boost::mp11::mp_find<Messages, Command>::value];
        ++(reply ? count.passed : count.refused);
        if (tap_ != nullptr) { tap_->saw(AnyMessage{&command}, reply ? nullptr : &reply.error(), context); }
        return reply;
    }

    /// Queues the event.
    template <class Event>
    void publish(const Event& event, Context& context)
    {
        static_assert(is_event<Event>, "list the event in messages/list.hpp");
        auto& listeners = std::get<Listeners<Event>>(listeners_);
        CROUPIER_ASSERT(sealed_ && listeners.announced);  // The module said at start-up that it publishes this.
        CROUPIER_ASSERT(queue_.size() < kQueueMax);
        ++counts_[boost::mp11::mp_find<Messages, Event>::value].passed;
        if (tap_ != nullptr) { tap_->saw(AnyMessage{&event}, nullptr, context); }
        if (!listeners.functions.empty()) { queue_.emplace_back(event); }
    }

    /// Delivers what is queued, and what that publishes in turn. Called by the host when the outermost handler has returned.
    void drain(Context& context);

    void tap(Tap* tap) { tap_ = tap; }

    struct Count {
        std::uint64_t passed = 0;
        std::uint64_t refused = 0;
    };
    struct NamedCount {
        std::string_view name;
        Count count;
    };
    /// One line a message, in the order of messages/list.hpp.
    std::vector<NamedCount> counts() const;
    std::size_t queued() const noexcept { return queue_.size(); }

    struct Line {
        std::string_view module;
        std::string_view relation;  ///< "handles", "hears" or "publishes"
        std::string_view message;
    };
    const std::vector<Line>& lines() const noexcept { return lines_; }

private:
    using Messages = boost::mp11::mp_append<Commands, Events>;

    template <class Command>
    using Handler = bus_detail::Handler<Command>;
    template <class Event>
    using Listeners = bus_detail::Listeners<Event>;

    boost::mp11::mp_apply<std::tuple, boost::mp11::mp_transform<Handler, Commands>> handlers_;
    boost::mp11::mp_apply<std::tuple, boost::mp11::mp_transform<Listeners, Events>> listeners_;
    std::deque<boost::mp11::mp_apply<std::variant, Events>> queue_;
    std::array<Count, boost::mp11::mp_size<Messages>::value> counts_{};
    std::vector<Line> lines_;
    std::string_view registering_;
    Tap* tap_ = nullptr;
    int depth_ = 0;
    bool sealed_ = false;
};

}  // namespace croupier
