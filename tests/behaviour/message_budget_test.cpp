// SPDX-License-Identifier: MIT
// What a message may cost, from the read to the send (docs/architecture.md): allocations and system calls.
#include <doctest/doctest.h>
#include <duplex/sio_admin.h>

#include <algorithm>

#include "connection/ws_connection.h"
#include "net/stream.h"
#include "support/allocations.h"
#include "support/sio.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;
using net::MemoryBackend;

namespace {

/// What the least of many turns cost: pools, buffers and the memory backend's own queues grow in the first ones.
struct Cost {
  std::size_t allocations = SIZE_MAX;
  std::uint64_t reads = UINT64_MAX, sends = UINT64_MAX;
};
Cost least_cost(MemoryServer& server, net::MemoryPeer& peer, const std::string& bytes,
                const std::vector<net::MemoryPeer*>& receivers) {
  Cost least;
  for (int i = 0; i < 40; ++i) {
    peer.write(bytes);
    const auto reads = server.backend().calls(MemoryBackend::Call::read);
    const auto sends = server.backend().calls(MemoryBackend::Call::send);
    least.allocations = std::min(least.allocations, allocations_during([&] { server.run(); }));
    least.reads = std::min(least.reads, server.backend().calls(MemoryBackend::Call::read) - reads);
    least.sends = std::min(least.sends, server.backend().calls(MemoryBackend::Call::send) - sends);
    for (net::MemoryPeer* receiver : receivers) CHECK_FALSE(receiver->read().empty());
  }
  return least;
}

std::string times(int count, std::string_view frame) {
  std::string all;
  while (count-- > 0) all += frame;
  return all;
}

}  // namespace

TEST_CASE("WebSocket messages are echoed without an allocation, all of a read by one send") {
  MemoryServer server;
  server->ws("/", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  WsClient client(server, "/");
  for (const int messages : {1, 200}) {
    const Cost cost =
        least_cost(server, client.peer(), times(messages, client_frame("twenty bytes of text")), {&client.peer()});
    CHECK(cost.allocations == 0);
    CHECK(cost.reads == 1);
    CHECK(cost.sends == 1);
  }
}

TEST_CASE("a large WebSocket message that comes in one read is echoed without an allocation") {
  MemoryServer server;
  server->ws("/", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  WsClient client(server, "/");
  const Cost cost = least_cost(server, client.peer(), client_frame(std::string(65536, 'x'), 2), {&client.peer()});
  CHECK(cost.allocations == 0);
  CHECK(cost.sends == 1);
}

TEST_CASE("a Socket.IO event, and the event or the ack that answers it, allocate nothing, an admin page or not") {
  bool with_admin = false;
  SUBCASE("without an admin page") {}
  SUBCASE("with one, in production") { with_admin = true; }
  ServerOptions options;
  options.host = "127.0.0.1";
  SioServer server({}, std::move(options));
  if (with_admin) sio::instrument(server.io, {.mode = sio::AdminMode::production});
  server.io.on("m", [](sio::Socket& socket, json::View value) { socket.emit("m", value); });
  server.io.on("sum", [](std::string_view, int a, json::View) { return a + 1; });
  server.io.on("promise", [](json::View value, sio::Ack ack) { ack(value, "and a text that is not a short one"); });
  SioClient client(server, "0");
  client.next();
  for (const std::string_view packet :
       {R"(42["m",{"text":"hello everybody, whoever you are"}])", R"(4212["sum","lobby",41,{"x":[1,2,3]}])",
        R"(4213["promise",{"text":"hello everybody, whoever you are"}])"}) {
    CAPTURE(packet);
    for (const int messages : {1, 100}) {
      const Cost cost =
          least_cost(server.server, client.peer(), times(messages, client_frame(packet)), {&client.peer()});
      CHECK(cost.allocations == 0);
      CHECK(cost.reads == 1);
      CHECK(cost.sends == 1);
    }
  }
}

TEST_CASE("a broadcast costs as many allocations for a hundred as for one, and each receiver one send a turn") {
  for (const int members : {1, 100}) {
    CAPTURE(members);
    MemoryServer server;
    server->ws("/", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("room"); },
                     .on_message = [&](ws::Socket&, ws::Message message) { server->publish("room", message); }});
    std::vector<std::unique_ptr<WsClient>> clients;
    std::vector<net::MemoryPeer*> peers;
    for (int i = 0; i < members; ++i) {
      clients.push_back(std::make_unique<WsClient>(server, "/"));
      peers.push_back(&clients.back()->peer());
    }
    const Cost one = least_cost(server, *peers[0], client_frame("hello everybody"), peers);
    CHECK(one.allocations <= 1);
    CHECK(one.sends == static_cast<std::uint64_t>(members));
    const Cost many = least_cost(server, *peers[0], times(16, client_frame("hello everybody")), peers);
    CHECK(many.allocations <= 16);
    CHECK(many.sends == static_cast<std::uint64_t>(members));
  }
}

TEST_CASE("a Socket.IO broadcast costs as many allocations for a hundred as for one") {
  std::size_t allocations[2] = {};
  for (const bool many : {false, true}) {
    SioServer server;
    server.io.on("m", [&](json::View value) { server.io.emit("m", value); });
    std::vector<std::unique_ptr<SioClient>> clients;
    std::vector<net::MemoryPeer*> peers;
    for (int i = 0; i < (many ? 100 : 1); ++i) {
      clients.push_back(std::make_unique<SioClient>(server, "0"));
      clients.back()->next();
      peers.push_back(&clients.back()->peer());
    }
    const Cost cost = least_cost(server.server, *peers[0], client_frame(R"(42["m","hello everybody"])"), peers);
    allocations[many] = cost.allocations;
    CHECK(cost.sends == peers.size());
  }
  CHECK(allocations[0] <= 1);  // the packet with its WebSocket header, whoever gets it
  CHECK(allocations[1] == allocations[0]);
}

TEST_CASE("an idle WebSocket is at most 90 bytes of ours") {
  // The stream with the connection in its room; its generation; and its deadline, with a share in the timer of 64.
  CHECK(sizeof(ws::WsConnection) <= net::Stream::room_size);
  constexpr double name = sizeof(std::uint32_t), share = sizeof(net::StreamGroup) / 64.0;
  CHECK(sizeof(net::Stream) + name + share <= 90.0);
}
