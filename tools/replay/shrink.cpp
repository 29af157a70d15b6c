#include "shrink.hpp"

#include <nlohmann/json.hpp>

#include "compare.hpp"
#include "croupier/codec.hpp"
#include "stage.hpp"

namespace croupier::replay {

namespace {

using Json = nlohmann::ordered_json;
using record::Item;

/// Members of one output that are otherwise now.
struct Divergence {
    Item kind{};
    struct Member {
        std::string pointer;  ///< RFC 6901, into what is presented.
        std::string then;
        std::string now;
    };
    std::vector<Member> members;
};

/// What depends on the inputs before it, so that it is another one when some of them are left out.
bool shifts(std::string_view pointer)
{
    static constexpr std::string_view kShifting[] = {"/balance", "/rests_on", "/round", "/seq", "/version", "/hash"};
    return !pointer.starts_with("/text/") || std::ranges::any_of(kShifting, [&](std::string_view name) {
        return pointer.find(name) != std::string_view::npos;
    });
}

/// What differs in the output's text beyond that. nullopt: nothing.
std::optional<Divergence> divergence(const Difference& difference)
{
    if (!difference.then || !difference.now || difference.then->kind != difference.now->kind) { return std::nullopt; }
    const Item kind = difference.now->kind;
    if (kind == Item::unit || kind == Item::state) { return std::nullopt; }
    const auto then = presented(*difference.then);
    const auto now = presented(*difference.now);
    Divergence found{.kind = kind, .members = {}};
    for (const auto& change : nlohmann::json::diff(then, now)) {
        if (change["op"] != "replace") { return std::nullopt; }
        const auto pointer = change["path"].get<std::string>();
        if (shifts(pointer)) { continue; }
        found.members.push_back(
            {pointer, then.at(nlohmann::json::json_pointer{pointer}).dump(), change["value"].dump()});
    }
    return found.members.empty() ? std::nullopt : std::optional{found};
}

/// The output's text.
std::string text_in(const Happened& item)
{
    ByteReader in{item.body};
    static_cast<void>(in.read<std::uint64_t>());
    if (item.kind != Item::frame_now) { static_cast<void>(in.read<std::uint64_t>()); }
    if (item.kind == Item::response) {
        static_cast<void>(in.read<std::uint16_t>());
        static_cast<void>(in.read<std::string>());
    }
    if (item.kind == Item::chatter) { static_cast<void>(in.read<std::string>()); }
    return in.read<std::string>();
}

/// The output of now, with the members as they were then. nullopt: they do not stand in its text.
std::optional<Happened> as_it_was(const Happened& now, const Divergence& wanted)
{
    const std::string text = text_in(now);
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) { return std::nullopt; }
    for (const auto& [pointer, then, is] : wanted.members) {
        static constexpr std::string_view kText = "/text";
        if (!pointer.starts_with(kText)) { return std::nullopt; }
        const Json::json_pointer at{pointer.substr(kText.size())};
        if (!json.contains(at) || json.at(at).dump() != is) { return std::nullopt; }
        json.at(at) = Json::parse(then);
    }
    // The length stands in front of the text, and both are replaced where they stand.
    const auto whole = as_text(now.body);
    const auto at = whole.find(text);
    if (text.empty() || at == std::string_view::npos) { return std::nullopt; }
    const std::string changed = json.dump();
    Happened item{
        .kind = now.kind, .body = Bytes(now.body.begin(), now.body.begin() + static_cast<std::ptrdiff_t>(at - 4))};
    ByteWriter out{item.body};
    out.write(changed);
    out.raw(std::span{now.body}.subspan(at + text.size()));
    return item;
}

class Shrinker {
public:
    Shrinker(const host::Opening& opening, const std::filesystem::path& ledger) : opening_{opening}, ledger_{ledger} {}

    /// Plays these steps; the outputs of now for each. nullopt: a port was asked otherwise, or the divergence is not there at
    /// the last one.
    std::optional<std::vector<std::vector<Happened>>> play(
        const std::vector<const Step*>& steps, const Divergence* wanted)
    {
        ++tried_;
        auto stage = Stage::open(opening_, ledger_);
        if (!stage) { return std::nullopt; }
        std::vector<std::vector<Happened>> told;
        told.reserve(steps.size());
        std::uint64_t last = 0;
        for (const Step* step : steps) {
            Step timed = *step;
            timed.moment = between(last, step->number);
            last = step->number;
            std::erase_if(timed.happened, [](const Happened& item) { return item.kind == Item::state; });
            Outcome outcome = (*stage)->take(timed);
            if (outcome.lost) { return std::nullopt; }
            told.push_back(std::move(outcome.told));
        }
        if (wanted != nullptr && !place_of(told.back(), *wanted)) { return std::nullopt; }
        return told;
    }

