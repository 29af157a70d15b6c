// A POST of an operator: the path behind /api/v1/operator/, a line break, the body. What is accepted has a canonical form.

#include "croupier/codec.hpp"
#include "fuzz.hpp"
#include "operator_call.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = croupier::fuzz::text_of(data, size);
    const auto end = std::min(text.find('\n'), text.size());
    bool known = false;
    const auto operation = croupier::host::parse_operation(
        text.substr(0, end), text.substr(std::min(end + 1, text.size())), known);
    CROUPIER_ASSERT(known || !operation);
    if (!operation) { return 0; }
    const auto bytes = croupier::to_bytes(*operation);
    const auto again = croupier::from_bytes<croupier::cashier::Operation>(bytes);
    CROUPIER_ASSERT(again && croupier::to_bytes(*again) == bytes);
    return 0;
}
