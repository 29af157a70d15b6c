// Clients' frames: whatever comes is a frame within its limits or is refused in well-formed JSON.

#include "frame.hpp"
#include "fuzz.hpp"
#include "strict_json.hpp"

namespace {

using namespace croupier;
using namespace croupier::host;

constexpr std::int64_t kStakeMax = std::int64_t{1} << 53;

struct Check {
    void operator()(const HelloFrame& frame) const
    {
        CROUPIER_ASSERT(!frame.resume || frame.resume->instance.size() <= 64);
    }
    void operator()(const SpinFrame& frame) const
    {
        CROUPIER_ASSERT(frame.n >= 1);
        CROUPIER_ASSERT(frame.game.size() <= 64 && frame.bets.size() <= 256);
        CROUPIER_ASSERT(frame.stake > 0 || !frame.bets.empty());
        CROUPIER_ASSERT(frame.stake >= 0 && frame.stake <= kStakeMax);
        for (const auto& bet : frame.bets) { CROUPIER_ASSERT(bet.stake >= 1 && bet.stake <= kStakeMax); }
    }
    void operator()(const ChooseFrame& frame) const { CROUPIER_ASSERT(frame.n >= 1 && frame.choice <= 1'000'000); }
    void operator()(const QueryFrame&) const {}
    void operator()(const PingFrame&) const {}
    void operator()(const BadFrame& frame) const
    {
        CROUPIER_ASSERT(!frame.n || !frame.q);
        const auto answer = parse_json(refusal(frame.n, frame.q, Error{frame.code}));
        CROUPIER_ASSERT(answer && answer->member("error") != nullptr);
        CROUPIER_ASSERT((answer->member("re") != nullptr) == frame.n.has_value());
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::visit(Check{}, parse_frame(fuzz::text_of(data, size)));
    return 0;
}
