// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/ws/deflate.h"

namespace duplex::ws {

/// The zlib streams and scratch buffers of one loop, lent to whoever has a message in hand. Only a connection that
/// agreed on context takeover keeps one of its own. One thread. Outlives the decoders that borrow from it.
class DeflateContexts {
 public:
  explicit DeflateContexts(InflateBudget* budget = nullptr) noexcept : budget_(budget) {}

  /// A fresh-as-new inflater, from the shelf if there is one.
  std::unique_ptr<Inflater> take_inflater(std::uint8_t window_bits);
  void give_back(std::unique_ptr<Inflater> inflater) noexcept;

  /// The shared compressor for these parameters, already reset. Borrowed until the next call.
  Deflater& deflater(DeflateParameters parameters);
  /// One message compressed without context: the bytes are borrowed until the next call.
  ConstBytes compress(DeflateParameters parameters, ConstBytes message);
  /// The same with the connection's own context.
  ConstBytes compress(Deflater& own, ConstBytes message);

  /// Buffers for inflated messages; large ones are not kept.
  Buffer take_buffer();
  void give_back(Buffer buffer) noexcept;

  /// How many messages were compressed here.
  std::uint64_t compressions() const noexcept { return compressions_; }

  InflateBudget* budget() const noexcept { return budget_; }

 private:
  InflateBudget* budget_;
  std::uint64_t compressions_ = 0;
  std::vector<std::unique_ptr<Inflater>> inflaters_;
  std::vector<Deflater> deflaters_;
  std::vector<Buffer> buffers_;
  Buffer scratch_;
};

}  // namespace duplex::ws