    /// Which of the outputs can be made to diverge as is wanted.
    static std::optional<std::size_t> place_of(const std::vector<Happened>& told, const Divergence& wanted)
    {
        for (std::size_t i = 0; i < told.size(); ++i) {
            if (told[i].kind == wanted.kind && as_it_was(told[i], wanted)) { return i; }
        }
        return std::nullopt;
    }

    /// The time from one step's to another's: the moments of those left out are in it.
    host::Moment between(std::uint64_t after, std::uint64_t to) const
    {
        host::Moment sum;
        for (std::uint64_t number = after + 1; number <= to; ++number) {
            sum.wall += moments_[number - 1].wall;
            sum.steady += moments_[number - 1].steady;
        }
        return sum;
    }
    void remember(const host::Moment& moment) { moments_.push_back(moment); }
    std::uint64_t tried() const noexcept { return tried_; }

private:
    const host::Opening& opening_;
    std::filesystem::path ledger_;
    std::vector<host::Moment> moments_;
    std::uint64_t tried_ = 0;
};

}  // namespace

std::expected<Shrunk, std::string> shrink(const std::vector<std::filesystem::path>& files,
    const std::filesystem::path& ledger, const std::filesystem::path& out)
{
    auto recording = Recording::open(files);
    if (!recording) { return std::unexpected{recording.error()}; }
    const host::Opening& opening = recording->opening();
    Shrinker shrinker{opening, ledger};

    // Up to the first divergence in what somebody was told.
    auto stage = Stage::open(opening, ledger);
    if (!stage) { return std::unexpected{stage.error()}; }
    std::vector<Step> steps;
    std::optional<Divergence> wanted;
    while (!wanted) {
        auto step = recording->next();
        if (!step) { return std::unexpected{step.error()}; }
        if (!*step) {
            return std::unexpected{std::string{"nothing that somebody was told diverges (recording.frames=full?)"}};
        }
        const Outcome outcome = (*stage)->take(**step);
        if (outcome.lost) {
            return std::unexpected{"a port is asked otherwise, which cannot be shrunk: " + *outcome.lost};
        }
        for (const Difference& difference : differences((*step)->happened, outcome.told)) {
            if (!wanted) { wanted = divergence(difference); }
        }
        shrinker.remember((*step)->moment);
        steps.push_back(std::move(**step));
    }

    // All but the last may go.
    std::vector<const Step*> kept;
    for (const Step& step : steps) { kept.push_back(&step); }
    std::size_t chunk = kept.size() / 2;
    while (chunk >= 1) {
        bool smaller = false;
        for (std::size_t begin = 0; begin + 1 < kept.size();) {
            const std::size_t end = std::min(begin + chunk, kept.size() - 1);
            std::vector<const Step*> fewer{kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(begin)};
            fewer.insert(fewer.end(), kept.begin() + static_cast<std::ptrdiff_t>(end), kept.end());
            if (shrinker.play(fewer, &*wanted)) {
                kept = std::move(fewer);
                smaller = true;
            } else {
                begin = end;
            }
        }
        if (chunk == 1 && !smaller) { break; }
        chunk = smaller ? std::min(chunk, kept.size() / 2) : chunk / 2;
        chunk = std::max<std::size_t>(chunk, 1);
    }

    // What this build does with them, and then as it was.
    const auto told = shrinker.play(kept, &*wanted);
    if (!told) { return std::unexpected{std::string{"it does not diverge when it is played alone"}}; }
    std::vector<Step> minimal;
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        Step step = *kept[i];
        step.moment = shrinker.between(last, step.number);
        last = step.number;
        std::erase_if(step.happened, [](const Happened& item) { return is_told(item.kind); });
        step.happened.insert(step.happened.end(), (*told)[i].begin(), (*told)[i].end());
        if (i + 1 == kept.size()) {
            const std::size_t place = step.happened.size() - (*told)[i].size()
                + *Shrinker::place_of((*told)[i], *wanted);
            step.happened[place] = *as_it_was(step.happened[place], *wanted);
        }
        minimal.push_back(std::move(step));
    }
    if (auto problem = write_recording(out, opening, minimal)) { return std::unexpected{std::move(*problem)}; }
    return Shrunk{.before = steps.size(), .after = minimal.size(), .tried = shrinker.tried()};
}

}  // namespace croupier::replay
