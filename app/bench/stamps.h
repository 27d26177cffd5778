// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

namespace duplex::bench {

/// When the messages in flight on one connection were sent, oldest first: batches, since many leave in one send.
/// Never grows: `capacity` is how many can be in flight.
class Stamps {
 public:
  void reserve(std::size_t capacity) { ring_.resize(capacity); }

  void push(std::uint64_t sent_ns, std::uint64_t count) noexcept {
    ring_[(first_ + size_) % ring_.size()] = {sent_ns, count};
    ++size_;
  }
  /// Takes the oldest `count` messages away: calls `each(sent_ns, how_many)` for every batch that they were of.
  template <class Each>
  void pop(std::uint64_t count, Each&& each) {
    while (count > 0) {
      Batch& batch = ring_[first_];
      const std::uint64_t taken = count < batch.count ? count : batch.count;
      each(batch.sent_ns, taken);
      count -= taken;
      batch.count -= taken;
      if (batch.count > 0) return;
      first_ = first_ + 1 == ring_.size() ? 0 : first_ + 1;
      --size_;
    }
  }

 private:
  struct Batch {
    std::uint64_t sent_ns = 0, count = 0;
  };
  std::vector<Batch> ring_;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace duplex::bench
