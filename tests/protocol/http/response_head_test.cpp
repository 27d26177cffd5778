// SPDX-License-Identifier: MIT
#include "protocol/http/response_head.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/hex.h"

using namespace duplex;
using namespace duplex::http;

namespace {

template <class Pieces>
std::string parse_pieces(const Pieces& pieces) {
  ResponseHeadParser parser;
  ReceivedHead head;
  std::string buffered;
  for (const auto& piece : pieces) {
    buffered.append(as_text(piece));
    const HeadStep step = parser.parse(as_bytes(buffered), {}, head);
    if (step.progress == Progress::failed) return std::string(info(step.error).code);
    if (step.progress == Progress::need_more) continue;
    std::string out =
        std::to_string(head.status) + " [" + std::string(head.reason) + "] keep=" + std::to_string(head.keep_alive) +
        " body=" + std::to_string(static_cast<int>(head.framing.kind)) + ":" + std::to_string(head.framing.length);
    for (const Header& header : head.headers) out += " " + std::string(header.name) + "=" + std::string(header.value);
    return out + " consumed=" + std::to_string(step.consumed);
  }
  return "unfinished";
}

std::string parse(std::string_view text) {
  const std::string expected = parse_pieces(std::vector{as_bytes(text)});
  duplex::testing::for_each_split(as_bytes(text), [&](const auto& pieces) { CHECK(parse_pieces(pieces) == expected); });
  return expected;
}

}  // namespace

TEST_CASE("a response head parses alike, wherever it is cut") {
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nHELLO") ==
        "200 [OK] keep=1 body=1:5 Content-Length=5 X=y consumed=44");
  CHECK(parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81") ==
        "101 [Switching Protocols] keep=1 body=0:0 Upgrade=websocket consumed=56");
  CHECK(parse("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
            .starts_with("200 [] keep=0 body=2:0 "));
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Le") == "unfinished");
}

TEST_CASE("a response whose end is not announced ends with the connection, if it has a body at all") {
  CHECK(parse("HTTP/1.1 200 OK\r\n\r\n") == "200 [OK] keep=0 body=3:0 consumed=19");
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").starts_with("200 [OK] keep=1 body=0:0"));
  CHECK(parse("HTTP/1.1 204 \r\n\r\n") == "204 [] keep=1 body=0:0 consumed=17");
  CHECK(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").find("body=0:0") != std::string::npos);
}

TEST_CASE("W11: a malformed status line or header is refused") {
  for (std::string_view line :
       {"HTTP/2 200 OK", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 X",
        "HTTP/1.1 200OK", "ICY 200 OK", "", "HTTP/1.1 200 O\x01K", "HTTP/1.1 200 O\rK"}) {
    CHECK(parse(std::string(line) + "\r\n\r\n") == "bad_status_line");
  }
  CHECK(parse("\nHTTP/1.1 200 OK\r\n\r\n") == "bare_line_feed");
  CHECK(parse("HTTP/1.1 200 OK\r\nA : b\r\n\r\n") == "space_before_colon");
  CHECK(parse("HTTP/1.1 200 OK\r\nA: b\n\r\n") == "bare_line_feed");
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        "length_and_transfer_encoding");
}

TEST_CASE("W11: endless response headers are refused at the limit") {
  std::string text = "HTTP/1.1 200 OK\r\n";
  while (text.size() < 17'000) text += "X-Long: " + std::string(1000, 'x') + "\r\n";
  CHECK(parse_pieces(std::vector{as_bytes(text)}) == "head_too_large");
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 101; ++i) many += "a:b\r\n";
  CHECK(parse_pieces(std::vector{as_bytes(many)}) == "too_many_headers");
}
