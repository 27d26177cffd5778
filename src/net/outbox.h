// SPDX-License-Identifier: MIT
#pragma once
#include "core/buffer.h"
#include "net/local_block.h"

namespace duplex::net {

/// How an entry may be treated while it waits.
struct EntryOptions {
  bool droppable = false;   ///< may be dropped or conflated as long as its first byte has not been written
  std::uint64_t key = 0;    ///< not 0: a later entry of the same key takes this one's place
};

/// What was given up, for the counters and for whoever must be told: nothing is dropped silently.
struct Dropped {
  std::size_t entries = 0;
  std::size_t bytes = 0;
};

/// The bytes that wait to leave a stream: a queue of entries. An entry is a shared block, or a run of inline bytes;
/// inline bytes that must all arrive are one run, however many messages they hold. An entry is pinned once its first byte is written.
/// Taken from the loop's pool when something is written and given back when it is empty: an idle stream has none.
class Outbox {
 public:
  std::size_t bytes() const noexcept;     ///< waiting, not yet given to the kernel
  std::size_t entries() const noexcept;
  bool empty() const noexcept { return bytes() == 0; }

  /// The open run of inline bytes: append to it, then call `appended(how many)`. An entry that is droppable or has a key is its own run.
  Buffer& inline_run(EntryOptions options = {});
  void appended(std::size_t bytes);
  void append(LocalBlock& block, EntryOptions options = {});

  /// Drops droppable entries, oldest first, until at most `limit` bytes wait or none is left to drop.
  Dropped drop_oldest_to(std::size_t limit);
  /// Drops the waiting, unpinned entry of this key, if there is one: its successor is about to be appended.
  Dropped drop_key(std::uint64_t key);
};

}  // namespace duplex::net
