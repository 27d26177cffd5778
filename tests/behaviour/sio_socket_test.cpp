// SPDX-License-Identifier: MIT
// What a Socket.IO server does for its handlers: events, answers, rooms, middlewares, listeners.
#include "support/allocations.h"
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

TEST_CASE("a returned value is the ack, and arguments are decoded into the handler's types") {
  SioServer server;
  server.io.on("add", [](int a, double b, std::optional<int> c) { return a + b + c.value_or(0); });
  server.io.on("greet", [](sio::Socket&, std::string_view name, sio::Ack ack) { ack("hello", name); });
  SioClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(21["add",1,2.5])") == "31[3.5]");
  CHECK(client.ask(R"(22["greet","Ad\u0061"])") == R"(32["hello","Ada"])");
}

TEST_CASE("an argument that does not fit leaves the handler uncalled, and the log names event and argument") {
  SioServer server;
  int calls = 0;
  server.io.on("count", [&](int) { return ++calls; });
  SioClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(21["count","three"])") == "");
  CHECK(client.ask(R"(21["count"])") == "");
  CHECK(calls == 0);
  CHECK(server.server.logged("event \"count\" is not handled: argument 1"));
  CHECK(server.io.stats().refused_arguments == 2);
}

TEST_CASE("an event with an ack is handled without an allocation") {
  SioServer server;
  std::size_t allocated = 1;
  std::size_t before = 0;
  server.io.on("warm", [&](sio::Socket&, std::string_view text, int n) {
    before = allocations();
    return text.size() + static_cast<std::size_t>(n);
  });
  server.io.on("measure", [&] { allocated = allocations() - before; });
  SioClient client(server, "0");
  client.next();
  for (int i = 0; i < 3; ++i) CHECK(client.ask(R"(25["warm","hello",2])") == "35[7]");
  // Both in one read: between them lie decoding, the handler, its answer, and the next event's decoding.
  client.peer().write(client_frame(R"(425["warm","hello",2])") + client_frame(R"(42["measure"])"));
  server.server.run();
  CHECK(allocated == 0);
}

TEST_CASE("a broadcast takes one block, however many hear it") {
  SioServer server;
  std::size_t allocated = 0;
  server.io.on_connect([](sio::Socket& socket) { socket.join("everyone is here"); });
  server.io.on("shout", [&](sio::Socket& socket, std::string_view text) {
    allocated = allocations_during([&] { socket.to("everyone is here").emit("said", socket.id(), text); });
  });
  std::vector<std::unique_ptr<SioClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<SioClient>(server, "0"));
    clients.back()->next();
  }
  for (int i = 0; i < 3; ++i) {
    clients.front()->send(R"(2["shout","hello"])");
    for (std::size_t other = 1; other < clients.size(); ++other)
      REQUIRE(clients[other]->next().starts_with(R"(2["said",")"));
  }
  CHECK(allocated <= 1);  // ThreadSanitizer's allocator is not counted
}

