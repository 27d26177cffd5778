// SPDX-License-Identifier: MIT
#include <duplex/json.h>

#include <algorithm>
#include <new>

namespace duplex::json {
namespace {
constexpr std::size_t smallest = 4 << 10;
constexpr std::size_t largest_kept = 256 << 10;
}  // namespace

struct Scratch::Block {
  Block* below;
  std::size_t capacity;
  char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
};

char* Scratch::allocate(std::size_t n) {
  if (top_ == nullptr || top_->capacity - used_ < n) {
    const std::size_t capacity = std::max({n, smallest, top_ != nullptr ? top_->capacity * 2 : 0});
    top_ = ::new (::operator new(sizeof(Block) + capacity)) Block{top_, capacity};
    used_ = 0;
  }
  char* const out = top_->bytes() + used_;
  used_ += n;
  return out;
}

void Scratch::clear() noexcept {
  used_ = 0;
  if (top_ == nullptr) return;
  // The newest block is the largest: keep it, unless one huge message made it.
  Block* kept = top_->capacity <= largest_kept ? top_ : nullptr;
  Block* block = kept != nullptr ? std::exchange(kept->below, nullptr) : top_;
  while (block != nullptr) ::operator delete(std::exchange(block, block->below));
  top_ = kept;
}

Scratch::~Scratch() {
  while (top_ != nullptr) ::operator delete(std::exchange(top_, top_->below));
}

}  // namespace duplex::json
