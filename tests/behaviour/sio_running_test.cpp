// SPDX-License-Identifier: MIT
// Handlers and middlewares that are set while the server runs, and what belongs to a pattern's children.
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

using Lines = std::vector<std::string>;

TEST_CASE("a handler that is set while the server runs hears the events that come then") {
  SioServer server;
  SioClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(20["who"])") == "");
  server.io.on("who", [] { return "me"; });
  CHECK(client.ask(R"(21["who"])") == R"(31["me"])");
}

TEST_CASE("a handler may set handlers of its own event: they hear the next one") {
  int later = 0;
  SioServer server;
  server.io.on("x", [&] {
    for (int i = 0; i < 100; ++i) server.io.on("x", [&] { ++later; });
  });
  server.io.on("x", [] {});
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["x"])");
  CHECK(later == 0);
  client.send(R"(2["x"])");
  CHECK(later == 100);
}

TEST_CASE("a middleware that is set while the server runs is asked about the next client") {
  SioServer server;
  SioClient before(server, "0");
  CHECK(before.next().starts_with("0{"));
  server.io.use([](sio::Handshake&) { return sio::refuse("closed"); });
  SioClient after(server, "0");
  CHECK(after.next() == R"(4{"message":"closed"})");
}

TEST_CASE("a namespace that is named while the server runs can be entered") {
  SioServer server;
  SioClient client(server, "0");
  client.next();
  server.io.of("/new").on("hello", [] { return 1; });
  CHECK(client.ask("0/new,").starts_with("0/new,{"));
  CHECK(client.ask(R"(2/new,0["hello"])") == "3/new,0[1]");
}

TEST_CASE("what on_new_namespace gives to a child is that child's alone, and there before its first client") {
  Lines refused;
  SioServer server;
  server.io.of(sio::matching("/room-*")).on("who", [](sio::Socket& socket) { return socket.nsp().name(); });
  server.io.on_new_namespace([](sio::Namespace& child) {
    if (child.name() == "/room-2") child.use([](sio::Handshake&) { return sio::refuse("private"); });
    child.on("mine", [&child] { return child.name(); });
  });
  SioClient client(server);
  CHECK(client.ask("0/room-1,").starts_with("0/room-1,{"));
  CHECK(client.ask("0/room-2,") == R"(4/room-2,{"message":"private"})");
  CHECK(client.ask("0/room-3,").starts_with("0/room-3,{"));
  CHECK(client.ask(R"(2/room-3,0["mine"])") == R"(3/room-3,0["/room-3"])");
  CHECK(client.ask(R"(2/room-1,1["mine"])") == R"(3/room-1,1["/room-1"])");
  CHECK(client.ask(R"(2/room-1,2["who"])") == R"(3/room-1,2["/room-1"])");
}

TEST_CASE("what is asked of a pattern is asked of all its children, and answered once") {
  SioServer server({}, {}, 2);
  sio::Namespace& rooms = server.io.of(sio::matching("/room-*"));
  Lines got;
  const auto answers = [&](const sio::Answers& all) {
    got = {all.error ? all.error.message() : "all"};
    for (const auto& each : all.list) got.emplace_back(each.first().text());
  };
  rooms.fetch([&](std::vector<sio::RemoteSocket> found) { got = {"nobody " + std::to_string(found.size())}; });
  server.server.run();
  CHECK(got == Lines{"nobody 0"});
  rooms.emit("vote", sio::gather(5s, answers));
  server.server.run();
  CHECK(got == Lines{"all"});

  SioClient a(server, "0/room-1,", 0), b(server, "0/room-2,", 1);
  CHECK(a.next().starts_with("0/room-1,"));
  CHECK(b.next().starts_with("0/room-2,"));
  rooms.fetch([&](std::vector<sio::RemoteSocket> found) { got = {"found " + std::to_string(found.size())}; });
  server.server.run();
  CHECK(got == Lines{"found 2"});

  int joined = 0;
  rooms.join("r", [&] { ++joined; });
  server.server.run();
  CHECK(joined == 1);
  got.clear();
  rooms.to("r").emit("vote", sio::gather(5s, answers));
  server.server.run();
  CHECK(a.next() == R"(2/room-1,0["vote"])");
  CHECK(b.next() == R"(2/room-2,0["vote"])");
  a.send(R"(3/room-1,0["yes"])");
  CHECK(got.empty());
  b.send(R"(3/room-2,0["no"])");
  CHECK(got == Lines{"all", "\"yes\"", "\"no\""});

  rooms.emit("vote", sio::gather(5s, answers));
  server.server.run();
  a.send(R"(3/room-1,1["late?"])");
  server.server.advance(6s);
  CHECK(got == Lines{make_error_code(Errc::timeout).message(), "\"late?\""});
  CHECK(server.io.stats().pending_acks == 0);
}
