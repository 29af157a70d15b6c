#include <catch2/catch.hpp>

#include <openssl/crypto.h>

#include <set>

#include "croupier/messages/rng.hpp"
#include "rng_module.hpp"
#include "streams.hpp"
#include "seeded_random.hpp"

using namespace croupier;
using namespace croupier::rng;

namespace {

const std::vector<Bound> kWide(8, 0xFFFFFFFFU);

class FailingEntropy final : public Entropy {
public:
    Result<void> fill(std::span<std::byte> out) override
    {
        if (fails) { return refuse(ErrorCode::entropy_unavailable); }
        return sound_.fill(out);
    }
    bool fails = false;

private:
    fakes::SeededEntropy sound_;
};

/// Notes what is asked of it.
class NotedRng final : public Rng {
public:
    Result<KeptSeed> seed(std::string_view stream) override
    {
        if (fails) { return refuse(ErrorCode::entropy_unavailable); }
        asked.push_back("seed " + std::string{stream});
        return kept;
    }
    Result<void> draw(std::string_view stream, std::span<const Bound>, std::span<Value> values) override
    {
        asked.push_back("draw " + std::string{stream});
        std::ranges::fill(values, 0);
        return {};
    }
    std::vector<std::string> asked;
    KeptSeed kept;
    bool fails = false;
};

/// The module alone on its bus.
class Table {
public:
    explicit Table(const Schedule& schedule) : module{make_module(&rng, schedule)}
    {
        module->wire(bus, folds);
        bus.seal();
    }

    template <class Command>
    Result<typename Command::Reply> send(const Command& command)
    {
        UnitContent content;
        std::vector<Bytes> bodies;
        UnitOfWork work{folds, {content, bodies}, Seq{++seq}, now, TransferId{1}, EventId{1}};
        Context context{now, InputId{seq}, work, out};
        auto reply = bus.send(command, context);
        for (const EventRow& event : content.events) { facts.push_back(event.type); }
        return reply;
    }
    Result<Values> draw(const std::string& stream) { return send(Draw{stream, RoundId{1}, 0, {6}}); }

    NotedRng rng;
    Bus bus;
    Folds folds;
    NoOutputs out;
    std::unique_ptr<Module> module;
    WallTime now = from_micros(1'000'000);
    std::uint64_t seq = 0;
    std::vector<std::uint16_t> facts;
};

}  // namespace

TEST_CASE("streams: each has a generator of its own, and no two give the same (RTS 7A, GLI-19 3.3.2(b))", "[rng]")
{
    const Mechanism mechanism = GENERATE(Mechanism::ctr, Mechanism::hmac);
    std::set<std::vector<Value>> seen;
    for (int life = 0; life < 2; ++life) {
        fakes::SeededEntropy entropy{1};  // The same port in each life: names and the system's entropy tell them apart.
        Streams streams{{.mechanism = mechanism, .instance = "test"}, entropy, nullptr};
        REQUIRE(streams.ready());
        for (const char* stream : {"lucky-lines/outcome", "lucky-lines/jackpot", "european-roulette/outcome"}) {
            REQUIRE(streams.seed(stream).has_value());
            std::vector<Value> values(kWide.size());
            for (int draw = 0; draw < 5; ++draw) {
                REQUIRE(streams.draw(stream, kWide, values).has_value());
                CHECK(seen.insert(values).second);
            }
            REQUIRE(streams.seed(stream).has_value());
            REQUIRE(streams.draw(stream, kWide, values).has_value());
            CHECK(seen.insert(values).second);
        }
    }
    CHECK(seen.size() == 36);
}

TEST_CASE("streams: the generators' states stand in memory that is locked and wiped, where there is such", "[rng]")
{
    // For this process, as the server does it (src/adapters/secrets.hpp).
    static const int kThere = CRYPTO_secure_malloc_init(65536, 32);
    REQUIRE(kThere != 0);
    const std::size_t before = CRYPTO_secure_used();
    {
        fakes::SeededEntropy entropy{1};
        Streams streams{{.mechanism = GENERATE(Mechanism::ctr, Mechanism::hmac), .instance = "test"}, entropy, nullptr};
        REQUIRE(streams.seed("a").has_value());
        CHECK(CRYPTO_secure_used() > before);
    }
    CHECK(CRYPTO_secure_used() == before);
}

