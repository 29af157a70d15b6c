#include "tape.hpp"

namespace croupier::record {

std::string_view name(Item item) noexcept
{
    switch (item) {
        case Item::opening: return "opening";
        case Item::input: return "input";
        case Item::viewed: return "viewed";
        case Item::checkpoint: return "checkpoint";
        case Item::drew: return "drew";
        case Item::sealed: return "sealed";
        case Item::erased: return "erased";
        case Item::signature: return "signature";
        case Item::refused: return "refused";
        case Item::disk_low: return "disk_low";
        case Item::issued: return "issued";
        case Item::seeded: return "seeded";
        case Item::fair_made: return "fair_made";
        case Item::fair_drew: return "fair_drew";
        case Item::fair_revealed: return "fair_revealed";
        case Item::frame: return "frame";
        case Item::chatter: return "chatter";
        case Item::frame_now: return "frame_now";
        case Item::close_after: return "close_after";
        case Item::close: return "close";
        case Item::response: return "response";
        case Item::frame_digest: return "frame_digest";
        case Item::unit: return "unit";
        case Item::state: return "state";
        case Item::end: return "end";
    }
    return "?";
}

std::optional<Read> TapeReader::next()
{
    if (in_.failed() || in_.left() == 0) { return std::nullopt; }
    Read read{.kind = in_.read<Item>(), .body = {}};
    read.body = in_.raw(in_.read<std::uint32_t>());
    if (name(read.kind) == "?") { in_.fail(); }
    if (in_.failed()) { return std::nullopt; }
    return read;
}

}  // namespace croupier::record
