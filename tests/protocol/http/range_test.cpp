// SPDX-License-Identifier: MIT
#include "protocol/http/range.h"

#include <doctest/doctest.h>

using namespace duplex::http;
using Kind = RangeChoice::Kind;

namespace {
constexpr RangeChoice whole{};
constexpr RangeChoice none{Kind::unsatisfiable, 0, 0};
constexpr RangeChoice part(std::uint64_t first, std::uint64_t length) { return {Kind::part, first, length}; }
}  // namespace

TEST_CASE("one range of bytes is a part, cut to what there is") {
  CHECK(choose_range("bytes=0-0", 10) == part(0, 1));
  CHECK(choose_range("bytes=2-5", 10) == part(2, 4));
  CHECK(choose_range("bytes=2-", 10) == part(2, 8));
  CHECK(choose_range("bytes=2-99", 10) == part(2, 8));
  CHECK(choose_range("bytes=-3", 10) == part(7, 3));
  CHECK(choose_range("bytes=-30", 10) == part(0, 10));
  CHECK(choose_range("Bytes = 0-4 ", 10) == part(0, 5));
  CHECK(choose_range("bytes=9-99999999999999999999999", 10) == part(9, 1));
}

TEST_CASE("a range that begins behind the end, or is empty, cannot be satisfied") {
  CHECK(choose_range("bytes=10-", 10) == none);
  CHECK(choose_range("bytes=10-20", 10) == none);
  CHECK(choose_range("bytes=99999999999999999999999-", 10) == none);
  CHECK(choose_range("bytes=-0", 10) == none);
  CHECK(choose_range("bytes=0-", 0) == none);
  CHECK(choose_range("bytes=-1", 0) == none);
}

TEST_CASE("several ranges, other units and what is malformed are answered with the whole") {
  for (const auto* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0x1-", "bytes=1 2-3", "bytes=5-2",
                             "bytes=0-1,3-4", "bytes=+1-2", "bytes=--1", "items=0-1", "=0-1", "bytes=1-2-3"})
    CHECK_MESSAGE(choose_range(header, 10) == whole, header);
}
