// SPDX-License-Identifier: MIT
#include "protocol/http/conditional.h"

#include <doctest/doctest.h>

using namespace duplex::http;

namespace {
constexpr const char* then = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr Validators ours{"\"abc\"", 784'111'777};  // `then`
constexpr Validators weak{"W/\"abc\"", 784'111'777};
}  // namespace

TEST_CASE("If-None-Match that names the tag is not modified, whatever the dates say") {
  CHECK(judge({.if_none_match = "\"abc\""}, ours) == Verdict::not_modified);
  CHECK(judge({.if_none_match = "\"x\", W/\"abc\""}, ours) == Verdict::not_modified);
  CHECK(judge({.if_none_match = "\"abc\""}, weak) == Verdict::not_modified);
  CHECK(judge({.if_none_match = "*"}, ours) == Verdict::not_modified);
  CHECK(judge({.if_none_match = "\"x\"", .if_modified_since = then}, ours) == Verdict::serve);
  CHECK(judge({.if_none_match = "abc"}, ours) == Verdict::serve);
}

TEST_CASE("If-Modified-Since is answered by the date, and a date that is none counts for nothing") {
  CHECK(judge({.if_modified_since = then}, ours) == Verdict::not_modified);
  CHECK(judge({.if_modified_since = before}, ours) == Verdict::serve);
  CHECK(judge({.if_modified_since = "yesterday"}, ours) == Verdict::serve);
}

TEST_CASE("Cache-Control: no-cache of a request asks for everything anew") {
  CHECK(judge({.if_none_match = "\"abc\"", .cache_control = "max-age=0, no-cache"}, ours) == Verdict::serve);
}

TEST_CASE("If-Match and If-Unmodified-Since fail for another version") {
  CHECK(judge({.if_match = "\"abc\""}, ours) == Verdict::serve);
  CHECK(judge({.if_match = "\"x\""}, ours) == Verdict::failed);
  CHECK(judge({.if_match = "W/\"abc\""}, weak) == Verdict::failed);
  CHECK(judge({.if_unmodified_since = then}, ours) == Verdict::serve);
  CHECK(judge({.if_unmodified_since = before}, ours) == Verdict::failed);
}

TEST_CASE("a range counts only if If-Range names exactly what we have") {
  CHECK(range_applies({}, ours));
  CHECK(range_applies({.if_range = "\"abc\""}, ours));
  CHECK(range_applies({.if_range = then}, ours));
  CHECK_FALSE(range_applies({.if_range = "\"x\""}, ours));
  CHECK_FALSE(range_applies({.if_range = "W/\"abc\""}, weak));
  CHECK_FALSE(range_applies({.if_range = before}, ours));
  CHECK_FALSE(range_applies({.if_range = "nonsense"}, ours));
}
