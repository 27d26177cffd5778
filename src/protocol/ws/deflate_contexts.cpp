// SPDX-License-Identifier: MIT
#include "protocol/ws/deflate_contexts.h"

#include <algorithm>
#include <utility>

namespace duplex::ws {
namespace {

// A shelf is for the next message of the same turn, not for the busiest second of the day.
constexpr std::size_t max_kept = 8;
constexpr std::size_t max_kept_buffer = 64_KiB;

}  // namespace

std::unique_ptr<Inflater> DeflateContexts::take_inflater(std::uint8_t window_bits) {
  const auto found = std::find_if(inflaters_.begin(), inflaters_.end(),
                                  [&](const auto& kept) { return kept->window_bits() == window_bits; });
  if (found == inflaters_.end()) {
    inflaters_.reserve(max_kept);  // so that giving back cannot fail
    return std::make_unique<Inflater>(window_bits);
  }
  std::swap(*found, inflaters_.back());
  std::unique_ptr<Inflater> inflater = std::move(inflaters_.back());
  inflaters_.pop_back();
  inflater->reset();
  return inflater;
}

void DeflateContexts::give_back(std::unique_ptr<Inflater> inflater) noexcept {
  if (inflaters_.size() < max_kept) inflaters_.push_back(std::move(inflater));
}

Deflater& DeflateContexts::deflater(DeflateParameters parameters) {
  const auto found = std::find_if(deflaters_.begin(), deflaters_.end(),
                                  [&](const Deflater& kept) { return kept.parameters() == parameters; });
  if (found == deflaters_.end()) return deflaters_.emplace_back(parameters);
  found->reset();
  return *found;
}

ConstBytes DeflateContexts::compress(DeflateParameters parameters, ConstBytes message) {
  return compress(deflater(parameters), message);
}

ConstBytes DeflateContexts::compress(Deflater& own, ConstBytes message) {
  if (scratch_.capacity() > max_kept_buffer) scratch_.release();
  scratch_.clear();
  ++compressions_;
  own.compress(scratch_, message);
  return scratch_.bytes();
}

Buffer DeflateContexts::take_buffer() {
  buffers_.reserve(max_kept);
  if (buffers_.empty()) return {};
  Buffer buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void DeflateContexts::give_back(Buffer buffer) noexcept {
  if (buffer.capacity() == 0 || buffer.capacity() > max_kept_buffer || buffers_.size() >= max_kept) return;
  buffer.clear();
  buffers_.push_back(std::move(buffer));
}

}  // namespace duplex::ws
