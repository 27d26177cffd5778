// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>

#include "core/bytes.h"

namespace duplex {

/// Bytes that never change again and may be read by every loop: one atomic count per *holder*, and a holder is a loop.
class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  /// Copies `bytes` into a block of its own.
  static SharedBytes copy(ConstBytes bytes);
  /// Room for `size` bytes, to be filled through `mutable_bytes()` before anybody else holds it.
  static SharedBytes make(std::size_t size);

  SharedBytes(const SharedBytes& o) noexcept;
  SharedBytes(SharedBytes&& o) noexcept;
  SharedBytes& operator=(SharedBytes o) noexcept;
  ~SharedBytes();

  explicit operator bool() const noexcept { return block_ != nullptr; }
  ConstBytes bytes() const noexcept;
  Bytes mutable_bytes() noexcept;

 private:
  struct Block;
  explicit SharedBytes(Block* block) noexcept : block_(block) {}
  Block* block_ = nullptr;
};

}  // namespace duplex
