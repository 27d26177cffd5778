// SPDX-License-Identifier: MIT
#pragma once
#include <utility>

#include "core/buffer.h"

namespace duplex::ws {

/// Gives `buffer` room for `capacity` bytes in all and no more, where Buffer alone would double: a limit on a message
/// is a limit on its memory too.
inline void grow_exactly(Buffer& buffer, std::size_t capacity) {
  if (capacity <= buffer.capacity()) return;
  Buffer fresh;
  fresh.prepare(capacity);
  fresh.append(buffer.bytes());
  buffer = std::move(fresh);
}

}  // namespace duplex::ws
