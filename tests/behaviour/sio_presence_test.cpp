// SPDX-License-Identifier: MIT
// Presence: users, not sockets; who comes and goes, by whatever road; the time of grace; several loops.
#include <duplex/presence.h>

#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "support/raw_client.h"
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

sio::Options recovering() {
  sio::Options options;
  options.recovery.enabled = true;
  return options;
}

/// A server whose clients enter a room under a name, and what its presence says.
struct PresenceServer {
  explicit PresenceServer(sio::PresenceOptions options = {}, sio::Options io = {}, std::size_t loops = 1)
      : server(std::move(io), {}, loops), presence(server.io, std::move(options)) {
    server.io.on("enter", [](sio::Socket& socket, std::string_view room, std::string_view user) {
      socket.set_data(json::object("user", user));
      socket.join(room);
    });
    server.io.on("leave", [](sio::Socket& socket, std::string_view room) { socket.leave(room); });
    presence.on_join([this](const sio::PresenceChange& it) { note('+', it); });
    presence.on_leave([this](const sio::PresenceChange& it) { note('-', it); });
  }
  void note(char sign, const sio::PresenceChange& it) {
    told += (told.empty() ? "" : " ") + std::string(1, sign) + it.person.user + '@' + std::string(it.room);
    CHECK(it.version > newest);
    newest = it.version;
  }
  /// What has been told since the last look.
  std::string heard() {
    server.server.run();
    return std::exchange(told, {});
  }
  std::string who(std::string_view room) {
    server.server.run();
    std::string names;
    for (const sio::Person& each : presence.roster(room).people)
      names += (names.empty() ? "" : " ") + each.user + '*' + std::to_string(each.sockets);
    return names;
  }
  std::unique_ptr<SioClient> enter(std::string_view room, std::string_view user, std::size_t loop = 0) {
    auto client = std::make_unique<SioClient>(server, "", loop);
    last_connect = client->ask("0");
    client->send("2[\"enter\",\"" + std::string(room) + "\",\"" + std::string(user) + "\"]");
    server.server.run();
    return client;
  }
  void advance(std::chrono::milliseconds by) { server.server.advance(by); }

  std::string told, last_connect;  // outlive the server
  std::uint64_t newest = 0;
  SioServer server;
  sio::Presence presence;
};

}  // namespace

TEST_CASE("a user with several sockets is there once, until the last one has left") {
  PresenceServer server;
  const auto first = server.enter("r", "ada");
  CHECK(server.heard() == "+ada@r");
  const auto second = server.enter("r", "ada");
  const auto bob = server.enter("r", "bob");
  CHECK(server.heard() == "+bob@r");
  CHECK(server.who("r") == "ada*2 bob*1");
  CHECK(server.presence.count("r") == 2);
  CHECK(server.presence.is_in("r", "ada"));
  CHECK(!server.presence.is_in("r", "eve"));
  first->send(R"(2["leave","r"])");
  CHECK(server.heard().empty());
  second->send(R"(2["leave","r"])");
  CHECK(server.heard() == "-ada@r");
  CHECK(server.who("r") == "bob*1");
}

