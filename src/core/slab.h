// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace duplex {

/// Objects that are named by a slot and a generation, and never move. A name of an object that is gone finds nothing,
/// until the 28 bits of its slot's generation have wrapped. Slots are reused, last freed first. One thread.
template <class T>
class Slab {
 public:
  static constexpr std::uint32_t generation_bits = 28;

  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for_each([this](T& object, std::uint32_t slot) {
      object.~T();
      cell(slot).next_free = none;
    });
  }

  /// The slot of a new object. Its address is `*at(slot)`, for good.
  template <class... Args>
  std::uint32_t create(Args&&... args) {
    if (free_ == none) grow();
    const std::uint32_t slot = free_;
    Cell& c = cell(slot);
    free_ = c.next_free;
    c.next_free = live;
    ::new (static_cast<void*>(c.storage)) T(std::forward<Args>(args)...);
    ++size_;
    return slot;
  }
  void destroy(std::uint32_t slot) {
    Cell& c = cell(slot);
    c.object()->~T();
    c.generation = (c.generation + 1) & ((1U << generation_bits) - 1);
    if (c.generation == 0) c.generation = 1;  // so that no name is all zeros
    c.next_free = free_;
    free_ = slot;
    --size_;
  }

  T* find(std::uint32_t slot, std::uint32_t generation) noexcept {
    if (slot >= chunks_.size() * per_chunk) return nullptr;
    Cell& c = cell(slot);
    return c.next_free == live && c.generation == generation ? c.object() : nullptr;
  }
  T* at(std::uint32_t slot) noexcept { return cell(slot).object(); }
  std::uint32_t generation(std::uint32_t slot) const noexcept { return cell(slot).generation; }
  std::size_t size() const noexcept { return size_; }

  /// Calls `f(object, slot)` for each object.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t slot = 0; slot < chunks_.size() * per_chunk; ++slot) {
      Cell& c = cell(slot);
      if (c.next_free == live) f(*c.object(), slot);
    }
  }

 private:
  static constexpr std::uint32_t per_chunk = 64, none = UINT32_MAX, live = UINT32_MAX - 1;
  struct Cell {
    alignas(T) std::byte storage[sizeof(T)];
    std::uint32_t generation = 1;
    std::uint32_t next_free = none;
    T* object() noexcept { return std::launder(reinterpret_cast<T*>(storage)); }
  };
  Cell& cell(std::uint32_t slot) const noexcept { return chunks_[slot / per_chunk][slot % per_chunk]; }
  void grow() {
    const auto first = static_cast<std::uint32_t>(chunks_.size() * per_chunk);
    std::unique_ptr<Cell[]> chunk(new Cell[per_chunk]);
    chunks_.push_back(std::move(chunk));
    for (std::uint32_t i = per_chunk; i-- > 0;) {
      chunks_.back()[i].next_free = free_;
      free_ = first + i;
    }
  }

  std::vector<std::unique_ptr<Cell[]>> chunks_;
  std::uint32_t free_ = none;
  std::size_t size_ = 0;
};

}  // namespace duplex
