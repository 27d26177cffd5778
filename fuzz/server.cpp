// SPDX-License-Identifier: MIT
// The whole server in memory: the input says what its clients do, and when. Whatever that is, nothing breaks, nothing
// leaks, and each socket that opened closes exactly once.
#include <duplex/duplex.h>

#include <cstdlib>
#include <map>

#include "support/memory_server.h"

namespace {

using namespace duplex;
using namespace duplex::testing;

void require(bool what) {
  if (!what) std::abort();
}

struct Input {
  const std::uint8_t* at;
  const std::uint8_t* end;
  bool empty() const { return at == end; }
  std::uint8_t byte() { return empty() ? 0 : *at++; }
  std::string_view take(std::size_t most) {
    const std::size_t n = std::min<std::size_t>(most, static_cast<std::size_t>(end - at));
    const std::string_view taken(reinterpret_cast<const char*>(at), n);
    at += n;
    return taken;
  }
};

constexpr std::string_view handshake_end =
    " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; "
    "client_max_window_bits\r\n\r\n";

/// Most interesting bytes are behind a correct handshake: one byte of input stands for it.
std::string hello(std::uint8_t kind) {
  static constexpr std::string_view paths[] = {"/echo", "/room", "/held", "/drops"};
  return "GET " + std::string(paths[kind % 4]) + std::string(handshake_end);
}

/// A client's frame around the next bytes, masked with zeros; the first of them is its first byte, too.
std::string frame(Input& input) {
  std::string out(1, static_cast<char>(input.byte()));
  const std::string_view payload = input.take(input.byte() & 127);
  const std::size_t size = std::min<std::size_t>(payload.size(), 125);
  out.push_back(static_cast<char>(0x80 | size));
  return out.append(4, '\0').append(payload.substr(0, size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::uint64_t, bool> open;
  std::vector<http::Reply> replies;
  std::vector<ws::Upgrade> upgrades;
  MemoryServer server({.log = [](const LogRecord&) {}});

  auto handlers = [&](ws::Overflow overflow) {
    ws::Handlers h;
    h.on_open = [&](ws::Socket& socket, const http::Request&) {
      require(open.emplace(socket.handle().bits(), true).second);
      socket.join("r");
    };
    h.on_close = [&](ws::Socket& socket, ws::Close) { require(std::exchange(open.at(socket.handle().bits()), false)); };
    h.on_message = [&](ws::Socket& socket, ws::Message message) {
      require(open.at(socket.handle().bits()));
      socket.send(message);
      if (message.text().starts_with("close")) socket.close(4000);
      if (message.text().starts_with("end")) socket.terminate();
    };
    h.on_drain = [&](ws::Socket& socket) { require(open.at(socket.handle().bits())); };
    h.on_error = [&](ws::Socket& socket, const ws::Error&) { require(open.at(socket.handle().bits())); };
    h.max_message = 20'000;
    h.soft_limit = 500;
    h.hard_limit = 2000;
    h.overflow = overflow;
    h.compression = {.enabled = true, .context_takeover = true, .peer_context_takeover = true, .threshold = 50};
    return h;
  };
  server->ws("/echo", handlers(ws::Overflow::disconnect));
  ws::Handlers room = handlers(ws::Overflow::latest_per_key);
  room.on_message = [](ws::Socket& socket, ws::Message message) {
    socket.publish("r", message, {.key = message.size() % 4});
  };
  server->ws("/room", std::move(room));
  ws::Handlers held = handlers(ws::Overflow::queue);
  held.on_upgrade = [&](http::Request&, ws::Upgrade upgrade) { upgrades.push_back(std::move(upgrade)); };
  server->ws("/held", std::move(held));
  server->ws("/drops", handlers(ws::Overflow::drop_oldest));
  server->route("*", "/later", [&](http::Request&, http::Response& res) { replies.push_back(res.defer()); });
  server->post("/echo-body", [](http::Request& req, http::Response& res) { res.send(req.body()); });
  server->get("/now", [](http::Request&, http::Response& res) { res.send("now"); });

  (void)server->start();
  std::vector<net::MemoryPeer> peers;
  Input input{data, data + size};
  while (!input.empty()) {
    const std::uint8_t what = input.byte();
    net::MemoryPeer* peer = peers.empty() ? nullptr : &peers[(what >> 4) % peers.size()];
    switch (what & 15) {
      case 0:
        if (peers.size() < 8) peers.push_back(server.backend().connect());
        break;
      case 1:
        if (peers.size() < 8) peers.push_back(server.backend().connect());
        peers.back().write(hello(what >> 4));
        break;
      case 2:
      case 3:
        if (peer != nullptr) peer->write(input.take(input.byte()));
        break;
      case 4:
      case 5:
      case 6:
        if (peer != nullptr) peer->write(frame(input));
        break;
      case 7:
        if (peer != nullptr) peer->reset();
        break;
      case 8:
        if (peer != nullptr) peer->finish();
        break;
      case 9:
        if (peer != nullptr) peer->set_window(input.byte() * std::size_t{8});
        break;
      case 10:
        if (peer != nullptr) (void)peer->read(input.byte() * std::size_t{8});
        break;
      case 11:
        server.advance(std::chrono::milliseconds(input.byte() * 100));
        break;
      case 12:
        if (!replies.empty()) {
          if (what >> 4 != 0) replies.back().send("late");
          replies.pop_back();
        }
        break;
      case 13:
        if (!upgrades.empty()) {
          if (what >> 4 == 1)
            upgrades.back().refuse(403);
          else if (what >> 4 != 0)
            upgrades.back().accept();
          upgrades.pop_back();
        }
        break;
      case 14:
        server->publish("r", input.take(input.byte()), {.key = std::uint64_t{what} >> 6});
        break;
      case 15:
        server.run();
        break;
    }
  }
  server.run();
  for (net::MemoryPeer& peer : peers) peer.reset();
  replies.clear();
  upgrades.clear();
  server.run();
  require(server->stats().connections == 0 && server->stats().websockets == 0);
  for (const auto& [bits, still_open] : open) require(!still_open);
  server.destroy();
  return 0;
}
