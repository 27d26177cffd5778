// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "core/poison.h"

namespace duplex {

/// Objects that are named by a slot and a generation, and never move. A name of an object that is gone finds nothing,
/// until the 28 bits of its slot's generation have wrapped. Slots are reused, last freed first. They lie in chunks of
/// 64, which share a `Shared`; beyond its own size an object costs 4 bytes. One thread.
template <class T, class Shared = std::monostate>
class Slab {
 public:
  static constexpr std::uint32_t generation_bits = 28, per_chunk = 64;

  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for_each([this](T& object, std::uint32_t slot) {
      object.~T();
      chunk(slot).name(slot) &= ~alive;
    });
  }

  /// The slot of a new object. Its address is `*at(slot)`, for good.
  template <class... Args>
  std::uint32_t create(Args&&... args) {
    if (free_ == none) grow();
    const std::uint32_t slot = free_;
    Chunk& c = chunk(slot);
    std::byte* const cell = c.cell(slot);
    unpoison(cell, sizeof(T));
    std::memcpy(&free_, cell, sizeof free_);
    ::new (static_cast<void*>(cell)) T(std::forward<Args>(args)...);
    c.name(slot) |= alive;
    ++size_;
    return slot;
  }
  void destroy(std::uint32_t slot) {
    Chunk& c = chunk(slot);
    c.object(slot)->~T();
    std::uint32_t generation = (c.name(slot) + 1) & (alive - 1);
    if (generation == 0) generation = 1;  // so that no name is all zeros
    c.name(slot) = generation;
    add_free(c, slot);
    --size_;
  }

  T* find(std::uint32_t slot, std::uint32_t generation) noexcept {
    if (slot >= chunks_.size() * per_chunk) return nullptr;
    Chunk& c = chunk(slot);
    return c.name(slot) == (generation | alive) ? c.object(slot) : nullptr;
  }
  T* at(std::uint32_t slot) noexcept { return chunk(slot).object(slot); }
  std::uint32_t generation(std::uint32_t slot) const noexcept { return chunk(slot).name(slot) & (alive - 1); }
  std::size_t size() const noexcept { return size_; }

  /// What the chunk of this slot shares.
  Shared& shared(std::uint32_t slot) noexcept { return chunk(slot).shared; }
  /// The same for an object that knows its place: the slot's rest by `per_chunk`.
  static Shared& shared(const T& object, std::uint32_t place) noexcept {
    const auto cells = reinterpret_cast<std::uintptr_t>(&object) - place * sizeof(T);
    return reinterpret_cast<Chunk*>(cells - offsetof(Chunk, cells))->shared;
  }

  /// Calls `f(object, slot)` for each object.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t slot = 0; slot < chunks_.size() * per_chunk; ++slot) {
      Chunk& c = chunk(slot);
      if ((c.name(slot) & alive) != 0) f(*c.object(slot), slot);
    }
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX, alive = 1U << generation_bits;
  static_assert(sizeof(T) >= sizeof none);
  struct Chunk {
    Shared shared;
    std::uint32_t names[per_chunk];                    // each one's generation, and whether it lives
    alignas(T) std::byte cells[per_chunk][sizeof(T)];  // of one that does not live: the next free slot
    std::uint32_t& name(std::uint32_t slot) noexcept { return names[slot % per_chunk]; }
    std::byte* cell(std::uint32_t slot) noexcept { return cells[slot % per_chunk]; }
    T* object(std::uint32_t slot) noexcept { return std::launder(reinterpret_cast<T*>(cell(slot))); }
  };
  Chunk& chunk(std::uint32_t slot) const noexcept { return *chunks_[slot / per_chunk]; }
  void add_free(Chunk& c, std::uint32_t slot) noexcept {
    std::memcpy(c.cell(slot), &free_, sizeof free_);
    poison(c.cell(slot), sizeof(T));
    free_ = slot;
  }
  void grow() {
    const auto end = static_cast<std::uint32_t>((chunks_.size() + 1) * per_chunk);
    chunks_.push_back(std::unique_ptr<Chunk>(new Chunk));
    Chunk& c = *chunks_.back();
    for (std::uint32_t& name : c.names) name = 1;
    for (std::uint32_t slot = end; slot-- > end - per_chunk;) add_free(c, slot);
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t free_ = none;
  std::size_t size_ = 0;
};

}  // namespace duplex
