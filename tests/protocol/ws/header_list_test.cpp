// SPDX-License-Identifier: MIT
#include "protocol/ws/header_list.h"

#include <doctest/doctest.h>

#include <string>

using duplex::ws::HeaderList;

namespace {

/// The list written out plainly: `name[parameter=value|…]`, or "bad".
std::string read(std::string_view header) {
  std::string out;
  HeaderList list(header);
  while (list.next_element()) {
    out += out.empty() ? "" : " ";
    out += list.name();
    while (const auto parameter = list.next_parameter()) {
      out += '[';
      out += parameter->name;
      if (parameter->has_value) (out += parameter->escaped ? "~" : "=") += parameter->value;
      out += ']';
    }
  }
  return list.bad_syntax() ? "bad" : out;
}

}  // namespace

TEST_CASE("a list of tokens is read, with empty elements skipped") {
  CHECK(read("") == "");
  CHECK(read("a") == "a");
  CHECK(read("a,b") == "a b");
  CHECK(read(" a\t, b ,c ") == "a b c");
  CHECK(read(",, a,,b , ,") == "a b");
}

TEST_CASE("parameters are read, plain and quoted") {
  CHECK(read("a;x") == "a[x]");
  CHECK(read("a; x=1; y = 2, b") == "a[x=1][y=2] b");
  CHECK(read("a; x=\"10\"") == "a[x=10]");
  CHECK(read("a; x=\"1\\0\", b") == "a[x~1\\0] b");
}

TEST_CASE("parameters that nobody asks for are skipped, and checked all the same") {
  HeaderList good("a; x=1; y, b");
  CHECK(good.next_element());
  CHECK(good.next_element());
  CHECK(good.name() == "b");
  HeaderList bad("a; x=, b");
  CHECK(bad.next_element());
  CHECK_FALSE(bad.next_element());
  CHECK(bad.bad_syntax());
}

TEST_CASE("broken syntax is noticed wherever it stands") {
  for (const char* header : {";",         "a;",           "a;;b",       "a;=1",  "a; x=",       "a; x=\"",  "a; x=\"1",
                             "a; x=\"\"", "a; x=\"1 0\"", "a; x=\"1\\", "a b",   "a; x y",      "a; x=1 y", "a, ;",
                             "a; x=1;",   "\"a\"",        "=",          "a,b=1", "a; x=\"1\"2", "a\x80",    "a/b"}) {
    CAPTURE(header);
    CHECK(read(header) == "bad");
  }
}
