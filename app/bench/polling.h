// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "app/bench/answer_reader.h"
#include "app/bench/pipe.h"

namespace duplex::bench {

/// An HTTP/1.1 connection that is kept from one request to the next, one of which is on its way at a time.
struct Lane {
  enum State : std::uint8_t { closed, connecting, securing, open };

  Pipe pipe;
  Buffer request;           ///< on its way or to be sent, and kept until it is answered; empty: nothing is asked
  std::size_t written = 0;  ///< bytes of it
  AnswerReader answers;
  State state = closed;
  bool used = false;       ///< it has answered before
  std::uint16_t life = 0;  ///< of its descriptor: the kernel may still name the one before

  bool busy() const noexcept { return !request.empty(); }
};

/// The HTTP side of a client of Engine.IO 4: one connection on which a poll always waits, one for what it posts.
struct Polling {
  Lane poll, post;
  std::string poll_request;     ///< the same each time, once the session has its id
  std::string post_head;        ///< up to the value of Content-Length
  std::string session;          ///< its id
  std::string packets;          ///< what goes before the next message, each with the separator behind it
  std::size_t max_payload = 0;  ///< bytes of a POST, as the server told
  bool connected = false;       ///< Socket.IO has said `40{…}`
  bool probed = false;          ///< upgrade: `3probe` came, no poll is begun any more
  bool upgraded = false;        ///< everything goes over WebSocket
};

}  // namespace duplex::bench
