// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include <duplex/result.h>

namespace duplex::net {

/// Where to listen or connect: an IPv4 or IPv6 address with a port, or a unix socket's path.
struct Address {
  enum class Kind : unsigned char { none, v4, v6, unix_path, localhost };
  Kind kind = Kind::none;
  std::string host;  ///< numeric, or the path of a unix socket
  int port = 0;

  /// "127.0.0.1", "::1", "localhost" (the loopback of both families), "unix:/run/duplex.sock".
  static Result<Address> parse(std::string_view host, int port);
  /// "127.0.0.1:3000", "[::1]:3000", "unix:/run/duplex.sock"
  std::string text() const;
  /// Only this machine reaches it: a loopback address, or a unix socket.
  bool is_local() const noexcept;
};

}  // namespace duplex::net
