#include "croupier/bus.hpp"

namespace croupier {

std::string_view message_name(const AnyMessage& message)
{
    return std::visit([](const auto* typed) { return std::remove_cvref_t<decltype(*typed)>::kName; }, message);
}

Bytes message_bytes(const AnyMessage& message)
{
    return std::visit([](const auto* typed) { return to_bytes(*typed); }, message);
}

void Bus::drain(Context& context)
{
    while (!queue_.empty()) {
        const auto event = std::move(queue_.front());
        queue_.pop_front();
        std::visit(
            [&]<class Event>(const Event& typed) {
                for (const auto& listener : std::get<Listeners<Event>>(listeners_).functions) {
                    listener(typed, context);
                }
            },
            event);
    }
}

std::vector<Bus::NamedCount> Bus::counts() const
{
    std::vector<NamedCount> counts;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Messages>>([&](auto identity) {
        using Message = typename decltype(identity)::type;
        counts.push_back({Message::kName, counts_[boost::mp11::mp_find<Messages, Message>::value]});
    });
    return counts;
}

}  // namespace croupier
