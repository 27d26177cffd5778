// SPDX-License-Identifier: MIT
#include "protocol/http/token.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "protocol/http/header_id.h"
#include "protocol/http/mime.h"

using namespace duplex::http;

TEST_CASE("a token is found in a list, in any case, as a whole element") {
  CHECK(has_token("keep-alive, Upgrade", "upgrade"));
  CHECK(has_token(" ,\tupgrade\t,", "upgrade"));
  CHECK_FALSE(has_token("upgrades", "upgrade"));
  CHECK_FALSE(has_token("keep-alive upgrade", "upgrade"));
  CHECK_FALSE(has_token("a=\"x, upgrade, y\"", "upgrade"));
  CHECK_FALSE(has_token("", "upgrade"));
}

TEST_CASE("letters compare equal in either case, and only letters") {
  CHECK(equals_ignore_case("Host", "hOST"));
  CHECK_FALSE(equals_ignore_case("[", "{"));
  CHECK_FALSE(equals_ignore_case("@", "`"));
  CHECK_FALSE(equals_ignore_case("a", "ab"));
}

TEST_CASE("letters compare alike in a short text and in eight at a time, for every pair of bytes") {
  const auto lower = [](int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string one(1, static_cast<char>(a)), other(1, static_cast<char>(b));
      const bool equal = lower(a) == lower(b);
      REQUIRE(equals_ignore_case(one, other) == equal);
      REQUIRE(equals_ignore_case(one + "Content-Length", other + "cONTENT-lENGTH") == equal);
      REQUIRE(equals_ignore_case("Content-Length" + one, "cONTENT-lENGTH" + other) == equal);
      REQUIRE(equals_ignore_case("Upgrade" + one + "Upgrade", "UPGRADE" + other + "UPGRADE") == equal);
    }
  }
}

TEST_CASE("a content type gives its media type and its parameters") {
  CHECK(media_type("text/html ; charset=utf-8") == "text/html");
  CHECK(parameter("text/html; Charset=\"utf-8\"", "charset") == "utf-8");
  CHECK(parameter("multipart/form-data; boundary=\"a;b\"; x=1", "boundary") == "a;b");
  CHECK(parameter("multipart/form-data; boundary=\"a;b\"; x=1", "x") == "1");
  CHECK(parameter("text/html", "charset") == std::nullopt);
}

TEST_CASE("Accept-Encoding is read with its weights") {
  CHECK(accepts_encoding("gzip, deflate, br", "br"));
  CHECK(accepts_encoding("gzip;q=0.001", "gzip"));
  CHECK_FALSE(accepts_encoding("gzip;q=0", "gzip"));
  CHECK_FALSE(accepts_encoding("gzip; Q=0.000", "GZIP"));
  CHECK(accepts_encoding("*", "br"));
  CHECK(accepts_encoding("*;q=0, br;q=1.0", "br"));
  CHECK_FALSE(accepts_encoding("br;q=0, *", "br"));
  CHECK_FALSE(accepts_encoding("identity", "gzip"));
  CHECK_FALSE(accepts_encoding("gzip;q=x", "gzip"));
  CHECK_FALSE(accepts_encoding("", "gzip"));
}

TEST_CASE("every numbered header name is found in any case, others are not") {
  CHECK(header_id("Host") == HeaderId::host);
  CHECK(header_id("SEC-WEBSOCKET-KEY") == HeaderId::sec_websocket_key);
  CHECK(header_id("x-forwarded-proto") == HeaderId::x_forwarded_proto);
  CHECK(header_id("Accept-Encoding") == HeaderId::accept_encoding);
  CHECK(header_id("transfer-encoding") == HeaderId::transfer_encoding);
  CHECK(header_id("transfer_encoding") == HeaderId::other);
  CHECK(header_id("hos") == HeaderId::other);
  CHECK(header_id("") == HeaderId::other);
}

TEST_CASE("a file name gives a content type, text as UTF-8") {
  CHECK(content_type_for("web/index.HTML") == "text/html; charset=utf-8");
  CHECK(content_type_for("app.min.js") == "text/javascript; charset=utf-8");
  CHECK(content_type_for("a.wasm") == "application/wasm");
  CHECK(content_type_for("folder.css/file") == "application/octet-stream");
  CHECK(content_type_for("file.") == "application/octet-stream");
  CHECK(content_type_for("file.zzz") == "application/octet-stream");
}

TEST_CASE("text is worth compressing, pictures and event streams are not") {
  CHECK(is_compressible("text/html; charset=utf-8"));
  CHECK(is_compressible("application/json"));
  CHECK(is_compressible("image/svg+xml"));
  CHECK_FALSE(is_compressible("image/png"));
  CHECK_FALSE(is_compressible("text/event-stream"));
  CHECK_FALSE(is_compressible(""));
}

TEST_CASE("the coding that is liked best: by weight, then by name, then in the client's order, then in ours") {
  constexpr std::array<std::string_view, 3> offered = {"br", "gzip", "deflate"};
  CHECK(preferred_encoding("gzip, deflate, br", offered) == "gzip");
  CHECK(preferred_encoding("gzip;q=0.5, deflate;q=0.999, br;q=0", offered) == "deflate");
  CHECK(preferred_encoding("*", offered) == "br");
  CHECK(preferred_encoding("*, deflate", offered) == "deflate");
  CHECK(preferred_encoding("br;q=0, *;q=0.1", offered) == "gzip");
  CHECK(preferred_encoding("identity, BR;q=0.001", offered) == "br");
  CHECK(preferred_encoding("gzip;q=x, zstd", offered) == "");
  CHECK(preferred_encoding("", offered) == "");
}
