#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "outbox.hpp"

using croupier::Seq;
using croupier::edge::Frame;
using croupier::edge::FrameKind;
using croupier::edge::Outbox;

namespace {

constexpr std::size_t kPlenty = 1'000'000;

bool push_own(Outbox& outbox, std::uint64_t seq, std::string bytes)
{
    return outbox.push(Seq{seq}, FrameKind::own, "", std::move(bytes));
}

void push_chatter(Outbox& outbox, std::uint64_t seq, std::string_view topic, std::string bytes)
{
    const bool taken = outbox.push(Seq{seq}, FrameKind::chatter, topic, std::move(bytes));
    REQUIRE(taken);
}

std::vector<std::string> take_all(Outbox& outbox)
{
    std::vector<std::string> frames;
    while (auto frame = outbox.take()) { frames.push_back(frame->bytes); }
    return frames;
}

using Frames = std::vector<std::string>;

}  // namespace

TEST_CASE("outbox: a gated frame leaves once its seq is released, not before", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(push_own(outbox, 5, "a"));
    CHECK(outbox.waits_for() == Seq{5});
    CHECK_FALSE(outbox.take());
    outbox.release(Seq{4});
    CHECK_FALSE(outbox.take());
    outbox.release(Seq{5});
    CHECK_FALSE(outbox.waits_for());
    CHECK(take_all(outbox) == Frames{"a"});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: a frame that rests on seq 0 leaves at once", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(push_own(outbox, 0, "a"));
    CHECK(take_all(outbox) == Frames{"a"});
}

TEST_CASE("outbox: gated frames leave in the order of their pushes, each at its seq", "[outbox]")
{
    Outbox outbox{kPlenty};
    for (std::uint64_t seq = 1; seq <= 100; ++seq) { REQUIRE(push_own(outbox, seq, std::to_string(seq))); }
    std::uint64_t expected = 1;
    for (const std::uint64_t released : {1U, 1U, 40U, 39U, 99U, 100U}) {
        outbox.release(Seq{released});
        while (auto frame = outbox.take()) { CHECK(frame->bytes == std::to_string(expected++)); }
        CHECK(expected == std::max<std::uint64_t>(released, expected - 1) + 1);
    }
    CHECK(expected == 101);
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: a held frame holds those behind it, even ones that rest on less", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(push_own(outbox, 7, "late"));
    REQUIRE(push_own(outbox, 3, "early"));
    push_chatter(outbox, 1, "online", "chatter");
    outbox.release(Seq{5});
    CHECK(take_all(outbox).empty());
    outbox.release(Seq{7});
    CHECK(take_all(outbox) == Frames{"late", "early", "chatter"});
}

TEST_CASE("outbox: a watermark that seems to fall changes nothing", "[outbox]")
{
    Outbox outbox{kPlenty};
    outbox.release(Seq{9});
    outbox.release(Seq{2});
    REQUIRE(push_own(outbox, 9, "a"));
    CHECK(take_all(outbox) == Frames{"a"});
}

TEST_CASE("outbox: ungated frames leave first, in order, whatever the gate holds", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(push_own(outbox, 5, "held"));
    REQUIRE(push_own(outbox, 5, "held too"));
    REQUIRE(outbox.push_now(Frame{.bytes = "now 1"}));
    REQUIRE(outbox.push_now(Frame{.bytes = "now 2", .binary = true}));

    auto first = outbox.take();
    REQUIRE(first);
    CHECK(first->bytes == "now 1");
    CHECK_FALSE(first->binary);
    auto second = outbox.take();
    REQUIRE(second);
    CHECK(second->bytes == "now 2");
    CHECK(second->binary);
    CHECK_FALSE(outbox.take());

    outbox.release(Seq{5});
    REQUIRE(outbox.push_now(Frame{.bytes = "now 3"}));
    CHECK(take_all(outbox) == Frames{"now 3", "held", "held too"});
}

