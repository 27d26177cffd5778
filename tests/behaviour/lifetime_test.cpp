// SPDX-License-Identifier: MIT
// Who goes first: requests, promises, upgrades and their clients, in every order.
#include <doctest/doctest.h>

#include <stdexcept>

#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

TEST_CASE("a second promise for one answer is ignored, and outlives its request harmlessly") {
  MemoryServer server;
  std::vector<http::Reply> replies;
  server->get("/twice", [&](http::Request&, http::Response& res) {
    replies.push_back(res.defer());
    replies.push_back(res.defer());
  });
  server->get("/sent", [&](http::Request&, http::Response& res) {
    res.send("at once");
    replies.push_back(res.defer());
  });
  net::MemoryPeer peer = server.connect();
  CHECK(server.ask(peer, "GET /twice HTTP/1.1\r\nHost: x\r\n\r\n").empty());
  replies[1].send("the second");
  server.run();
  CHECK(peer.read().empty());
  replies[0].send("the first");
  server.run();
  CHECK(peer.read().ends_with("\r\n\r\nthe first"));
  CHECK(server.ask(peer, "GET /sent HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nat once"));
  peer.reset();
  server.run();
  replies.back().send("to nobody");
  replies.clear();
  CHECK(server->stats().connections == 0);
}

TEST_CASE("F20: a peer that half-closes while its upgrade is decided on is closed once it is accepted") {
  MemoryServer server;
  std::optional<ws::Upgrade> held;
  int opened = 0, code = 0;
  server->ws("/held", {.on_upgrade = [&](http::Request&, ws::Upgrade upgrade) { held.emplace(std::move(upgrade)); },
                       .on_open = [&](ws::Socket&, const http::Request&) { ++opened; },
                       .on_close = [&](ws::Socket&, ws::Close close) { code = close.code; }});
  net::MemoryPeer peer = server.connect();
  CHECK(server.ask(peer, upgrade_request("/held")).empty());
  peer.finish();
  server.run();
  held->accept();
  server.run();
  CHECK(opened == 1);
  CHECK(code == 1006);
  CHECK(peer.closed());
}

TEST_CASE("what a peer sends while its upgrade is decided on is read afterwards, however much it is") {
  MemoryServer server;
  std::optional<ws::Upgrade> held;
  std::size_t messages = 0;
  server->ws("/held", {.on_upgrade = [&](http::Request&, ws::Upgrade upgrade) { held.emplace(std::move(upgrade)); },
                       .on_message = [&](ws::Socket&, ws::Message) { ++messages; }});
  net::MemoryPeer peer = server.connect();
  server.ask(peer, upgrade_request("/held"));
  for (int i = 0; i < 200; ++i) {
    peer.write(client_frame(std::string(1000, 'x')));
    server.run();
  }
  held->accept();
  server.run();
  CHECK(messages == 200);
}

TEST_CASE("W6: a peer that goes while its upgrade is decided on is not missed") {
  MemoryServer server;
  std::optional<ws::Upgrade> held;
  int opened = 0;
  server->ws("/held", {.on_upgrade = [&](http::Request&, ws::Upgrade upgrade) { held.emplace(std::move(upgrade)); },
                       .on_open = [&](ws::Socket&, const http::Request&) { ++opened; }});
  net::MemoryPeer peer = server.connect();
  server.ask(peer, upgrade_request("/held"));
  peer.reset();
  server.run();
  held->accept();
  server.run();
  CHECK(opened == 0);
  CHECK(server->stats().connections == 0);
}

TEST_CASE("a Close that comes in the same packet as the handshake is seen although on_open closes too") {
  MemoryServer server;
  server->ws("/leaves", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.close(4000); }});
  net::MemoryPeer peer = server.connect();
  server.ask(peer, upgrade_request("/leaves") + client_frame(close_payload(4001), 8));
  CHECK(peer.closed());
}

