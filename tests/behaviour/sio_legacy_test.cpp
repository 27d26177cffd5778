// SPDX-License-Identifier: MIT
// Clients of Socket.IO 2: what they hear and say differently, and the S rows that are not the same for them.
#include <algorithm>

#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

struct Legacy : Speaking {
  Legacy() { as(4); }
};

/// The id that the client gives itself, as socket.io-client 2 does.
std::string own_id(const SioClient& client, std::string_view nsp = "/") {
  const std::string sid = field(client.open(), "sid");
  return nsp == "/" ? sid : std::string(nsp) + "#" + sid;
}

}  // namespace

TEST_CASE("a client of Socket.IO 2 is in the main namespace without asking, under the id that it knows") {
  Legacy legacy;
  SioServer server;
  std::string id, seen_auth;
  server.io.on_connect([&](sio::Socket& socket) {
    id = socket.id();
    seen_auth = socket.handshake().auth().text();
    socket.emit("hello", socket.rooms().size());
  });
  SioClient client(server);
  CHECK(client.next() == "0");
  CHECK(client.next() == R"(2["hello",1])");
  CHECK(id == own_id(client));
  CHECK(id.size() == 24);
  CHECK(seen_auth == "{}");
}

TEST_CASE("its query is its auth, in namespaces; what it carries besides is left away") {
  Legacy legacy;
  SioServer server;
  std::string auth;
  server.io.of("/admin").on_connect([&](sio::Socket& socket) { auth = socket.handshake().auth().text(); });
  for (const auto& each :
       {std::pair("0/admin", "{}"), std::pair("0/admin,", "{}"),
        std::pair("0/admin?token=a%20b&x=%22,", R"({"token":"a b","x":"\""})"),
        std::pair("0/admin?a=1&a=2&b", R"({"a":"2","b":""})"), std::pair("0/admin?a=%zz,", R"({"a":"%zz"})"),
        std::pair(R"(0/admin,{"token":"x"})", "{}"), std::pair("0/admin?,", "{}")}) {
    const char* const packet = each.first;
    CAPTURE(packet);
    SioClient client(server);
    client.next();
    auth = "none";
    CHECK(client.ask(packet) == "0/admin,");
    CHECK(auth == each.second);
  }
}

TEST_CASE("in a namespace its id is the connection's behind the namespace; it is a room, and finds it") {
  Legacy legacy;
  SioServer server;
  auto& admin = server.io.of("/admin");
  SioClient client(server), other(server);
  for (SioClient* each : {&client, &other}) {
    each->next();
    CHECK(each->ask("0/admin,") == "0/admin,");
  }
  const std::string id = own_id(client, "/admin");
  admin.in(id).emit("one", 1);
  server.server.run();
  CHECK(client.next() == R"(2/admin,["one",1])");
  CHECK(other.next() == "");
  std::vector<std::string> ids;
  admin.all().fetch([&](std::vector<sio::RemoteSocket> found) {
    for (const auto& remote : found) ids.push_back(remote.id);
  });
  server.server.run();
  CHECK(ids.size() == 2);
  CHECK(std::find(ids.begin(), ids.end(), id) != ids.end());
}

TEST_CASE("a refusal is a string, or the data that the middleware gave; an unknown namespace is told as to others") {
  Legacy legacy;
  SioServer server;
  server.io.of("/plain").use([](sio::Handshake&) { return sio::refuse("not \"authorised\""); });
  server.io.of("/data").use([](sio::Handshake&) { return sio::refuse("no", json::object("code", 7)); });
  SioClient client(server);
  client.next();
  CHECK(client.ask("0/plain,") == R"(4/plain,"not \"authorised\"")");
  CHECK(client.ask("0/data,") == R"(4/data,{"code":7})");
  CHECK(client.ask("0/nope,") == R"(4/nope,{"message":"Invalid namespace"})");
}

TEST_CASE("S12: if the main namespace refuses it, it hears so, and is closed after 20 s unless it enters another") {
  Legacy legacy;
  SioServer server;
  server.io.use([](sio::Handshake& hs) { return hs.query("token") ? sio::accept : sio::refuse("who are you?"); });
  server.io.of("/open");
  SioClient refused(server), enters(server);
  for (SioClient* each : {&refused, &enters}) CHECK(each->next() == R"(4"who are you?")");
  CHECK(enters.ask("0/open,") == "0/open,");
  server.server.advance(21s);
  CHECK(refused.closed());
  CHECK(enters.next() == "");
}

