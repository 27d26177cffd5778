// SPDX-License-Identifier: MIT
#pragma once
#include "app/bench/inbound.h"
#include "app/bench/pipe.h"
#include "app/bench/polling.h"
#include "app/bench/stamps.h"

namespace duplex::bench {

/// One client.
struct Connection {
  enum State : std::uint8_t {
    closed,
    connecting,
    securing,   ///< TLS
    upgrading,  ///< the request is sent
    greeting,   ///< Socket.IO: waits for `0{…}`, then for `40{…}`; long-polling is so from the beginning
    open,
    closing,  ///< our close frame is sent: waits for the end
  };

  Pipe pipe;                         ///< of WebSocket, or of plain HTTP requests
  std::unique_ptr<Polling> polling;  ///< unless it goes straight to WebSocket
  Inbound inbound;
  const Cycle* outgoing = nullptr;  ///< what it sends: plain, or compressed
  std::size_t position = 0;         ///< in it
  std::uint64_t owed = 0;           ///< bytes of it that are to be sent
  std::uint64_t sent = 0;           ///< messages, counted when they are to be sent
  std::uint64_t received = 0;       ///< messages
  std::uint64_t began_ns = 0;       ///< when `connect` was called
  Stamps stamps;
  std::string head;      ///< of the answer, while it comes
  std::size_t body = 0;  ///< HTTP: how much of the answer's content came
  std::string urgent;    ///< what goes before the next message: a request, a pong, a close frame
  State state = closed;
  bool waiting = false;  ///< in the list of those with something to send

  bool over_http() const noexcept { return polling != nullptr && !polling->upgraded; }
};

}  // namespace duplex::bench
