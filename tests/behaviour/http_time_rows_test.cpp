// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/duplex.h>

#include "behaviour/support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::chrono_literals;

TEST_CASE("H20: a head that comes a byte in nine seconds is answered 408 after ten, however it trickles") {
  MemoryServer server;
  server->get("/", [](http::Request&, http::Response& res) { res.type("txt").send("hello"); });
  std::vector<net::MemoryPeer> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(server.connect());
  for (auto& peer : slow) peer.write("G");
  server.advance(9s);
  for (auto& peer : slow) peer.write("E");
  server.run();
  auto healthy = server.connect();
  CHECK(server.ask(healthy, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("hello"));
  CHECK_FALSE(slow[0].ended());
  server.advance(2s);
  for (auto& peer : slow) {
    CHECK(peer.read().starts_with("HTTP/1.1 408"));
    CHECK(peer.ended());
  }
}

TEST_CASE("H21: a body of a byte a second is answered 408 once ten seconds have passed, a quick one is not") {
  MemoryServer server;
  server->post(
      "/", [](http::Request& req, http::Response& res) { res.type("txt").send(std::to_string(req.body().size())); });
  auto slow = server.connect(), quick = server.connect();
  slow.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  quick.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n");
  const std::string second(2000, 'x');
  for (int i = 0; i < 9; ++i) {
    slow.write("x");
    quick.write(second);
    server.advance(1s);
  }
  CHECK(slow.read().empty());
  for (int i = 0; i < 6; ++i) {
    slow.write("x");
    quick.write(second);
    server.advance(1s);
  }
  CHECK(slow.read().starts_with("HTTP/1.1 408"));
  CHECK(quick.read().ends_with("30000"));
}
