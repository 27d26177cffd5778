// SPDX-License-Identifier: MIT
#include "protocol/http/cookie.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex;
using namespace duplex::http;
using namespace std::string_view_literals;

namespace {

std::string written(const SetCookie& cookie) {
  Buffer out;
  const Errc error = write_set_cookie(out, cookie);
  CHECK((error == Errc::ok || out.empty()));
  return error == Errc::ok ? std::string(out.text()) : std::string(info(error).code);
}

}  // namespace

TEST_CASE("request cookies are read one after another") {
  RequestCookies cookies("a=1; b=\"two\";c = 3 ;novalue; =x; d=e=f;");
  CHECK(cookies.next() == Cookie{"a", "1"});
  CHECK(cookies.next() == Cookie{"b", "two"});
  CHECK(cookies.next() == Cookie{"c", "3"});
  CHECK(cookies.next() == Cookie{"d", "e=f"});
  CHECK(cookies.next() == std::nullopt);
}

TEST_CASE("the first of two cookies of one name is found, in its exact case") {
  CHECK(find_cookie("sid=1; sid=2", "sid") == "1");
  CHECK(find_cookie("SID=1", "sid") == std::nullopt);
  CHECK(find_cookie("", "sid") == std::nullopt);
}

TEST_CASE("a cookie is written with its attributes") {
  CHECK(written({.name = "sid", .value = "a1"}) == "sid=a1; Path=/");
  CHECK(written({.name = "sid",
                 .value = "",
                 .path = "/app",
                 .domain = "example.org",
                 .max_age = -1,
                 .expires = 0,
                 .http_only = true,
                 .secure = true,
                 .same_site = SameSite::none}) ==
        "sid=; Max-Age=-1; Domain=example.org; Path=/app; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; "
        "SameSite=None");
}

TEST_CASE("H23: a cookie with a part that could add attributes or lines is refused") {
  for (std::string_view bad : {"a;b"sv, "a\r\nb"sv, "a\0b"sv, "a\x7f"sv}) {
    CHECK(written({.name = "sid", .value = bad}) == "invalid_cookie");
    CHECK(written({.name = bad, .value = "1"}) == "invalid_cookie");
    CHECK(written({.name = "sid", .value = "1", .path = bad}) == "invalid_cookie");
    CHECK(written({.name = "sid", .value = "1", .domain = bad}) == "invalid_cookie");
  }
  for (std::string_view bad : {"a b", "a,b", "\"a\"", "a\\b", "\xc3\xa4"}) {
    CHECK(written({.name = "sid", .value = bad}) == "invalid_cookie");
  }
}

TEST_CASE("a cookie that browsers would drop silently is refused") {
  CHECK(written({.name = "a", .value = "1", .same_site = SameSite::none}) == "invalid_cookie");
  CHECK(written({.name = "__Secure-a", .value = "1"}) == "invalid_cookie");
  CHECK(written({.name = "__Host-a", .value = "1", .domain = "a.org", .secure = true}) == "invalid_cookie");
  CHECK(written({.name = "__Host-a", .value = "1", .secure = true}) == "__Host-a=1; Path=/; Secure");
}
