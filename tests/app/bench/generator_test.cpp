// SPDX-License-Identifier: MIT
#include "app/bench/generator.h"

#include <doctest/doctest.h>
#include <duplex/duplex.h>
#include <unistd.h>

#include <thread>

#include "support/allocations.h"

using namespace duplex;
using namespace duplex::bench;

namespace {

/// An echo on a thread of its own, over WebSocket and Socket.IO.
class EchoServer {
 public:
  EchoServer() : server_({.port = 0, .log_level = LogLevel::error}) {
    server_.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
    server_.io().on("m", [](sio::Socket& socket, json::View argument) { socket.emit("m", argument); });
    started_ = server_.start().has_value();
    if (started_) thread_ = std::thread([this] { server_.run(); });
  }
  ~EchoServer() {
    server_.stop();
    if (started_) thread_.join();
  }
  std::string url() const { return server_.url(); }

 private:
  Server server_;
  bool started_ = false;
  std::thread thread_;
};

Options quick(const EchoServer& server, bool socket_io) {
  const std::string url = server.url();
  Options options;
  options.target = *parse_target(socket_io ? url : "ws" + url.substr(4) + "/echo");
  options.socket_io = socket_io;
  options.connections = 10;
  options.warmup = 0;
  options.duration = 20;
  return options;
}

std::size_t allocations_for(std::uint64_t messages, Options options) {
  options.messages = messages;
  return duplex::testing::allocations_during([&options, messages] {
    const Findings found = Generator(options).run();
    CHECK(found.errors == 0);
    CHECK(found.messages >= messages);
  });
}

}  // namespace

TEST_CASE("a message costs the generator no allocation: twenty times as many need as much memory") {
  const EchoServer server;
  for (const bool socket_io : {false, true})
    for (const std::size_t in_flight : {1, 16}) {
      Options options = quick(server, socket_io);
      options.in_flight = in_flight;
      allocations_for(200, options);  // what is made once, at the first use
      CHECK(allocations_for(200, options) == allocations_for(4000, options));
    }
}

TEST_CASE("over long-polling, too") {
  const EchoServer server;
  for (const std::size_t in_flight : {1, 16}) {
    Options options = quick(server, true);
    options.transport = Transport::polling;
    options.in_flight = in_flight;
    allocations_for(200, options);
    // A payload of more messages than any before makes a buffer grow: for each of 10 clients, a few times at most.
    CHECK(allocations_for(4000, options) < allocations_for(200, options) + 100);
  }
}

TEST_CASE("a run leaves nothing open") {
  const EchoServer server;
  for (const Transport transport : {Transport::websocket, Transport::polling, Transport::upgrade}) {
    Options options = quick(server, true);
    options.transport = transport;
    options.messages = 100;
    const int before = dup(0);
    close(before);
    CHECK(Generator(options).run().errors == 0);
    const int after = dup(0);
    close(after);
    CHECK(after == before);  // the lowest free descriptor is the same
  }
}
