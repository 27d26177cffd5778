// SPDX-License-Identifier: MIT
#include "protocol/sse/event.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex;

namespace {
std::string encoded(const sse::Fields& fields) {
  Buffer out;
  return sse::encode(out, fields) ? std::string(out.text()) : "refused:" + std::string(out.text());
}
}  // namespace

TEST_CASE("an event is its fields and an empty line") {
  CHECK(encoded({.data = "hello"}) == "data: hello\n\n");
  CHECK(encoded({.data = "x", .name = "tick", .id = "7", .retry = 1500}) ==
        "event: tick\nid: 7\nretry: 1500\ndata: x\n\n");
  CHECK(encoded({.data = ""}) == "data: \n\n");
}

TEST_CASE("data of several lines is several lines of data, whatever ends them") {
  CHECK(encoded({.data = "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(encoded({.data = "a\n"}) == "data: a\ndata: \n\n");
  CHECK(encoded({.data = "x\n\nevent: forged\ndata: y"}) == "data: x\ndata: \ndata: event: forged\ndata: data: y\n\n");
}

TEST_CASE("a name or an id that would begin another line is refused whole") {
  for (const auto* bad : {"a\nb", "a\rb", "\r\n"}) {
    CHECK(encoded({.data = "x", .name = bad}) == "refused:");
    CHECK(encoded({.data = "x", .id = bad}) == "refused:");
  }
  CHECK(encoded({.data = "x", .id = std::string_view("a\0b", 3)}) == "refused:");
}
