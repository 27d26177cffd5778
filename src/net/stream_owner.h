// SPDX-License-Identifier: MIT
#pragma once
#include "core/bytes.h"

namespace duplex::net {

/// Why a stream ended.
enum class CloseCause : unsigned char {
  local,      ///< we closed it, and everything that was queued went out
  aborted,    ///< we gave it up: what was queued is lost
  reset,      ///< the peer reset it, or the kernel reported an error
  truncated,  ///< TLS ended without close_notify
};

/// What lives on a stream: a connection that speaks a protocol. The one upward call is `on_bytes`, with its kin.
/// All calls come on the loop's thread. Any of them may send, close, abort, or give the stream another owner.
class StreamOwner {
 public:
  /// What was read. Borrowed until this returns; may be changed in place.
  virtual void on_bytes(Bytes bytes) = 0;
  /// Where the next bytes are to be read to, if the owner has asked for it (`Stream::read_in_place`): `on_bytes` is
  /// given them there. Empty: wherever the loop likes.
  virtual Bytes input_room() { return {}; }
  /// The peer will send no more (FIN, or close_notify). What we send still arrives.
  virtual void on_end() = 0;
  /// The outbox, which had been above its soft limit, is empty or below half of it again.
  virtual void on_drain() = 0;
  /// The moment given to `Stream::set_deadline` has come.
  virtual void on_deadline() = 0;
  /// The stream is gone; the last call, exactly once. The owner may delete itself here.
  virtual void on_closed(CloseCause cause) = 0;

 protected:
  ~StreamOwner() = default;
};

}  // namespace duplex::net
