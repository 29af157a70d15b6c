// Canonical bytes: what opens as a unit, or as a message that it can hold, is written again as the same bytes. The first
// byte says which of them.

#include <algorithm>

#include "croupier/messages/list.hpp"
#include "fuzz.hpp"

namespace {

using namespace croupier;

void check_unit(std::span<const std::byte> bytes)
{
    const auto content = open_unit(bytes);
    if (!content) { return; }
    CROUPIER_ASSERT(std::ranges::equal(to_bytes(*content), bytes));
}

template <class Message>
void check_message(std::span<const std::byte> bytes)
{
    const auto message = from_bytes<Message>(bytes);
    if (message) { CROUPIER_ASSERT(std::ranges::equal(to_bytes(*message), bytes)); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using Messages = boost::mp11::mp_append<Facts, Commands, Events>;
    if (size == 0) { return 0; }
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(1);
    const std::size_t which = data[0];
    if (which == 0) { check_unit(bytes); }
    if (which >= 1 && which <= boost::mp11::mp_size<Messages>::value) {
        boost::mp11::mp_with_index<boost::mp11::mp_size<Messages>::value>(
            which - 1, [&](auto index) { check_message<boost::mp11::mp_at<Messages, decltype(index)>>(bytes); });
    }
    return 0;
}
