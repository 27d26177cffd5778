// SPDX-License-Identifier: MIT
// The admin page's namespace: what a page knows of several loops while everything changes, and what it is spared.
#include <duplex/sio_admin.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

const std::string hash = "$2b$04$sCkvFmt/cUyIJQCeo.eEdOqCcTXUlyvujb8bq3LhXtkYhHLsgLBjW";

ServerOptions on_loopback() {
  ServerOptions options;
  options.host = "127.0.0.1";
  return options;
}

/// What a page makes of what it is told; what is told twice, or of nobody, is an error.
class Page {
 public:
  Page(MemoryServer& server, std::size_t loop) : client_(server, "/socket.io/?EIO=4&transport=websocket", {}, loop) {
    write("40/admin,");
  }
  void write(std::string_view packet) { client_.peer().write(client_frame(packet)); }
  void leave() { write("41/admin"); }

  /// Takes note of everything that has arrived.
  void read() {
    while (const auto frame = client_.next()) {
      if (frame->opcode != 1) continue;
      constexpr std::string_view event = "42/admin,";
      if (!frame->payload.starts_with(event)) continue;
      const auto packet = json::parse(std::string_view(frame->payload).substr(event.size()));
      REQUIRE(packet);
      note(*packet);
    }
  }
  bool has_all() const { return has_all_; }
  std::map<std::string, std::set<std::string>> sockets;  // of the main namespace: their rooms
  std::map<std::string, int> heard;                      // events of each kind
  std::vector<std::string> shown;                        // what was received and sent

 private:
  static std::string text(json::View value) { return value.as<std::string>().value_or(std::string()); }

  void add(json::View socket) {
    if (socket["nsp"] != "/") return;
    std::set<std::string> rooms;
    for (const json::View room : socket["rooms"].elements()) rooms.insert(text(room));
    CHECK_MESSAGE(sockets.emplace(text(socket["id"]), rooms).second, "a socket is told of twice");
  }
  void note(json::View event) {
    const std::string kind = text(event.at(0));
    ++heard[kind];
    if (kind == "event_received" || kind == "event_sent") shown.push_back(std::string(event.at(3).text()));
    if (kind == "all_sockets") {
      CHECK_FALSE(has_all_);
      has_all_ = true;
      for (const json::View socket : event.at(1).elements()) add(socket);
    } else if (kind == "socket_connected") {
      CHECK(has_all_);
      add(event.at(1));
    } else if (kind == "socket_disconnected" && event.at(1) == "/") {
      CHECK_MESSAGE(sockets.erase(text(event.at(2))) == 1, "of a socket that goes nobody has heard");
    } else if ((kind == "room_joined" || kind == "room_left") && event.at(1) == "/") {
      const auto it = sockets.find(text(event.at(3)));
      if (it == sockets.end()) return;  // its own room, before it is told of; and all of them after it went
      const std::string room = text(event.at(2));
      if (kind == "room_joined")
        CHECK_MESSAGE(it->second.insert(room).second, "a room is joined twice");
      else
        CHECK_MESSAGE(it->second.erase(room) == 1, "a room is left twice");
    }
  }
  bool has_all_ = false;
  WsClient client_;
};

}  // namespace

TEST_CASE("a page that comes while sockets come, go and change rooms on three loops knows each of them, once") {
  constexpr std::size_t loops = 3;
  std::size_t told_while_it_came = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&random](std::size_t n) {
      return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    SioServer server({.recovery = {.enabled = seed % 2 == 0}}, on_loopback(), loops);
    server.io.on("join", [](sio::Socket& socket, std::string_view room) { socket.join(room); });
    server.io.on("leave", [](sio::Socket& socket, std::string_view room) { socket.leave(room); });
    sio::instrument(server.io, {});

    std::vector<std::unique_ptr<WsClient>> people;
    std::vector<std::unique_ptr<Page>> pages;
    const auto turn = [&](std::size_t loop) {  // one loop gets on, the others stand
      net::MemoryLoop::run(server.server.backend(loop), server.server.reactor(loop));
    };
    for (int step = 0; step < 200; ++step) {
      const std::size_t what = below(12);
      if (what == 0 || people.empty()) {
        people.push_back(std::make_unique<WsClient>(server.server, "/socket.io/?EIO=4&transport=websocket",
                                                    std::string_view(), below(loops)));
        people.back()->peer().write(client_frame("40"));
      } else if (what <= 4) {
        WsClient& one = *people[below(people.size())];
        const std::string room = "r" + std::to_string(below(4));
        one.peer().write(client_frame((below(2) == 0 ? "42[\"join\",\"" : "42[\"leave\",\"") + room + "\"]"));
      } else if (what == 5) {
        const std::size_t at = below(people.size());
        if (below(2) == 0)
          people[at]->peer().write(client_frame("41"));
        else
          people[at]->peer().reset();
        people.erase(people.begin() + static_cast<std::ptrdiff_t>(at));
      } else if (what == 6 && step > 40 && pages.size() < 4) {
        pages.push_back(std::make_unique<Page>(server.server, below(loops)));
      } else if (what == 7 && pages.size() > 2) {
        pages.front()->leave();
        pages.erase(pages.begin());
      } else {
        turn(below(loops));
      }
      for (auto& page : pages) {
        const bool came = page->has_all();
        page->read();
        if (!came && page->has_all()) told_while_it_came += page->heard["room_joined"];
      }
    }
    server.server.run();
    std::map<std::string, std::set<std::string>> truth;
    server.io.fetch([&truth](std::vector<sio::RemoteSocket> all) {
      for (const auto& each : all) truth[each.id] = {each.rooms.begin(), each.rooms.end()};
    });
    server.server.run();
    for (auto& page : pages) {
      page->read();
      REQUIRE(page->has_all());
      CHECK(page->sockets == truth);
    }
  }
  CHECK(told_while_it_came > 0);  // or the case would have shown nothing
}

