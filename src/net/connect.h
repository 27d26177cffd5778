// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

namespace duplex::net {

class Stream;
class TlsClientContext;

/// Whom to connect to.
struct Endpoint {
  std::string host;  ///< a name, an address ("127.0.0.1", "::1", "[::1]"), or "unix:/path"
  int port = 0;
  std::string text() const;  ///< "example.org:443", "[::1]:3000", "unix:/run/duplex.sock"
};

struct ConnectOptions {
  std::shared_ptr<const TlsClientContext> tls = {};  ///< empty: plain
  std::string server_name = {};                      ///< whom the certificate must name, where that is not the host
  std::chrono::milliseconds timeout{10'000};         ///< for all of it: the name, the connection, the handshake
};

/// What came of it: a stream as those that are accepted, or an error and one line that says what went wrong.
struct Connected {
  Stream* stream = nullptr;  ///< give it an owner before you return, or it is closed
  /// bad_argument, unknown_host, cannot_connect, untrusted_peer, handshake_failed, timeout, closed (the loop ended).
  std::error_code error = {};
  std::string why = {};
};

/// A connection in the making; never used twice.
using ConnectId = std::uint64_t;

}  // namespace duplex::net
