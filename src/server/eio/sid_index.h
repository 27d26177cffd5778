// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace duplex::eio {

/// Where a loop's sessions lie, by id: open addressing over their slots, some 12 bytes a session. What is equal is for
/// the caller to say, who has the sessions. One thread.
class SidIndex {
 public:
  /// The slot among those of this hash for which `is_it(slot)`; `none` if there is none.
  static constexpr std::uint32_t none = UINT32_MAX;
  template <class IsIt>
  std::uint32_t find(std::string_view sid, IsIt&& is_it) const {
    if (cells_.empty()) return none;
    const std::uint32_t hash = hash_of(sid);
    for (std::size_t i = hash & mask(); cells_[i].slot != none; i = (i + 1) & mask())
      if (cells_[i].hash == hash && is_it(cells_[i].slot)) return cells_[i].slot;
    return none;
  }

  void add(std::string_view sid, std::uint32_t slot) {
    if ((size_ + 1) * 4 > cells_.size() * 3) grow();
    place({hash_of(sid), slot});
    ++size_;
  }

  /// Nothing, if it is not there.
  void remove(std::string_view sid, std::uint32_t slot) noexcept {
    if (cells_.empty()) return;
    std::size_t hole = hash_of(sid) & mask();
    while (cells_[hole].slot != slot) {
      if (cells_[hole].slot == none) return;
      hole = (hole + 1) & mask();
    }
    // What lies behind moves up, unless it would come to lie before its place.
    for (std::size_t i = (hole + 1) & mask(); cells_[i].slot != none; i = (i + 1) & mask()) {
      if (((i - cells_[i].hash) & mask()) < ((i - hole) & mask())) continue;
      cells_[std::exchange(hole, i)] = cells_[i];
    }
    cells_[hole] = {};
    --size_;
  }

  std::size_t size() const noexcept { return size_; }

 private:
  struct Cell {
    std::uint32_t hash = 0, slot = none;
  };
  // An id is random from its third character on: some of them are a hash, and nobody but us chooses them.
  static std::uint32_t hash_of(std::string_view sid) noexcept {
    if (sid.size() < 16) return 0;
    const auto word = load_native<std::uint64_t>(sid.data() + 8);
    // Of each character only the low bits differ much: both halves are mixed.
    return static_cast<std::uint32_t>((word * 0x9e3779b97f4a7c15U) >> 32);
  }
  std::size_t mask() const noexcept { return cells_.size() - 1; }
  void place(Cell cell) noexcept {
    std::size_t i = cell.hash & mask();
    while (cells_[i].slot != none) i = (i + 1) & mask();
    cells_[i] = cell;
  }
  void grow() {
    std::vector<Cell> before(std::max<std::size_t>(16, cells_.size() * 2));
    before.swap(cells_);
    for (const Cell& cell : before)
      if (cell.slot != none) place(cell);
  }

  std::vector<Cell> cells_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace duplex::eio
