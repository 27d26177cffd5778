// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "core/buffer.h"

namespace duplex::net {

class TlsSession;

/// What is left of a stream that moves to another loop: its descriptor, its TLS state and the bytes that were read and
/// not yet used. Nothing may be waiting in its outbox. Move-only; closes the descriptor if nobody adopts it. Any one
/// thread at a time.
class DetachedStream {
 public:
  DetachedStream(DetachedStream&& o) noexcept;
  DetachedStream& operator=(DetachedStream&& o) noexcept;
  ~DetachedStream();

 private:
  friend class Reactor;
  friend class Stream;
  DetachedStream() = default;

  int descriptor_ = -1;
  bool of_kernel_ = true;
  bool peer_ended_ = false;
  TlsSession* tls_ = nullptr;  // owned
  Buffer unread_;
};

}  // namespace duplex::net
