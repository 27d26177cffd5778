// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>
#include <duplex/sio.h>

#include <string>
#include <string_view>

#include "ws_client.h"

namespace duplex::testing {

using namespace std::chrono_literals;

/// Which of Socket.IO's protocols the clients of a test speak while this stands: 5, or 4 over Engine.IO 3.
class Speaking {
 public:
  ~Speaking() { protocol = 5; }
  void as(int which) noexcept { protocol = which; }
  static inline int protocol = 5;
};
/// Runs the test case once with each of them. A client of protocol 4 is in the main namespace without asking.
#define OVER_EACH_PROTOCOL() \
  Speaking speaking;         \
  SUBCASE("protocol 5") {}   \
  SUBCASE("protocol 4, over Engine.IO 3") { speaking.as(4); }

inline sio::Options with_old_clients(sio::Options options) {
  options.engine.allow_eio3 = true;
  return options;
}

/// Socket.IO over a server in memory. Handlers are set before the first client comes.
class SioServer {
 public:
  explicit SioServer(sio::Options options = {}, ServerOptions server_options = {}, std::size_t loops = 1)
      : server(std::move(server_options), loops), io(server->io(with_old_clients(std::move(options)))) {}
  MemoryServer server;
  sio::Io& io;
};

/// A client that speaks Socket.IO packets by hand over a WebSocket, and answers pings if it is told to.
class SioClient {
 public:
  explicit SioClient(SioServer& server, std::string_view first = {}, std::size_t loop = 0)
      : is_old_(Speaking::protocol == 4),
        server_(server.server),
        ws_(server.server, is_old_ ? "/socket.io/?EIO=3&transport=websocket" : "/socket.io/?EIO=4&transport=websocket",
            {}, loop) {
    open_ = next_frame();
    if (!first.empty() && !is_old_) send(first);
  }

  void send(std::string_view packet) { ws_.send("4" + std::string(packet)); }
  void send_binary(std::string_view bytes) { ws_.send((is_old_ ? "\x04" : "") + std::string(bytes), 2); }
  /// Its part of the heartbeat.
  void pong() { ws_.send(is_old_ ? "2" : "3"); }
  /// Sends a packet and returns the next one that came.
  std::string ask(std::string_view packet) {
    send(packet);
    return next();
  }
  /// The next Socket.IO packet, without Engine.IO's 4; "close" when the connection is closed, "" when there is nothing.
  std::string next() {
    for (;;) {
      const std::string frame = next_frame();
      if (frame == "2") {
        if (answers_pings) pong();
        continue;
      }
      if (is_old_ && frame == "3") continue;
      return frame.starts_with('4') ? frame.substr(1) : frame;
    }
  }
  /// Is the connection closed, whatever else came before?
  bool closed() {
    for (std::string packet = next(); !packet.empty(); packet = next())
      if (packet == "close") return true;
    return ws_.peer().ended();
  }
  void reset() {
    ws_.peer().reset();
    server_.run();
  }
  net::MemoryPeer& peer() { return ws_.peer(); }
  const std::string& open() const noexcept { return open_; }  ///< Engine.IO's first packet
  bool answers_pings = true;

 private:
  std::string next_frame() {
    const auto frame = ws_.next();
    if (!frame) return {};
    return frame->opcode == 8 ? "close" : frame->payload;
  }
  const bool is_old_;
  MemoryServer& server_;
  WsClient ws_;
  std::string open_;
};

/// The value of a string field in a packet's JSON: sid, pid …
inline std::string field(std::string_view packet, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const auto at = packet.find(key);
  if (at == packet.npos) return {};
  const auto from = at + key.size();
  return std::string(packet.substr(from, packet.find('"', from) - from));
}

}  // namespace duplex::testing
