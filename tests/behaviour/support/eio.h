// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "ws_client.h"

namespace duplex::testing {

/// What a test's handlers were told, over all sessions.
struct EioTold {
  int opened = 0, closed = 0, upgraded = 0, marks = 0, marks_seen = 0;
  std::vector<std::string> messages;
  std::vector<std::string> reasons, details;
  eio::Handle newest;
};
eio::Handlers eio_telling(EioTold& told, bool echo = false);

/// An answer to one request; status 0: none came (yet).
struct HttpAnswer {
  int status = 0;
  std::string head, body;
  bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};
HttpAnswer parse_answer(std::string_view bytes);

std::string http_request(std::string_view method, std::string_view target, std::string_view body = {},
                         std::string_view more_headers = {});
inline constexpr std::string_view eio_polling = "/socket.io/?EIO=4&transport=polling";

/// Engine.IO over a server in memory.
class EioServer {
 public:
  explicit EioServer(eio::EngineOptions options = {}, bool echo = false) {
    server->engine(std::move(options), eio_telling(told, echo));
  }

  HttpAnswer ask(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view more_headers = {}) {
    net::MemoryPeer peer = server.connect();
    return parse_answer(server.ask(peer, http_request(method, target, body, more_headers)));
  }
  /// Opens a session by polling and returns its id.
  std::string open();
  static std::string url(std::string_view sid) { return std::string(eio_polling) + "&sid=" + std::string(sid); }
  HttpAnswer poll(std::string_view sid) { return ask("GET", url(sid)); }
  HttpAnswer post(std::string_view sid, std::string_view body) { return ask("POST", url(sid), body); }
  /// A poll that stays open: read its answer from the peer later.
  net::MemoryPeer start_poll(std::string_view sid);
  HttpAnswer answer(net::MemoryPeer& peer) {
    server.run();
    return parse_answer(peer.read());
  }
  /// Turns the loop until so many messages were delivered, and says how many at most in one turn.
  std::size_t largest_slice_of(std::size_t messages);
  void send(std::string_view text) {
    told.newest.send(text);
    server.run();
  }

  EioTold told;  // outlives the server
  MemoryServer server;
};

}  // namespace duplex::testing
