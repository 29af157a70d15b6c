#include <catch2/catch.hpp>

#include "member_text.hpp"

using croupier::host::answered;
using croupier::host::member_text;

TEST_CASE("member text: the value stands there as it was written, whatever is around it", "[frame]")
{
    struct Row {
        std::string_view object;
        std::string_view name;
        std::string_view value;
    };
    const Row row = GENERATE(Row{R"({"n":12,"op":"spin"})", "n", "12"}, Row{R"( { "n" : 12 } )", "n", "12"},
        Row{R"({"op":"spin","n":12})", "op", "\"spin\""}, Row{R"({"a":{"n":1},"n":2})", "n", "2"},
        Row{R"({"a":[{"n":1},"]",3],"n":[4,{"x":"}"}]})", "n", R"([4,{"x":"}"}])"},
        Row{R"({"a":"\",\"n\":1","n":2})", "n", "2"}, Row{R"({"a":"\\","n":"x\"y"})", "n", R"("x\"y")"},
        Row{R"({"n":1,"n":2})", "n", "1"}, Row{R"({"n":{}})", "n", "{}"}, Row{R"({"n":null,"m":1})", "n", "null"},
        Row{R"({"m":1})", "n", ""}, Row{"{}", "n", ""}, Row{"", "n", ""}, Row{"[1]", "n", ""}, Row{R"("n")", "n", ""},
        Row{R"({"n")", "n", ""}, Row{R"({"n":)", "n", ""}, Row{R"({"n":"1)", "n", ""}, Row{R"({"n":"1\)", "n", ""},
        Row{R"({"n":[1)", "n", ""}, Row{R"({"n":})", "n", ""}, Row{R"({"m":1 "n":2})", "n", ""}, Row{"{n:1}", "n", ""});
    INFO(row.object);
    CHECK(member_text(row.object, row.name) == row.value);
}

TEST_CASE("member text: very deep nesting is passed over like anything else", "[frame]")
{
    const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + ",\"n\":7}";
    CHECK(member_text(deep, "n") == "7");
    CHECK(member_text("{\"a\":" + std::string(100'000, '['), "n").empty());
}

TEST_CASE(
    "member text: the outcome of a recorded answer is the member of that name, and null where there is none", "[frame]")
{
    // Where the member stands, and what its strings say, is no matter.
    const std::string outcome = R"({"kind":",\"balance\":","reels":[1,2],"nested":{"outcome":3}})";
    CHECK(answered(
              R"("re":1,"ok":{"op":"spin","outcome":)" + outcome + R"(,"balance":{"available":1}})", "outcome", "null")
        == outcome);
    CHECK(answered(R"("re":1,"ok":{"note":"\"outcome\":1,","outcome":)" + outcome + "}", "outcome", "null") == outcome);
    CHECK(answered(R"("re":1,"ok":{"balance":{"outcome":1},"op":"spin"})", "outcome", "null") == "null");
    CHECK(answered(R"("re":1,"error":{"code":"round_voided"})", "outcome", "null") == "null");
    CHECK(answered("", "outcome", "null") == "null");
    CHECK(answered(R"("re":1,"ok":{"op":"spin","jackpot":17})", "jackpot", "0") == "17");
}
