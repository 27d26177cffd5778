// SPDX-License-Identifier: MIT
// Connection state recovery: what Node's loses, and the rows S15, S16, A2.
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

sio::Options recovering() {
  sio::Options options;
  options.recovery.enabled = true;
  return options;
}

/// A client that keeps what the JavaScript one does: its pid, and the last string of the newest event.
struct Returning {
  explicit Returning(SioServer& server) : server_(server) {
    client.emplace(server);
    take(client->ask("0"));
  }
  void take(const std::string& connect) {
    sid = field(connect, "sid");
    pid = field(connect, "pid");
  }
  /// The next event, without its offset.
  std::string event() {
    std::string packet = client->next();
    const auto comma = packet.rfind(",\"");
    if (!packet.starts_with("2[") || comma == packet.npos) return packet;
    offset = packet.substr(comma + 2, packet.size() - comma - 4);
    return packet.substr(0, comma) + "]";
  }
  /// Comes back on a new connection; true if it has its session again. `missed` is what came before.
  bool back(std::string_view its_offset) {
    client.emplace(server_);
    client->send(R"(0{"pid":")" + pid +
                 (its_offset.empty() ? std::string("\"}") : R"(","offset":")" + std::string(its_offset) + "\"}"));
    missed.clear();
    for (std::string packet = event(); !packet.empty(); packet = event()) {
      if (!packet.starts_with("0{")) {
        missed.push_back(packet);
        continue;
      }
      const bool same = field(packet, "pid") == pid && field(packet, "sid") == sid;
      take(packet);
      return same;
    }
    return false;
  }
  SioServer& server_;
  std::optional<SioClient> client;
  std::string sid, pid, offset;
  std::vector<std::string> missed;
};

}  // namespace

TEST_CASE("a client that was cut off has its id, rooms, data and every event it missed, in order") {
  SioServer server(recovering());
  server.io.on("join", [](sio::Socket& socket, std::string_view room) {
    socket.join(room);
    socket.set_data(json::object("name", "Ada"));
  });
  std::string data;
  bool recovered = false;
  server.io.on_connect([&](sio::Socket& socket) {
    recovered = socket.recovered();
    data = socket.data().text();
  });
  Returning client(server);
  client.client->send(R"(2["join","r"])");
  server.io.to("r").emit("n", 1);
  server.server.run();
  CHECK(client.event() == R"(2["n",1])");
  client.client->reset();
  server.io.to("r").emit("n", 2);
  server.io.to("other").emit("n", 99);
  server.io.to("r").except(client.sid).emit("n", 98);
  server.io.emit("n", 3);
  server.server.run();
  CHECK(client.back(client.offset));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",2])", R"(2["n",3])"});
  CHECK(recovered);
  CHECK(data == R"({"name":"Ada"})");
  server.io.to("r").emit("n", 4);
  server.server.run();
  CHECK(client.event() == R"(2["n",4])");
}

TEST_CASE("a client that is cut off before its first event comes back without an offset") {
  SioServer server(recovering());
  Returning client(server);
  client.client->reset();
  server.io.emit("n", 1);
  CHECK(client.back(""));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",1])"});
}

TEST_CASE("a volatile event says where its receiver is, and is not kept") {
  SioServer server(recovering());
  Returning client(server);
  server.io.emit("n", 1);
  server.io.volatile_emit("tick", "hello");
  server.server.run();
  client.event();
  CHECK(client.event() == R"(2["tick","hello"])");
  client.client->reset();
  server.io.volatile_emit("tick", "lost");
  server.io.emit("n", 2);
  CHECK(client.back(client.offset));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",2])"});
}

TEST_CASE("a half-open predecessor is cut off by the connection that takes its session over") {
  std::vector<std::string> reasons;  // outlives the server
  SioServer server(recovering());
  server.io.on_disconnect([&](sio::Socket&, std::string_view why) { reasons.emplace_back(why); });
  Returning client(server);
  server.io.emit("n", 1);
  server.server.run();
  client.event();
  const std::string offset = client.offset;
  SioClient half_open = std::move(*client.client);
  server.io.emit("n", 2);  // into the void
  CHECK(client.back(offset));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",2])"});
  CHECK(reasons == std::vector<std::string>{"transport close"});
  CHECK(server.io.stats().sockets == 1);
}

