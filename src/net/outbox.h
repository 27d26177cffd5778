// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <vector>

#include "core/buffer_pool.h"
#include "net/local_block.h"

struct iovec;

namespace duplex::net {

/// How an entry may be treated while it waits.
struct EntryOptions {
  bool droppable = false;  ///< may be dropped or conflated as long as its first byte has not been written
  std::uint64_t key = 0;   ///< not 0: a later entry of the same key takes this one's place
};

/// What was given up, for the counters and for whoever must be told: nothing is dropped silently.
struct Dropped {
  std::size_t entries = 0;
  std::size_t bytes = 0;
};

/// The bytes that wait to leave a stream: a queue of entries. An entry is a shared block, or a run of inline bytes;
/// inline bytes that must all arrive are one run, however many messages they hold. An entry is pinned once its first
/// byte is written. Taken from the loop's pool when something is written and given back when it is empty: an idle
/// stream has none.
class Outbox {
 public:
  /// `large`: where buffers come from and go to that are too large to keep; outlives the outbox.
  explicit Outbox(BufferPool& large) noexcept : large_(large) {}
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox() { clear(); }

  std::size_t bytes() const noexcept { return bytes_; }  ///< waiting, not yet given to the kernel
  std::size_t entries() const noexcept { return live_; }
  bool empty() const noexcept { return bytes() == 0; }

  /// The open run of inline bytes: append to it, then call `appended(how many)`. An entry that is droppable or has a
  /// key is its own run.
  Buffer& inline_run(EntryOptions options = {}) {
    if (!options.droppable && options.key == 0) {
      if (Buffer* const run = open_run()) return *run;
    }
    return push(options).inline_bytes;
  }
  /// The open run if there is one already: what is in it must all arrive, and so must what is appended.
  Buffer* open_run() noexcept {
    if (count_ == 0) return nullptr;
    Entry& last = at(count_ - 1);
    return last.open() ? &last.inline_bytes : nullptr;
  }
  /// The same for `n` bytes that are many: with room for them, so that nothing is moved for their sake.
  Buffer& large_run(std::size_t n, EntryOptions options = {});
  void appended(std::size_t bytes) noexcept { bytes_ += bytes; }
  /// What follows the slice that was appended last is one entry with it, unless either may be dropped.
  void append(const Slice& slice, EntryOptions options = {});
  /// It will wait, nobody knows how long: what lies joined with what others get becomes its own, so that it keeps no
  /// more memory than its bytes.
  void keep_own_copies();
  /// Appends what must arrive if it is one entry with the last; false: it is not.
  bool append_to_last(const Slice& slice) noexcept {
    if (count_ == 0 || !at(count_ - 1).goes_on_with(slice)) return false;
    at(count_ - 1).slice.end = slice.end;
    bytes_ += slice.size();
    return true;
  }

  /// Drops droppable entries, oldest first, until at most `limit` bytes wait or none is left to drop.
  Dropped drop_oldest_to(std::size_t limit);
  /// Drops the waiting, unpinned entry of this key, if there is one: its successor is about to be appended.
  Dropped drop_key(std::uint64_t key);

  // -- for the loop --------------------------------------------------------------------------------------------------
  /// Names the oldest bytes, at most `limit` of them and as many pieces as fit; small pieces that lie apart are copied
  /// into `scratch`. Borrowed until the outbox changes.
  struct Gathered {
    std::size_t pieces = 0;
    std::size_t bytes = 0;
    std::size_t copied = 0;  ///< of `scratch`
  };
  Gathered gather(std::span<iovec> pieces, Bytes scratch, std::size_t limit) const;
  /// The first `bytes` have left.
  void sent(std::size_t bytes);
  /// Forgets everything; keeps a little memory for the next stream.
  void clear();

  std::size_t notice_above = 0;   ///< the loop's: from here up it looks at what waits
  std::size_t drain_at = 0;       ///< the loop's: the owner hears of the drain from here down
  std::uint32_t write_timer = 0;  ///< the loop's: no progress
  std::chrono::steady_clock::time_point last_progress = {};  ///< the loop's

 private:
  // What grows by doubling moves all that is in it: no run is begun again that holds this much.
  static constexpr std::size_t longest_run = BufferPool::smallest;
  struct Entry {
    Buffer inline_bytes;
    Slice slice;  // without a block: inline bytes
    std::uint64_t key = 0;
    bool droppable = false;
    bool pinned = false;  // its first byte has left
    bool dropped = false;

    ConstBytes waiting() const noexcept { return slice.block != nullptr ? slice.bytes() : inline_bytes.bytes(); }
    bool may_drop() const noexcept { return !dropped && !pinned && (droppable || key != 0); }
    bool open() const noexcept { return slice.block == nullptr && must_arrive() && inline_bytes.size() < longest_run; }
    bool must_arrive() const noexcept { return !dropped && !droppable && key == 0; }
    /// It must all arrive, and ends where `next` begins.
    bool goes_on_with(const Slice& next) const noexcept {
      return slice.block == next.block && slice.end == next.begin && must_arrive();
    }
  };
  Entry& at(std::size_t i) noexcept { return ring_.data()[(head_ + i) & mask_]; }
  const Entry& at(std::size_t i) const noexcept { return ring_.data()[(head_ + i) & mask_]; }
  Entry& push(EntryOptions options);
  void drop(Entry& entry, Dropped& dropped);
  void let_go(Entry& entry) noexcept;
  void pop();
  void compact();

  BufferPool& large_;
  std::vector<Entry> ring_;  // a power of two; entries keep their buffers when they are popped
  std::size_t mask_ = 0;     // its size less one
  std::size_t head_ = 0, count_ = 0, live_ = 0, bytes_ = 0;
  std::size_t joined_ = 0;  // entries that lie joined with what others get
};

}  // namespace duplex::net
