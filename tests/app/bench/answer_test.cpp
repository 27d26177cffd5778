// SPDX-License-Identifier: MIT
#include "app/bench/answer.h"

#include <doctest/doctest.h>

using duplex::bench::read_answer;

TEST_CASE("the answer to an upgrade is taken apart, whatever the case of its names") {
  const auto answer = read_answer(
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nCONNECTION:  Upgrade \r\nServer: x\r\n"
      "Sec-WebSocket-Accept: abc=\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->status == 101);
  CHECK(answer->upgrade == "websocket");
  CHECK(answer->connection == "Upgrade");
  CHECK(answer->accept == "abc=");
  CHECK(answer->extensions == "permessage-deflate");
  CHECK_FALSE(answer->has_protocol);
}

TEST_CASE("a refusal says its status") {
  const auto answer = read_answer("HTTP/1.1 403 Forbidden\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->status == 403);
}

TEST_CASE("what is not HTTP/1.1 is no answer") {
  for (const char* head : {"", "HTTP/1.0 101 X\r\n\r\n", "HTTP/1.1 1x1 X\r\n\r\n", "SSH-2.0-x\r\n\r\n"})
    CHECK_MESSAGE(!read_answer(head), head);
}
