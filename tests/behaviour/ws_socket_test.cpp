// SPDX-License-Identifier: MIT
// What handlers may do, and what they are told.
#include <doctest/doctest.h>

#include <stdexcept>

#include "support/allocations.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

struct Told {
  int opened = 0, closed = 0;
  std::vector<std::string> messages;
  int code = 0;
  std::string reason;
  std::string error;
};

ws::Handlers telling(Told& told) {
  ws::Handlers handlers;
  handlers.on_open = [&told](ws::Socket&, const http::Request&) { ++told.opened; };
  handlers.on_message = [&told](ws::Socket& socket, ws::Message message) {
    told.messages.emplace_back(message.text());
    socket.send(message);
  };
  handlers.on_close = [&told](ws::Socket&, ws::Close close) {
    ++told.closed;
    told.code = close.code;
    told.reason = close.reason;
  };
  handlers.on_error = [&told](ws::Socket&, const ws::Error& error) { told.error = error.stable_code; };
  return handlers;
}

}  // namespace

TEST_CASE("a message comes back as it was sent, and the closing handshake is told once") {
  Told told;
  MemoryServer server;
  server->ws("/echo", telling(told));
  WsClient client(server, "/echo");
  CHECK(client.response().starts_with("HTTP/1.1 101 "));
  client.send("hello");
  CHECK(client.next() == TestFrame{1, "hello"});
  client.send(close_payload(4001, "enough"), 8);
  CHECK(client.close_code() == 4001);
  CHECK(client.peer().closed());
  CHECK(told.opened == 1);
  CHECK(told.closed == 1);
  CHECK(told.code == 4001);
  CHECK(told.reason == "enough");
}

TEST_CASE("frames that come in the same packet as the handshake are read after on_open") {
  Told told;
  MemoryServer server;
  server->ws("/echo", telling(told));
  net::MemoryPeer peer = server.connect();
  std::string got = server.ask(peer, upgrade_request("/echo") + client_frame("one") + client_frame("two"));
  got.erase(0, got.find("\r\n\r\n") + 4);
  CHECK(take_frame(got) == TestFrame{1, "one"});
  CHECK(take_frame(got) == TestFrame{1, "two"});
}

TEST_CASE("W7: a bad frame in the same packet as the handshake is refused after on_open") {
  Told told;
  MemoryServer server;
  server->ws("/echo", telling(told));
  net::MemoryPeer peer = server.connect();
  std::string got = server.ask(peer, upgrade_request("/echo") + client_frame("x", 1, true, 2));
  got.erase(0, got.find("\r\n\r\n") + 4);
  CHECK(take_frame(got) == TestFrame{8, close_payload(1002)});
  CHECK(told.opened == 1);
  CHECK(told.error == "WS_RESERVED_BITS");
}

TEST_CASE("a handler that throws ends its own connection with 1011, and says so in the log") {
  MemoryServer server;
  server->ws("/throws", {.on_message = [](ws::Socket&, ws::Message) { throw std::runtime_error("no more tea"); }});
  server->ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  WsClient other(server, "/echo"), client(server, "/throws");
  client.send("x");
  CHECK(client.close_code() == 1011);
  CHECK(server.logged("on_message of /throws threw: no more tea"));
  other.send("still here");
  CHECK(other.next() == TestFrame{1, "still here"});
}

TEST_CASE("a room's message reaches everyone in it but the sender, once") {
  MemoryServer server;
  server->ws("/room", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("r"); },
                       .on_message = [](ws::Socket& socket, ws::Message message) { socket.publish("r", message); }});
  WsClient a(server, "/room"), b(server, "/room"), c(server, "/room");
  a.send("hi");
  CHECK(b.next() == TestFrame{1, "hi"});
  CHECK(c.next() == TestFrame{1, "hi"});
  CHECK_FALSE(a.next());
  CHECK_FALSE(b.next());

  server->publish("r", "from the server");
  server.run();
  CHECK(a.next() == TestFrame{1, "from the server"});
}

TEST_CASE("everything that is sent in one turn leaves in one send") {
  MemoryServer server;
  server->ws("/burst", {.on_message = [](ws::Socket& socket, ws::Message) {
               for (int i = 0; i < 100; ++i) socket.send("x");
             }});
  WsClient client(server, "/burst");
  const auto before = server.backend().calls(net::MemoryBackend::Call::send);
  client.send("go");
  CHECK(server.backend().calls(net::MemoryBackend::Call::send) == before + 1);
  for (int i = 0; i < 100; ++i) CHECK(client.next() == TestFrame{1, "x"});
}

