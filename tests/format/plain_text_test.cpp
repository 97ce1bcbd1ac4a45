#include "format/plain_text.h"

#include <catch2/catch.hpp>

using bitplace::is_plain_text;
using bitplace::to_plain_text;

TEST_CASE("well-formed text is plain") {
  CHECK(is_plain_text(""));
  CHECK(is_plain_text("conv1/weight:0 ~"));
  CHECK(is_plain_text(
      "\xc2\xa0 \xc3\xa9 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
  CHECK(is_plain_text("a\n\tb", true));
}

TEST_CASE("control characters and malformed UTF-8 are not") {
  for (const char* text : {"a\nb", "a\tb", "\x1b[2J", "\x7f", "\xc2\x9b", "\x80", "\xc3", "\xc0\x80",
                           "\xc1\xbf", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3(", "\xe2\x28\xa1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_plain_text(text));
    CHECK(is_plain_text(to_plain_text(text)));
  }
  CHECK_FALSE(is_plain_text("a\rb", true));
  CHECK_FALSE(is_plain_text(std::string_view("\0", 1)));
}

TEST_CASE("replacing keeps what is good") {
  CHECK(to_plain_text("caf\xc3\xa9 \x1b[1m\xff!") == "caf\xc3\xa9 ?[1m?!");
  CHECK(to_plain_text("a\nb") == "a?b");
  CHECK(to_plain_text("a\nb", true) == "a\nb");
}