TEST_CASE("whoever is back within the time of grace never left; whoever is not has left, once") {
  PresenceServer server({.grace = 5s});
  auto ada = server.enter("r", "ada");
  CHECK(server.heard() == "+ada@r");
  ada->reset();
  server.advance(4'900ms);
  CHECK(server.heard().empty());
  CHECK(server.who("r") == "ada*0");  // away, and expected
  ada = server.enter("r", "ada");
  server.advance(20s);
  CHECK(server.heard().empty());
  CHECK(server.who("r") == "ada*1");
  ada->reset();
  server.advance(4'900ms);
  CHECK(server.heard().empty());
  server.advance(200ms);
  CHECK(server.heard() == "-ada@r");
  server.advance(20s);
  CHECK(server.heard().empty());
  CHECK(server.presence.count("r") == 0);
}

TEST_CASE("every absence has its own time of grace") {
  PresenceServer server({.grace = 5s});
  for (int i = 0; i < 5; ++i) {
    server.enter("r", "ada")->reset();
    server.advance(3s);
  }
  CHECK(server.heard() == "+ada@r");
  server.advance(1'900ms);
  CHECK(server.heard().empty());
  server.advance(200ms);
  CHECK(server.heard() == "-ada@r");
}

TEST_CASE("a recovered session is its user again: within the time of grace without a word, later as one who comes") {
  PresenceServer server({.grace = 5s}, recovering());
  auto ada = server.enter("r", "ada");
  const std::string pid = field(server.last_connect, "pid"), sid = field(server.last_connect, "sid");
  CHECK(server.heard() == "+ada@r");
  ada->reset();
  server.advance(3s);
  const auto back = [&] {
    ada = std::make_unique<SioClient>(server.server);
    const std::string packet = ada->ask(R"(0{"pid":")" + pid + "\"}");
    CHECK(field(packet, "sid") == sid);
  };
  back();
  server.advance(20s);
  CHECK(server.heard().empty());
  CHECK(server.who("r") == "ada*1");
  ada->reset();
  server.advance(30s);
  CHECK(server.heard() == "-ada@r");
  back();
  CHECK(server.heard() == "+ada@r");
  ada->send(R"(2["leave","r"])");
  CHECK(server.heard() == "-ada@r");
}

TEST_CASE("who is disconnected by the server leaves at once, and so does everyone without a time of grace") {
  PresenceServer server({.grace = 5s});
  const auto ada = server.enter("r", "ada"), bob = server.enter("r", "bob");
  CHECK(server.heard() == "+ada@r +bob@r");
  server.server.io.to("r").disconnect();
  CHECK(server.heard() == "-ada@r -bob@r");

  PresenceServer at_once({.grace = 0s});
  const auto eve = at_once.enter("r", "eve");
  eve->reset();
  CHECK(at_once.heard() == "+eve@r -eve@r");
}

TEST_CASE("a client that says goodbye and comes back at once does not flicker") {
  PresenceServer server;
  const auto ada = server.enter("r", "ada");
  ada->send("1");
  CHECK(server.heard() == "+ada@r");
  CHECK(ada->ask("0").starts_with("0{"));
  ada->send(R"(2["enter","r","ada"])");
  server.advance(20s);
  CHECK(server.heard().empty());
}

TEST_CASE("sockets that others move are counted, too; rooms are counted one by one") {
  PresenceServer server;
  const auto ada = server.enter("r", "ada"), bob = server.enter("r", "bob");
  CHECK(server.heard() == "+ada@r +bob@r");
  server.server.io.to("r").join("s");
  CHECK(server.heard() == "+ada@s +bob@s");
  server.server.io.to("s").leave("r");
  CHECK(server.heard() == "-ada@r -bob@r");
  CHECK(server.who("r").empty());
  CHECK(server.who("s") == "ada*1 bob*1");
}

TEST_CASE("who is nobody is not counted, and neither are rooms that are not asked about") {
  PresenceServer server({.room = [](std::string_view room) { return !room.starts_with("private:"); }});
  const auto nobody = server.enter("r", ""), ada = server.enter("private:1", "ada");
  CHECK(server.heard().empty());
  CHECK(server.presence.count("r") == 0);
  CHECK(server.presence.count("private:1") == 0);

  PresenceServer by_id({.user = [](const sio::Socket& socket) { return std::string(socket.id()); }});
  const auto one = by_id.enter("r", "same"), two = by_id.enter("r", "same");
  CHECK(by_id.presence.count("r") == 2);
}

TEST_CASE("what is told of a person is his newest data, as JSON") {
  std::string said;
  PresenceServer server;
  server.presence.on_join([&](const sio::PresenceChange& it) { said = json::text_of(it.person).text(); });
  const auto ada = server.enter("r", "ada");
  server.server.server.run();
  CHECK(said == R"({"user":"ada","data":{"user":"ada"},"sockets":1})");
  CHECK(json::text_of(server.presence.roster("r")).text() == R"({"version":1,"people":[)" + said + "]}");
}

TEST_CASE("a handler that throws is logged, and the next one is called") {
  PresenceServer server;
  server.presence.on_join([](const sio::PresenceChange&) { throw std::runtime_error("no"); });
  int after = 0;
  server.presence.on_join([&](const sio::PresenceChange&) { ++after; });
  const auto ada = server.enter("r", "ada");
  server.server.server.run();
  CHECK(after == 1);
  CHECK(server.server.server.logged("a presence handler threw: no"));
}

TEST_CASE("on several loops a user is one, wherever his sockets are, and moves between them without a flicker") {
  for (const bool recovery : {false, true}) {
    PresenceServer server({.grace = 5s}, recovery ? recovering() : sio::Options(), 3);
    const auto one = server.enter("r", "ada", 0), two = server.enter("r", "ada", 1),
               three = server.enter("r", "bob", 2);
    CHECK(server.heard() == "+ada@r +bob@r");
    CHECK(server.who("r") == "ada*2 bob*1");
    one->reset();
    two->reset();
    server.advance(4s);
    const auto again = server.enter("r", "ada", 2);
    server.advance(10s);
    CHECK(server.heard().empty());
    again->reset();
    three->send(R"(2["leave","r"])");
    CHECK(server.heard() == "-bob@r");
    server.advance(6s);
    CHECK(server.heard() == "-ada@r");
  }
}

TEST_CASE("rooms tell who joins and who leaves, by whatever road, and once") {
  std::string told;  // outlives the server
  SioServer server(recovering());
  server.io.on_join_room([&](sio::Socket& socket, std::string_view room) {
    CHECK(socket.in_room(room));
    told += "+" + std::string(room);
  });
  server.io.on_leave_room([&](sio::Socket& socket, std::string_view room) {
    CHECK(!socket.in_room(room));
    told += "-" + std::string(room);
  });
  server.io.on_disconnecting([&](sio::Socket&, const sio::Disconnect&) { told += '!'; });
  server.io.on_connect([&](sio::Socket&) { told += '*'; });
  server.io.on("join", [](sio::Socket& socket, std::string_view room) {
    socket.join(room);
    socket.join(room);
    socket.join(socket.id());
  });
  server.io.on("leave", [](sio::Socket& socket, std::string_view room) {
    socket.leave(room);
    socket.leave(room);
  });
  const auto heard = [&] {
    server.server.run();
    return std::exchange(told, {});
  };
  auto client = std::make_unique<SioClient>(server);
  const std::string pid = field(client->ask("0"), "pid");
  client->send(R"(2["join","a"])");
  client->send(R"(2["join","b"])");
  client->send(R"(2["leave","a"])");
  CHECK(heard() == "*+a+b-a");
  server.io.to("b").join("c");
  CHECK(heard() == "+c");
  client->reset();
  CHECK(heard() == "!-b-c");
  client = std::make_unique<SioClient>(server);
  client->send(R"(0{"pid":")" + pid + "\"}");
  CHECK(heard() == "+b+c*");
  server.io.disconnect();
  CHECK(heard() == "!-b-c");
}

TEST_CASE("a socket that leaves cannot be brought back into a room by those who are told of it") {
  PresenceServer server({.grace = 0s});
  server.server.io.on_leave_room([](sio::Socket& socket, std::string_view) { socket.join("again"); });
  server.server.io.on_disconnecting([](sio::Socket& socket, const sio::Disconnect&) { socket.join("last"); });
  server.server.io.on_disconnect([](sio::Socket& socket, const sio::Disconnect&) { socket.join("never"); });
  server.enter("r", "ada")->reset();
  CHECK(server.heard() == "+ada@r -ada@r +ada@last -ada@last");
  for (const char* room : {"r", "again", "last", "never"}) CHECK(server.presence.count(room) == 0);
}

TEST_CASE("a handler of rooms may disconnect the socket that it is told of") {
  SioServer server(recovering());
  bool refuse = false;  // not before it has been there
  server.io.on_join_room([&](sio::Socket& socket, std::string_view) {
    if (refuse) socket.disconnect(true);
  });
  server.io.on("join", [](sio::Socket& socket) {
    socket.join("a");
    socket.join("b");
  });
  auto client = std::make_unique<SioClient>(server);
  const std::string pid = field(client->ask("0"), "pid");
  client->send(R"(2["join"])");
  server.server.run();
  client->reset();
  refuse = true;
  client = std::make_unique<SioClient>(server);
  client->send(R"(0{"pid":")" + pid + "\"}");
  CHECK(client->closed());
  CHECK(server.io.stats().sockets == 0);
  auto other = std::make_unique<SioClient>(server);
  other->ask("0");
  other->send(R"(2["join"])");
  CHECK(other->closed());
}

