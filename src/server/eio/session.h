// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <array>

#include "net/reactor.h"
#include "protocol/eio/packet.h"
#include "server/eio/shared_packet.h"

namespace duplex::ws {
class WsConnection;
}

namespace duplex::eio {

class EngineLoop;

/// An Engine.IO session: what the public `eio::Socket` is behind. It lives on one loop, whatever loops its requests come in on,
/// and stays the same when polling becomes a WebSocket. One loop's thread, except where said.
class Session final : public Socket {
 public:
  static Session& of(Socket& socket) noexcept { return static_cast<Session&>(socket); }
  static const Session& of(const Socket& socket) noexcept { return static_cast<const Session&>(socket); }

  // -- for the layer above -------------------------------------------------------------------------------------------
  std::string_view sid() const noexcept { return {sid_.data(), sid_.size()}; }
  std::uint64_t bits() const noexcept { return bits_; }
  Sent send_message(ws::Message message, SendOptions options);
  /// A text message that already begins with its type, '4': saves a copy.
  Sent send_packet(std::string_view packet, SendOptions options);
  /// One that was encoded once for many. All of it or, if it is droppable, nothing.
  Sent send_shared(LoopPacket& packet, SendOptions options);
  void close_session(bool discard);
  /// Ends it at once: `reason` and `details` are what on_close hears. `reason` is a literal.
  void end(std::string_view reason, std::string_view details);
  net::Reactor& reactor() const noexcept;
  EngineLoop& loop() const noexcept { return loop_; }
  /// Loop time at which the newest packet of the peer's came.
  std::chrono::steady_clock::time_point last_heard() const noexcept { return last_heard_; }
  /// The session of these handle bits on the calling thread's loop, or null.
  static Session* find(std::uint64_t bits) noexcept;


 private:
  friend class EngineLoop;
  EngineLoop& loop_;
  std::array<char, 24> sid_;
  std::uint64_t bits_;
  std::chrono::steady_clock::time_point last_heard_;
};

}  // namespace duplex::eio
