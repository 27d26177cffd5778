// SPDX-License-Identifier: MIT
// One client must not cost the others: neither by many frames, nor by slow or inflated messages, nor by a slow handler.
#include <doctest/doctest.h>

#include <mutex>
#include <thread>

#include "conformance/deflate.h"
#include "support/raw_client.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

constexpr std::string_view offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

ws::Handlers echo() {
  return {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }};
}

}  // namespace

TEST_CASE("F15: of 10,000 frames in one read, at most 256 are served a turn, and others are served in between") {
  MemoryServer server;
  int flood = 0, flood_before_other = -1;
  server->ws("/flood", {.on_message = [&](ws::Socket&, ws::Message) { ++flood; }});
  server->ws("/other", {.on_message = [&](ws::Socket&, ws::Message) { flood_before_other = flood; }});
  WsClient flooding(server, "/flood"), other(server, "/other");
  std::string frames;
  for (int i = 0; i < 10'000; ++i) frames += client_frame("");
  flooding.peer().write(frames);
  other.peer().write(client_frame("me too"));
  while (flood < 10'000) {
    const int before = flood;
    server.reactor().turn();
    REQUIRE(flood > before);
    REQUIRE(flood - before <= 256);
  }
  CHECK(flood_before_other >= 0);
  CHECK(flood_before_other <= 256);
}

TEST_CASE("F9: a large message that comes a byte a second is refused with 1008 after 30 s, whoever pings meanwhile") {
  MemoryServer server;
  std::string error;
  ws::Handlers handlers = echo();
  handlers.on_error = [&](ws::Socket&, const ws::Error& e) { error = e.stable_code; };
  server->ws("/echo", std::move(handlers));
  WsClient slow(server, "/echo");
  const std::string message = client_frame(std::string(900'000, 'x'));
  slow.write(message.substr(0, 100));
  for (std::size_t second = 0; second < 29; ++second) {
    server.advance(1s);
    slow.write(message.substr(100 + second, 1));
  }
  CHECK(error.empty());
  for (std::size_t second = 0; second < 4 && error.empty(); ++second) {
    server.advance(1s);
    slow.write(message.substr(129 + second, 1));
  }
  CHECK(error == "WS_MESSAGE_TOO_SLOW");
  CHECK(slow.close_code() == 1008);
}

TEST_CASE("F9: pongs between the bytes of a slow message do not put its end off") {
  MemoryServer server;
  std::string error;
  ws::Handlers handlers = echo();
  handlers.on_error = [&](ws::Socket&, const ws::Error& e) { error = e.stable_code; };
  server->ws("/echo", std::move(handlers));
  WsClient slow(server, "/echo");
  slow.write(client_frame("a", 2, false));
  const std::string pong = client_frame("stamp of", 10);
  for (int second = 0; second < 33 && error.empty(); ++second) {
    server.advance(1s);
    slow.write(pong);
  }
  CHECK(error == "WS_MESSAGE_TOO_SLOW");
}

TEST_CASE("F9: messages that come fast are never too slow, even if every read ends in the middle of one") {
  MemoryServer server;
  std::string error;
  ws::Handlers handlers = {};
  handlers.on_error = [&](ws::Socket&, const ws::Error& e) { error = e.stable_code; };
  server->ws("/", std::move(handlers));
  WsClient busy(server, "/");
  const std::string message = client_frame(std::string(30'000, 'x'));  // too short to be read in place
  busy.write(message.substr(0, 100));
  for (int tenth = 0; tenth < 1000; ++tenth) {
    server.advance(100ms);
    busy.write(message.substr(100) + message.substr(0, 100));
    REQUIRE(error.empty());
  }
}

TEST_CASE("F9: a large message that comes at 2 KiB a second is waited for") {
  MemoryServer server;
  server->ws("/echo", echo());
  WsClient steady(server, "/echo");
  const std::string payload(200 * 1024, 'x'), message = client_frame(payload);
  for (std::size_t at = 0; at < message.size(); at += 2048) {
    steady.write(message.substr(at, 2048));
    server.advance(1s);
  }
  std::optional<TestFrame> frame;
  while ((frame = steady.next()) && frame->opcode != 1) {
  }
  REQUIRE(frame);
  CHECK(frame->payload == payload);
}

TEST_CASE(
    "C2: connections that bomb together share one budget; who is not among them is served, and all of it comes back") {
  MemoryServer server;
  ws::Handlers handlers = echo();
  handlers.compression = {.enabled = true};
  handlers.max_message = 2'000'000;
  server->ws("/echo", std::move(handlers));
  // The first part of a message that inflates to 1 MB: the rest never comes.
  const std::string bomb = client_frame(conformance::Compressor(12, false)(std::string(1'000'000, '0')), 2, false, 4);
  CHECK(bomb.size() < 5000);
  const auto& budget = ServerAccess::impl(*server).inflate_budget;
  WsClient bystander(server, "/echo", offer);
  std::vector<std::unique_ptr<WsClient>> bombers;
  for (int i = 0; i < 200; ++i) {
    bombers.push_back(std::make_unique<WsClient>(server, "/echo", offer));
    bombers.back()->write(bomb);
    REQUIRE(budget.used() <= budget.limit());
  }
  CHECK(budget.limit() == 64u << 20);
  CHECK(budget.used() > budget.limit() / 2);
  std::size_t refused = 0;
  for (auto& bomber : bombers)
    if (bomber->close_code() != 0) ++refused;
  CHECK(refused > 100);
  CHECK(refused < 150);
  bystander.send("still here");
  CHECK(bystander.next() == TestFrame{1, "still here"});
  for (auto& bomber : bombers) bomber->peer().reset();
  server.run();
  CHECK(budget.used() == 0);
}

TEST_CASE("C2: the budget is four of the largest messages that any endpoint takes") {
  MemoryServer server;
  ws::Handlers handlers = echo();
  handlers.max_message = 64u << 20;
  server->ws("/large", std::move(handlers));
  server->ws("/small", echo());
  (void)server->start();
  CHECK(ServerAccess::impl(*server).inflate_budget.limit() == 256u << 20);
}

TEST_CASE("C6: whatever windows a client offers, both sides get 12 bits and keep no context") {
  MemoryServer server;
  ws::Handlers handlers = echo();
  handlers.compression = {.enabled = true};
  server->ws("/echo", std::move(handlers));
  for (const char* offered : {"permessage-deflate; server_max_window_bits=15; client_max_window_bits=15",
                              "permessage-deflate; client_max_window_bits; server_max_window_bits=15",
                              "permessage-deflate; client_max_window_bits"}) {
    CAPTURE(offered);
    WsClient client(server, "/echo", "Sec-WebSocket-Extensions: " + std::string(offered) + "\r\n");
    const std::string& response = client.response();
    CHECK(response.find("server_max_window_bits=12") != std::string::npos);
    CHECK(response.find("client_max_window_bits=12") != std::string::npos);
    CHECK(response.find("server_no_context_takeover") != std::string::npos);
    CHECK(response.find("client_no_context_takeover") != std::string::npos);
  }
}

TEST_CASE("C8: a broadcast is compressed once for each set of parameters, whatever the number of receivers") {
  MemoryServer server;
  server->ws("/room", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("r"); },
                       .compression = {.enabled = true}});
  std::vector<std::unique_ptr<WsClient>> twelve, ten, plain;
  for (int i = 0; i < 60; ++i) twelve.push_back(std::make_unique<WsClient>(server, "/room", offer));
  for (int i = 0; i < 20; ++i)
    ten.push_back(std::make_unique<WsClient>(
        server, "/room", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n"));
  for (int i = 0; i < 5; ++i) plain.push_back(std::make_unique<WsClient>(server, "/room"));
  const ws::DeflateContexts& contexts = ServerAccess::impl(*server).loops.front()->ws.deflate();
  std::string text;
  while (text.size() < 20'000) text += "line " + std::to_string(text.size()) + "\n";

  const auto before = contexts.compressions();
  server->publish("r", std::string_view(text));
  server.run();
  CHECK(contexts.compressions() == before + 2);
  for (auto* group : {&twelve, &ten})
    for (auto& client : *group) {
      const auto frame = client->next();
      REQUIRE(frame);
      CHECK(frame->rsv == 4);
      CHECK(conformance::Decompressor(group == &ten ? 10 : 12, false)(frame->payload) == text);
    }
  for (auto& client : plain) CHECK(client->next() == TestFrame{1, text});
}

TEST_CASE("R13, R14: a pause of a minute is nobody's fault: those who were there are pinged, not dropped") {
  int closed = 0;
  MemoryServer server;
  server->ws("/echo", {.on_close = [&](ws::Socket&, ws::Close) { ++closed; }});
  std::vector<std::unique_ptr<WsClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<WsClient>(server, "/echo"));
  server.advance(20s);
  server.backend().stall(10min);
  server.run();
  server.advance(5s);
  CHECK(closed == 0);
  server.advance(10s);
  for (auto& client : clients) {
    const auto ping = client->next();
    REQUIRE(ping);
    CHECK(ping->opcode == 9);
    client->send(ping->payload, 10);
  }
  server.advance(29s);
  CHECK(closed == 0);
}

TEST_CASE("R18: a handler that blocks its loop for 300 ms is named, with its endpoint, and another loop goes on") {
  std::mutex mutex;
  std::string log;
  Server server({.host = "127.0.0.1", .threads = 2, .log = [&](const LogRecord& record) {
                   const std::lock_guard lock(mutex);
                   log.append(record.text).append("\n");
                 }});
  std::atomic<int> blocking = 0;
  server.ws("/slow", {.on_message = [&](ws::Socket& socket, ws::Message message) {
              if (message.text() == "block") {
                ++blocking;
                blocking.notify_all();
                std::this_thread::sleep_for(300ms);  // this is what a handler must not do
                --blocking;
              }
              // Which loop this is, and whether another one is blocked.
              socket.send(std::string_view(std::to_string(socket.handle().bits() >> 56) + (blocking != 0 ? "!" : "")));
            }});
  REQUIRE(server.start());
  std::thread serving([&] { server.run(); });
  {
    using behaviour::RawClient;
    auto open = [&] {
      auto client = std::make_unique<RawClient>(server.port());
      client->send(behaviour::upgrade("/slow"));
      CHECK(client->answer().status == 101);
      return client;
    };
    auto ask = [](RawClient& client) {
      client.send(client_frame("which"));
      const auto frame = client.frame();
      return frame ? frame->payload : std::string();
    };
    const auto blocked = open();
    const std::string its_loop = ask(*blocked);
    std::vector<std::unique_ptr<RawClient>> others;
    for (int i = 0; i < 100 && (others.empty() || ask(*others.back()) == its_loop); ++i) others.push_back(open());
    blocked->send(client_frame("block"));
    blocking.wait(0);
    CHECK(ask(*others.back()).ends_with("!"));
    CHECK(blocked->frame());
  }
  server.stop();
  serving.join();
  CHECK(log.find("on_message of /slow") != std::string::npos);
}