TEST_CASE("users come and go on two real loops while others look: nobody is lost, and each is told of in turn") {
  std::mutex mutex;
  std::set<std::string> here;
  int wrong = 0;
  Server server({.port = 0, .threads = 2});
  sio::Options options;
  options.recovery.enabled = true;
  sio::Io& io = server.io(std::move(options));
  sio::Presence presence(io, {.grace = 20ms});
  presence.on_join([&](const sio::PresenceChange& it) {
    const std::lock_guard lock(mutex);
    wrong += !here.insert(it.person.user).second;
    io.to(it.room).emit("joined", it.person.user);
  });
  presence.on_leave([&](const sio::PresenceChange& it) {
    const std::lock_guard lock(mutex);
    wrong += here.erase(it.person.user) != 1;
    io.to(it.room).emit("left", it.person.user);
  });
  io.on("enter", [](sio::Socket& socket, std::string_view user) {
    socket.set_data(user);
    socket.join("r");
    return 1;
  });
  io.on("leave", [](sio::Socket& socket) { socket.leave("r"); });
  REQUIRE(server.start());
  std::thread loops([&] { server.run(); });
  std::atomic<bool> done{false};
  std::thread looker([&] {
    while (!done) {
      CHECK(presence.roster("r").people.size() <= 3);
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> users;
  for (int u = 0; u < 3; ++u)
    users.emplace_back([&, u] {
      for (int i = 0; i < 15; ++i) {
        behaviour::RawClient client(server.port());
        client.send(behaviour::upgrade("/socket.io/?EIO=4&transport=websocket"));
        if (client.answer().status != 101) std::abort();
        client.send(client_frame("40") + client_frame("421[\"enter\",\"u" + std::to_string(u) + "\"]"));
        while (const auto frame = client.frame())
          if (frame->payload.starts_with("431[")) break;
        if (i % 3 == 0) client.send(client_frame("42[\"leave\"]"));
      }
    });
  for (std::thread& each : users) each.join();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  const auto empty = [&] {
    const std::lock_guard lock(mutex);
    return here.empty();
  };
  while ((presence.count("r") > 0 || !empty()) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  done = true;
  looker.join();
  CHECK(presence.count("r") == 0);
  CHECK(empty());
  CHECK(wrong == 0);
  server.stop();
  loops.join();
}
