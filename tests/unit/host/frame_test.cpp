#include <catch2/catch.hpp>

#include <random>

#include "frame.hpp"
#include "strict_json.hpp"

using namespace croupier;
using namespace croupier::host;

TEST_CASE("frame: a spin is read with its stake or its bets", "[frame]")
{
    const auto slot = parse_frame(R"({"n":12,"op":"spin","game":"lucky-lines","stake":100})");
    REQUIRE(std::holds_alternative<SpinFrame>(slot));
    CHECK(std::get<SpinFrame>(slot).n == 12);
    CHECK(std::get<SpinFrame>(slot).stake == 100);
    const auto table = parse_frame(
        R"({"n":1,"op":"spin","game":"european-roulette","bets":[{"kind":"straight","numbers":[17],"stake":5},{"kind":"red","stake":6}]})");
    REQUIRE(std::holds_alternative<SpinFrame>(table));
    CHECK(std::get<SpinFrame>(table).bets == std::vector<rounds::Bet>{{"straight", {17}, 5}, {"red", {}, 6}});
}

TEST_CASE("frame: a hello's token is hashed at once", "[frame]")
{
    const auto hello = parse_frame(R"({"q":1,"op":"hello","token":"abc","resume":{"instance":"i","seq":3}})");
    REQUIRE(std::holds_alternative<HelloFrame>(hello));
    CHECK(std::get<HelloFrame>(hello).token == token_hash("abc"));
    CHECK(std::get<HelloFrame>(hello).resume->seq == 3);
}

TEST_CASE("frame: what is not understood is refused with the number that could be read", "[frame]")
{
    struct Row {
        const char* text;
        ErrorCode code;
        std::optional<std::uint64_t> n;
        std::optional<std::uint64_t> q;
    };
    const Row row = GENERATE(Row{"", ErrorCode::malformed, {}, {}}, Row{"[]", ErrorCode::malformed, {}, {}},
        Row{"{\"n\":1", ErrorCode::malformed, {}, {}}, Row{"{}", ErrorCode::malformed, {}, {}},
        Row{R"({"n":1,"q":1,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":0,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":-1,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":1.0,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":"1","op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":9007199254740992,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":18446744073709551616,"op":"spin"})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":1})", ErrorCode::malformed, 1, {}}, Row{R"({"n":1,"op":7})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"dance"})", ErrorCode::operation_unknown, 1, {}},
        Row{R"({"q":1,"op":"dance"})", ErrorCode::operation_unknown, {}, 1},
        Row{R"({"n":1,"op":"hello","token":"t"})", ErrorCode::operation_unknown, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g"})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","stake":5})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","stake":5,"luck":1})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","stake":5,"stake":6})", ErrorCode::malformed, {}, {}},
        Row{R"({"n":1,"op":"spin","game":"g","stake":-5})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","stake":1e2})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","bets":[]})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","bets":[{"kind":"red"}]})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"spin","game":"g","bets":[{"kind":"red","stake":1,"x":1}]})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"choose","round":"7"})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"choose","round":7,"choice":1})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"choose","round":"7","choice":-1})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"choose","round":"7","choice":1000001})", ErrorCode::malformed, 1, {}},
        Row{R"({"n":1,"op":"choose","round":"7","choice":1,"game":"g"})", ErrorCode::malformed, 1, {}},
        Row{R"({"q":1,"op":"open","round":"7"})", ErrorCode::malformed, {}, 1},
        Row{R"({"q":1,"op":"balance","extra":true})", ErrorCode::malformed, {}, 1},
        Row{R"({"q":1,"op":"hello"})", ErrorCode::malformed, {}, 1},
        Row{R"({"q":1,"op":"hello","token":"t","resume":{"seq":1}})", ErrorCode::malformed, {}, 1},
        Row{R"({"q":1,"op":"hello","token":"t","resume":[[[[[[1]]]]]]})", ErrorCode::malformed, {}, {}});
    INFO(row.text);
    const auto frame = parse_frame(row.text);
    REQUIRE(std::holds_alternative<BadFrame>(frame));
    const auto& bad = std::get<BadFrame>(frame);
    CHECK(bad.code == row.code);
    CHECK(bad.n == row.n);
    CHECK(bad.q == row.q);
}

TEST_CASE("frame: a choice names its round and is a number", "[frame]")
{
    const auto frame = parse_frame(R"({"n":7,"op":"choose","round":"812","choice":31})");
    REQUIRE(std::holds_alternative<ChooseFrame>(frame));
    const auto& choose = std::get<ChooseFrame>(frame);
    CHECK(choose.n == 7);
    CHECK(choose.round == RoundId{812});
    CHECK(choose.choice == 31);
    const auto query = parse_frame(R"({"q":7,"op":"open"})");
    REQUIRE(std::holds_alternative<QueryFrame>(query));
    CHECK(std::get<QueryFrame>(query).kind == session::QueryKind::open);
}

TEST_CASE("frame: the number of a frame is seen without parsing it", "[frame]")
{
    struct Row {
        const char* text;
        std::optional<std::uint64_t> n;
        std::optional<std::uint64_t> q;
    };
    const Row row = GENERATE(Row{R"({"n":12,"op":"spin","game":"g","stake":5})", 12, {}},
        Row{R"({ "op" : "ping", "q" : 0 })", {}, 0},
        Row{R"({"bets":[{"n":3}],"n":9007199254740991})", 9007199254740991, {}}, Row{R"({"n":0})", {}, {}},
        Row{R"({"n":-1})", {}, {}}, Row{R"({"n":1.0})", {}, {}}, Row{R"({"n":"1"})", {}, {}},
        Row{R"({"n":9007199254740992})", {}, {}}, Row{R"({"q":99999999999999999999})", {}, {}},
        Row{R"({"n":1,"q":1})", {}, {}}, Row{"[1]", {}, {}}, Row{"", {}, {}}, Row{"{", {}, {}});
    INFO(row.text);
    const auto numbers = skim_numbers(row.text);
    CHECK(numbers.n == row.n);
    CHECK(numbers.q == row.q);
}

TEST_CASE("frame: no text makes the parser do anything but answer", "[frame]")
{
    // Mutations of good frames, by a generator with a seed: a failure names it through the message.
    const std::string seeds[] = {R"({"n":12,"op":"spin","game":"lucky-lines","stake":100})",
        R"({"q":1,"op":"hello","token":"abc","resume":{"instance":"i","seq":3}})",
        R"({"n":1,"op":"spin","game":"g","bets":[{"kind":"straight","numbers":[17],"stake":5}]})"};
    std::mt19937_64 random{20261123};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = seeds[random() % 3];
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
            const auto at = random() % text.size();
            switch (random() % 3) {
                case 0: text[at] = static_cast<char>(random()); break;
                case 1: text.insert(at, 1, "{}[]\",:0e-."[random() % 11]); break;
                default: text.erase(at, 1 + random() % 3); break;
            }
            if (text.empty()) { text = "{"; }
        }
        const auto frame = parse_frame(text);
        if (const auto* spin = std::get_if<SpinFrame>(&frame)) {
            CHECK(spin->n >= 1);
            CHECK(spin->stake >= 0);
        }
    }
}
