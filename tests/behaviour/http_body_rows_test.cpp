// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "behaviour/support/http_checks.h"
#include "behaviour/support/raw_client.h"
#include "behaviour/support/test_server.h"

using namespace behaviour;
using namespace std::string_literals;

namespace {

const std::string chunked = "Transfer-Encoding: chunked\r\n";
const std::string end_of_chunks = "0\r\n\r\n";

}  // namespace

TEST_CASE("H5: Content-Length beside Transfer-Encoding is answered 400") {
  check_refused({400}, post("Content-Length: 5\r\n" + chunked, "5\r\nhello\r\n" + end_of_chunks));
  check_refused({400}, post(chunked + "Content-Length: 5\r\n", "5\r\nhello\r\n" + end_of_chunks));
}

TEST_CASE("H6: a Content-Length that is not one number is answered 400") {
  for (const auto* value : {"5, 5", "+5", "-1", "0x5", "5 5", "", "11111111111111111111", "5\r\nContent-Length: 6",
                            "5\r\nContent-Length: 5"}) {
    check_refused({400}, post("Content-Length: "s + value + "\r\n", "hello"));
  }
}

TEST_CASE("H7: a Transfer-Encoding other than chunked is refused") {
  for (const auto& value : {"chunked, identity"s, "xchunked"s, "chunked\x0b"s, "chunked\xff"s, "\xa0"s + "chunked"s,
                            "chunked, chunked"s, "chunked\r\nTransfer-Encoding: chunked"s, "gzip, chunked"s, ""s}) {
    check_refused({400, 501}, post("Transfer-Encoding: " + value + "\r\n", end_of_chunks));
  }
  check_refused({400}, "POST /echo HTTP/1.0\r\nHost: localhost\r\n" + chunked + "\r\n" + end_of_chunks);
}

TEST_CASE("H8: a chunk line that is not a size is answered 400") {
  for (const auto& chunk :
       {"G\r\n"s, "0x5\r\nhello\r\n"s, "5 \r\nhello\r\n"s, "5 junk\r\nhello\r\n"s, "00000000000000005\r\nhello\r\n"s,
        "\r\nhello\r\n"s, "5\nhello\r\n"s, "5\r\nhelloX\r\n"s, "5\r\nhello\n"s, "-5\r\nhello\r\n"s}) {
    check_refused({400}, post(chunked, chunk + end_of_chunks));
  }
}

TEST_CASE("H8: chunks with extensions are served") {
  for (const auto& line : {"5"s, "5;a"s, "5;foo=\"x\""s, "005"s}) {
    check_served(200, post(chunked, line + "\r\nhello\r\n" + end_of_chunks), "hello");
  }
}

TEST_CASE("H9: chunk extensions are limited by the chunk and by the body") {
  check_refused({400}, post(chunked, "1;" + times(4096, "x") + "\r\na\r\n" + end_of_chunks));
  check_refused({400}, post(chunked, times(100, "1;" + times(200, "x") + "\r\na\r\n") + end_of_chunks));
}

TEST_CASE("H11: trailers that are long or that frame the message are answered 400") {
  check_refused({400}, post(chunked, "5\r\nhello\r\n0\r\nX: " + times(5000, "x") + "\r\n\r\n"));
  for (const auto* line :
       {"Host: other", "Content-Length: 5", "Transfer-Encoding: chunked", "Authorization: Bearer x"}) {
    check_refused({400}, post(chunked, "5\r\nhello\r\n0\r\n"s + line + "\r\n\r\n"));
  }
}

TEST_CASE("H13: a thousand pipelined requests are answered in their order") {
  RawClient client(server_port());
  std::string all;
  for (int i = 0; i < 1000; ++i) all += get("", "/n/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 1000; ++i) {
    auto answer = client.answer();
    REQUIRE(answer.status == 200);
    REQUIRE(answer.body == std::to_string(i));
  }
}

TEST_CASE("H14: what follows a body is the next request, and a bad one") {
  for (auto delivery : {Delivery::whole, Delivery::byte_by_byte}) {
    CAPTURE(name(delivery));
    RawClient client(server_port());
    auto request = post("Content-Length: 5\r\n", "HELLOEXTRA\r\n\r\n");
    delivery == Delivery::whole ? client.send(request) : client.send_by_byte(request);
    auto first = client.answer();
    CHECK(first.status == 200);
    CHECK(first.body == "HELLO");
    CHECK(client.answer().status == 400);
    CHECK(client.reaches_end());
  }
}

TEST_CASE("H15: a body that is too long is refused before it is asked for") {
  check_refused({413}, post("Expect: 100-continue\r\nContent-Length: 2000000000\r\n", ""));
}

TEST_CASE("H15: an expectation that nobody knows is answered 417") {
  check_refused({417}, post("Expect: wonders\r\nContent-Length: 5\r\n", ""));
}

TEST_CASE("H15: 100 Continue comes before the body, and 200 after it") {
  RawClient client(server_port());
  client.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n", ""));
  CHECK(client.answer().status == 100);
  client.send("hello");
  CHECK(client.answer().body == "hello");
}

TEST_CASE("H19: an upgrade with a body is answered 400 before any 101") {
  check_refused({400}, upgrade("/echo", "Content-Length: 5\r\n") + "hello");
  check_refused({400}, upgrade("/echo", "Content-Length: 1000000000\r\n"));
  check_refused({400}, upgrade("/echo", chunked) + "5\r\nhello\r\n" + end_of_chunks);
}
