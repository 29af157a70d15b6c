#include <catch2/catch.hpp>

#include "croupier/json_writer.hpp"

using namespace croupier;
using namespace std::chrono_literals;

TEST_CASE("json: an error has its code and meaning, and says what else is known", "[kernel]")
{
    const auto text = [](const Error& error, std::optional<std::uint64_t> expected = std::nullopt) {
        std::string out;
        json::write_error(out, error, expected);
        return out;
    };
    const std::string begin = R"({"code":"overloaded","message":")" + std::string{meaning(ErrorCode::overloaded)}
        + "\"";
    CHECK(text({ErrorCode::overloaded}) == begin + "}");
    CHECK(text({ErrorCode::overloaded, 200ms}) == begin + R"(,"retry_after_ms":200})");
    CHECK(text({ErrorCode::overloaded, 200ms}, 7) == begin + R"(,"retry_after_ms":200,"expected":7})");
}
