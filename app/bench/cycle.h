// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "app/bench/unit.h"
#include "core/buffer.h"

namespace duplex::bench {

/// Who frames the units, and how.
enum class Framing : std::uint8_t {
  client,  ///< masked. Each frame has a random key of its own, made once: it is the same whenever it is sent again
  client_deflated,  ///< masked, compressed without reference to earlier messages (RFC 7692 section 7.1.1)
  server,
  polling,  ///< no frames: packets of Engine.IO, a binary one in base64, each with the separator behind it
};

/// The bytes of all units, one behind the other, to be gone through over and over. A position in them is all that a
/// sender or a receiver needs to remember, and a stretch of them is a batch of messages ready to be sent, or to be
/// compared with what came.
class Cycle {
 public:
  /// `run`: from any position, at least so many bytes lie in one piece (or a whole cycle, if that is longer).
  Cycle(const std::vector<Unit>& units, Framing framing, std::size_t run = 1);

  std::size_t size() const noexcept { return size_; }  ///< bytes
  std::size_t units() const noexcept { return begins_.size() / parts_; }
  std::size_t parts() const noexcept { return parts_; }  ///< frames of a unit

  /// The bytes from a position on that lie in one piece. `position` < `size()`.
  ConstBytes from(std::size_t position) const noexcept { return arena_.bytes().subspan(position); }
  /// The position after `bytes` more.
  std::size_t advance(std::size_t position, std::size_t bytes) const noexcept {
    position += bytes;
    return position < size_ ? position : position % size_;
  }
  /// How many bytes `count` units take, of which the first is the `first` since the beginning.
  std::uint64_t bytes_of(std::uint64_t first, std::uint64_t count) const noexcept;

  std::size_t frame_at(std::size_t position) const noexcept;  ///< which frame of the cycle this byte belongs to
  std::size_t unit_at(std::size_t position) const noexcept {
    return unit_size_ != 0 ? position / unit_size_ : frame_at(position) / parts_;
  }
  std::size_t frames() const noexcept { return begins_.size(); }
  std::size_t begin_of(std::size_t frame) const noexcept { return frame < frames() ? begins_[frame] : size_; }

 private:
  Buffer arena_;
  std::vector<std::size_t> begins_;  // of each frame
  std::size_t size_ = 0, parts_ = 1;
  std::size_t unit_size_ = 0;  // if all are equal
};

}  // namespace duplex::bench
