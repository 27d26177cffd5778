// SPDX-License-Identifier: MIT
#include "net/outbox.h"

#include <sys/uio.h>

#include <algorithm>
#include <utility>

namespace duplex::net {
namespace {

constexpr std::size_t small_piece = 512;        // copying less than this costs less than a piece of its own
constexpr std::size_t kept_buffer = 64 * 1024;  // the first entry's buffer is kept for the next run up to here,
constexpr std::size_t kept_small = 1024;        // another entry's up to here
constexpr std::size_t kept_entries = 64;

}  // namespace

void Outbox::append(const Slice& slice, EntryOptions options) {
  if (!options.droppable && options.key == 0 && append_to_last(slice)) return;
  push(options).slice = slice;
  slice.block->retain();
  if (slice.block->is_joined()) ++joined_;
  bytes_ += slice.size();
}

void Outbox::keep_own_copies() {
  for (std::size_t i = count_; joined_ != 0 && i-- > 0;) {  // the newest are last
    Entry& entry = at(i);
    if (entry.slice.block == nullptr || !entry.slice.block->is_joined()) continue;
    entry.inline_bytes.append(entry.slice.bytes());
    let_go(entry);
  }
}

void Outbox::let_go(Entry& entry) noexcept {
  if (entry.slice.block == nullptr) return;
  if (entry.slice.block->is_joined()) --joined_;
  std::exchange(entry.slice, {}).release();
}

Outbox::Entry& Outbox::push(EntryOptions options) {
  if (count_ == ring_.size()) {
    if (count_ > 8 && live_ < count_ / 2) {
      compact();
    } else {
      std::vector<Entry> larger(std::max<std::size_t>(8, ring_.size() * 2));
      for (std::size_t i = 0; i < count_; ++i) larger[i] = std::move(at(i));
      ring_ = std::move(larger);
      mask_ = ring_.size() - 1;
      head_ = 0;
    }
  }
  Entry& entry = at(count_++);
  entry.key = options.key;
  entry.droppable = options.droppable;
  ++live_;
  return entry;
}

Buffer& Outbox::large_run(std::size_t n, EntryOptions options) {
  Buffer* run = &inline_run(options);
  if (run->capacity() - run->size() >= n) return *run;
  if (!run->empty()) run = &push(options).inline_bytes;
  large_.give_back(std::exchange(*run, large_.take(n)));
  return *run;
}

Dropped Outbox::drop_oldest_to(std::size_t limit) {
  Dropped dropped;
  for (std::size_t i = 0; i < count_ && bytes_ > limit; ++i) {
    if (at(i).may_drop()) drop(at(i), dropped);
  }
  return dropped;
}

Dropped Outbox::drop_key(std::uint64_t key) {
  Dropped dropped;
  for (std::size_t i = count_; i-- > 0;) {
    if (at(i).key != key || !at(i).may_drop()) continue;
    drop(at(i), dropped);
    break;  // there is never more than one
  }
  return dropped;
}

void Outbox::drop(Entry& entry, Dropped& dropped) {
  const std::size_t size = entry.waiting().size();
  ++dropped.entries;
  dropped.bytes += size;
  bytes_ -= size;
  --live_;
  entry.dropped = true;
  let_go(entry);
  entry.inline_bytes.clear();
}

// Moves what lives to the front, so that a queue behind a pinned entry does not fill with what was dropped.
void Outbox::compact() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (at(i).dropped) continue;
    if (kept != i) std::swap(at(kept), at(i));
    ++kept;
  }
  for (std::size_t i = kept; i < count_; ++i) at(i).dropped = false;
  count_ = kept;
}

Outbox::Gathered Outbox::gather(std::span<iovec> pieces, Bytes scratch, std::size_t limit) const {
  Gathered g;
  std::size_t run = 0;  // where the last piece begins in scratch, if it lies there
  bool in_scratch = false;
  for (std::size_t i = 0; i < count_ && g.bytes < limit; ++i) {
    ConstBytes waiting = at(i).waiting();
    if (waiting.empty()) continue;
    waiting = waiting.first(std::min(waiting.size(), limit - g.bytes));
    const bool alone = g.bytes == 0 && live_ == 1;
    if (!alone && waiting.size() <= small_piece && scratch.size() - g.copied >= waiting.size()) {
      if (!in_scratch) {
        if (g.pieces == pieces.size()) break;
        run = g.copied;
        pieces[g.pieces++] = {scratch.data() + run, 0};
        in_scratch = true;
      }
      std::memcpy(scratch.data() + g.copied, waiting.data(), waiting.size());
      g.copied += waiting.size();
      pieces[g.pieces - 1].iov_len = g.copied - run;
    } else {
      if (g.pieces == pieces.size()) break;
      pieces[g.pieces++] = {const_cast<std::byte*>(waiting.data()), waiting.size()};
      in_scratch = false;
    }
    g.bytes += waiting.size();
  }
  return g;
}

void Outbox::sent(std::size_t bytes) {
  bytes_ -= bytes;
  while (count_ != 0) {
    Entry& first = at(0);
    const std::size_t size = first.waiting().size();
    if (size > bytes) {
      if (bytes == 0) return;
      first.pinned = true;
      if (first.slice.block != nullptr)
        first.slice.begin += bytes;
      else
        first.inline_bytes.consume(bytes);
      return;
    }
    bytes -= size;
    pop();
  }
}

void Outbox::pop() {
  Entry& first = at(0);
  if (!first.dropped) --live_;
  let_go(first);
  if (first.inline_bytes.capacity() > (head_ == 0 ? kept_buffer : kept_small))
    large_.give_back(std::exchange(first.inline_bytes, Buffer()));
  else
    first.inline_bytes.clear();
  first.pinned = first.dropped = false;
  head_ = (head_ + 1) & mask_;
  if (--count_ == 0) head_ = 0;
}

void Outbox::clear() {
  while (count_ != 0) pop();
  bytes_ = 0;
  if (ring_.size() > kept_entries) ring_ = std::vector<Entry>();
}

}  // namespace duplex::net
