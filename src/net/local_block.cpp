// SPDX-License-Identifier: MIT
#include "net/local_block.h"

#include <utility>

namespace duplex::net {

void LocalBlock::release() noexcept {
  if (--holders_ == 0) pool_->give_back(*this);
}

LocalBlockPool::~LocalBlockPool() { give_up_joining(); }

Slice LocalBlockPool::take(SharedBytes bytes) {
  const std::size_t size = bytes.bytes().size();
  if (size > short_bytes) {
    LocalBlock& block = take_block();
    block.shared_ = std::move(bytes);
    return {&block, 0, size};
  }
  if (joining_ != nullptr && joining_->joined_.size() + size > most_joined) give_up_joining();
  if (joining_ == nullptr) {
    joining_ = &take_block();
    joining_->joined_ = std::move(spare_);
  }
  Buffer& joined = joining_->joined_;
  const std::size_t begin = joined.size();
  joined.append(bytes.bytes());
  joining_->retain();
  return {joining_, begin, begin + size};
}

void LocalBlockPool::end_turn() noexcept {
  if (joining_ == nullptr) return;
  Buffer& joined = joining_->joined_;
  if (joining_->holders_ == 1) return joined.clear();  // for the next turn's
  try {
    Buffer exact;
    exact.append(std::as_const(joined).bytes());
    spare_ = std::exchange(joined, std::move(exact));
    spare_.clear();
  } catch (const std::bad_alloc&) {  // then they keep it as it is
  }
  give_up_joining();
}

void LocalBlockPool::give_up_joining() noexcept {
  if (joining_ != nullptr) std::exchange(joining_, nullptr)->release();
}

LocalBlock& LocalBlockPool::take_block() {
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
  block.holders_ = 1;
  ++in_use_;
  return block;
}

void LocalBlockPool::give_back(LocalBlock& block) noexcept {
  block.shared_ = SharedBytes();
  block.joined_.release();
  block.next_free_ = free_;
  free_ = &block;
  --in_use_;
}

}  // namespace duplex::net
