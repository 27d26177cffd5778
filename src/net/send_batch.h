// SPDX-License-Identifier: MIT
#pragma once
#include <sys/uio.h>

#include <array>

#include "net/backend.h"

namespace duplex::net {

class Stream;

/// What streams wrote in a turn, gathered for one `Backend::send_batch`. The pieces lie in the outboxes, and in the
/// loop's gather buffer, until it is done.
struct SendBatch {
  static constexpr std::size_t most = 256;        // streams
  static constexpr std::size_t most_pieces = 64;  // of one stream

  std::array<Sending, most> sendings;
  std::array<Stream*, most> streams;
  std::array<iovec, most + most_pieces> pieces;
  std::size_t count = 0, pieces_used = 0;
  std::size_t copied = 0;  // bytes of the gather buffer

  bool full() const noexcept { return count == most || pieces.size() - pieces_used < most_pieces; }
  void clear() noexcept { count = pieces_used = copied = 0; }
};

}  // namespace duplex::net
