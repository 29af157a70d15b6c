#include <catch2/catch.hpp>

#include "croupier/unit.hpp"
#include "fakes.hpp"

using namespace croupier;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Unit> unit_after(const Position& before) { return std::make_shared<Unit>(seal_unit({}, before)); }

}  // namespace

TEST_CASE("fakes: time passes when the test says so", "[fakes]")
{
    fakes::ManualClock clock;
    const WallTime wall = clock.wall();
    const SteadyTime steady = clock.steady();
    clock.advance(5s);
    CHECK(clock.wall() - wall == 5s);
    CHECK(clock.steady() - steady == 5s);
    clock.step_wall(-1h);
    CHECK(clock.wall() < wall);
    CHECK(clock.steady() - steady == 5s);
}

TEST_CASE("fakes: the same seed gives the same bytes and values, another seed others", "[fakes]")
{
    const auto bytes = [](std::uint64_t seed) {
        fakes::SeededEntropy entropy{seed};
        Bytes out(32);
        REQUIRE(entropy.fill(out).has_value());
        return out;
    };
    CHECK(bytes(7) == bytes(7));
    CHECK(bytes(7) != bytes(8));

    fakes::SeededRng rng{3};
    std::array<std::uint32_t, 6> counts{};
    for (int i = 0; i < 6'000; ++i) {
        Value value = 99;
        REQUIRE(rng.draw("a", std::array<Bound, 1>{6}, std::span{&value, 1}).has_value());
        ++counts.at(value);
    }
    for (const auto count : counts) { CHECK((count > 850 && count < 1'150)); }
    rng.set_broken(true);
    Value value = 0;
    CHECK(rng.draw("a", std::array<Bound, 1>{6}, std::span{&value, 1}).error().code == ErrorCode::entropy_unavailable);
}

TEST_CASE("fakes: a scripted generator gives what it was told, in order", "[fakes]")
{
    fakes::ScriptedRng rng{1, 2};
    rng.then({3});
    std::array<Value, 3> values{};
    REQUIRE(rng.draw("a", std::array<Bound, 3>{4, 4, 4}, values).has_value());
    CHECK(values == std::array<Value, 3>{1, 2, 3});
    CHECK(rng.left() == 0);
}

TEST_CASE("fakes: a held store keeps units waiting, and a crash forgets them", "[fakes]")
{
    fakes::MemoryStore store;
    std::vector<Seq> heard;
    store.on_committed([&](const Committed& batch) { heard.push_back(batch.position.seq); });
    store.submit(unit_after(store.committed()));
    CHECK(heard == std::vector{Seq{1}});

    store.hold();
    const auto second = unit_after(store.committed());
    store.submit(second);
    store.submit(unit_after(second->position));
    CHECK(store.committed().seq == Seq{1});
    CHECK(store.waiting() == 2);
    store.release();
    CHECK(heard == std::vector{Seq{1}, Seq{3}});

    store.hold();
    store.submit(unit_after(store.committed()));
    store.crash();
    CHECK(store.committed().seq == Seq{3});
    CHECK(store.units().size() == 3);
    store.submit(unit_after(store.committed()));
    CHECK(store.committed().seq == Seq{4});
    CHECK(heard.size() == 2);  // Who listened before the crash is gone.
}

TEST_CASE("fakes: a store commits up to its limit only, and reads from where it was asked", "[fakes]")
{
    fakes::MemoryStore store;
    store.allow(Seq{2});
    Position last;
    for (int i = 0; i < 4; ++i) {
        const auto unit = unit_after(last);
        last = unit->position;
        store.submit(unit);
    }
    CHECK(store.committed().seq == Seq{2});
    store.allow(Seq{4});
    CHECK(store.committed().seq == Seq{4});

    std::vector<std::shared_ptr<const Unit>> read;
    const auto keep = [&](std::vector<std::shared_ptr<const Unit>> units) { read = std::move(units); };
    store.read(Seq{3}, 1'000'000, keep);
    REQUIRE(read.size() == 2);
    CHECK(read[0]->position.seq == Seq{3});
    store.read(Seq{1}, 1, keep);
    CHECK(read.size() == 1);
    store.read(Seq{5}, 1, keep);
    CHECK(read.empty());
}

TEST_CASE("fakes: a full queue refuses new work before it refuses settlements", "[fakes]")
{
    fakes::MemoryStore store;
    store.set_queue(1'000, 400);
    CHECK(store.admits(Admission::new_work, 600));
    CHECK_FALSE(store.admits(Admission::new_work, 601));
    CHECK(store.admits(Admission::settlement, 1'000));
    CHECK_FALSE(store.admits(Admission::settlement, 1'001));
}

TEST_CASE("fakes: keys in memory seal, unseal, forget and refuse as the real ones", "[fakes]")
{
    fakes::MemoryKeys keys;
    const Sealed sealed = keys.seal(1, as_bytes("Ada")).value();
    CHECK(as_text(keys.unseal(sealed).value()) == "Ada");
    CHECK(std::ranges::search(sealed.ciphertext, as_bytes("Ada")).empty());
    Sealed changed = sealed;
    changed.ciphertext[0] ^= std::byte{1};
    CHECK(keys.unseal(changed) == std::nullopt);
    changed = sealed;
    changed.key_id = 2;
    CHECK(keys.unseal(changed) == std::nullopt);
    keys.set_durable_to(5);
    CHECK(keys.seal(6, as_bytes("x")).error().code == ErrorCode::overloaded);
    CHECK(keys.erase(1));
    CHECK_FALSE(keys.erase(1));
    CHECK(keys.unseal(sealed) == std::nullopt);
}

TEST_CASE("fakes: files in memory are replaced, listed by folder and removed", "[fakes]")
{
    fakes::MemoryDisk disk;
    REQUIRE(disk.replace("a/one", as_bytes("1")));
    REQUIRE(disk.replace("a/two", as_bytes("2")));
    REQUIRE(disk.replace("b/one", as_bytes("3")));
    CHECK(disk.list("a") == std::vector<std::filesystem::path>{"a/one", "a/two"});
    disk.set_broken(true);
    CHECK_FALSE(disk.replace("a/one", as_bytes("4")));
    CHECK(as_text(disk.read("a/one").value()) == "1");
    disk.set_broken(false);
    CHECK(disk.remove("a/one"));
    CHECK(disk.read("a/one") == std::nullopt);
}

TEST_CASE("fakes: a link keeps the order of its frames, and loses what waits when it is cut", "[fakes]")
{
    fakes::MemoryLink link;
    link.write("one");
    link.write("two");
    CHECK(link.take() == "one");
    link.close(1001, "going away");
    link.write("after the end");
    CHECK(link.closed() == std::nullopt);  // The peer has not read so far yet.
    CHECK(link.take() == "two");
    CHECK(link.take() == std::nullopt);
    CHECK(link.closed() == fakes::MemoryLink::Close{1001, "going away"});
    link.close(1011, "again");
    CHECK(link.closed()->code == 1001);

    fakes::MemoryLink broken;
    broken.write("lost");
    broken.cut();
    broken.write("lost as well");
    broken.close(1000, "unheard");
    CHECK(broken.take() == std::nullopt);
    CHECK(broken.closed() == std::nullopt);
}

TEST_CASE("fakes: a vendor answers each call once, when the test says so", "[fakes]")
{
    fakes::ManualVendor vendor;
    std::vector<std::string> heard;
    const auto hear = [&](std::string call) {
        return [&heard, call = std::move(call)](const Result<Vendor::Answer>& answer) {
            heard.push_back(call + ": " + (answer ? answer->body : std::string{name(answer.error().code)}));
        };
    };
    vendor.post("https://pay.example/", "first", 5s, hear("first"));
    vendor.post("https://pay.example/", "second", 5s, hear("second"));
    CHECK(heard.empty());
    REQUIRE(vendor.waiting().size() == 2);
    CHECK(vendor.waiting()[0].body == "first");
    CHECK(vendor.waiting()[0].timeout == 5s);
    vendor.answer(Vendor::Answer{200, "paid"}, 1);
    vendor.answer(refuse(ErrorCode::not_available));
    CHECK(heard == std::vector<std::string>{"second: paid", "first: not_available"});
    CHECK(vendor.waiting().empty());
}
