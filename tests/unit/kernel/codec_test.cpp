#include <catch2/catch.hpp>

#include <limits>

#include "croupier/codec.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/unit.hpp"
#include "seeded_random.hpp"

using namespace croupier;

namespace codec_test {

enum class Colour : std::uint8_t { red = 1, black = 2 };
BOOST_DESCRIBE_ENUM(Colour, red, black)

struct Leaf {
    std::int32_t number = 0;
    std::string text;
    friend bool operator==(const Leaf&, const Leaf&) = default;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (number, text))

/// One member of every kind that has an encoding.
struct Everything {
    bool flag = false;
    std::uint8_t small = 0;
    std::int64_t wide = 0;
    Colour colour = Colour::red;
    PlayerId player{};
    WallTime at{};
    Money money;
    Bytes bytes;
    Hash hash{};
    std::vector<Leaf> leaves;
    std::optional<Leaf> maybe;
    std::variant<Leaf, std::uint16_t> either;
    std::vector<std::vector<std::uint32_t>> grid;
    friend bool operator==(const Everything&, const Everything&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Everything, (), (flag, small, wide, colour, player, at, money, bytes, hash, leaves, maybe, either, grid))

}  // namespace codec_test

using codec_test::Colour;
using codec_test::Everything;
using codec_test::Leaf;

namespace {

Everything sample()
{
    return Everything{.flag = true,
        .small = 255,
        .wide = std::numeric_limits<std::int64_t>::min(),
        .colour = Colour::black,
        .player = PlayerId{9},
        .at = from_micros(-1),
        .money = Money{-5, Currency::from_code("EUR").value()},
        .bytes = Bytes{std::byte{1}, std::byte{2}},
        .hash = sha256(as_bytes("x")),
        .leaves = {{1, "one"}, {-2, ""}},
        .maybe = Leaf{3, "drei"},
        .either = std::uint16_t{7},
        .grid = {{1, 2}, {}, {3}}};
}

template <class T>
std::string hex(const T& value)
{
    return to_hex(to_bytes(value));
}

}  // namespace

TEST_CASE("codec: each kind of value has the bytes that the format says", "[kernel]")
{
    CHECK(hex(true) == "01");
    CHECK(hex(std::uint16_t{0x1234}) == "3412");
    CHECK(hex(std::int32_t{-2}) == "feffffff");
    CHECK(hex(std::int64_t{1}) == "0100000000000000");
    CHECK(hex(Colour::black) == "02");
    CHECK(hex(SessionId{0x0102}) == "0201000000000000");
    CHECK(hex(from_micros(1)) == "0100000000000000");
    CHECK(hex(Money{1, Currency::from_code("EUR").value()}) == "010000000000000052554500");
    CHECK(hex(std::string{"ab"}) == "020000006162");
    CHECK(hex(Bytes{}) == "00000000");
    CHECK(hex(std::array<std::uint8_t, 2>{1, 2}) == "0102");
    CHECK(hex(std::vector<std::uint16_t>{1, 2}) == "0200000001000200");
    CHECK(hex(std::optional<std::uint8_t>{}) == "00");
    CHECK(hex(std::optional<std::uint8_t>{5}) == "0105");
    CHECK(hex(std::variant<std::uint8_t, bool>{true}) == "0101");
    CHECK(hex(Leaf{1, "a"}) == "010000000100000061");
}

TEST_CASE("codec: what was written is read again, and only as exactly one value", "[kernel]")
{
    for (const Everything& value : {sample(), Everything{.money = Money{0, Currency::from_code("JPY").value()}}}) {
        Bytes bytes = to_bytes(value);
        CHECK(from_bytes<Everything>(bytes) == value);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            INFO("cut to " << size);
            CHECK(from_bytes<Everything>(std::span{bytes}.first(size)) == std::nullopt);
        }
        bytes.push_back(std::byte{});
        CHECK(from_bytes<Everything>(bytes) == std::nullopt);
    }
}

TEST_CASE("codec: values that no encoder writes are refused", "[kernel]")
{
    const auto bytes = [](std::initializer_list<int> numbers) {
        Bytes out;
        for (const int number : numbers) { out.push_back(static_cast<std::byte>(number)); }
        return out;
    };
    CHECK(from_bytes<bool>(bytes({2})) == std::nullopt);
    CHECK(from_bytes<Colour>(bytes({0})) == std::nullopt);
    CHECK(from_bytes<Colour>(bytes({3})) == std::nullopt);
    CHECK(from_bytes<Currency>(bytes({1, 2, 3, 4})) == std::nullopt);
    CHECK(from_bytes<std::optional<std::uint8_t>>(bytes({2, 1})) == std::nullopt);
    CHECK(from_bytes<std::variant<std::uint8_t, bool>>(bytes({2, 1})) == std::nullopt);
    // Counts far beyond what is there: refused before anything is allocated for them.
    CHECK(from_bytes<std::vector<Leaf>>(bytes({255, 255, 255, 255, 0})) == std::nullopt);
    CHECK(from_bytes<std::string>(bytes({255, 255, 255, 255, 65})) == std::nullopt);
    CHECK(from_bytes<Bytes>(bytes({2, 0, 0, 0, 65})) == std::nullopt);
}

TEST_CASE("codec: after a failure every read fails and gives zero", "[kernel]")
{
    ByteReader reader{as_bytes("abc")};
    CHECK(reader.read<std::uint32_t>() == 0);
    CHECK(reader.failed());
    CHECK(reader.read<std::uint8_t>() == 0);
    CHECK(reader.read<std::string>().empty());
    CHECK(reader.raw(1).empty());
    CHECK_FALSE(reader.complete());
}

TEST_CASE("codec: hostile bytes never crash a reader, and what is accepted is canonical", "[kernel]")
{
    fakes::SplitMix random{20'261'123};
    UnitContent content;
    content.events.push_back({.stream = 1, .type = 2, .after_transfers = 0, .body = Bytes(5)});
    content.request.answer = "{}";
    const std::vector<Bytes> seeds{to_bytes(sample()), seal_unit(content, Position{}).bytes,
        to_bytes(rounds::Outcome{.events = {rounds::ReelsStopped{{1, 2}, {{3}}}, rounds::PocketHit{0, "green"}}})};
    std::size_t accepted = 0;
    for (int i = 0; i < 30'000; ++i) {
        Bytes bytes = seeds[random.below(seeds.size())];
        for (std::uint64_t change = 1 + random.below(4); change > 0 && !bytes.empty(); --change) {
            const std::size_t at = random.below(bytes.size());
            switch (random.below(4)) {
                case 0: bytes[at] = static_cast<std::byte>(random.next()); break;
                case 1: bytes[at] ^= static_cast<std::byte>(1U << random.below(8)); break;
                case 2: bytes.resize(at); break;
                default: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::byte{0xff}); break;
            }
        }
        if (const auto value = from_bytes<Everything>(bytes)) {
            ++accepted;
            REQUIRE(to_bytes(*value) == bytes);
        }
        if (const auto value = from_bytes<rounds::Outcome>(bytes)) { REQUIRE(to_bytes(*value) == bytes); }
        if (const auto value = open_unit(bytes)) { REQUIRE(to_bytes(*value) == bytes); }
    }
    CHECK(accepted > 100);  // Changes of a number inside are as good as the original: the loop reached deep.
}
