#include <catch2/catch.hpp>

#include "admin_line.hpp"

using namespace croupier::host;

TEST_CASE("admin line: backup and erase are read", "[admin]")
{
    CHECK(std::get<BackupLine>(*parse_admin_line(R"({"op":"backup","directory":"/a/b c"})")).directory == "/a/b c");
    CHECK(std::get<EraseLine>(*parse_admin_line(R"({"op":"erase","player":"12"})")).player == 12);
    CHECK(std::get<EraseLine>(*parse_admin_line("{\"op\":\"erase\",\"player\":\"999999999999999999\"}\n")).player
        == 999'999'999'999'999'999);
}

TEST_CASE("admin line: an operator is added with a role and removed without, by the hash of a token", "[admin]")
{
    const std::string hash(64, 'a');
    const auto added = parse_admin_line(R"({"op":"operator_add","role":"cashier","token_sha256":")" + hash + "\"}");
    REQUIRE(added);
    CHECK(std::get<OperatorLine>(*added).role == croupier::cashier::Role::cashier);
    CHECK(croupier::to_hex(std::get<OperatorLine>(*added).token) == hash);
    const auto removed = parse_admin_line(R"({"op":"operator_remove","token_sha256":")" + hash + "\"}");
    REQUIRE(removed);
    CHECK(std::get<OperatorLine>(*removed).role == std::nullopt);
}

TEST_CASE("admin line: anything else is refused with what is wrong", "[admin]")
{
    struct Row {
        std::string line;
        std::string says;
    };
    const Row row = GENERATE(Row{"", "not a request"}, Row{"[]", "not a request"}, Row{"{}", "not a request"},
        Row{R"({"op":1})", "there is no such operation"}, Row{R"({"op":"dance"})", "there is no such operation"},
        Row{R"({"op":"backup"})", "backup wants an absolute directory"},
        Row{R"({"op":"backup","directory":7})", "backup wants an absolute directory"},
        Row{R"({"op":"backup","directory":"here"})", "backup wants an absolute directory"},
        Row{R"({"op":"backup","directory":"/here\u0000/there"})", "backup wants an absolute directory"},
        Row{R"({"op":"operator_add","role":"king","token_sha256":")" + std::string(64, 'a') + "\"}",
            "an operator's role is auditor, cashier or admin"},
        Row{R"({"op":"operator_add","role":"admin","token_sha256":"aa"})",
            "an operator is named by the SHA-256 of the token, in hexadecimal digits"},
        Row{R"({"op":"operator_remove","token_sha256":")" + std::string(64, 'g') + "\"}",
            "an operator is named by the SHA-256 of the token, in hexadecimal digits"},
        Row{R"({"op":"erase"})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":12})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":"-1"})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":"1234567890123456789"})", "erase wants a player's number"});
    CAPTURE(row.line);
    CHECK(parse_admin_line(row.line).error() == row.says);
}
