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
        Row{R"({"op":"erase"})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":12})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":"-1"})", "erase wants a player's number"},
        Row{R"({"op":"erase","player":"1234567890123456789"})", "erase wants a player's number"});
    CAPTURE(row.line);
    CHECK(parse_admin_line(row.line).error() == row.says);
}