TEST_CASE("outbox: of each topic only the newest chatter waits, in the newest's place", "[outbox]")
{
    Outbox outbox{kPlenty};
    push_chatter(outbox, 1, "online", "online 1");
    push_chatter(outbox, 1, "jackpot", "jackpot 1");
    REQUIRE(push_own(outbox, 2, "own"));
    push_chatter(outbox, 3, "online", "online 2");
    push_chatter(outbox, 4, "online", "online 3");

    outbox.release(Seq{2});
    CHECK(take_all(outbox) == Frames{"jackpot 1", "own"});  // What it rests on now is not durable yet.
    CHECK(outbox.waits_for() == Seq{4});
    outbox.release(Seq{4});
    CHECK(take_all(outbox) == Frames{"online 3"});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: chatter that has left is not replaced but followed", "[outbox]")
{
    Outbox outbox{kPlenty};
    push_chatter(outbox, 0, "online", "1");
    CHECK(take_all(outbox) == Frames{"1"});
    push_chatter(outbox, 0, "online", "2");
    CHECK(take_all(outbox) == Frames{"2"});
}

TEST_CASE("outbox: own frames up to the bound are taken, one byte more is not", "[outbox]")
{
    constexpr std::size_t kFrame = 36;
    Outbox outbox{3 * (kFrame + Outbox::kFrameCost)};
    const std::string frame(kFrame, 'x');
    CHECK(push_own(outbox, 1, frame));
    CHECK(outbox.push_now(Frame{.bytes = frame}));
    CHECK_FALSE(push_own(outbox, 1, frame + "x"));
    CHECK(push_own(outbox, 1, frame));
    CHECK(outbox.bytes() == 3 * (kFrame + Outbox::kFrameCost));
    CHECK_FALSE(push_own(outbox, 1, ""));
    CHECK_FALSE(outbox.push_now(Frame{}));

    // What was refused is not there, and what leaves makes room.
    REQUIRE(outbox.take());
    CHECK(push_own(outbox, 1, frame));
    outbox.release(Seq{1});
    CHECK(take_all(outbox) == Frames{frame, frame, frame});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: a frame larger than the bound is refused even when nothing waits", "[outbox]")
{
    Outbox outbox{100};
    CHECK_FALSE(push_own(outbox, 0, std::string(101, 'x')));
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: chatter beyond the bound is dropped and refuses nothing", "[outbox]")
{
    Outbox outbox{2 * (10 + Outbox::kFrameCost)};
    REQUIRE(push_own(outbox, 1, std::string(10, 'o')));
    push_chatter(outbox, 1, "a", std::string(10, 'a'));
    push_chatter(outbox, 1, "b", std::string(10, 'b'));  // No room.
    push_chatter(outbox, 1, "a", std::string(10, 'A'));  // Takes the older one's room.
    outbox.release(Seq{1});
    CHECK(take_all(outbox) == Frames{std::string(10, 'o'), std::string(10, 'A')});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: drop_held keeps exactly what the gate has let pass", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(outbox.push_now(Frame{.bytes = "now"}));
    REQUIRE(push_own(outbox, 1, "passed"));
    push_chatter(outbox, 2, "a", "passed chatter");
    push_chatter(outbox, 3, "b", "held chatter");
    REQUIRE(push_own(outbox, 2, "behind held chatter"));
    REQUIRE(push_own(outbox, 4, "held"));
    push_chatter(outbox, 1, "c", "behind both");
    outbox.release(Seq{2});
    outbox.drop_held();
    CHECK_FALSE(outbox.waits_for());
    CHECK(take_all(outbox) == Frames{"now", "passed", "passed chatter"});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: clear leaves nothing, and the outbox works on", "[outbox]")
{
    Outbox outbox{kPlenty};
    REQUIRE(outbox.push_now(Frame{.bytes = "now"}));
    REQUIRE(push_own(outbox, 1, "own"));
    push_chatter(outbox, 1, "a", "chatter");
    outbox.clear();
    CHECK(outbox.bytes() == 0);
    outbox.release(Seq{1});
    CHECK_FALSE(outbox.take());
    REQUIRE(push_own(outbox, 1, "again"));
    CHECK(take_all(outbox) == Frames{"again"});
}

TEST_CASE("outbox: against a plain model, thousands of random steps agree", "[outbox]")
{
    // The model: one list in order of push; replaced chatter is erased from it.
    struct Entry {
        std::uint64_t seq;
        std::string topic;  // Empty: own.
        std::string bytes;
    };
    std::uint64_t state = 20'261'123;
    const auto random = [&state](std::uint64_t bound) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        return (state >> 33) % bound;
    };

    Outbox outbox{kPlenty};
    std::vector<Entry> model;
    Frames now;
    std::uint64_t submitted = 0;
    std::uint64_t committed = 0;
    for (int step = 0; step < 20'000; ++step) {
        const auto bytes = std::to_string(step);
        switch (random(6)) {
            case 0: ++submitted; break;
            case 1:
                REQUIRE(push_own(outbox, submitted, bytes));
                model.push_back({submitted, "", bytes});
                break;
            case 2: {
                const std::string topic(1, static_cast<char>('a' + random(3)));
                push_chatter(outbox, submitted, topic, bytes);
                std::erase_if(model, [&](const Entry& entry) { return entry.topic == topic; });
                model.push_back({submitted, topic, bytes});
                break;
            }
            case 3:
                REQUIRE(outbox.push_now(Frame{.bytes = bytes}));
                now.push_back(bytes);
                break;
            case 4:
                committed += random(submitted - committed + 1);
                outbox.release(Seq{committed});
                break;
            default: {
                std::optional<std::string> expected;
                if (!now.empty()) {
                    expected = now.front();
                    now.erase(now.begin());
                } else if (!model.empty() && model.front().seq <= committed) {
                    expected = model.front().bytes;
                    model.erase(model.begin());
                }
                const auto frame = outbox.take();
                REQUIRE(frame.has_value() == expected.has_value());
                if (frame) { REQUIRE(frame->bytes == *expected); }
            }
        }
    }
}
