#include <catch2/catch.hpp>

#include "operator_call.hpp"

using namespace croupier;
using namespace croupier::host;

namespace {

struct Parsed {
    std::optional<cashier::Operation> operation;
    bool known = false;
};

Parsed parse(std::string_view path, std::string_view body)
{
    Parsed parsed;
    parsed.operation = parse_operation(path, body, parsed.known);
    return parsed;
}

}  // namespace

TEST_CASE("operator call: every operation is read", "[operator]")
{
    const auto deposit = parse("deposits", R"({"player":"7","amount":250,"payment":"psp-1:a.b_c"})").operation;
    CHECK(std::get<cashier::Deposit>(*deposit).player == PlayerId{7});
    CHECK(std::get<cashier::Deposit>(*deposit).amount == 250);
    CHECK(std::get<cashier::Deposit>(*deposit).payment == "psp-1:a.b_c");
    CHECK(std::get<cashier::Withdraw>(*parse("withdrawals", R"({"player":"7","amount":1,"payment":"w"})").operation)
              .amount
        == 1);
    CHECK(std::get<cashier::Approve>(*parse("withdrawals/12/approve", R"({"amount":5})").operation).amount == 5);
    CHECK(std::get<cashier::Approve>(*parse("withdrawals/12/approve", "").operation).amount == std::nullopt);
    CHECK(std::get<cashier::Reject>(*parse("withdrawals/12/reject", "").operation).hold == HoldId{12});
    const auto adjust =
        parse("adjustments", R"({"player":"7","amount":-3,"reason":"goodwill","ticket":"T"})").operation;
    CHECK(std::get<cashier::Adjust>(*adjust).amount == -3);
    CHECK(std::get<cashier::Adjust>(*adjust).reason == cashier::Reason::goodwill);
    CHECK(std::get<cashier::Confirm>(*parse("adjustments/4/confirm", "{}").operation).proposal == 4);
    CHECK(std::get<cashier::Decline>(*parse("adjustments/4/decline", "").operation).proposal == 4);
    CHECK(std::get<cashier::Freeze>(*parse("players/7/freeze", "").operation).frozen);
    const auto limit = parse("players/7/limits", R"({"measure":"loss","period":"week","amount":0})").operation;
    CHECK(std::get<cashier::SetLimit>(*limit).measure == risk::Measure::loss);
    CHECK(std::get<cashier::SetLimit>(*limit).amount == 0);
    CHECK(std::get<cashier::SetLimit>(*parse("players/7/limits", R"({"measure":"stake","period":"day"})").operation)
              .amount
        == std::nullopt);
    CHECK_FALSE(std::get<cashier::Freeze>(*parse("players/7/thaw", "").operation).frozen);
}

TEST_CASE("operator call: what is no call is not known, and what is not well formed is refused", "[operator]")
{
    struct Row {
        const char* why;
        std::string path;
        std::string body;
        bool known;
    };
    const Row row = GENERATE(Row{"no such path", "donations", "{}", false},
        Row{"a verb too many", "deposits/1/approve", "{}", false},
        Row{"none where one is wanted", "players/7", "", false},
        Row{"an id that is none", "withdrawals/x/approve", "", false},
        Row{"an id that overflows", "withdrawals/99999999999999999999/approve", "", false},
        Row{"more behind it", "withdrawals/1/approve/now", "", false}, Row{"nothing at all", "", "", false},
        Row{"no JSON", "deposits", "money", true}, Row{"no object", "deposits", "[]", true},
        Row{"a member missing", "deposits", R"({"player":"7","amount":1})", true},
        Row{"a member too many", "deposits", R"({"player":"7","amount":1,"payment":"p","x":1})", true},
        Row{"an amount of nothing", "deposits", R"({"player":"7","amount":0,"payment":"p"})", true},
        Row{"an amount below nothing", "withdrawals", R"({"player":"7","amount":-1,"payment":"p"})", true},
        Row{"a fraction", "deposits", R"({"player":"7","amount":1.0,"payment":"p"})", true},
        Row{"an amount as text", "deposits", R"({"player":"7","amount":"1","payment":"p"})", true},
        Row{"more than JavaScript holds", "deposits", R"({"player":"7","amount":9007199254740992,"payment":"p"})",
            true},
        Row{"a player as a number", "deposits", R"({"player":7,"amount":1,"payment":"p"})", true},
        Row{"a name in a reference", "deposits", R"({"player":"7","amount":1,"payment":"Ada Lovelace"})", true},
        Row{"an empty reference", "deposits", R"({"player":"7","amount":1,"payment":""})", true},
        Row{"no such reason", "adjustments", R"({"player":"7","amount":1,"reason":"why not","ticket":"T"})", true},
        Row{"no such measure", "players/7/limits", R"({"measure":"time","period":"day","amount":1})", true},
        Row{"a limit that is no amount", "players/7/limits", R"({"measure":"loss","period":"day","amount":null})",
            true},
        Row{"an approval of nothing", "withdrawals/1/approve", R"({"amount":0})", true},
        Row{"a body where none is wanted", "withdrawals/1/reject", R"({"amount":1})", true});
    INFO(row.why);
    const auto parsed = parse(row.path, row.body);
    CHECK_FALSE(parsed.operation.has_value());
    CHECK(parsed.known == row.known);
}
