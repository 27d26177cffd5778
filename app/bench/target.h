// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace duplex::bench {

/// The server under load, as its URL names it.
struct Target {
  bool tls = false;        ///< wss:, https:
  bool socket_io = false;  ///< http:, https:: Socket.IO
  std::string host;        ///< a name or an address, an IPv6 one without its brackets
  int port = 80;
  std::string path = "/";  ///< with the query

  /// The `Host` header: host and, unless it is the scheme's own, port.
  std::string host_header() const;

  friend bool operator==(const Target&, const Target&) = default;
};

/// Reads `ws://host:port/path`, `wss://…`, `http://…`, `https://…`; nothing if it is none of these.
std::optional<Target> parse_target(std::string_view url);

/// The path of a Socket.IO server: /socket.io/ where the URL named none, and what Engine.IO 4 wants in the query;
/// `transport`: websocket or polling.
std::string socket_io_path(std::string_view path, std::string_view transport);

}  // namespace duplex::bench