TEST_CASE("what is run through a handle may throw: it ends that socket and no other") {
  MemoryServer server;
  std::vector<ws::Handle> handles;
  server->ws("/echo", {.on_open = [&](ws::Socket& socket, const http::Request&) { handles.push_back(socket.handle()); },
                       .on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  WsClient a(server, "/echo"), b(server, "/echo");
  handles[0].with([](ws::Socket&) { throw std::runtime_error("no more milk"); });
  server.run();
  CHECK(a.close_code() == 1011);
  CHECK(server.logged("no more milk"));
  b.send("still here");
  CHECK(b.next() == TestFrame{1, "still here"});
}

TEST_CASE("on_gone may throw: the log says so, and the server goes on") {
  MemoryServer server;
  std::optional<http::Reply> kept;
  server->get("/later", [&](http::Request&, http::Response& res) {
    kept.emplace(res.defer());
    kept->on_gone([] { throw std::runtime_error("nobody left"); });
  });
  server->get("/now", [](http::Request&, http::Response& res) { res.send("now"); });
  net::MemoryPeer gone = server.connect(), stays = server.connect();
  server.ask(gone, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  gone.reset();
  server.run();
  CHECK(server.logged("nobody left"));
  CHECK(server.ask(stays, "GET /now HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("now"));
}

TEST_CASE("R15: an upgrade that is asked for while the server drains is refused, so that draining ends") {
  MemoryServer server;
  std::optional<ws::Upgrade> held;
  int opened = 0, closed = 0;
  server->ws("/chat", {.on_open = [&](ws::Socket&, const http::Request&) { ++opened; },
                       .on_close = [&](ws::Socket&, ws::Close) { ++closed; }});
  server->ws("/held", {.on_upgrade = [&](http::Request&, ws::Upgrade upgrade) { held.emplace(std::move(upgrade)); },
                       .on_open = [&](ws::Socket&, const http::Request&) { ++opened; },
                       .on_close = [&](ws::Socket&, ws::Close) { ++closed; }});
  net::MemoryPeer begun = server.connect(), waits = server.connect();
  const std::string request = upgrade_request("/chat");
  server.ask(begun, request.substr(0, 20));
  server.ask(waits, upgrade_request("/held"));
  server->drain();
  server.run();
  CHECK(server.ask(begun, request.substr(20)).starts_with("HTTP/1.1 503 "));
  held->accept();
  server.run();
  CHECK(waits.read().starts_with("HTTP/1.1 503 "));
  server.advance(2s);
  CHECK(opened == closed);
  CHECK(server->stats().connections == 0);
}

TEST_CASE("R15: a drain waits for the answers that are due, and cuts those that do not come in time") {
  MemoryServer server({.drain = {.handlers = 3s}});
  std::vector<http::Reply> replies;
  server->get("/later", [&](http::Request&, http::Response& res) { replies.push_back(res.defer()); });
  net::MemoryPeer answered = server.connect(), forgotten = server.connect(), idle = server.connect();
  server.ask(answered, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  server.ask(forgotten, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  server->drain();
  server.run();
  CHECK(idle.closed());
  server.advance(1s);
  replies[0].send("here it is");
  server.run();
  const std::string answer = answered.read();
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(answer.ends_with("here it is"));
  CHECK_FALSE(forgotten.closed());
  server.advance(3s);
  CHECK(forgotten.closed());
  CHECK(server->stats().connections == 0);
  CHECK(server.reactor().stopping());
}

TEST_CASE("handlers that run as a server is destroyed may still use it") {
  for (const bool draining : {false, true}) {
    MemoryServer server;
    std::unique_ptr<WsClient> client;
    int closed = 0;
    server->ws("/room", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("r"); },
                         .on_close =
                             [&](ws::Socket& socket, ws::Close) {
                               ++closed;
                               socket.publish("r", "I leave");
                               server->publish("r", "somebody left");
                               server->stop();
                               server->drain();
                               (void)server->stats();
                             }});
    WsClient a(server, "/room"), b(server, "/room");
    if (draining) server->drain();
    server.destroy();
    CHECK(closed == 2);
  }
}
