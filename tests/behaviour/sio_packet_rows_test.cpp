// SPDX-License-Identifier: MIT
// Rows S1-S13, U4 and A3 of the catalogue of bad input: what a client may not say, and what happens to it.
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// After CONNECT, the packet ends the connection, and no handler is called.
void check_closes(std::string_view packet) {
  CAPTURE(packet);
  int calls = 0;
  std::string reason;  // outlives the server
  SioServer server;
  server.io.on_unhandled([&](sio::Socket&, std::string_view, json::View) { ++calls; });
  server.io.on_disconnect([&](sio::Socket&, std::string_view why) { reason = why; });
  SioClient client(server, "0");
  client.next();
  client.send(packet);
  CHECK(client.closed());
  CHECK(calls == 0);
  CHECK(reason == "forced close");
}

/// After CONNECT, the packet does nothing, and the connection lives on.
void check_ignored(std::string_view packet) {
  CAPTURE(packet);
  SioServer server;
  int calls = 0;
  server.io.on_unhandled([&](sio::Socket&, std::string_view, json::View) { ++calls; });
  server.io.on("alive", [] { return 1; });
  SioClient client(server, "0");
  client.next();
  client.send(packet);
  CHECK(client.ask(R"(20["alive"])") == "30[1]");
  CHECK(calls == 0);
}

}  // namespace

TEST_CASE("S1: an event without a name that is allowed closes the connection; `42` alone is ignored") {
  OVER_EACH_PROTOCOL();
  check_ignored("2");
  for (const char* packet :
       {"2[]", "2[null]", "2[{}]", "2{}", R"(2["connect"])", R"(2["connect_error",1])", R"(2["disconnect"])",
        R"(2["disconnecting"])", R"(2["newListener"])", R"(2["removeListener"])", R"(2["\u0063onnect"])"})
    check_closes(packet);
  SioServer server;
  server.io.on("error", [] { return "an ordinary event"; });
  SioClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(20["error"])") == R"(30["an ordinary event"])");
}

TEST_CASE("S2: an ack id that JavaScript cannot count closes the connection") {
  OVER_EACH_PROTOCOL();
  check_closes(R"(29007199254740992["x"])");
  check_closes("2" + std::string(400, '9') + R"(["x"])");
  check_closes(R"(2abc["x"])");
}