TEST_CASE("the handshake says what the client's request said, whatever it was") {
  json::Text seen;
  std::string cookie, kind;
  SioServer server;
  server.io.on_connect([&](sio::Socket& socket) {
    seen = socket.handshake().json();
    cookie = socket.handshake().header("cookie");
    kind = socket.handshake().header("X-KIND");
  });
  const std::string long_cookie(1'000, 'c');
  WsClient client(server.server, "/socket.io/?EIO=4&transport=websocket&who=me",
                  "Accept-Language: en-US,en;q=0.9\r\nCookie: " + long_cookie + "\r\nX-Kind: odd\r\nX-Empty:\r\n");
  client.send("40{\"token\":\"x\"}");
  CHECK(cookie == long_cookie);
  CHECK(kind == "odd");
  const json::View handshake = seen.view();
  CHECK(handshake["url"] == "/socket.io/?EIO=4&transport=websocket&who=me");
  CHECK(handshake["query"]["who"] == "me");
  CHECK(handshake["auth"]["token"] == "x");
  CHECK(handshake["headers"]["accept-language"] == "en-US,en;q=0.9");
  CHECK(handshake["headers"]["x-empty"] == "");
  CHECK(handshake["headers"]["cookie"] == long_cookie);
  CHECK(handshake["headers"]["upgrade"] == "websocket");
}

TEST_CASE("rooms: to, in, except and broadcast reach whom they name, each once") {
  SioServer server;
  server.io.on("join", [](sio::Socket& socket, std::string_view room) { socket.join(room); });
  server.io.on("shout", [](sio::Socket& socket) { socket.to("x").to("y").emit("heard"); });
  server.io.on("others", [](sio::Socket& socket) { socket.except("y").emit("heard"); });
  SioClient a(server, "0"), b(server, "0"), c(server, "0");
  const std::string id = field(a.next(), "sid");
  b.next(), c.next();
  a.send(R"(2["join","x"])"), b.send(R"(2["join","x"])"), b.send(R"(2["join","y"])"), c.send(R"(2["join","y"])");
  a.send(R"(2["shout"])");
  CHECK(a.next() == "");
  CHECK(b.next() == R"(2["heard"])");
  CHECK(b.next() == "");
  CHECK(c.next() == R"(2["heard"])");
  a.send(R"(2["others"])");
  CHECK(b.next() + c.next() == "");
  server.io.to("x").except(id).emit("tick", 1);
  server.server.run();
  CHECK(b.next() == R"(2["tick",1])");
  CHECK(a.next() + c.next() == "");
  server.io.in(id).emit("you");
  server.server.run();
  CHECK(a.next() == R"(2["you"])");
  const auto team = server.io.to("x");
  (void)team.to("y");  // a value: `team` is what it was
  team.emit("team");
  server.server.run();
  CHECK(a.next() == R"(2["team"])");
  CHECK(c.next() == "");
}

TEST_CASE("S21: a hundred thousand rooms are gone with the socket that was in them") {
  SioServer server;
  sio::Handle handle;
  server.io.on_connect([&](sio::Socket& socket) { handle = socket.handle(); });
  SioClient client(server, "0");
  client.next();
  handle.with([](sio::Socket& socket) {
    for (int i = 0; i < 50'000; ++i) socket.join("kept " + std::to_string(i));
    for (int i = 0; i < 50'000; ++i) {
      socket.join("left");
      socket.leave("left");
    }
  });
  server.server.run();
  CHECK(server.io.stats().rooms == 50'001);
  client.reset();
  CHECK(server.io.stats().rooms == 0);
  CHECK(server.io.stats().sockets == 0);
}

TEST_CASE("S17: an answer that never comes is an error at its time, and leaves nothing behind") {
  std::vector<std::error_code> errors;  // outlives the server
  SioServer server;
  server.io.on_connect([&](sio::Socket& socket) {
    socket.emit("q", sio::within([&](Result<json::View> answer) { errors.push_back(answer.error()); }));
    socket.emit("q", sio::within(5s, [&](Result<json::View> answer) { errors.push_back(answer.error()); }));
  });
  SioClient client(server, "0");
  client.next();
  CHECK(server.io.stats().pending_acks == 2);
  server.server.advance(6s);
  CHECK(errors == std::vector<std::error_code>{make_error_code(Errc::timeout)});
  for (int i = 0; i < 6; ++i) {
    server.server.advance(10s);
    client.next();
  }
  CHECK(errors.size() == 2);
  CHECK(server.io.stats().pending_acks == 0);
}

TEST_CASE("the client that goes leaves its answers closed; more than are allowed are refused at once") {
  sio::Options options;
  options.max_pending_acks = 2;
  std::vector<std::error_code> errors;
  SioServer server(std::move(options));
  server.io.on_connect([&](sio::Socket& socket) {
    for (int i = 0; i < 3; ++i)
      socket.emit("q", sio::within(5s, [&](Result<json::View> answer) { errors.push_back(answer.error()); }));
  });
  SioClient client(server, "0");
  client.next();
  CHECK(errors == std::vector<std::error_code>{make_error_code(Errc::out_of_range)});
  client.reset();
  CHECK(errors.size() == 3);
  CHECK(errors.back() == Errc::closed);
}

TEST_CASE("a broadcast gathers answers; at its limit it has those that came") {
  std::vector<std::string> got;
  std::error_code error;
  SioServer server;
  SioClient a(server, "0"), b(server, "0");
  a.next(), b.next();
  const auto then = [&](const sio::Answers& answers) {
    got.clear();
    for (const auto& each : answers.list) got.emplace_back(each.first().text());
    error = answers.error;
  };
  server.io.emit("vote", sio::gather(5s, then));
  server.server.run();
  CHECK(a.next() == R"(20["vote"])");
  CHECK(b.next() == R"(20["vote"])");
  a.send(R"(30["yes"])"), b.send(R"(30["no"])");
  CHECK(got == std::vector<std::string>{"\"yes\"", "\"no\""});
  CHECK(!error);
  server.io.emit("vote", sio::gather(5s, then));
  server.server.run();
  a.next(), b.next();
  a.send("31[1]");
  server.server.advance(6s);
  CHECK(got == std::vector<std::string>{"1"});
  CHECK(error == Errc::timeout);
  CHECK(server.io.stats().pending_acks == 0);
}

TEST_CASE("S14: a middleware that throws, does not decide, or lets go of its promise refuses") {
  std::vector<sio::Admit> kept;
  SioServer server;
  server.io.of("/throws").use([](sio::Handshake&) -> sio::Admission { throw std::runtime_error("secret"); });
  server.io.of("/drops").use([](sio::Handshake&, sio::Admit) {});
  server.io.of("/waits").use([&](sio::Handshake&, sio::Admit admit) { kept.push_back(std::move(admit)); });
  SioClient client(server);
  CHECK(client.ask("0/throws,") == R"(4/throws,{"message":"the middleware failed"})");
  CHECK(client.ask("0/drops,") == R"(4/drops,{"message":"the middleware did not decide"})");
  CHECK(client.ask("0/waits,") == "");
  server.server.advance(9s);
  CHECK(client.next() == "");
  server.server.advance(2s);
  CHECK(client.next() == R"(4/waits,{"message":"the middleware did not decide in time"})");
  kept.back()(sio::accept);  // too late
  CHECK(client.next() == "");
  CHECK(client.ask("0/waits,") == "");
  kept.back()(sio::accept);
  server.server.run();
  CHECK(client.next().starts_with("0/waits,{\"sid\""));
}

TEST_CASE("S19: handlers may throw, leave, disconnect and emit to the room they are in") {
  int gone = 0;
  SioServer server;
  server.io.on("throw", [] { throw std::runtime_error("oops"); });
  server.io.on("end", [](sio::Socket& socket) {
    socket.join("r");
    socket.disconnect(true);
    socket.emit("too late");
    socket.join("r");
    socket.to("r").emit("x");
    socket.disconnect();
  });
  server.io.on_disconnect([&](sio::Socket& socket, std::string_view) {
    ++gone;
    socket.emit("too late");
    socket.disconnect(true);
  });
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["throw"])");
  CHECK(server.server.logged("threw: oops"));
  client.send(R"(2["end"])");
  CHECK(client.next() == "1");
  CHECK(client.closed());
  CHECK(gone == 1);
  CHECK(server.io.stats().sockets == 0);
}

TEST_CASE("a socket's own listeners: once, off, on_any, use and what leaves") {
  std::vector<std::string> log;
  SioServer server;
  server.io.on_connect([&](sio::Socket& socket) {
    socket.use([](const sio::Incoming& in) { return in.name == "bad" ? sio::refuse("no bad words") : sio::accept; });
    socket.on_error([&](std::string_view why) { log.emplace_back(why); });
    socket.on_any([&](std::string_view name, json::View values) {
      log.push_back("any " + std::string(name) + std::string(values.text()));
    });
    socket.once("x", [&] { log.emplace_back("once"); });
    socket.on("x", [&](sio::Socket& self) {
      log.emplace_back("on");
      self.off("x");
    });
    socket.on_any_outgoing([&](std::string_view name, json::View) { log.push_back("out " + std::string(name)); });
  });
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["x",1])"), client.send(R"(2["x"])"), client.send(R"(2["bad"])");
  server.io.emit("all");
  server.server.run();
  CHECK(log == std::vector<std::string>{"any x[1]", "once", "on", "any x[]", "any bad[]", "no bad words", "out all"});
}

TEST_CASE("children of a pattern share its handlers, hear what it says, and go with their last socket") {
  sio::Options options;
  options.cleanup_empty_child_namespaces = true;
  std::vector<std::string> made;
  SioServer server(std::move(options));
  sio::Namespace& rooms = server.io.of(sio::matching("/room-*"));
  rooms.on("where", [](sio::Socket& socket) { return socket.nsp().name(); });
  server.io.on_new_namespace([&](sio::Namespace& child) { made.emplace_back(child.name()); });
  SioClient client(server);
  CHECK(client.ask("0/room-1,").starts_with("0/room-1,"));
  CHECK(client.ask(R"(2/room-1,0["where"])") == R"(3/room-1,0["/room-1"])");
  rooms.emit("hello");
  server.server.run();
  CHECK(client.next() == R"(2/room-1,["hello"])");
  client.send("1/room-1,");
  CHECK(client.ask("0/room-1,").starts_with("0/room-1,"));
  CHECK(made == std::vector<std::string>{"/room-1", "/room-1"});
}

TEST_CASE("attachments travel both ways") {
  SioServer server;
  server.io.on("blob", [](json::Binary bytes) { return json::Binary(bytes).size() == 3 ? bytes : json::Binary(); });
  SioClient client(server, "0");
  client.next();
  client.send(R"(51-7["blob",{"_placeholder":true,"num":0}])");
  client.send_binary("abc");
  CHECK(client.next() == R"(61-7[{"_placeholder":true,"num":0}])");
  CHECK(client.next() == "abc");
}

TEST_CASE("events and answers of every length arrive whole, alone in a turn and behind others") {
  SioServer server;
  server.io.on("m", [](sio::Socket& socket, json::View value) {
    socket.emit("m", value);
    socket.emit("again", value);
    return value;
  });
  server.io.of("/chat").on("m", [](sio::Socket& socket, json::View value) {
    socket.emit("m", value);
    return value;
  });
  SioClient client(server, "0");
  client.next();
  client.send("0/chat,");
  client.next();
  // Around the 125 bytes up to which a frame has the shortest header, and around 65,535.
  for (std::size_t size : {0u, 1u, 60u, 100u, 110u, 111u, 112u, 113u, 114u, 115u, 116u, 117u, 118u, 125u, 126u, 127u,
                           200u, 65530u, 70000u}) {
    CAPTURE(size);
    const std::string value = "\"" + std::string(size, 'x') + "\"";
    client.send("217[\"m\"," + value + "]");
    CHECK(client.next() == "2[\"m\"," + value + "]");
    CHECK(client.next() == "2[\"again\"," + value + "]");
    CHECK(client.next() == "317[" + value + "]");
    client.send("2/chat,18[\"m\"," + value + "]");
    CHECK(client.next() == "2/chat,[\"m\"," + value + "]");
    CHECK(client.next() == "3/chat,18[" + value + "]");
  }
}

TEST_CASE("a handler of the socket's own that is added for an event while that is handled hears it") {
  SioServer server;
  std::string heard;
  server.io.on("m", [&](sio::Socket& socket) {
    heard += 'a';
    socket.once("m", [&](sio::Socket&) { heard += 'b'; });
  });
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["m"])");
  CHECK(heard == "ab");
}
