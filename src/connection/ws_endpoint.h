// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/ws.h>

#include <array>
#include <string>

#include "core/counter.h"
#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/message_decoder.h"

namespace duplex::net {
class Reactor;
}

namespace duplex::server {
class Hub;
}

namespace duplex::ws {

/// What one loop has counted about its WebSockets.
struct WsCounters {
  Counter open, messages_in, messages_out, bytes_in, bytes_out, dropped, conflated, slow_disconnects, handler_errors;
};

/// What all WebSockets of one loop share. One loop's thread; the counters are read by any.
class WsLoop {
 public:
  WsLoop(net::Reactor& reactor, InflateBudget* budget) noexcept : reactor_(reactor), deflate_(budget) {}

  net::Reactor& reactor() noexcept { return reactor_; }
  DeflateContexts& deflate() noexcept { return deflate_; }
  WsCounters& counters() noexcept { return counters_; }
  const WsCounters& counters() const noexcept { return counters_; }
  /// A fresh, unpredictable key for a client's frame (RFC 6455 section 5.3).
  MaskKey mask_key();

 private:
  net::Reactor& reactor_;
  DeflateContexts deflate_;
  WsCounters counters_;
  std::array<std::byte, 256> random_{};
  std::size_t random_left_ = 0;
};

/// Its length fits into the second byte of its frame (RFC 6455 section 5.2).
inline constexpr std::size_t longest_short_message = 125;

/// An endpoint as one loop sees it: what its connections do, and within which limits. Outlives them.
struct WsEndpoint {
  /// `counters`: of its own; null: the loop's.
  WsEndpoint(std::string_view name, Handlers& handlers, WsLoop& loop, Role role = Role::server,
             WsCounters* counters = nullptr);
  WsEndpoint(const WsEndpoint&) = delete;
  WsEndpoint& operator=(const WsEndpoint&) = delete;

  Handlers& handlers;  ///< one for all loops
  WsLoop& loop;
  WsCounters& counters;
  Role role;
  DecoderLimits limits;
  DeflateOptions deflate;  ///< what we accept of permessage-deflate
  /// While no more bytes wait, nobody is slow.
  std::size_t calm_limit;
  /// While fewer bytes wait, a short message is queued without a thought; 0: it never is.
  std::size_t short_below;
  bool may_drop;                                       ///< the overflow policy can give up messages
  server::Hub* hub = nullptr;                          ///< where its sockets' rooms are; null for clients
  std::string doing_message, doing_open, doing_close;  ///< names for the stall detector: "on_message of /echo"
};

}  // namespace duplex::ws
