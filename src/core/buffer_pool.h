// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <vector>

#include "core/buffer.h"

namespace duplex {

/// The large buffers of a loop between two messages. Fresh memory costs a page fault every 4 KiB, as much as moving the
/// bytes does: what was in use at once during the last second is kept for the next one, and no more. One thread.
class BufferPool {
 public:
  static constexpr std::size_t smallest = 64 * 1024;  ///< a buffer of less is never kept

  /// An empty buffer with room for `n` bytes: a spare one, or a new one of exactly so much (somewhat more from
  /// `smallest` up, so that it serves others, too).
  Buffer take(std::size_t n);
  /// A spare one with room for `n` bytes and at most twice as much; without any room if there is none.
  Buffer take_spare(std::size_t n) noexcept;
  /// Keeps the buffer's memory, if it is large enough, and forgets its bytes.
  void give_back(Buffer buffer) noexcept;

  bool empty() const noexcept { return spare_bytes_ == 0; }
  std::size_t spare_bytes() const noexcept { return spare_bytes_; }
  /// Frees what nobody has wanted since the last call. To be called now and then while it is not empty.
  void trim() noexcept;

 private:
  // Four sizes to each doubling: the next one is at most a quarter larger.
  static constexpr std::size_t steps = 4, shelves = 16 * steps;
  static std::size_t shelf_for(std::size_t n) noexcept;
  static std::size_t size_of(std::size_t shelf) noexcept;

  struct Shelf {
    std::vector<Buffer> spare;  // the newest at the end
    std::size_t unused = 0;     // how many of them nobody has wanted since the last trim
  };
  std::array<Shelf, shelves> shelves_;
  std::size_t spare_bytes_ = 0;
};

}  // namespace duplex