TEST_CASE("S15: a pid is one session's: who comes second takes over, never beside") {
  SioServer server(recovering());
  Returning client(server);
  server.io.emit("n", 1);
  server.server.run();
  client.event();
  const std::string pid = client.pid, offset = client.offset;
  client.client->reset();
  Returning thief(server);
  thief.client->send("1");
  thief.pid = pid, thief.sid = client.sid;
  CHECK(client.back(offset));
  CHECK(thief.back(offset));
  CHECK(client.client->closed());
  CHECK(server.io.stats().sockets == 1);
  CHECK(server.io.stats().recovered == 2);
  Returning guesser(server);
  guesser.pid = std::string(24, 'A');
  CHECK_FALSE(guesser.back(offset));
  CHECK(server.server.logged("its session is unknown"));
}

TEST_CASE("S16: an offset that is none of ours falls back to what has certainly arrived") {
  for (const std::string& offset : {std::string("x"), std::string("99999999999999-0"), std::string("0-0"),
                                    std::string(10'000, 'z'), std::string("AAAA-18446744073709551616")}) {
    SioServer server(recovering());
    Returning client(server);
    server.io.emit("n", 1);
    server.server.run();
    client.event();
    client.client->reset();
    server.io.emit("n", 2);
    CHECK(client.back(offset));
    CHECK(client.missed ==
          std::vector<std::string>{R"(2["n",1])", R"(2["n",2])"});  // at least once: no ping was answered yet
  }
}

TEST_CASE("an answered ping says what has arrived, whatever the client's offset") {
  SioServer server(recovering());
  Returning client(server);
  server.io.emit("n", 1);
  server.server.run();
  client.event();
  server.server.advance(25s);
  CHECK(client.client->next() == "");  // answers the ping
  client.client->reset();
  server.io.emit("n", 2);
  CHECK(client.back("nonsense"));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",2])"});
}

TEST_CASE("what is kept is bounded: a client that cannot have all of it gets a new session, and the log says why") {
  SUBCASE("by count") {
    sio::Options options = recovering();
    options.recovery.max_events = 3;
    SioServer server(std::move(options));
    Returning client(server);
    client.client->reset();
    for (int i = 0; i < 4; ++i) server.io.emit("n", i);
    server.server.run();
    CHECK_FALSE(client.back(""));
    CHECK(server.server.logged("have left the log"));
    CHECK(server.io.stats().not_recovered == 1);
  }
  SUBCASE("by bytes") {
    sio::Options options = recovering();
    options.recovery.max_bytes = 3'000;
    SioServer server(std::move(options));
    Returning client(server);
    client.client->reset();
    for (int i = 0; i < 4; ++i) server.io.emit("n", std::string(1'000, 'x'));
    server.server.run();
    CHECK_FALSE(client.back(""));
  }
  SUBCASE("by age") {
    SioServer server(recovering());
    Returning client(server);
    client.client->reset();
    server.server.advance(121s);
    CHECK_FALSE(client.back(""));
    CHECK(server.server.logged("its session is unknown, or waited too long"));
  }
}

TEST_CASE("a session that begins after many events is not held to what was before it") {
  sio::Options options = recovering();
  options.recovery.max_events = 3;
  SioServer server(std::move(options));
  for (int i = 0; i < 10; ++i) server.io.emit("n", i);
  server.server.run();
  Returning client(server);
  client.client->reset();
  server.io.emit("n", 10);
  CHECK(client.back(""));
  CHECK(client.missed == std::vector<std::string>{R"(2["n",10])"});
}

TEST_CASE("who leaves on purpose, or is dismissed, is not recovered") {
  SioServer server(recovering());
  server.io.on("dismiss me", [](sio::Socket& socket) { socket.disconnect(); });
  Returning client(server);
  client.client->send("1");
  CHECK_FALSE(client.back(""));
  client.client->send(R"(2["dismiss me"])");
  CHECK_FALSE(client.back(""));
}

TEST_CASE("A2: middlewares are asked again when a client comes back") {
  sio::Options options = recovering();
  bool skip = false;
  SUBCASE("by default") {}
  SUBCASE("unless they are skipped") { options.recovery.skip_middlewares = skip = true; }
  SioServer server(std::move(options));
  bool expired = false;
  server.io.use([&](sio::Handshake&) { return expired ? sio::refuse("expired") : sio::accept; });
  Returning client(server);
  client.client->reset();
  expired = true;
  CHECK(client.back("") == skip);
}
