// SPDX-License-Identifier: MIT
#include "protocol/http/date.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex::http;

namespace {

std::string text(std::int64_t seconds) {
  const DateText date = format_date(seconds);
  return {date.begin(), date.end()};
}

}  // namespace

TEST_CASE("a date is written as RFC 9110 shows it") {
  CHECK(text(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(text(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(text(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(text(4107542399) == "Sun, 28 Feb 2100 23:59:59 GMT");
  CHECK(text(4107542400) == "Mon, 01 Mar 2100 00:00:00 GMT");
  CHECK(text(253402300799) == "Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(text(-1) == text(0));
  CHECK(text(253402300800) == text(253402300799));
}

TEST_CASE("what was written is read back, through eight thousand years") {
  for (std::int64_t seconds = 0; seconds < 253'402'300'800; seconds += 86'399 * 97) {
    REQUIRE(parse_date(text(seconds)) == seconds);
  }
}

TEST_CASE("what is not an IMF-fixdate is not read") {
  for (std::string_view bad :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6  Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:-7 GMT"}) {
    CHECK(parse_date(bad) == std::nullopt);
  }
}

TEST_CASE("the cached date follows the second it is given") {
  CachedDate date;
  CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(784111778) == "Sun, 06 Nov 1994 08:49:38 GMT");
}