TEST_CASE("A3: the fifth refusal ends its connection, too") {
  Legacy legacy;
  SioServer server;
  SioClient client(server);
  client.next();
  for (int i = 0; i < 5; ++i) client.ask("0/nope,");
  CHECK(client.closed());
}

TEST_CASE("S9: it is in 64 namespaces at most, the main one among them") {
  Legacy legacy;
  SioServer server;
  server.io.of(sio::matching("/n-*"));
  SioClient client(server);
  client.next();
  for (int i = 0; i < 63; ++i) {
    const std::string name = "/n-" + std::to_string(i);
    CHECK(client.ask("0" + name + ",") == "0" + name + ",");
  }
  CHECK(client.ask("0/n-63,") == R"(4/n-63,{"message":"Too many namespaces"})");
}

TEST_CASE("S10: a namespace that is too long or odd closes its connection; a query that is too long counts as none") {
  for (const std::string& name : {"/" + std::string(512, 'x'), std::string("/../etc"), std::string("/a\0b", 4),
                                  "/" + std::string(400, 'y') + "?a=1"}) {
    Legacy legacy;
    SioServer server;
    SioClient client(server);
    client.next();
    const std::string answer = client.ask("0" + name + ",");
    CHECK(answer == "close");
  }
  Legacy legacy;
  SioServer server;
  std::string auth;
  server.io.of("/a").on_connect([&](sio::Socket& socket) { auth = socket.handshake().auth().text(); });
  SioClient client(server);
  client.next();
  CHECK(client.ask("0/a?x=" + std::string(10'000, 'x') + ",") == "0/a,");
  CHECK(auth == "{}");
}

TEST_CASE(
    "S11: it may not speak for a namespace that it has left, nor refuse connections; asking twice is no offence") {
  Legacy legacy;
  SioServer server;
  int calls = 0;
  server.io.on("x", [&] { ++calls; });
  SioClient after(server);
  after.next();
  after.send("1");
  after.send(R"(2["x"])");
  CHECK(after.closed());
  SioClient refusing(server);
  refusing.next();
  refusing.send(R"(4"no")");
  CHECK(refusing.closed());
  SioClient twice(server);
  twice.next();
  twice.send("0");
  CHECK(twice.next() == "");
  CHECK(server.io.stats().sockets == 1);
  CHECK(calls == 0);
}

TEST_CASE("bytes and acknowledgements go both ways between clients of both protocols") {
  SioServer server;
  server.io.on("pass", [](sio::Socket& socket, json::Binary bytes) {
    socket.broadcast().emit("passed", bytes);
    return bytes;
  });
  SioClient modern(server, "0");
  modern.next();
  Speaking speaking;
  speaking.as(4);
  SioClient old(server);
  old.next();
  old.send(R"(51-7["pass",{"_placeholder":true,"num":0}])");
  old.send_binary("\x01\x02");
  CHECK(old.next() == R"(61-7[{"_placeholder":true,"num":0}])");
  CHECK(old.next() == "\x04\x01\x02");
  CHECK(modern.next() == R"(51-["passed",{"_placeholder":true,"num":0}])");
  CHECK(modern.next() == "\x01\x02");
  modern.send(R"(51-["pass",{"_placeholder":true,"num":0}])");
  modern.send_binary("ab");
  CHECK(old.next() == R"(51-["passed",{"_placeholder":true,"num":0}])");
  CHECK(old.next() ==
        "\x04"
        "ab");
}

TEST_CASE("with recovery, it gets every event, and nothing is kept of it when it goes") {
  for (const std::size_t loops : {1, 2}) {
    CAPTURE(loops);
    Legacy legacy;
    sio::Options options;
    options.recovery.enabled = true;
    SioServer server(std::move(options), {}, loops);
    auto& room = server.io.of("/room");
    sio::Handle handle;
    room.on_connect([&](sio::Socket& socket) { handle = socket.handle(); });
    SioClient client(server, {}, loops - 1);
    client.next();
    CHECK(client.ask("0/room,") == "0/room,");
    room.emit("all", 1);
    handle.emit("one", 2);
    handle.with([](sio::Socket& socket) { socket.emit("from its loop", 3); });
    server.server.run();
    // An offset is the last argument of each, as with Node: its clients do not know what it is.
    CHECK(client.next().starts_with(R"(2/room,["all",1,")"));
    CHECK(client.next().starts_with(R"(2/room,["one",2,")"));
    CHECK(client.next().starts_with(R"(2/room,["from its loop",3,")"));
    client.reset();
    CHECK(server.io.stats().sockets == 0);
  }
}
