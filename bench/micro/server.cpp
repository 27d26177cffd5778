// SPDX-License-Identifier: MIT
// The whole way of a message through a server without a kernel: what is ours of its cost. The memory backend's own
// copying is in the figures.
#include <duplex/sio.h>

#include "samples.h"
#include "support/memory_server.h"

namespace duplex::bench {
namespace {

using testing::MemoryServer;

net::MemoryPeer websocket(MemoryServer& server, std::string_view path) {
  net::MemoryPeer peer = server.connect();
  server.ask(peer, "GET " + std::string(path) +
                       " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                       "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  return peer;
}

net::MemoryPeer socket_io(MemoryServer& server) {
  net::MemoryPeer peer = websocket(server, "/socket.io/?EIO=4&transport=websocket");
  server.ask(peer, masked_frame("40"));
  return peer;
}

// Takes what has piled up off the measured time.
void drain(benchmark::State& state, MemoryServer& server, std::vector<net::MemoryPeer>& peers) {
  state.PauseTiming();
  for (net::MemoryPeer& peer : peers) benchmark::DoNotOptimize(peer.read());
  server.run();
  state.ResumeTiming();
}

// So many messages in one read, each answered.
void echo(benchmark::State& state, MemoryServer& server, net::MemoryPeer peer, const std::string& frame) {
  const auto messages = static_cast<std::size_t>(state.range(0));
  std::string read;
  for (std::size_t i = 0; i < messages; ++i) read += frame;
  std::vector<net::MemoryPeer> peers{peer};
  std::size_t rounds = 0;
  for (auto _ : state) {
    peer.write(read);
    server.reactor().turn();
    if (++rounds % 1024 == 0) drain(state, server, peers);
  }
  count_items(state, messages);
}

void echo_websocket(benchmark::State& state) {
  MemoryServer server;
  server->ws("/", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); },
                   .hard_limit = 64'000'000});
  echo(state, server, websocket(server, "/"), masked_frame(ascii(20)));
}
BENCHMARK(echo_websocket)->ArgName("messages")->ArgsProduct({{1, 16, 256}});

void echo_socket_io(benchmark::State& state) {
  MemoryServer server;
  server->io().on("m", [](sio::Socket& socket, json::View value) { socket.emit("m", value); });
  echo(state, server, socket_io(server), masked_frame(R"(42["m",")" + ascii(20) + R"("])"));
}
BENCHMARK(echo_socket_io)->ArgName("messages")->ArgsProduct({{1, 16, 256}});

void ack_socket_io(benchmark::State& state) {
  MemoryServer server;
  server->io().on("m", [](json::View value) { return value; });
  echo(state, server, socket_io(server), masked_frame(R"(4217["m",")" + ascii(20) + R"("])"));
}
BENCHMARK(ack_socket_io)->ArgName("messages")->ArgsProduct({{1, 16, 256}});

// One publish a turn to so many: per delivery.
template <class Publish>
void fan_out(benchmark::State& state, MemoryServer& server, std::vector<net::MemoryPeer>& peers, Publish publish) {
  const auto publishes = static_cast<std::size_t>(state.range(1));
  std::size_t rounds = 0;
  server.run();
  for (auto _ : state) {
    // On the loop, as a handler would.
    server.reactor().post([&] {
      for (std::size_t i = 0; i < publishes; ++i) publish();
    });
    server.reactor().turn();
    if (++rounds % 256 == 0) drain(state, server, peers);
  }
  count_items(state, peers.size() * publishes);
}

void fan_out_websocket(benchmark::State& state) {
  MemoryServer server;
  server->ws("/", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("room"); }});
  std::vector<net::MemoryPeer> peers;
  for (std::int64_t i = 0; i < state.range(0); ++i) peers.push_back(websocket(server, "/"));
  const std::string text = ascii(20);
  fan_out(state, server, peers, [&] { server->publish("room", text); });
}
BENCHMARK(fan_out_websocket)->ArgNames({"members", "publishes"})->Args({1000, 1})->Args({1000, 16})->Args({10'000, 1});

void fan_out_socket_io(benchmark::State& state) {
  MemoryServer server;
  sio::Io& io = server->io();
  std::vector<net::MemoryPeer> peers;
  for (std::int64_t i = 0; i < state.range(0); ++i) peers.push_back(socket_io(server));
  const std::string text = ascii(20);
  fan_out(state, server, peers, [&] { io.emit("m", text); });
}
BENCHMARK(fan_out_socket_io)->ArgNames({"members", "publishes"})->Args({1000, 1})->Args({1000, 16})->Args({10'000, 1});

}  // namespace
}  // namespace duplex::bench
