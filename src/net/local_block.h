// SPDX-License-Identifier: MIT
#pragma once
#include "core/block.h"

namespace duplex::net {

class LocalBlockPool;

/// A shared block as one loop holds it: however many streams of the loop queue it, the loop counts once in the shared
/// count and plainly here. Made by `Reactor::hold`; freed to the loop's pool when the last outbox lets go. One loop's thread.
class LocalBlock {
 public:
  ConstBytes bytes() const noexcept { return shared_.bytes(); }
  void retain() noexcept { ++holders_; }
  void release() noexcept;

 private:
  friend class LocalBlockPool;
  SharedBytes shared_;
  std::uint32_t holders_ = 0;
  LocalBlockPool* pool_ = nullptr;
  LocalBlock* next_free_ = nullptr;
};

}  // namespace duplex::net
