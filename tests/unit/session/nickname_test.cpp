#include <catch2/catch.hpp>

#include "sessions.hpp"

using croupier::session::folded;
using croupier::session::valid_nickname;

TEST_CASE("session: a nickname has 2 to 24 letters, digits, single inner spaces and a few signs", "[session]")
{
    for (const char* good :
        {"Ada", "ab", "Ada Lovelace", "a-b_c.d", "42", "Zoë", "Łukasz", "Ωμέγα", "玩家", "abcdefghijklmnopqrstuvwx"}) {
        INFO(good);
        CHECK(valid_nickname(good));
    }
    for (const char* bad : {"", "a", " Ada", "Ada ", "A  b", "abcdefghijklmnopqrstuvwxy", "a\tb", "a\nb", "<b>", "a\"b",
             "a/b", "a\x7f", "\xff\xfe", "a\xc0\x80", "\xed\xa0\x80x", "ab\xe2\x80\x8b", "ab\xe2\x80\xae",
             "\xef\xbb\xbf"
             "ab",
             "ab\xc2\xa0", "\xf4\x90\x80\x80x", "\xe2\x82"}) {
        INFO(bad);
        CHECK_FALSE(valid_nickname(bad));
    }
    CHECK_FALSE(valid_nickname(std::string_view{"a\0b", 3}));
}

TEST_CASE("session: nicknames are compared without regard to ASCII case", "[session]")
{
    CHECK(folded("AdA") == folded("aDa"));
    CHECK(folded("Zoë") == "zoë");
    CHECK(folded("Ada") != folded("Adb"));
}
