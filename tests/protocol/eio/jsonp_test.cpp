// SPDX-License-Identifier: MIT
#include "protocol/eio/jsonp.h"

#include <doctest/doctest.h>

using namespace duplex;

TEST_CASE("an answer by JSONP is a call of the client's function with the payload as a string") {
  CHECK(eio::jsonp_script("0", "1:6") == R"(___eio[0]("1:6");)");
  CHECK(eio::jsonp_script("12", R"(11:42["a","\n"])") == R"(___eio[12]("11:42[\"a\",\"\\n\"]");)");
  CHECK(eio::jsonp_script("7", "é\n</script>") == "___eio[7](\"é\\n</script>\");");
}

TEST_CASE("of the index only digits are taken, and not many") {
  CHECK(eio::jsonp_script("", "") == R"(___eio[]("");)");
  CHECK(eio::jsonp_script("0](alert)//", "") == R"(___eio[0]("");)");
  CHECK(eio::jsonp_script("12345678901234567890", "") == R"(___eio[1234567890123456]("");)");
}

TEST_CASE("what ends a line in a script but not in JSON is escaped") {
  CHECK(eio::jsonp_script("0", "a\xE2\x80\xA8\xE2\x80\xA9z") == "___eio[0](\"a\\u2028\\u2029z\");");
  CHECK(eio::jsonp_script("0", "\xE2\x80\xA6") == "___eio[0](\"\xE2\x80\xA6\");");  // … begins with the same two bytes
  CHECK(eio::jsonp_script("0", "…\xE2\x80\xA8") == "___eio[0](\"…\\u2028\");");
}

TEST_CASE("line feeds of a form come back, and what looked like them does too") {
  const auto unescaped = [](std::string text) {
    eio::unescape_jsonp(text);
    return text;
  };
  CHECK(unescaped("") == "");
  CHECK(unescaped("4abc") == "4abc");
  CHECK(unescaped("a\\nb") == "a\nb");         // \n: a line feed
  CHECK(unescaped("a\\\\nb") == "a\\nb");      // \\n: a backslash and an n
  CHECK(unescaped("a\\\\\\nb") == "a\\\\nb");  // of two backslashes and an n, the second was escaped
  CHECK(unescaped("\\\\n\\n\\\\n") == "\\n\n\\n");
  CHECK(unescaped("\\") == "\\");
  CHECK(unescaped("\\\\") == "\\\\");
  CHECK(unescaped("\\t\\u000a") == "\\t\\u000a");
}
