// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>

#include "eio.h"

namespace duplex::testing {

inline eio::EngineOptions allowing(eio::EngineOptions options = {}) {
  options.allow_eio3 = true;
  return options;
}
inline eio::EngineOptions allowing_jsonp() {
  eio::EngineOptions options = allowing();
  options.allow_jsonp = true;
  return options;
}

/// Polling clients of version 3.
struct V3Server : EioServer {
  explicit V3Server(eio::EngineOptions options = allowing(), bool echo = false, std::string more_query = {})
      : EioServer(std::move(options), echo), query("/socket.io/?EIO=3&transport=polling" + std::move(more_query)) {}

  HttpAnswer handshake() { return ask("GET", query); }
  std::string open() {
    const std::string body = handshake().body;
    return body.substr(body.find("sid") + (body.find("\\\"") == body.npos ? 6 : 8), 24);
  }
  std::string url(std::string_view sid) const { return query + "&sid=" + std::string(sid); }
  HttpAnswer poll(std::string_view sid) { return ask("GET", url(sid)); }
  HttpAnswer post(std::string_view sid, std::string_view body) { return ask("POST", url(sid), body); }
  HttpAnswer post_bytes(std::string_view sid, std::string_view body) {
    return ask("POST", url(sid), body, "Content-Type: application/octet-stream\r\n");
  }
  net::MemoryPeer start_poll(std::string_view sid) {
    net::MemoryPeer peer = server.connect();
    peer.write(http_request("GET", url(sid)));
    server.run();
    return peer;
  }
  std::string query;
};

}  // namespace duplex::testing
