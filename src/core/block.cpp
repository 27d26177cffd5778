// SPDX-License-Identifier: MIT
#include "core/block.h"

#include <new>
#include <utility>

namespace duplex {

struct SharedBytes::Block {
  std::atomic<std::uint32_t> holders{1};
  std::size_t size;
  std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};

SharedBytes SharedBytes::make(std::size_t size) {
  auto* block = ::new (::operator new(sizeof(Block) + size)) Block;
  block->size = size;
  return SharedBytes(block);
}

SharedBytes SharedBytes::copy(ConstBytes bytes) {
  SharedBytes made = make(bytes.size());
  if (!bytes.empty()) std::memcpy(made.block_->data(), bytes.data(), bytes.size());
  return made;
}

SharedBytes::SharedBytes(const SharedBytes& o) noexcept : block_(o.block_) {
  if (block_ != nullptr) block_->holders.fetch_add(1, std::memory_order_relaxed);
}
SharedBytes::SharedBytes(SharedBytes&& o) noexcept : block_(std::exchange(o.block_, nullptr)) {}
SharedBytes& SharedBytes::operator=(SharedBytes o) noexcept {
  std::swap(block_, o.block_);
  return *this;
}
SharedBytes::~SharedBytes() {
  if (block_ == nullptr || block_->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block_->~Block();
  ::operator delete(block_);
}

ConstBytes SharedBytes::bytes() const noexcept {
  return block_ == nullptr ? ConstBytes() : ConstBytes(block_->data(), block_->size);
}
Bytes SharedBytes::mutable_bytes() noexcept {
  return block_ == nullptr ? Bytes() : Bytes(block_->data(), block_->size);
}

}  // namespace duplex
