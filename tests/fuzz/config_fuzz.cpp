// The configuration: an input is a file, behind a zero byte perhaps an override. What is accepted prints as a file that is
// accepted and means the same; every refusal can be read by people.

#include "config/config.hpp"
#include "fuzz.hpp"

namespace {

using namespace croupier;

bool has_secret(const config::Config& config) { return !config.edge.tls_key.empty(); }  // It prints masked.

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto input = fuzz::text_of(data, size);
    const auto text = input.substr(0, input.find('\0'));
    std::vector<std::string> overrides;
    if (text.size() < input.size()) { overrides.emplace_back(input.substr(text.size() + 1)); }
    const auto parsed = config::parse(text, "fuzz", overrides);
    if (!parsed) {
        CROUPIER_ASSERT(!parsed.error().empty());
        for (const auto& error : parsed.error()) { CROUPIER_ASSERT(!config::to_string(error).empty()); }
        return 0;
    }
    const std::string printed = config::print(*parsed, false);
    if (has_secret(*parsed)) { return 0; }
    const auto again = config::parse(printed, "printed", {});
    CROUPIER_ASSERT(again.has_value());
    CROUPIER_ASSERT(config::print(*again, false) == printed);
    return 0;
}
