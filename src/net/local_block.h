// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "core/block.h"

namespace duplex::net {

class LocalBlockPool;

/// A shared block as one loop holds it: however many streams of the loop queue it, the loop counts once in the shared
/// count and plainly here. Made by `Reactor::hold`; freed to the loop's pool when the last outbox lets go. One loop's
/// thread.
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

/// A loop's local blocks: taken and given back without allocating once as many have lived at once. They must all be
/// back before it ends.
class LocalBlockPool {
 public:
  LocalBlock& take(SharedBytes bytes);  ///< held once
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  friend class LocalBlock;
  void give_back(LocalBlock& block) noexcept;

  static constexpr std::size_t per_chunk = 64;
  std::vector<std::unique_ptr<LocalBlock[]>> chunks_;
  LocalBlock* free_ = nullptr;
  std::size_t in_use_ = 0;
};

}  // namespace duplex::net
