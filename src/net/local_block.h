// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "core/block.h"
#include "core/buffer.h"

namespace duplex::net {

class LocalBlockPool;

/// Bytes that many streams of one loop queue: a shared block as the loop holds it (once in the shared count, however
/// many streams there are), or the short ones of one turn, joined. Freed to the loop's pool when the last holder lets
/// go. One loop's thread.
class LocalBlock {
 public:
  ConstBytes bytes() const noexcept { return joined_.empty() ? shared_.bytes() : joined_.bytes(); }
  /// It holds short ones of a turn that others were sent, too: who waits long takes a copy of its own.
  bool is_joined() const noexcept { return !joined_.empty(); }
  void retain() noexcept { ++holders_; }
  void release() noexcept;

 private:
  friend class LocalBlockPool;
  SharedBytes shared_;
  Buffer joined_;
  std::uint32_t holders_ = 0;
  LocalBlockPool* pool_ = nullptr;
  LocalBlock* next_free_ = nullptr;
};

/// A stretch of a block, held: by whom it was given to, until `release()`.
struct Slice {
  LocalBlock* block = nullptr;
  std::size_t begin = 0, end = 0;

  std::size_t size() const noexcept { return end - begin; }
  ConstBytes bytes() const noexcept { return block->bytes().subspan(begin, size()); }  ///< borrowed for this call
  void release() noexcept { block->release(); }
};

/// A loop's local blocks: taken and given back without allocating once as many have lived at once. They must all be
/// back before it ends.
///
/// Short ones of one turn are copied behind one another, once for all streams: who queues several that follow each
/// other queues one stretch, however many they are.
class LocalBlockPool {
 public:
  LocalBlockPool() = default;
  LocalBlockPool(const LocalBlockPool&) = delete;
  LocalBlockPool& operator=(const LocalBlockPool&) = delete;
  ~LocalBlockPool();

  Slice take(SharedBytes bytes);  ///< held once
  /// The turn's streams have been flushed: who still has some of its short ones keeps their memory and no more.
  void end_turn() noexcept;
  /// Blocks that somebody holds.
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  friend class LocalBlock;
  LocalBlock& take_block();
  void give_back(LocalBlock& block) noexcept;
  void give_up_joining() noexcept;

  static constexpr std::size_t per_chunk = 64;
  static constexpr std::size_t short_bytes = 2048;       // copying so many once costs less than a piece for each
  static constexpr std::size_t most_joined = 64 * 1024;  // then a block is full
  std::vector<std::unique_ptr<LocalBlock[]>> chunks_;
  LocalBlock* free_ = nullptr;
  LocalBlock* joining_ = nullptr;  // to which short ones are appended; held
  Buffer spare_;                   // for the next of these
  std::size_t in_use_ = 0;
};

}  // namespace duplex::net