TEST_CASE(
    "a busy loop shows a page so many events a second, and of large ones their size; the log says what was left out") {
  SioServer server({}, on_loopback());
  server.io.on("x", [](sio::Socket&) {});
  sio::instrument(server.io, {.max_events = 10, .max_arguments = 20});
  Page page(server.server, 0);
  server.server.run();
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["x","short"])");
  client.send(R"(2["x","longer than twenty bytes"])");
  for (int i = 0; i < 30; ++i) client.send(R"(2["x"])");
  page.read();
  REQUIRE(page.shown.size() == 10);
  CHECK(page.shown[0] == R"(["x","short"])");
  CHECK(page.shown[1] == R"x(["x","(28 bytes)"])x");
  CHECK(page.shown[2] == R"(["x"])");
  server.server.advance(1s);
  client.send(R"(2["x"])");
  page.read();
  CHECK(page.shown.size() == 11);
  CHECK(server.server.logged("22 events of a second were not shown: max_events is 10"));
}

TEST_CASE("nobody watches: nothing is told, and a page that leaves is told nothing more") {
  SioServer server({}, on_loopback(), 2);
  sio::instrument(server.io, {});
  auto page = std::make_unique<Page>(server.server, 1);
  server.server.run();
  page->read();
  CHECK(page->has_all());
  page->leave();
  server.server.run();
  SioClient client(server, "0");
  client.next();
  page->read();
  CHECK(page->heard["socket_connected"] == 0);
}

TEST_CASE("in production a page hears counts every two seconds, and no socket, room or event") {
  SioServer server({}, on_loopback(), 2);
  sio::instrument(server.io, {.mode = sio::AdminMode::production, .read_only = true, .server_id = "here"});
  Page page(server.server, 1);
  server.server.run();
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["x"])");
  server.server.advance(4s);
  page.read();
  CHECK(page.heard == std::map<std::string, int>{{"config", 1}, {"server_stats", 2}});
}

TEST_CASE("a server whose admin page asks for no password does not start where others can reach it") {
  const auto start = [](std::string host, sio::AdminOptions admin) {
    ServerOptions options;
    options.host = std::move(host);
    Server server(std::move(options));
    sio::instrument(server.io(), std::move(admin));
    return server.start() ? std::string() : server.start_error();
  };
  for (const char* host : {"0.0.0.0", "::"}) {
    CAPTURE(host);
    CHECK(start(host, {}).starts_with("the admin UI has no password, and others can reach "));
    CHECK(start(host, {.password_hash = hash}) == "");
  }
  for (const char* host : {"127.0.0.1", "127.8.7.6", "localhost"}) CHECK(start(host, {}) == "");
  CHECK(start("127.0.0.1", {.password_hash = "secret"})
            .starts_with("the admin UI cannot be served: its password hash is not a bcrypt hash"));
  CHECK(start("127.0.0.1", {.nsp = "/"}).starts_with("the admin UI cannot be served: its namespace is \"/\""));
  Server twice({.host = "127.0.0.1"});
  sio::instrument(twice.io(), {});
  sio::instrument(twice.io(), {.nsp = "/other"});
  CHECK_FALSE(twice.start());
  CHECK(twice.start_error() == "the admin UI cannot be served: it has been set up twice");
}

TEST_CASE("what is sent to an admin socket by its handle arrives, although recovery is on elsewhere") {
  SioServer server({.recovery = {.enabled = true}}, on_loopback(), 2);
  sio::instrument(server.io, {.mode = sio::AdminMode::production});
  sio::Handle handle;
  server.io.of("/admin").on_connect([&handle](sio::Socket& socket) { handle = socket.handle(); });
  Page page(server.server, 1);
  server.server.run();
  handle.emit("hello");
  server.server.run();
  page.read();
  CHECK(page.heard["hello"] == 1);
}
