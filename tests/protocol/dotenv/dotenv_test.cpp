// SPDX-License-Identifier: MIT
#include "protocol/dotenv/dotenv.h"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

using namespace duplex;

namespace duplex::dotenv {
static std::ostream& operator<<(std::ostream& out, const Entry& e) {
  return out << e.key << "='" << e.value << "' on line " << e.line;
}
}  // namespace duplex::dotenv

namespace {

using Entries = std::vector<dotenv::Entry>;

/// The value of the only assignment.
std::string value(std::string_view text) {
  const Entries entries = dotenv::parse(text);
  REQUIRE(entries.size() == 1);
  return entries[0].value;
}

}  // namespace

// What follows is npm dotenv's behaviour; tests/interop/dotenv_differential.mjs holds us to it, with far more texts.

TEST_CASE(".env: assignments, with comments, exports, blank lines and whatever ends a line") {
  CHECK(dotenv::parse("# a comment\n\nPORT=3000\r\nexport HOST = ::1 # and why\rjunk\n1.a-b_C: yaml\nEMPTY=\n") ==
        Entries{{"PORT", "3000", 3}, {"HOST", "::1", 4}, {"1.a-b_C", "yaml", 6}, {"EMPTY", "", 7}});
  CHECK(dotenv::parse("") == Entries{});
  CHECK(dotenv::parse("\xEF\xBB\xBFPORT=1") == Entries{{"PORT", "1", 1}});
}

TEST_CASE(".env: quotes keep what is between them, new lines and # as well") {
  CHECK(value("A=' one # two '  # three") == " one # two ");
  CHECK(value("A=`it's \"it\"`") == "it's \"it\"");
  CHECK(dotenv::parse("A='one\ntwo\r\n'\nB=1") == Entries{{"A", "one\ntwo\n", 1}, {"B", "1", 4}});
  CHECK(value("A=it's") == "it's");
  CHECK(value("A='a' b") == "'a' b");    // not the end of the line
  CHECK(value("A=\"a\"b\"") == "a\"b");  // the last one is
  CHECK(value("A='a\\' # b") == "a\\");  // nothing but a comment follows
  CHECK(value("A='a\\'b'") == "a\\'b");  // a backslash is not taken away
  CHECK(value("A=\"open\nno key") == "\"open");
}

TEST_CASE(".env: \\n and \\r are what they say between double quotes, and only there") {
  CHECK(value(R"(A="one\ntwo\r")") == "one\ntwo\r");
  CHECK(value(R"(A='one\ntwo')") == R"(one\ntwo)");
  CHECK(value(R"(A=one\ntwo)") == R"(one\ntwo)");
  CHECK(value(R"(A="\t $B")") == R"(\t $B)");
}

TEST_CASE(".env: of a key that is there twice the last one counts") {
  const Entries entries = dotenv::parse("A=1\nB=2\nA=3\n");
  REQUIRE(dotenv::find(entries, "A") != nullptr);
  CHECK(*dotenv::find(entries, "A") == dotenv::Entry{"A", "3", 3});
  CHECK(dotenv::find(entries, "C") == nullptr);
}

TEST_CASE(".env: what is not UTF-8 becomes U+FFFD, as in JavaScript") {
  CHECK(value("A=\xFFx") == "\xEF\xBF\xBDx");
  CHECK(value("A=\xE2\x82") == "\xEF\xBF\xBD");
  CHECK(value("A=\xF0\x9F\x98\x80") == "\xF0\x9F\x98\x80");
}

TEST_CASE(".env: reading takes a time that grows with the text, not with its square") {
  std::string text;
  const auto seconds = [](const std::string& text) {
    const auto began = std::chrono::steady_clock::now();
    (void)dotenv::parse(text);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  for (int i = 0; i < 60'000; ++i) text += "A='\\' b\n";  // half a megabyte of each
  CHECK(seconds(text) < 2);
  text = "A=\"";
  for (int i = 0; i < 60'000; ++i) text += "\\\"   x\n";
  CHECK(seconds(text) < 2);
  text = std::string(300'000, '\n') + "junk" + std::string(300'000, '\n');
  CHECK(seconds(text) < 2);
  text = "A=";
  for (int i = 0; i < 60'000; ++i) text += "'a\xE2\x80\xA8\"b\xE2\x80\xA8";
  CHECK(seconds(text) < 2);
}
