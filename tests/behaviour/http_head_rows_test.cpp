// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "behaviour/support/http_checks.h"
#include "behaviour/support/raw_client.h"

using namespace behaviour;
using namespace std::string_literals;

TEST_CASE("H1: a request line of more than 8 KiB is answered 414") {
  check_refused({414}, get("", "/" + times(9000, "a")));
}

TEST_CASE("H3: more than 100 headers are answered 431, an Upgrade among them or not") {
  for (std::size_t count : {101, 2000}) {
    auto lines = times(count - 2, "a:\r\n");  // Host and one more make it `count`
    check_refused({431}, get(lines + "b: c\r\n"));
    check_refused({431}, get(lines + "Upgrade: websocket\r\n"));
  }
}

TEST_CASE("H4: a Host that is missing, repeated, empty or holds a control character is answered 400") {
  check_refused({400}, "GET / HTTP/1.1\r\n\r\n");
  for (const auto& host : {"Host: a\r\nHost: a\r\n"s, "Host:\r\n"s, "Host: a\x01z\r\n"s, "Host: a\x7f\r\n"s}) {
    check_refused({400}, "GET / HTTP/1.1\r\n" + host + "\r\n");
  }
}

TEST_CASE("H10: a head that bends the grammar is answered 400") {
  for (const auto& line : {"A: b\n"s, "A: b\rc\r\n"s, "A: b\r\n folded\r\n"s, "A : b\r\n"s, "A: b\0c\r\n"s,
                           "A: b\x01\r\n"s, ": b\r\n"s, "A\r\n"s}) {
    check_refused({400}, get(line));
  }
  check_refused({400}, "GET / HTTP/1.1\nHost: localhost\n\n");
}

TEST_CASE("H16: other versions and other protocols are refused, never upgraded") {
  check_refused({400, 505}, "GET /\r\n\r\n");
  check_refused({400, 505}, "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n");
  check_refused({400, 505}, "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n");
  check_refused({400, 505}, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  check_refused({400}, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + times(40, "\x5a") + "\r\n\r\n");
  auto old = upgrade();
  old.replace(old.find("HTTP/1.1"), 8, "HTTP/1.0");
  check_refused({400, 505}, old);
}

TEST_CASE("H17: methods that nobody serves are refused") {
  check_refused({400, 405, 501}, "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  check_refused({400, 405, 501}, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n");
  check_refused({400, 405, 501}, "get / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  check_refused({400, 414, 501}, times(10240, "M") + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

TEST_CASE("H18: an absolute target is served when its host is ours") {
  check_served(200, get("", "http://localhost/"), "hello");
  check_refused({400}, get("", "http://elsewhere.example/"));
}

TEST_CASE("H18: targets of other forms, fragments and bad octets are answered 400") {
  for (const auto& target :
       {"localhost:80"s, "*"s, "//"s, "/#here"s, "/\x80"s, "/\xc3\xa4"s, "/%00"s, "/%zz"s, "/%4"s}) {
    check_refused({400}, get("", target));
  }
}
