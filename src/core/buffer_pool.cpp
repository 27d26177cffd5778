// SPDX-License-Identifier: MIT
#include "core/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace duplex {

// The first shelf whose buffers hold `n` bytes; `shelves` and more: none.
std::size_t BufferPool::shelf_for(std::size_t n) noexcept {
  if (n <= smallest) return 0;
  const std::size_t doublings = static_cast<std::size_t>(std::bit_width((n - 1) / smallest)) - 1;
  const std::size_t step = (smallest << doublings) / steps;
  return doublings * steps + (n - (smallest << doublings) + step - 1) / step;
}

std::size_t BufferPool::size_of(std::size_t shelf) noexcept {
  const std::size_t base = smallest << shelf / steps;
  return base + base / steps * (shelf % steps);
}

Buffer BufferPool::take(std::size_t n) {
  if (n >= smallest) {
    if (Buffer spare = take_spare(n); spare.capacity() != 0) return spare;
    if (const std::size_t shelf = shelf_for(n); shelf < shelves) n = size_of(shelf);
  }
  Buffer fresh;
  fresh.prepare(n);
  return fresh;
}

Buffer BufferPool::take_spare(std::size_t n) noexcept {
  if (spare_bytes_ == 0 || n < smallest || n > size_of(shelves - 1)) return {};
  const std::size_t first = shelf_for(n), end = std::min(first + steps + 1, shelves);
  for (std::size_t i = first; i < end; ++i) {
    Shelf& shelf = shelves_[i];
    if (shelf.spare.empty()) continue;
    Buffer taken = std::move(shelf.spare.back());
    shelf.spare.pop_back();
    shelf.unused = std::min(shelf.unused, shelf.spare.size());
    spare_bytes_ -= taken.capacity();
    return taken;
  }
  return {};
}

void BufferPool::give_back(Buffer buffer) noexcept {
  const std::size_t room = buffer.capacity();
  if (room < smallest) return;
  std::size_t shelf = shelf_for(room);
  if (shelf >= shelves) return;
  if (size_of(shelf) > room) --shelf;  // made elsewhere: it serves as the next smaller one
  buffer.clear();
  try {
    shelves_[shelf].spare.push_back(std::move(buffer));
    spare_bytes_ += room;
  } catch (const std::bad_alloc&) {  // freed, then
  }
}

void BufferPool::trim() noexcept {
  for (Shelf& shelf : shelves_) {
    const auto unused = shelf.spare.begin() + static_cast<std::ptrdiff_t>(shelf.unused);
    for (auto buffer = shelf.spare.begin(); buffer != unused; ++buffer) spare_bytes_ -= buffer->capacity();
    shelf.spare.erase(shelf.spare.begin(), unused);
    shelf.unused = shelf.spare.size();
  }
}

}  // namespace duplex
