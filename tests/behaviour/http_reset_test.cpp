// SPDX-License-Identifier: MIT
// Clients that go in the middle of an answer.
#include <doctest/doctest.h>

#include "support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;

TEST_CASE("H24: a client that resets after any number of bytes of the answer harms nobody else") {
  MemoryServer server;
  server->get("/small", [](http::Request&, http::Response& res) { res.type("txt").send("hello"); });
  server->get("/large", [](http::Request&, http::Response& res) { res.type("txt").send(std::string(40'000, 'x')); });
  constexpr std::string_view small = "GET /small HTTP/1.1\r\nHost: h\r\n\r\n",
                             large = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
  net::MemoryPeer steady = server.connect();
  const std::size_t whole = server.ask(steady, small).size();
  REQUIRE(whole > 100);

  for (const std::string_view request : {small, large})
    for (std::size_t k = 0; k <= whole + 1; ++k) {
      net::MemoryPeer peer = server.connect();
      peer.set_window(k);
      peer.write(request);
      server.run();
      CHECK(peer.arrived().size() == std::min(k, request == small ? whole : k));
      peer.reset();
      server.run();
      REQUIRE(peer.closed());
    }
  CHECK(server.ask(steady, small).ends_with("hello"));
  CHECK(server->stats().connections == 1);
}

TEST_CASE("H24: a client that goes before a deferred answer is told of, once, and the late answer is dropped") {
  MemoryServer server;
  std::vector<http::Reply> kept;
  int gone = 0;
  server->get("/later", [&](http::Request&, http::Response& res) {
    kept.push_back(res.defer());
    kept.back().on_gone([&] { ++gone; });
  });
  net::MemoryPeer peer = server.connect();
  peer.write("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  server.run();
  REQUIRE(kept.size() == 1);
  peer.reset();
  server.run();
  CHECK(gone == 1);
  kept.front().send("too late");
  server.run();
  CHECK(gone == 1);
  CHECK(server->stats().connections == 0);
}

TEST_CASE("a request that comes behind one whose answer is deferred waits for it") {
  MemoryServer server;
  std::vector<http::Reply> kept;
  server->get("/later", [&](http::Request&, http::Response& res) { kept.push_back(res.defer()); });
  server->get("/now", [](http::Request&, http::Response& res) { res.send("second"); });
  net::MemoryPeer peer = server.connect();
  std::string got = server.ask(peer, "GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /now HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(got.empty());
  REQUIRE(kept.size() == 1);
  kept.front().send("first");
  server.run();
  got = peer.read();
  CHECK(got.find("first") != std::string::npos);
  CHECK(got.find("first") < got.find("second"));
}

TEST_CASE("a reply that is dropped unanswered is a 500") {
  MemoryServer server;
  server->get("/forgets", [](http::Request&, http::Response& res) { const http::Reply dropped = res.defer(); });
  net::MemoryPeer peer = server.connect();
  CHECK(server.ask(peer, "GET /forgets HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 500 "));
}
