// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "behaviour/support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

constexpr int ping = 9, pong = 10;

struct Echo {
  MemoryServer server;
  Echo() {
    server->ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  }
};

/// Sends `per_second` frames a second, in tenths of a second, and counts the answers until there is a Close.
int close_code_under(MemoryServer& server, int opcode, int per_second, std::chrono::seconds time) {
  WsClient client(server, "/echo");
  for (int tenth = 0; tenth < 10 * time.count(); ++tenth) {
    std::string burst;
    for (int i = 0; i < per_second / 10; ++i) burst += client_frame("beat", opcode);
    client.write(burst);
    while (auto answer = client.next()) {
      if (answer->opcode == 8)
        return static_cast<unsigned char>(answer->payload[0]) << 8 | static_cast<unsigned char>(answer->payload[1]);
      CHECK(answer->opcode == pong);
    }
    server.advance(100ms);
  }
  return 0;
}

}  // namespace

TEST_CASE("F9: a frame that arrives by one byte a second is refused with 1008 after 30 s") {
  Echo echo;
  WsClient client(echo.server, "/echo");
  client.write(client_frame(std::string(900'000, 'x'), 2).substr(0, 20));
  for (int second = 0; second < 29; ++second) {
    echo.server.advance(1s);
    client.write("x");
    while (auto frame = client.next()) REQUIRE(frame->opcode == ping);
  }
  int code = 0;
  for (int second = 29; second < 33 && code == 0; ++second) {
    echo.server.advance(1s);
    client.write("x");
    while (auto frame = client.next()) {
      if (frame->opcode == 8)
        code = static_cast<unsigned char>(frame->payload[0]) << 8 | static_cast<unsigned char>(frame->payload[1]);
    }
  }
  CHECK(code == 1008);
}

TEST_CASE("F9: a long message that keeps 1 KiB a second up is delivered") {
  Echo echo;
  WsClient client(echo.server, "/echo");
  auto bytes = client_frame(std::string(90'000, 'x'), 2);
  for (std::size_t at = 0; at < bytes.size(); at += 2000) {
    client.write(std::string_view(bytes).substr(at, 2000));
    echo.server.advance(1s);
  }
  std::optional<TestFrame> echoed;
  while (auto frame = client.next()) {
    if (frame->opcode != ping) echoed = frame;
  }
  REQUIRE(echoed);
  CHECK(echoed->payload.size() == 90'000);
}

TEST_CASE("F13: more than 50 pings a second for 10 s are refused with 1008, fewer are answered") {
  Echo echo;
  CHECK(close_code_under(echo.server, ping, 60, 13s) == 1008);
  CHECK(close_code_under(echo.server, ping, 60, 8s) == 0);
  CHECK(close_code_under(echo.server, ping, 40, 30s) == 0);
}

TEST_CASE("F14: more than 50 pongs a second for 10 s are refused with 1008, fewer are ignored") {
  Echo echo;
  CHECK(close_code_under(echo.server, pong, 60, 13s) == 1008);
  CHECK(close_code_under(echo.server, pong, 40, 30s) == 0);
}

TEST_CASE("F18: a connection that failed hears Close and FIN at once, and is closed within a second") {
  Echo echo;
  WsClient client(echo.server, "/echo");
  client.write(client_frame("x", 0));  // a continuation of nothing
  CHECK(client.close_code() == 1002);
  CHECK(client.peer().ended());
  for (int tenth = 0; tenth < 11 && !client.peer().closed(); ++tenth) {
    client.write(client_frame("still talking"));
    echo.server.advance(100ms);
  }
  CHECK(client.peer().closed());
}
