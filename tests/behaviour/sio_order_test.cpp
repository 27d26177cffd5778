// SPDX-License-Identifier: MIT
// One thread's emits reach each receiver in the order in which they were made, whatever way they take; rooms are as
// they were when it was emitted. On two loops, with recovery (one loop puts everything in order) and without.
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

constexpr std::size_t home = 0, elsewhere = 1;

sio::Options with_recovery(bool on) {
  sio::Options options;
  options.recovery.enabled = on;
  return options;
}

/// The names of the events that have come.
std::vector<std::string> events(SioClient& client) {
  std::vector<std::string> names;
  for (std::string packet = client.next(); !packet.empty(); packet = client.next()) {
    const auto from = packet.find('"') + 1;
    names.push_back(packet.starts_with('2') ? packet.substr(from, packet.find('"', from) - from) : packet);
  }
  return names;
}

using Names = std::vector<std::string>;

/// A server on two loops, a client on each, and their handles.
struct Two {
  explicit Two(bool recovery) : server(with_recovery(recovery), {}, 2) {
    server.io.on_connect([this](sio::Socket& socket) { handles.push_back(socket.handle()); });
    for (const std::size_t loop : {home, elsewhere}) {
      clients.push_back(std::make_unique<SioClient>(server, "0", loop));
      REQUIRE(clients.back()->next().starts_with("0{"));
    }
  }
  Names heard_by(std::size_t loop) {
    server.server.run();
    return events(*clients[loop]);
  }
  std::vector<sio::Handle> handles;  // by loop
  SioServer server;
  std::vector<std::unique_ptr<SioClient>> clients;
};

}  // namespace

TEST_CASE("what a thread that is no loop's sends to one socket and to all keeps its order") {
  for (const bool recovery : {false, true}) {
    CAPTURE(recovery);
    for (const std::size_t loop : {home, elsewhere}) {
      CAPTURE(loop);
      Two two(recovery);
      CHECK(two.handles[loop].emit("1") == Sent::queued);
      two.server.io.emit("2");
      two.handles[loop].emit("3");
      two.server.io.to("nobody").emit("x");
      two.server.io.except("nobody").emit("4", sio::gather(5s, [](const sio::Answers&) {}));
      two.server.io.emit("5");
      two.server.io.volatile_emit("6");
      two.handles[loop].emit("7");
      two.handles[loop].disconnect();
      two.server.io.emit("8");
      CHECK(two.heard_by(loop) == Names{"1", "2", "3", "4", "5", "6", "7", "1"});
      CHECK(two.heard_by(1 - loop) == Names{"2", "4", "5", "6", "8"});
    }
  }
}

TEST_CASE("what one loop sends to a socket of another and to all keeps its order") {
  for (const bool recovery : {false, true})
    for (const std::size_t loop : {home, elsewhere}) {
      CAPTURE(recovery);
      CAPTURE(loop);
      Two two(recovery);
      two.handles[loop].with([&](sio::Socket& socket) {
        two.handles[1 - loop].emit("1");
        two.server.io.emit("2");
        socket.broadcast().emit("3");
        two.handles[1 - loop].emit("4");
      });
      CHECK(two.heard_by(1 - loop) == Names{"1", "2", "3", "4"});
      CHECK(two.heard_by(loop) == Names{"2"});
    }
}

TEST_CASE("an event to a room reaches those who are in it when it is emitted, though they leave at once") {
  for (const bool recovery : {false, true})
    for (const std::size_t loop : {home, elsewhere}) {
      CAPTURE(recovery);
      CAPTURE(loop);
      Two two(recovery);
      two.handles[loop].with([&](sio::Socket& socket) {
        socket.join("r");
        two.server.io.to("r").emit("in r");
        socket.leave("r");
        two.server.io.to("r").emit("after r");
        socket.join("r");
        socket.leave("r");
        two.server.io.except("r").emit("not in r");
        socket.join("late");
        two.server.io.except("late").emit("not late");
        socket.leave("late");
        two.server.io.to("late").to("r").emit("nobody");
        socket.join("r");
      });
      CHECK(two.heard_by(loop) == Names{"in r", "not in r"});
      CHECK(two.heard_by(1 - loop) == Names{"not in r", "not late"});
      two.server.io.to("r").emit("now");  // nothing of all this is remembered
      CHECK(two.heard_by(loop) == Names{"now"});
    }
}

TEST_CASE("who joins a room after an event was emitted to it does not hear it") {
  for (const bool recovery : {false, true}) {
    CAPTURE(recovery);
    Two two(recovery);
    two.handles[elsewhere].with([&](sio::Socket& socket) {
      two.server.io.to("r").emit("before");
      socket.join("r");
      two.server.io.to("r").emit("after");
      socket.leave("r");
    });
    CHECK(two.heard_by(elsewhere) == Names{"after"});
  }
}

TEST_CASE("a socket that goes while events are on their way to it is forgotten") {
  Two two(true);
  two.handles[elsewhere].with([&](sio::Socket& socket) {
    socket.join("r");
    two.server.io.to("r").emit("x");
    socket.leave("r");
  });
  two.handles[elsewhere].emit("y");
  two.clients[elsewhere]->reset();
  two.handles[elsewhere].emit("z");
  two.server.server.run();
  CHECK(two.server.io.stats().sockets == 1);
}
