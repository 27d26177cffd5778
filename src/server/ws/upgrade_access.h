// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/ws.h>

namespace duplex::http {
class HttpConnection;
}

namespace duplex::ws {

/// Makes the public promise to admit an upgrade, and finds the connection that waits for it.
struct UpgradeAccess {
  static Upgrade make(std::uint64_t stream_bits) noexcept { return Upgrade(stream_bits); }
  /// Runs `then` on the connection's loop, unless it has gone. Always later: never inside the caller.
  static void on_connection(std::uint64_t stream_bits, Function<void(http::HttpConnection&)> then);
};

}  // namespace duplex::ws