TEST_CASE("streams: what fails in one ends all of them, until restart (fails closed)", "[rng]")
{
    FailingEntropy entropy;
    Streams streams{{.instance = "test"}, entropy, nullptr};
    REQUIRE(streams.seed("a").has_value());
    std::vector<Value> values(kWide.size());
    REQUIRE(streams.draw("a", kWide, values).has_value());
    SECTION("a source that refuses")
    {
        entropy.fails = true;
        CHECK(!streams.seed("b").has_value());
        CHECK(streams.failure() == "the entropy port refused");
    }
    SECTION("a source that fails its tests on demand")
    {
        entropy.fails = true;
        CHECK(!streams.test());
    }
    SECTION("a stream that was never seeded") { CHECK(!streams.draw("c", kWide, values).has_value()); }
    entropy.fails = false;
    CHECK(!streams.ready());
    CHECK(!streams.draw("a", kWide, values).has_value());
    CHECK(std::ranges::all_of(values, [](Value value) { return value == 0; }));
    CHECK(!streams.seed("a").has_value());
    CHECK(!streams.test());
}

TEST_CASE(
    "streams: a stream is opened once, and seeded before the first draw of each process; each is a fact (GLI-19 4.5.1)",
    "[rng]")
{
    Table table{{.draws = 1000, .time = std::chrono::hours{1}}};
    REQUIRE(table.draw("a").has_value());
    REQUIRE(table.draw("a").has_value());
    REQUIRE(table.draw("b").has_value());
    CHECK(table.rng.asked == std::vector<std::string>{"seed a", "draw a", "draw a", "seed b", "draw b"});
    constexpr auto kOpened = StreamOpened::kFact;
    CHECK(table.facts
        == std::vector<std::uint16_t>{
            kOpened, Seeded::kFact, Drawn::kFact, Drawn::kFact, kOpened, Seeded::kFact, Drawn::kFact});

    // Another process: the streams are known, and their generators are not.
    Bytes state;
    ByteWriter out{state};
    table.module->save(out);
    Table next{{.draws = 1000, .time = std::chrono::hours{1}}};
    ByteReader in{state};
    REQUIRE(next.module->restore(in));
    REQUIRE(next.draw("b").has_value());
    CHECK(next.rng.asked == std::vector<std::string>{"seed b", "draw b"});
    CHECK(next.facts == std::vector<std::uint16_t>{Seeded::kFact, Drawn::kFact});

    // The same process, as a recording that begins in its middle has it.
    Bytes live;
    ByteWriter live_out{live};
    table.module->save_live(live_out);
    Table middle{{.draws = 1000, .time = std::chrono::hours{1}}};
    ByteReader again{state};
    REQUIRE(middle.module->restore(again));
    ByteReader live_in{live};
    REQUIRE(middle.module->restore_live(live_in));
    REQUIRE(middle.draw("b").has_value());
    CHECK(middle.rng.asked == std::vector<std::string>{"draw b"});
}

TEST_CASE(
    "streams: fresh entropy comes after so many draws, after so much time, and when it is asked for (GLI-19 3.3.2(c))",
    "[rng]")
{
    Table table{{.draws = 3, .time = std::chrono::hours{1}}};
    const auto seeds = [&] { return std::ranges::count(table.rng.asked, "seed a"); };
    for (int i = 0; i < 7; ++i) { REQUIRE(table.draw("a").has_value()); }
    CHECK(seeds() == 3);  // At the start, before the fourth and before the seventh.
    table.now += std::chrono::minutes{59};
    REQUIRE(table.draw("a").has_value());
    CHECK(seeds() == 3);
    table.now += std::chrono::minutes{1};
    REQUIRE(table.draw("a").has_value());
    CHECK(seeds() == 4);
    REQUIRE(table.draw("b").has_value());
    const auto reseeded = table.send(Reseed{});
    REQUIRE(reseeded.has_value());
    CHECK(reseeded->streams == 2);
    // What is kept for an auditor stands beside it.
    table.rng.kept = {.key = {}, .sealed = {std::byte{1}}};
    table.facts.clear();
    REQUIRE(table.send(Reseed{}).has_value());
    CHECK(table.facts == std::vector<std::uint16_t>{Seeded::kFact, SeedKept::kFact, Seeded::kFact, SeedKept::kFact});
    table.rng.kept = {};
    CHECK(seeds() == 6);
    REQUIRE(table.draw("a").has_value());
    REQUIRE(table.draw("a").has_value());
    REQUIRE(table.draw("a").has_value());
    CHECK(seeds() == 6);  // Asking for it began the count anew.

    table.rng.fails = true;
    const auto refused = table.draw("a");
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == ErrorCode::entropy_unavailable);
}