TEST_CASE("an echoed message allocates nothing, a broadcast at most one block") {
  MemoryServer server;
  server->ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  std::size_t during_publish = 0;
  server->ws("/room", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("r"); },
                       .on_message =
                           [&](ws::Socket& socket, ws::Message message) {
                             during_publish = allocations_during([&] { socket.publish("r", message); });
                           }});
  std::size_t in_handler = 0;
  server->ws("/counted", {.on_message = [&](ws::Socket& socket, ws::Message message) {
               in_handler = allocations_during([&] { socket.send(message); });
             }});
  WsClient client(server, "/counted");
  for (int i = 0; i < 3; ++i) client.send("warm");
  CHECK(in_handler == 0);

  WsClient a(server, "/room"), b(server, "/room"), c(server, "/room");
  for (int i = 0; i < 3; ++i) a.send("warm");
  CHECK(during_publish <= 1);
}

TEST_CASE("W8, F18: a peer that says nothing is pinged after 30 s and dropped after 60") {
  Told told;
  MemoryServer server;
  server->ws("/echo", telling(told));
  WsClient client(server, "/echo");
  server.advance(29s);
  CHECK_FALSE(client.next());
  server.advance(2s);
  const auto ping = client.next();
  REQUIRE(ping);
  CHECK(ping->opcode == 9);
  server.advance(28s);
  CHECK_FALSE(client.peer().closed());
  server.advance(2s);
  CHECK(client.peer().closed());
  CHECK(told.code == 1006);
  CHECK(told.closed == 1);
}

TEST_CASE("a peer that answers pings stays, and the round trip is known") {
  MemoryServer server;
  ws::Handle handle;
  server->ws("/echo", {.on_open = [&](ws::Socket& socket, const http::Request&) { handle = socket.handle(); }});
  WsClient client(server, "/echo");
  for (int i = 0; i < 5; ++i) {
    server.advance(31s);
    const auto ping = client.next();
    REQUIRE(ping);
    CHECK(ping->opcode == 9);
    client.send(ping->payload, 10);
  }
  CHECK_FALSE(client.peer().closed());
  bool known = false;
  handle.with([&](ws::Socket& socket) { known = socket.round_trip().has_value(); });
  server.run();
  CHECK(known);
}

TEST_CASE("F18: a peer that does not answer our Close is dropped after 5 s") {
  Told told;
  MemoryServer server;
  ws::Handlers handlers = telling(told);
  handlers.on_message = [](ws::Socket& socket, ws::Message) { socket.close(4000, "bye"); };
  server->ws("/close", std::move(handlers));
  WsClient client(server, "/close");
  client.send("x");
  CHECK(client.close_code() == 4000);
  server.advance(4s);
  CHECK_FALSE(client.peer().closed());
  server.advance(2s);
  CHECK(client.peer().closed());
  CHECK(told.closed == 1);
  CHECK(told.code == 1006);
}

TEST_CASE("a handle outlives its socket, and is stale then") {
  MemoryServer server;
  ws::Handle handle;
  server->ws("/echo", {.on_open = [&](ws::Socket& socket, const http::Request&) { handle = socket.handle(); }});
  {
    WsClient client(server, "/echo");
    CHECK(handle.send("hello") != Sent::closed);
    server.run();
    CHECK(client.next() == TestFrame{1, "hello"});
    client.peer().reset();
    server.run();
  }
  bool called = false;
  handle.with([&](ws::Socket&) { called = true; });
  handle.send("nobody");
  server.run();
  CHECK_FALSE(called);
}

TEST_CASE("a peer that asks for more than it reads is not read meanwhile, and loses nothing") {
  Told told;
  MemoryServer server;
  server->ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); },
                       .on_close = [&](ws::Socket&, ws::Close) { ++told.closed; }});
  WsClient client(server, "/echo");
  client.peer().set_window(100'000);
  const std::string text(50'000, 'x');
  for (int i = 0; i < 100; ++i) client.send(text);  // 5 MB, five times the hard limit
  CHECK(told.closed == 0);
  int back = 0;
  while (auto frame = client.next()) {
    CHECK(frame->payload == text);
    ++back;
    server.run();
  }
  CHECK(back == 100);
}
