// SPDX-License-Identifier: MIT
#include "protocol/json/escape.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <string>

using namespace duplex;
using namespace std::literals;

namespace {
std::string unescaped(std::string_view text) {
  std::string out(text.size(), '\0');
  out.resize(static_cast<std::size_t>(json::unescape(out.data(), text) - out.data()));
  return out;
}
std::string escaped(std::string_view text) {
  std::string out;
  json::escape(out, text);
  return out;
}
}  // namespace

TEST_CASE("escapes are resolved") {
  CHECK(unescaped("") == "");
  CHECK(unescaped("plain") == "plain");
  CHECK(unescaped(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
  CHECK(unescaped(R"(a\u0041\u00e9\u20AC\u0000z)") == "aA\xc3\xa9\xe2\x82\xac\0z"s);
  CHECK(unescaped(R"(\\u0041)") == R"(\u0041)");
}

TEST_CASE("a surrogate pair is one code point") {
  CHECK(unescaped(R"(\ud83d\ude00)") == "\xf0\x9f\x98\x80");
  CHECK(unescaped(R"(\uD834\uDD1Ex)") == "\xf0\x9d\x84\x9ex");
}

TEST_CASE("U4: half a surrogate pair becomes U+FFFD when it is decoded") {
  constexpr auto replacement = "\xef\xbf\xbd";
  CHECK(unescaped(R"(\ud800)") == replacement);
  CHECK(unescaped(R"(\udc00)") == replacement);
  CHECK(unescaped(R"(\ud800x)") == replacement + "x"s);
  CHECK(unescaped(R"(\ud800\n)") == replacement + "\n"s);
  CHECK(unescaped(R"(\ud800\u0041)") == replacement + "A"s);
  CHECK(unescaped(R"(\ud800\ud83d\ude00)") == replacement + "\xf0\x9f\x98\x80"s);
  CHECK(unescaped(R"(\ude00\ud83d)") == replacement + std::string(replacement));
}

TEST_CASE("a text that was never validated is unescaped within its bounds") {
  for (auto text : {"\\", "\\u", "\\u1", "\\ud83d\\u", "\\ud83d\\", "\\uzzzz"}) {
    CAPTURE(text);
    CHECK(unescaped(text).size() <= std::string_view(text).size());
  }
}

TEST_CASE("what JSON does not allow in a string is escaped, and nothing else") {
  CHECK(escaped("plain é € 😀 / \x7f") == "plain é € 😀 / \x7f");
  CHECK(escaped("\"\\\b\f\n\r\t") == R"(\"\\\b\f\n\r\t)");
  CHECK(escaped("\0\x01\x1f"sv) == R"(\u0000\u0001\u001f)");
  for (std::size_t n = 0; n < 40; ++n)
    CHECK(escaped(std::string(n, 'x') + "\n" + std::string(n, 'y')) ==
          std::string(n, 'x') + "\\n" + std::string(n, 'y'));
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD, one for each maximal part of a sequence") {
  CHECK(escaped("a\xff"
                "b") ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(escaped("\xc3") == "\xef\xbf\xbd");
  CHECK(escaped("\xe2\x82") == "\xef\xbf\xbd");
  CHECK(escaped("\xe2\x82z") == "\xef\xbf\xbdz");
  CHECK(escaped("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");                                  // overlong
  CHECK(escaped("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");                  // surrogate
  CHECK(escaped("\xf4\x90\x80\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // beyond U+10FFFF
  CHECK(escaped("\xf0\x9f\x98\x80\x80") == "\xf0\x9f\x98\x80\xef\xbf\xbd");
}

TEST_CASE("whatever two bytes are escaped, the output is UTF-8") {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string out = escaped(std::string{static_cast<char>(a), static_cast<char>(b)});
      REQUIRE(simdjson::validate_utf8(out));
    }
}
