// SPDX-License-Identifier: MIT
// Socket.IO on two real loops, while other threads set handlers, decide and emit: what ThreadSanitizer is to look at.
#include <mutex>
#include <thread>

#include "support/raw_client.h"
#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// Promises that a thread of their own keeps.
class Deciders {
 public:
  void put(sio::Admit admit) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(admit));
  }
  void decide() {
    std::vector<sio::Admit> now;
    {
      const std::lock_guard lock(mutex_);
      now.swap(waiting_);
    }
    for (sio::Admit& admit : now) admit(sio::accept);
  }

 private:
  std::mutex mutex_;
  std::vector<sio::Admit> waiting_;
};

/// The next packet of Socket.IO's; empty at the deadline.
std::string next_packet(behaviour::RawClient& client) {
  while (const auto frame = client.frame())
    if (frame->payload.starts_with('4')) return frame->payload.substr(1);
  return {};
}

/// Reads up to a packet that begins so.
bool received(behaviour::RawClient& client, const std::string& wanted) {
  for (std::string packet = next_packet(client); !packet.empty(); packet = next_packet(client))
    if (packet.starts_with(wanted)) return true;
  return false;
}

}  // namespace

TEST_CASE("other threads may set handlers, decide about events and emit while the loops work") {
  constexpr int rounds = 30, connections = 4;
  Deciders deciders;
  std::mutex mutex;
  std::vector<sio::Handle> handles;
  Server server({.port = 0, .threads = 2});
  sio::Options options;
  options.recovery.enabled = true;
  sio::Io& io = server.io(std::move(options));
  io.use([&](sio::Handshake&, sio::Admit admit) { deciders.put(std::move(admit)); });
  io.on_connect([&](sio::Socket& socket) {
    socket.use([&](const sio::Incoming&, sio::Admit admit) { deciders.put(std::move(admit)); });
    const std::lock_guard lock(mutex);
    handles.push_back(socket.handle());
  });
  io.on("talk", [&io](sio::Socket& socket) {
    socket.join("r");
    io.to("r").emit("heard");
    socket.leave("r");
    return 1;
  });
  io.of(sio::matching("/room-*"));
  REQUIRE(server.start());
  std::thread loops([&] { server.run(); });

  std::atomic<bool> done{false};
  std::thread other([&] {
    for (int i = 0; !done; ++i) {
      deciders.decide();
      if (i < rounds) {
        io.on("late", [] {});
        io.of("/named-" + std::to_string(i)).on("late", [] {});
        io.on_new_namespace([](sio::Namespace& child) { child.on("own", [] {}); });
        const std::lock_guard lock(mutex);
        for (const sio::Handle handle : handles) handle.emit("to you", i);
        io.emit("to all", i, sio::gather(50ms, [](const sio::Answers&) {}));
      }
      std::this_thread::yield();
    }
  });

  std::vector<std::unique_ptr<behaviour::RawClient>> clients;
  for (int i = 0; i < connections; ++i) {
    auto& client = *clients.emplace_back(std::make_unique<behaviour::RawClient>(server.port()));
    client.send(behaviour::upgrade("/socket.io/?EIO=4&transport=websocket"));
    CHECK(client.answer().status == 101);
    client.send(client_frame("40/room-" + std::to_string(i % 2) + ",") + client_frame("40"));
    CHECK(received(client, "0{"));
  }
  for (int i = 0; i < rounds; ++i)
    for (auto& client : clients) client->send(client_frame("42" + std::to_string(i) + "[\"talk\"]"));
  for (auto& client : clients) CHECK(received(*client, "3" + std::to_string(rounds - 1) + "["));
  clients.clear();
  done = true;
  other.join();
  server.stop();
  loops.join();
}
