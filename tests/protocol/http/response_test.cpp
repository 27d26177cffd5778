// SPDX-License-Identifier: MIT
#include "protocol/http/response.h"

#include <doctest/doctest.h>

#include <string>

#include "protocol/http/cookie.h"
#include "protocol/http/date.h"
#include "protocol/http/status.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::http;
using namespace std::string_view_literals;

TEST_CASE("a response head is written as its parts were given") {
  Buffer out;
  CachedDate date;
  const Errc error = ResponseWriter(out, 200)
                         .field("Content-Type", "text/plain")
                         .field("X-Count", 42)
                         .date(date.at(784111777))
                         .cookie({.name = "sid", .value = "1"})
                         .content_length(5)
                         .finish();
  CHECK(error == Errc::ok);
  CHECK(out.text() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Count: 42\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Set-Cookie: sid=1; Path=/\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("a response head into a buffer with room allocates nothing") {
  Buffer out;
  out.prepare(512);
  CHECK(duplex::testing::allocations_during([&] {
          static_cast<void>(ResponseWriter(out, 404).field("Content-Type", "text/plain").content_length(0).finish());
        }) == 0);
}

TEST_CASE("H23: a name or value that could end its line is an error, and nothing is written") {
  for (std::string_view bad : {"a\r\nSet-Cookie: x=1"sv, "a\rb"sv, "a\nb"sv, "a\0b"sv, "\x7f"sv, "12345678\n"sv}) {
    Buffer out;
    out.append("before");
    CHECK(ResponseWriter(out, 200).field("Ok", "1").field("X", bad).field("Y", "2").finish() ==
          Errc::invalid_header_value);
    CHECK(ResponseWriter(out, 200).field(bad, "x").content_length(1).finish() == Errc::invalid_header_name);
    CHECK(ResponseWriter(out, 200, bad).content_length(1).finish() == Errc::invalid_header_value);
    CHECK(ResponseWriter(out, 200).cookie({.name = "a", .value = bad}).finish() == Errc::invalid_cookie);
    CHECK(ResponseWriter(out, 200).cookie({.name = bad, .value = "a"}).finish() == Errc::invalid_cookie);
    CHECK(out.text() == "before");
  }
  Buffer out;
  for (std::string_view name : {"", "a b", "a:", "\xc3\xa4"}) {
    CHECK(ResponseWriter(out, 200).field(name, "x").finish() == Errc::invalid_header_name);
  }
  for (int status : {0, 99, 1000, -200}) CHECK(ResponseWriter(out, status).finish() == Errc::invalid_status);
  CHECK(out.empty());
}

TEST_CASE("a response cannot say twice how long its body is") {
  Buffer out;
  CHECK(ResponseWriter(out, 200).content_length(1).chunked().finish() == Errc::conflicting_framing);
  CHECK(ResponseWriter(out, 200).field("content-length", "1").finish() == Errc::conflicting_framing);
  CHECK(ResponseWriter(out, 200).field("Transfer-Encoding", "chunked").finish() == Errc::conflicting_framing);
  CHECK(out.empty());
}

TEST_CASE("1xx and 204 carry no framing, 304 may") {
  Buffer out;
  CHECK(ResponseWriter(out, 204).content_length(0).finish() == Errc::ok);
  CHECK(ResponseWriter(out, 101).chunked().finish() == Errc::ok);
  CHECK(ResponseWriter(out, 304).content_length(7).finish() == Errc::ok);
  CHECK(out.text() ==
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n"
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
}

TEST_CASE("chunks are written with their size, an empty one not at all") {
  Buffer out;
  write_chunk(out, as_bytes(std::string(26, 'x')));
  write_chunk(out, {});
  write_last_chunk(out);
  CHECK(out.text() == "1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
}

TEST_CASE("every error that a peer hears has a status with a reason, and a text") {
  for (int i = 0; i <= static_cast<int>(Errc::bad_status_line); ++i) {
    const ErrorInfo& row = info(static_cast<Errc>(i));
    CHECK(row.errc == static_cast<Errc>(i));
    CHECK(reason_for(row.status) != "Unknown");
    CHECK(make_error_code(row.errc).message() == row.text);
  }
  CHECK(reason_for(599) == "Unknown");
}
