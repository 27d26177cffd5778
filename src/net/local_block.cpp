// SPDX-License-Identifier: MIT
#include "net/local_block.h"

namespace duplex::net {

void LocalBlock::release() noexcept {
  if (--holders_ == 0) pool_->give_back(*this);
}

LocalBlock& LocalBlockPool::take(SharedBytes bytes) {
  if (free_ == nullptr) {
    std::unique_ptr<LocalBlock[]> chunk(new LocalBlock[per_chunk]);
    chunks_.push_back(std::move(chunk));
    for (std::size_t i = per_chunk; i-- > 0;) {
      LocalBlock& block = chunks_.back()[i];
      block.pool_ = this;
      block.next_free_ = free_;
      free_ = &block;
    }
  }
  LocalBlock& block = *free_;
  free_ = block.next_free_;
  block.shared_ = std::move(bytes);
  block.holders_ = 1;
  ++in_use_;
  return block;
}

void LocalBlockPool::give_back(LocalBlock& block) noexcept {
  block.shared_ = SharedBytes();
  block.next_free_ = free_;
  free_ = &block;
  --in_use_;
}

}  // namespace duplex::net