TEST_CASE("S3: acks that nobody waits for are counted and ignored; more than 1,000 a minute close the connection") {
  OVER_EACH_PROTOCOL();
  SioServer server;
  sio::Handle handle;
  server.io.on_connect([&](sio::Socket& socket) { handle = socket.handle(); });
  SioClient client(server, "0");
  client.next();
  int answers = 0;
  handle.with([&](sio::Socket& socket) {
    socket.emit("q", sio::within(5s, [&](Result<json::View> answer) { answers += bool(answer); }));
  });
  server.server.run();
  const std::string question = client.next();
  CHECK(question == R"(20["q"])");
  client.send("30[1]");
  client.send("30[1]");   // a second time
  client.send("377[1]");  // never asked
  CHECK(answers == 1);
  CHECK(server.io.stats().stray_acks == 2);
  CHECK(server.io.stats().pending_acks == 0);
  for (int i = 0; i < 1'000; ++i) client.send("377[1]");
  CHECK(client.closed());
}

TEST_CASE("S4, S5: an impossible number of attachments closes the connection") {
  OVER_EACH_PROTOCOL();
  for (const char* packet :
       {R"(511-["x"])", R"(5999999-["x"])", R"(5-1-["x"])", R"(51.5-["x"])", R"(5-["x"])", R"(50-["x"])", R"(5["x"])"})
    check_closes(packet);
}

TEST_CASE("S6: a placeholder that names no attachment closes the connection; one that is named twice does not") {
  OVER_EACH_PROTOCOL();
  for (const char* num : {"1", "0.5", "\"0\"", "-1", "null"})
    check_closes(R"(51-["x",{"_placeholder":true,"num":)" + std::string(num) + "}]");
  SioServer server;
  server.io.on("twice", [](json::Binary a, json::Binary b) { return a.size() + b.size(); });
  SioClient client(server, "0");
  client.next();
  client.send(R"(51-0["twice",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])");
  client.send_binary("abc");
  CHECK(client.next() == "30[6]");
}

TEST_CASE("S7: bytes without a packet, a packet where bytes are due, and bytes that do not come close the connection") {
  OVER_EACH_PROTOCOL();
  SioServer server;
  SioClient unannounced(server, "0");
  unannounced.next();
  unannounced.send_binary("abc");
  CHECK(unannounced.closed());

  SioClient interrupted(server, "0");
  interrupted.next();
  interrupted.send(R"(52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  interrupted.send_binary("abc");
  interrupted.send(R"(2["y"])");
  CHECK(interrupted.closed());

  SioClient late(server, "0");
  late.next();
  late.send(R"(51-["x",{"_placeholder":true,"num":0}])");
  server.server.advance(29s);
  CHECK(late.next() == "");
  late.pong();
  server.server.advance(2s);
  CHECK(late.closed());
  CHECK(server.io.stats().sockets == 0);
}

TEST_CASE("S8: JSON that is nested too deep closes the connection; odd numbers, names and characters pass") {
  OVER_EACH_PROTOCOL();
  check_closes(R"(2["x",)" + std::string(50'000, '[') + std::string(50'000, ']') + "]");
  check_closes(R"(2["x",)" + std::string(300, '[') + std::string(300, ']') + "]");
  check_closes(R"(2["x",nope])");
  SioServer server;
  server.io.on("x", [](json::View value) { return value; });
  SioClient client(server, "0");
  client.next();
  for (const std::string& value :
       {std::string("1e999"), std::string(5'000, '7'), std::string(R"({"a":1,"a":2})"), std::string(R"("\u0000")")})
    CHECK(client.ask(R"(20["x",)" + value + "]") == "30[" + value + "]");
}

TEST_CASE("S9: a connection is in 64 namespaces at most") {
  SioServer server;
  server.io.of(sio::matching("/n-*"));
  SioClient client(server);
  for (int i = 0; i < 64; ++i) {
    const std::string name = "/n-" + std::to_string(i);
    CHECK(client.ask("0" + name + ",").starts_with("0" + name + ",{\"sid\""));
  }
  CHECK(client.ask("0/n-65,") == R"(4/n-65,{"message":"Too many namespaces"})");
}

TEST_CASE("S10: a namespace that is too long or odd closes the connection, and nothing long is echoed") {
  for (const std::string& name : {"/" + std::string(512, 'x'), std::string("/a?b=1"), std::string("/../etc"),
                                  std::string("/a\0b", 4), "/" + std::string(400, 'y')}) {
    SioServer server;
    SioClient client(server);
    const std::string answer = client.ask("0" + name + ",");
    CHECK(answer.size() < 256);
    CHECK(answer == "close");
  }
  SioServer server;
  SioClient client(server);
  CHECK(client.ask("0/unknown,") == R"(4/unknown,{"message":"Invalid namespace"})");
}

TEST_CASE("S11: what is said outside of a namespace is never handled") {
  SioServer server;
  int calls = 0;
  server.io.on("x", [&] { ++calls; });
  SioClient before(server);
  before.send(R"(2["x"])");
  CHECK(before.closed());

  SioClient after(server, "0");
  after.next();
  after.send("1");
  after.send(R"(2["x"])");
  CHECK(after.closed());

  SioClient refusing(server, "0");
  refusing.next();
  refusing.send(R"(4{"message":"no"})");
  CHECK(refusing.closed());

  SioClient twice(server, "0");
  const std::string first = twice.next();
  twice.send("0");
  CHECK(twice.next() == "");  // once is enough
  CHECK(server.io.stats().sockets == 1);
  CHECK(calls == 0);
}

TEST_CASE("S11: what was under way when the server said goodbye is no offence") {
  OVER_EACH_PROTOCOL();
  SioServer server;
  int calls = 0;
  server.io.on("leave me", [](sio::Socket& socket) { socket.disconnect(); });
  server.io.on("x", [&] { ++calls; });
  SioClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(2["leave me"])") == "1");
  client.send(R"(2["x"])");
  CHECK(client.ask("0").starts_with("0"));
  CHECK(calls == 0);
}

TEST_CASE("S12: a connection that enters no namespace is closed after 20 s") {
  SioServer server;
  SioClient client(server);
  server.server.advance(19s);
  CHECK(client.next() == "");
  server.server.advance(2s);
  CHECK(client.closed());
}

TEST_CASE("S13: auth that is no object closes the connection; a pid of a wrong type is no pid") {
  for (const char* packet : {"0[1]", "0\"x\"", "0nope"}) {
    SioServer server;
    SioClient client(server);
    CHECK(client.ask(packet) == "close");
  }
  sio::Options options;
  options.recovery.enabled = true;
  SioServer server(std::move(options));
  SioClient client(server);
  CHECK(client.ask(R"(0{"pid":7,"offset":{}})").starts_with(R"(0{"sid":")"));
}

TEST_CASE("U4: a lone surrogate is passed on as it was escaped") {
  OVER_EACH_PROTOCOL();
  SioServer server;
  server.io.on("say", [](sio::Socket& socket, json::View text) { socket.broadcast().emit("said", text); });
  SioClient a(server, "0"), b(server, "0");
  a.next(), b.next();
  a.send(R"(2["say","\ud800"])");
  server.server.run();
  CHECK(b.next() == R"(2["said","\ud800"])");
}

TEST_CASE("A3: the fifth refusal ends the connection") {
  SioServer server;
  server.io.use([](sio::Handshake& hs) {
    return hs.auth("token") == "secret" ? sio::accept : sio::refuse("not authorised", json::object("code", 7));
  });
  SioClient client(server);
  for (int i = 0; i < 5; ++i)
    CHECK(client.ask(R"(0{"token":"guess"})") == R"(4{"message":"not authorised","data":{"code":7}})");
  CHECK(client.closed());
  SioClient friendly(server);
  CHECK(friendly.ask(R"(0{"token":"secret"})").starts_with("0{"));
}
