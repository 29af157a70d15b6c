#include "recording.hpp"

#include <fstream>

#include "croupier/codec.hpp"

namespace croupier::replay {

using record::Item;

constexpr std::size_t kHappenedUsual = 4;  // A spin: two draws at most, the unit, the frame.

std::optional<Step> parse_step(const Happened& item)
{
    ByteReader in{item.body};
    Step step;
    step.moment = in.read<host::Moment>();
    if (item.kind == Item::input) {
        step.input = in.read<host::Input>();
    } else {
        Viewed viewed{.question = in.read<std::uint64_t>(), .answer = {}};
        viewed.answer = in.read<Bytes>();
        step.input = std::move(viewed);
    }
    if (!in.complete()) { return std::nullopt; }
    return step;
}

std::optional<std::string> write_recording(
    const std::filesystem::path& out, const host::Opening& opening, const std::vector<Step>& steps)
{
    record::TapeWriter tape{record::kBlockUsual};
    tape.item(Item::opening, opening);
    BasicByteWriter<FlatBytes> raw{tape.bytes()};
    const auto add = [&](const Happened& item) {
        raw.write(item.kind);
        raw.write(static_cast<std::uint32_t>(item.body.size()));
        raw.raw(item.body);
    };
    for (const Step& step : steps) {
        add(step_item(step));
        for (const Happened& item : step.happened) { add(item); }
    }
    record::Squeeze squeeze;
    Hash chain{};
    const Bytes head = record::segment_head({.recording = "shrunk", .number = 1, .before = chain});
    const Bytes block = squeeze.block(tape.bytes().span(), chain);
    std::ofstream file{out, std::ios::binary | std::ios::trunc};
    for (const Bytes& part : {head, block}) {
        file.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
    }
    if (!file.flush()) { return out.string() + ": cannot be written"; }
    return std::nullopt;
}

Happened step_item(const Step& step)
{
    Happened item;
    ByteWriter out{item.body};
    out.write(step.moment);
    if (const auto* viewed = std::get_if<Viewed>(&step.input)) {
        item.kind = Item::viewed;
        out.write(viewed->question);
        out.write(viewed->answer);
    } else {
        item.kind = Item::input;
        out.write(std::get<host::Input>(step.input));
    }
    return item;
}

std::expected<Recording, std::string> Recording::open(std::vector<std::filesystem::path> paths)
{
    auto reader = record::RecordingReader::open(std::move(paths));
    if (!reader) { return std::unexpected{reader.error()}; }
    std::string name = reader->recording();
    Recording recording{std::move(name), {}, 0, [reader = std::move(*reader)]() mutable { return reader.next(); }};
    const auto first = recording.item();
    if (!first) { return std::unexpected{first.error()}; }
    auto opening = *first && (*first)->kind == Item::opening ? parse_opening((*first)->body) : std::nullopt;
    if (!opening) {
        return std::unexpected{std::string{"the recording does not begin with an opening that this build can read"}};
    }
    recording.opening_ = std::move(*opening);
    return recording;
}

std::optional<host::Opening> parse_opening(std::span<const std::byte> body)
{
    auto opening = from_bytes<host::Opening>(body);
    return opening && opening->format == 1 ? std::move(opening) : std::nullopt;
}

std::expected<bool, std::string> Recording::fill()
{
    if (at_ < block_.size()) { return true; }
    auto block = blocks_();
    if (!block) { return std::unexpected{block.error()}; }
    block_ = std::move(*block);
    at_ = 0;
    return !block_.empty();
}

std::expected<std::optional<Happened>, std::string> Recording::item()
{
    if (peeked_) { return std::exchange(peeked_, std::nullopt); }
    const auto more = fill();
    if (!more) { return std::unexpected{more.error()}; }
    if (!*more) { return std::nullopt; }
    record::TapeReader tape{std::span{block_}.subspan(at_)};
    const auto read = tape.next();
    if (!read) { return std::unexpected{std::string{"an item of the recording cannot be read by this build"}}; }
    at_ += 1 + 4 + read->body.size();
    return Happened{read->kind, Bytes(read->body.begin(), read->body.end())};
}

std::expected<std::optional<Step>, std::string> Recording::next()
{
    auto first = item();
    // A state that was noted before anything happened is the one that the recording begins with.
    while (first && *first
        && ((*first)->kind == Item::checkpoint || (steps_ == inputs_before_ && (*first)->kind == Item::state))) {
        first = item();
    }
    if (!first) { return std::unexpected{first.error()}; }
    if (!*first) { return std::nullopt; }
    if ((*first)->kind == Item::end) {
        ended_ = true;
        return std::nullopt;
    }
    auto step = parse_step(**first);
    if (!step) { return std::unexpected{"input " + std::to_string(steps_ + 1) + " cannot be read by this build"}; }
    step->number = ++steps_;
    step->happened.reserve(kHappenedUsual);
    while (true) {
        auto following = item();
        if (!following) { return std::unexpected{following.error()}; }
        if (!*following) { break; }
        const Item kind = (*following)->kind;
        if (kind == Item::input || kind == Item::viewed || kind == Item::end) {
            peeked_ = std::move(*following);
            break;
        }
        if (kind == Item::checkpoint) { continue; }
        step->happened.push_back(std::move(**following));
    }
    return step;
}

}  // namespace croupier::replay
