#include <catch2/catch.hpp>

#include <fstream>

#include "compare.hpp"
#include "recording.hpp"
#include "shrink.hpp"
#include "simulation.hpp"
#include "stage.hpp"
#include "temporary_folder.hpp"
#include "windows.hpp"

using namespace croupier;
using namespace croupier::replay;
using fakes::TemporaryFolder;
using record::Item;

namespace {

/// The nights of one seed, recorded: a file for each life of the server.
class Nights {
public:
    explicit Nights(std::uint64_t seed)
    {
        const auto result = simulation::run({.seed = seed,
            .minutes = 1,
            .scratch = folder_.path() / "scratch",
            .recordings = folder_.path() / "recordings"});
        REQUIRE_FALSE(result.violation);
    }
    std::vector<std::filesystem::path> lives() const
    {
        std::vector<std::filesystem::path> all;
        for (const auto& entry : std::filesystem::directory_iterator{folder_.path() / "recordings"}) {
            all.push_back(entry.path());
        }
        std::ranges::sort(all);
        return all;
    }

private:
    TemporaryFolder folder_;
};

struct Played {
    std::vector<Step> steps;
    std::vector<Difference> differences;
    std::string lost;
    std::size_t told = 0;
    bool ended = false;
};

/// Plays a recording, each step changed by `change` before it is taken.
Played play(const std::filesystem::path& file, const std::function<void(Step&)>& change = [](Step&) {})
{
    Played played;
    auto recording = Recording::open({file});
    REQUIRE(recording.has_value());
    auto stage = Stage::open(recording->opening(), {});
    REQUIRE(stage.has_value());
    while (true) {
        auto step = recording->next();
        REQUIRE(step.has_value());
        if (!*step) { break; }
        change(**step);
        const Outcome outcome = (*stage)->take(**step);
        played.told += outcome.told.size();
        for (auto& difference : differences((*step)->happened, outcome.told)) {
            played.differences.push_back(std::move(difference));
        }
        played.steps.push_back(std::move(**step));
        if (outcome.lost) {
            played.lost = *outcome.lost;
            break;
        }
    }
    played.ended = recording->ended();
    return played;
}

/// A recording with a spin that won, and the step of that spin.
struct Won {
    std::uint64_t step = 0;
    std::int64_t win = 0;
};
std::optional<Won> first_win(const std::filesystem::path& file)
{
    for (const Step& step : play(file).steps) {
        for (const Happened& item : step.happened) {
            if (item.kind != Item::frame) { continue; }
            const auto shown = told({.then = item, .now = std::nullopt});
            const auto at = shown.find("\"win\":");
            if (at == std::string::npos || shown.find("\"re\":") == std::string::npos) { continue; }
            const auto win = std::strtoll(shown.c_str() + at + 6, nullptr, 10);
            if (win > 0) { return Won{step.number, win}; }
        }
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("replay: every life of a night agrees with its recording, byte for byte", "[replay]")
{
    bool in_the_middle = false;
    for (const std::uint64_t seed : {3U, 125U, 203U}) {
        const Nights nights{seed};
        std::size_t told = 0;
        const auto lives = nights.lives();
        for (const auto& life : lives) {
            CAPTURE(life);
            const Played played = play(life);
            CHECK(played.lost.empty());
            REQUIRE(played.differences.empty());
            told += played.told;
        }
        CHECK(told > 100);
        in_the_middle = in_the_middle || std::ranges::any_of(lives, [](const auto& life) {
            const auto recording = Recording::open({life});
            REQUIRE(recording.has_value());
            Who who;
            who.learn(recording->opening());
            return who.anybody();
        });
    }
    CHECK(in_the_middle);  // Some of them began while somebody was playing.
}

TEST_CASE("replay: the state is compared on the way and at the end", "[replay]")
{
    const Nights nights{4};
    const auto lives = nights.lives();
    CHECK(play(lives.back()).ended);
    std::size_t states = 0;
    const Played played = play(lives.back(), [&](Step& step) {
        for (Happened& item : step.happened) {
            if (item.kind != Item::state) { continue; }
            ++states;
            item.body[7] ^= std::byte{1};
        }
    });
    CHECK(states > 1);
    CHECK(played.differences.size() == states);
}

TEST_CASE("replay: what is told otherwise is found at its step, with what stood there then and now", "[replay]")
{
    const Nights nights{3};
    const auto life = nights.lives().at(0);
    const auto won = first_win(life);
    REQUIRE(won);
    // As if the build that recorded had paid one more.
    const std::string was = "\"win\":" + std::to_string(won->win);
    const std::string instead = "\"win\":" + std::to_string(won->win + 1);
    const Played played = play(life, [&](Step& step) {
        if (step.number != won->step) { return; }
        for (Happened& item : step.happened) {
            if (item.kind != Item::frame) { continue; }
            std::string text{as_text(item.body)};
            const auto at = text.find(was);
            if (at == std::string::npos || was.size() != instead.size()) { continue; }
            text.replace(at, was.size(), instead);
            const auto bytes = as_bytes(text);
            item.body = Bytes(bytes.begin(), bytes.end());
        }
    });
    REQUIRE(played.differences.size() == 1);
    const std::string told_so = told(played.differences[0]);
    CHECK(told_so.find("/win: expected " + std::to_string(won->win + 1) + ", got " + std::to_string(won->win))
        != std::string::npos);

    SECTION("and accepted, if somebody has said why")
    {
        const TemporaryFolder folder;
        const auto accepts = [&](const std::string& rules) {
            std::ofstream{folder.path() / "accepted"} << rules;
            const auto accepted = Accepted::load(folder.path() / "accepted");
            REQUIRE(accepted.has_value());
            return accepted->covers(played.differences[0]);
        };
        CHECK(accepts("frame /text/ok/win  # one less since the pay table of May\n"));
        CHECK(accepts("# a comment\n\nframe /text  # everything\n"));
        CHECK(accepts("frame *  # everything\n"));
        CHECK(accepts("frame /text/*/win  # in whatever\n"));
        CHECK_FALSE(accepts("frame /text/ok/balance  # another member\n"));
        CHECK_FALSE(accepts("response /text/ok/win  # another kind\n"));
        CHECK_FALSE(accepts(""));
    }
}

TEST_CASE("replay: of a recording that diverges, the few inputs that lead there are enough", "[replay]")
{
    const Nights nights{3};
    const auto life = nights.lives().at(0);
    const auto won = first_win(life);
    REQUIRE(won);
    const std::string was = "\"win\":" + std::to_string(won->win) + ",\"jackpot\"";
    const std::string instead = "\"win\":" + std::to_string(won->win + 1) + ",\"jackpot\"";
    Played played = play(life);
    for (Happened& item : played.steps.at(won->step - 1).happened) {
        std::string text{as_text(item.body)};
        const auto at = text.find(was);
        if (item.kind != Item::frame || at == std::string::npos || was.size() != instead.size()) { continue; }
        text.replace(at, was.size(), instead);
        item.body.assign(as_bytes(text).begin(), as_bytes(text).end());
    }
    const TemporaryFolder folder;
    REQUIRE_FALSE(write_recording(folder.path() / "all.crr", Recording::open({life})->opening(), played.steps));

    const auto done = shrink({folder.path() / "all.crr"}, {}, folder.path() / "few.crr");
    REQUIRE(done.has_value());
    CHECK(done->before == won->step);
    CHECK(done->after < 12);
    const Played few = play(folder.path() / "few.crr");
    CHECK(few.lost.empty());
    CHECK(few.steps.size() == done->after);
    REQUIRE(few.differences.size() == 1);
    CHECK(told(few.differences[0])
              .find("/win: expected " + std::to_string(won->win + 1) + ", got " + std::to_string(won->win))
        != std::string::npos);

    CHECK_FALSE(shrink({life}, {}, folder.path() / "none.crr").has_value());  // Nothing diverges.
}

TEST_CASE("replay: a rule without a reason is refused", "[replay]")
{
    const TemporaryFolder folder;
    for (const std::string rule :
        {"frame /text/ok/win\n", "frame /text/ok/win #\n", "frame # why\n", "frame win # why\n"}) {
        CAPTURE(rule);
        std::ofstream{folder.path() / "accepted"} << rule;
        CHECK_FALSE(Accepted::load(folder.path() / "accepted").has_value());
    }
    CHECK_FALSE(Accepted::load(folder.path() / "none").has_value());
}

TEST_CASE("replay: draws that would have been others give other units from there on", "[replay]")
{
    const Nights nights{3};
    const auto life = nights.lives().at(0);
    bool changed = false;
    const Played played = play(life, [&](Step& step) {
        for (Happened& item : step.happened) {
            if (changed || item.kind != Item::drew || item.body.size() < 10) { continue; }
            item.body[6] ^= std::byte{1};  // The lowest bit of the first value.
            changed = true;
        }
    });
    REQUIRE(changed);
    CHECK_FALSE(played.differences.empty());
}

TEST_CASE("replay: a port that is asked where it was not asked then ends it, with the reason", "[replay]")
{
    const Nights nights{3};
    const auto life = nights.lives().at(0);
    const Played without = play(life,
        [](Step& step) { std::erase_if(step.happened, [](const Happened& item) { return item.kind == Item::drew; }); });
    // In that place of the input there is nothing then, or what another port answered.
    CHECK_THAT(without.lost, Catch::StartsWith("a port was asked (drew) "));
    const Played more = play(life, [](Step& step) {
        if (step.number == 2) { step.happened.push_back({Item::drew, Bytes(10)}); }
    });
    CHECK(more.lost == "a port was not asked that was asked then (drew)");
}

TEST_CASE("replay: a step's item is the step again", "[replay]")
{
    const Nights nights{14};
    for (const Step& step : play(nights.lives().at(0)).steps) {
        const auto again = parse_step(step_item(step));
        REQUIRE(again);
        REQUIRE(step_item(*again) == step_item(step));
    }
}

namespace {

/// Writes the recording anew, each item changed by `change`.
void rewrite(const std::filesystem::path& from, const std::filesystem::path& to,
    const std::function<void(Item kind, Bytes& body)>& change)
{
    auto reader = record::RecordingReader::open({from});
    REQUIRE(reader.has_value());
    Hash chain{};
    record::Squeeze squeeze;
    std::ofstream out{to, std::ios::binary};
    const auto put = [&](const Bytes& bytes) {
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    };
    put(record::segment_head({.recording = reader->recording(), .number = 1, .before = chain}));
    while (true) {
        const auto block = reader->next();
        REQUIRE(block.has_value());
        if (block->empty()) { break; }
        Bytes items;
        ByteWriter writer{items};
        record::TapeReader tape{*block};
        while (const auto item = tape.next()) {
            Bytes body{item->body.begin(), item->body.end()};
            change(item->kind, body);
            writer.write(item->kind);
            writer.write(body);
        }
        put(squeeze.block(items, chain));
    }
}

/// A life with three parts or more, which ended in order.
std::filesystem::path long_life(const Nights& nights)
{
    for (const auto& life : nights.lives()) {
        const auto verdict = verify({life}, {}, 2);
        REQUIRE(verdict.has_value());
        if (verdict->windows >= 3 && verdict->ended) { return life; }
    }
    FAIL("no life is long enough");
    return {};
}

}  // namespace

TEST_CASE("replay: the parts of a recording agree side by side as they do one after the other", "[replay]")
{
    std::uint64_t windows = 0;
    std::size_t lives = 0;
    for (const std::uint64_t seed : {15U, 31U}) {
        const Nights nights{seed};
        for (const auto& life : nights.lives()) {
            CAPTURE(life);
            const Played whole = play(life);
            ++lives;
            for (const std::size_t threads : {1UZ, 3UZ}) {
                const auto verdict = verify({life}, {}, threads);
                REQUIRE(verdict.has_value());
                CHECK(verdict->problem.empty());
                CHECK(verdict->inputs == whole.steps.size());
                CHECK(verdict->units + verdict->outputs == whole.told);
                CHECK(verdict->ended == whole.ended);
                windows += verdict->windows;
            }
        }
    }
    CHECK(windows > 2 * lives);  // They do have parts.
}

TEST_CASE("replay: what differs is found in whatever part it is", "[replay]")
{
    const Nights nights{15};
    const auto life = long_life(nights);
    std::size_t draws = 0;
    rewrite(life, "/dev/null",
        [&](Item kind, const Bytes& body) { draws += kind == Item::drew && body.size() >= 10 ? 1 : 0; });
    REQUIRE(draws > 10);
    const TemporaryFolder folder;
    for (const std::size_t changed : {std::size_t{0}, draws / 2, draws - 1}) {
        std::size_t drawn = 0;
        rewrite(life, folder.path() / "changed.crr", [&](Item kind, Bytes& body) {
            if (kind == Item::drew && body.size() >= 10 && drawn++ == changed) { body[6] ^= std::byte{1}; }
        });
        const auto verdict = verify({folder.path() / "changed.crr"}, {}, 2);
        REQUIRE(verdict.has_value());
        CHECK_THAT(verdict->problem, Catch::StartsWith("input ") && Catch::EndsWith(" does otherwise than it did"));
    }
}

TEST_CASE("replay: a part has to end where the next one begins", "[replay]")
{
    const Nights nights{15};
    const auto life = long_life(nights);
    const TemporaryFolder folder;
    const auto file = folder.path() / "changed.crr";
    const auto change = [&](const std::function<void(host::Opening&)>& how) {
        bool changed = false;
        rewrite(life, file, [&](Item kind, Bytes& body) {
            if (kind != Item::checkpoint || std::exchange(changed, true)) { return; }
            auto opening = from_bytes<host::Opening>(body);
            REQUIRE(opening.has_value());
            how(*opening);
            body = to_bytes(*opening);
        });
        REQUIRE(changed);
    };
    change([](host::Opening&) {});
    CHECK(verify({file}, {}, 2)->problem.empty());

    change([](host::Opening& opening) { opening.durable = Seq{raw(opening.durable) - 1}; });
    const auto verdict = verify({file}, {}, 1);
    REQUIRE(verdict.has_value());
    CHECK_THAT(verdict->problem, Catch::StartsWith("the checkpoint behind input "));
    const Played whole = play(file);  // From the beginning nobody needs it.
    CHECK(whole.differences.empty());
    CHECK(whole.ended);

    change([](host::Opening& opening) { opening.snapshot.resize(opening.snapshot.size() / 2); });
    CHECK_FALSE(verify({file}, {}, 2).has_value());
    change([](host::Opening& opening) { opening.format = 2; });
    CHECK(verify({file}, {}, 2).error().find("cannot be read by this build") != std::string::npos);
}

TEST_CASE("replay: of a recording that was cut off, the whole blocks agree side by side too", "[replay]")
{
    const Nights nights{15};
    const auto life = long_life(nights);
    const TemporaryFolder folder;
    const auto file = folder.path() / "cut.crr";
    std::filesystem::copy_file(life, file);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    const auto verdict = verify({file}, {}, 2);
    REQUIRE(verdict.has_value());
    CHECK(verdict->problem.empty());
    CHECK_FALSE(verdict->ended);
}
