// SPDX-License-Identifier: MIT
// What one Socket.IO client may cost the server and the others: rows S18, S20, R6.
#include <malloc.h>

#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

std::size_t bytes_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

TEST_CASE("S18: a large message to many who do not read is held once, not once for each") {
  constexpr int members = 200;
  SioServer server;
  server.io.on_connect([](sio::Socket& socket) { socket.join("r"); });
  server.io.on("say", [](sio::Socket& socket, json::View what) { socket.to("r").emit("said", what); });
  std::vector<std::unique_ptr<SioClient>> readers;
  for (int i = 0; i < members; ++i) {
    readers.push_back(std::make_unique<SioClient>(server));
    REQUIRE(readers.back()->ask("0").starts_with("0{"));
    readers.back()->peer().set_window(0);
  }
  SioClient sender(server);
  REQUIRE(sender.ask("0").starts_with("0{"));
  const std::string text(500'000, 'x');
  const std::size_t before = bytes_in_use();
  sender.send("2[\"say\",\"" + text + "\"]");
  const std::size_t held = bytes_in_use() - before;
  MESSAGE(members, " receivers of ", text.size(), " bytes hold ", held, " bytes");
#if !defined(__SANITIZE_ADDRESS__)  // ASan's allocator does not tell
  CHECK(held >= text.size());
#endif
  CHECK(held < 10 * text.size());
  for (auto& reader : readers) reader->peer().set_window(1'000'000);
  server.server.run();
  for (auto& reader : readers) CHECK(reader->next() == "2[\"said\",\"" + text + "\"]");
}

TEST_CASE("S20: a client that floods has 256 events of a turn at most, and others are served in between") {
  SioServer server;
  int flood = 0, calm_after = -1;
  server.io.on("flood", [&] { ++flood; });
  server.io.on("calm", [&] { calm_after = flood; });
  SioClient noisy(server), quiet(server);
  REQUIRE(noisy.ask("0").starts_with("0{"));
  REQUIRE(quiet.ask("0").starts_with("0{"));
  std::string burst;
  for (int i = 0; i < 10'000; ++i) burst += client_frame("42[\"flood\"]");
  noisy.peer().write(burst);
  quiet.peer().write(client_frame("42[\"calm\"]"));
  int most = 0;
  for (int turns = 0; flood < 10'000 && turns < 1'000; ++turns) {
    const int before = flood;
    server.server.reactor().turn();
    most = std::max(most, flood - before);
  }
  CHECK(flood == 10'000);
  CHECK(most <= 256);
  CHECK(calm_after >= 0);
  CHECK(calm_after <= 512);
}

TEST_CASE("R6: a client that reads too slowly is closed, and told aloud that it missed more than can be replayed") {
  sio::Options options;
  options.recovery.enabled = true;
  std::string reason;  // outlives the server, which tells of its end
  SioServer server(std::move(options));
  server.io.on_disconnect([&](sio::Socket&, const sio::Disconnect& why) { reason = why.reason; });
  SioClient slow(server), healthy(server);
  const std::string pid = field(slow.ask("0"), "pid");
  REQUIRE_FALSE(pid.empty());
  REQUIRE(healthy.ask("0").starts_with("0{"));
  slow.peer().set_window(0);
  const std::string text(10'000, 'x');
  int sent = 0;
  for (; sent < 200 && reason.empty(); ++sent) {
    server.io.emit("news", sent, text);
    server.server.run();
    CHECK(healthy.next().starts_with("2[\"news\"," + std::to_string(sent) + ","));
  }
  CHECK(sent < 200);
  CHECK(reason == "transport error");

  SioClient back(server);
  back.send(R"(0{"pid":")" + pid + "\"}");
  const std::string connected = back.next();
  CHECK(connected.starts_with("0{"));
  CHECK(field(connected, "pid") != pid);
  CHECK(server.server.logged("larger than its send queue"));
}
